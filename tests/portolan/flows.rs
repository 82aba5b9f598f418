//! Flows of small scenes, in words.

use serde_json::Value;
use testkit::*;

use crate::support::{column, tables_of};

/// A flow in words: `tcp client > server service (evidence:detail, confidence) flags`. Where no side is the server, `~` stands
/// between the sides.
pub fn describe(flow: &Value) -> String {
    let word = |key: &str| match &flow[key] {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    let between = if word("confidence") == "none" { "~" } else { ">" };
    let text = format!(
        "{} {}:{} {between} {}:{} {} ({}, {}) {}",
        word("transport"),
        word("client_ip"),
        word("client_port"),
        word("server_ip"),
        word("server_port"),
        word("service"),
        [word("evidence"), word("evidence_detail")].into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(":"),
        word("confidence"),
        word("flags")
    );
    text.trim_end().to_owned()
}

pub fn flows_of(tables: &Value) -> Vec<String> {
    tables["flows"].as_array().unwrap().iter().map(describe).collect()
}

/// The flows of a capture of these frames.
pub fn flows(frames: impl IntoIterator<Item = Vec<u8>>) -> Vec<String> {
    let mut scene = Scene::new();
    scene.frames(frames);
    flows_of(&tables_of(&scene.pcap()))
}

/// What a flow says about itself in one column.
pub fn of_flows(frames: impl IntoIterator<Item = Vec<u8>>, name: &str) -> Vec<Value> {
    let mut scene = Scene::new();
    scene.frames(frames);
    column(&tables_of(&scene.pcap()), "flows", name).into_iter().cloned().collect()
}
