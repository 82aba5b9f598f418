//! Floor 10: the arguments of `portolan explain`, and the job they mean.

use std::path::PathBuf;

use clap::Args;
use portolan::capture::InputName;
use portolan::explain::Question as Flow;

use super::{CommonArguments, CommonJob, OrderArguments};

/// What a filter is for here; elsewhere it says which packets are looked at.
pub const FILTER_HELP: &str = "Narrow down which flow is meant: one of which at least one packet matches, in tcpdump's language (man \
    pcap-filter), with addresses in place of names of hosts: 'tcp port 80 and host 10.0.0.5'. Needs libpcap";

#[derive(Args, Debug)]
#[command(override_usage = "portolan explain [OPTIONS] FILE... FLOW\n       portolan explain [OPTIONS] FILE... --filter EXPR")]
pub struct ExplainArguments {
    /// Captures to read, or folders of captures; several are one capture. The last word is the flow
    ///
    /// FLOW is its number in the table flows (94), its endpoints in any order (10.0.0.5:51544-192.0.2.80:443, also with > or a blank
    /// between them, or only one of them), the number of one of its packets (packet:597), or its Community ID (1:...=).
    ///
    /// With --filter, FLOW may be left out if the filter matches packets of one flow only.
    #[arg(value_name = "FILE... FLOW")]
    words: Vec<PathBuf>,

    #[command(flatten)]
    order: OrderArguments,

    #[command(flatten)]
    common: CommonArguments,
}

/// What `portolan explain` has to do.
#[derive(Debug)]
pub struct ExplainJob {
    /// The inputs as they were given: folders, too.
    pub inputs: Vec<InputName>,
    /// Whether they are read in that order, and not in that of time.
    pub keep_order: bool,
    /// The flow; the one that the filter matches, if `None`.
    pub flow: Option<Flow>,
    /// How to analyse them. The filter says which flows can be meant.
    pub common: CommonJob,
}

/// Words that do not name captures and a flow.
#[derive(Debug, PartialEq, Eq)]
pub enum Unnamed {
    /// There are no words.
    Nothing,
    /// Captures are named, and no flow.
    NoFlow {
        /// The captures.
        captures: String,
    },
    /// A flow is named, and no capture.
    NoCapture {
        /// The flow.
        flow: String,
    },
    /// The last word is no flow.
    NotAFlow {
        /// The word.
        word: String,
    },
}

impl ExplainArguments {
    /// What the arguments mean.
    pub fn into_job(self) -> Result<ExplainJob, Unnamed> {
        let common = self.common.into_job();
        let (files, flow) = captures_and_flow(self.words, common.filter.is_some())?;
        let inputs = files.iter().map(|file| InputName::from_argument(file)).collect();
        Ok(ExplainJob { inputs, keep_order: self.order.keep_order, flow, common })
    }
}

/// The captures, and the flow that is the last word. Under a filter there may be none.
fn captures_and_flow(mut words: Vec<PathBuf>, has_filter: bool) -> Result<(Vec<PathBuf>, Option<Flow>), Unnamed> {
    let Some(last) = words.last() else { return Err(Unnamed::Nothing) };
    let word = last.display().to_string();
    let (flow, is_input) = (last.to_str().and_then(Flow::parse), last.as_os_str() == "-" || last.exists());
    match flow {
        Some(_) if words.len() > 1 => {
            words.pop();
            Ok((words, flow))
        }
        Some(_) if !is_input => Err(Unnamed::NoCapture { flow: word }),
        None if words.len() > 1 && !is_input => Err(Unnamed::NotAFlow { word }),
        _ if has_filter => Ok((words, None)),
        _ => {
            let files: Vec<String> = words.iter().map(|file| file.display().to_string()).collect();
            Err(Unnamed::NoFlow { captures: files.join(" ") })
        }
    }
}
