//! Reads a page back: its elements, texts and tables. The reader forgives nothing that the writer of pages may not do: every element
//! must be ended, and only the ends of cells and rows may be left out.

use std::collections::BTreeMap;

use html5gum::{DefaultEmitter, Token, Tokenizer};
use serde_json::Value;

/// Elements that have no content.
const VOID: [&str; 3] = ["meta", "input", "br"];

/// An element, with its attributes and its content.
#[derive(Debug, Default)]
pub struct Element {
    pub name: String,
    pub attributes: BTreeMap<String, String>,
    pub children: Vec<Node>,
}

/// A part of the content of an element.
#[derive(Debug)]
pub enum Node {
    Element(Element),
    Text(String),
}

impl Element {
    /// All elements below this one, in the order of the page.
    pub fn all(&self) -> Vec<&Element> {
        let mut found = Vec::new();
        for child in self.elements() {
            found.push(child);
            found.extend(child.all());
        }
        found
    }

    /// The elements with this name below this one.
    pub fn named(&self, name: &str) -> Vec<&Element> {
        self.all().into_iter().filter(|element| element.name == name).collect()
    }

    /// The elements directly in this one.
    pub fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(|child| match child {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// The element with an id, if there is one.
    pub fn find(&self, id: &str) -> Option<&Element> {
        self.all().into_iter().find(|element| element.attribute("id") == Some(id))
    }

    /// The element with an id.
    pub fn id(&self, id: &str) -> &Element {
        self.find(id).unwrap_or_else(|| panic!("no element with the id {id}"))
    }

    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }

    pub fn has_class(&self, class: &str) -> bool {
        self.attribute("class").is_some_and(|classes| classes.split(' ').any(|one| one == class))
    }

    /// The text in the element.
    pub fn text(&self) -> String {
        let parts = self.children.iter().map(|child| match child {
            Node::Element(element) => element.text(),
            Node::Text(text) => text.clone(),
        });
        parts.collect()
    }

    /// The texts of the cells of the rows of a table.
    pub fn rows(&self) -> Vec<Vec<String>> {
        let body = self.named("tbody")[0];
        body.elements().map(|row| row.elements().map(Element::text).collect()).collect()
    }

    /// The heads of the columns of a table.
    pub fn heads(&self) -> Vec<String> {
        self.named("th").into_iter().map(Element::text).collect()
    }

    /// The data of a script of data.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text()).unwrap()
    }

    /// The structure: the names of all elements, each with the names of its attributes.
    pub fn structure(&self) -> Vec<String> {
        let describe = |element: &&Element| {
            let attributes: Vec<&str> = element.attributes.keys().map(String::as_str).collect();
            format!("{} {}", element.name, attributes.join(" "))
        };
        self.all().iter().map(describe).collect()
    }
}

/// Reads a page.
pub fn page(text: &str) -> Element {
    assert!(text.starts_with("<!doctype html>\n<html"), "{}", &text[..text.len().min(80)]);
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    let mut open = vec![Element::default()];
    for Ok(token) in Tokenizer::new_with_emitter(text, emitter) {
        match token {
            Token::StartTag(tag) => {
                let name = string(&tag.name);
                end_implied(&mut open, &name);
                let attributes = tag.attributes.iter().map(|(name, value)| (string(name), string(&value.value)));
                let element = Element { attributes: attributes.collect(), name, children: Vec::new() };
                let is_whole = tag.self_closing || VOID.contains(&&*element.name);
                open.push(element);
                if is_whole {
                    end(&mut open);
                }
            }
            Token::EndTag(tag) => {
                let name = string(&tag.name);
                while matches!(&*top(&open).name, "td" | "tr") && top(&open).name != name {
                    end(&mut open);
                }
                assert_eq!(top(&open).name, name, "an element ends that is not the last one that began");
                end(&mut open);
            }
            Token::String(text) => open.last_mut().unwrap().children.push(Node::Text(string(&text.value))),
            Token::Doctype(_) => {}
            Token::Comment(comment) => panic!("a comment: {comment:?}"),
            Token::Error(error) => panic!("{error:?} after {:?}", top(&open)),
        }
    }
    assert_eq!(open.len(), 1, "elements without an end: {:?}", open.iter().map(|element| &element.name).collect::<Vec<_>>());
    open.remove(0)
}

fn string(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn top(open: &[Element]) -> &Element {
    open.last().unwrap()
}

/// Ends the cell and the row that the beginning of another one ends.
fn end_implied(open: &mut Vec<Element>, begins: &str) {
    if matches!(begins, "td" | "tr") && top(open).name == "td" {
        end(open);
    }
    if begins == "tr" && top(open).name == "tr" {
        end(open);
    }
}

fn end(open: &mut Vec<Element>) {
    let element = open.pop().unwrap();
    open.last_mut().expect("more ends than beginnings").children.push(Node::Element(element));
}
