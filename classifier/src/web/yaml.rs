//! YAML as a tree that says of each node where it stands. What a scalar means is not guessed: it is a text.

use std::mem::take;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError};

use super::refusal::Refusal;
use crate::config::Place;

/// Nodes below one another. Four is what a web configuration needs.
const DEPTH_MAX: usize = 8;

/// A part of a document.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Node {
    pub place: Place,
    pub content: Content,
}

/// What a node is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// No value, or `null`.
    Nothing,
    Text(String),
    List(Vec<Node>),
    /// Keys in their order, each once.
    Table(Vec<(Key, Node)>),
}

/// A key of a table.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub name: String,
    pub place: Place,
}

/// The only document of a text.
pub(super) fn parse(text: &str) -> Result<Node, Refusal> {
    let mut tree = Tree::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| syntax(&error))?;
        tree.take(event, place(span.start))?;
    }
    Ok(tree.root.unwrap_or(Node { place: Place { line: 1, column: 1 }, content: Content::Nothing }))
}

fn place(marker: Marker) -> Place {
    Place { line: marker.line(), column: marker.col() + 1 }
}

fn syntax(error: &ScanError) -> Refusal {
    let message = format!("not valid YAML: {}; https://yaml.org shows the syntax", error.info());
    Refusal::nameless(place(*error.marker()), message)
}

/// Grows from the parser's events.
#[derive(Default)]
struct Tree {
    root: Option<Node>,
    open: Vec<Open>,
}

/// A list or table that has not ended yet.
struct Open {
    node: Node,
    /// The key whose value comes next.
    key: Option<Key>,
}

impl Tree {
    fn take(&mut self, event: Event<'_>, place: Place) -> Result<(), Refusal> {
        match event {
            Event::Scalar(text, style, ..) => {
                let none = style == ScalarStyle::Plain && ["", "~", "null", "Null", "NULL"].contains(&&*text);
                let content = if none { Content::Nothing } else { Content::Text(text.into_owned()) };
                self.add(Node { place, content })
            }
            Event::SequenceStart(..) => self.begin(Node { place, content: Content::List(Vec::new()) }),
            Event::MappingStart(..) => self.begin(Node { place, content: Content::Table(Vec::new()) }),
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(ended) => self.add(ended.node),
                None => Ok(()),
            },
            Event::Alias(_) => {
                let message = "an alias, which no web configuration needs; write the value again";
                Err(Refusal::nameless(place, message))
            }
            Event::DocumentStart(_) if self.root.is_some() => {
                Err(Refusal::nameless(place, "another document begins; keep one in the file"))
            }
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => Ok(()),
        }
    }

    fn begin(&mut self, node: Node) -> Result<(), Refusal> {
        if self.open.len() == DEPTH_MAX {
            let message = "deeper than any web configuration; write the key further to the left";
            return Err(Refusal::nameless(node.place, message));
        }
        self.open.push(Open { node, key: None });
        Ok(())
    }

    /// A whole node goes to what is open.
    fn add(&mut self, node: Node) -> Result<(), Refusal> {
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        match (&mut open.node.content, take(&mut open.key)) {
            (Content::List(list), _) => list.push(node),
            (Content::Table(table), Some(key)) => table.push((key, node)),
            (Content::Table(table), None) => open.key = Some(key(node, table)?),
            (Content::Nothing | Content::Text(_), _) => {}
        }
        Ok(())
    }
}

fn key(node: Node, table: &[(Key, Node)]) -> Result<Key, Refusal> {
    let Content::Text(name) = node.content else {
        return Err(Refusal::nameless(node.place, "a key that is no text; write a name"));
    };
    if table.iter().any(|(known, _)| known.name == name) {
        return Err(Refusal::nameless(node.place, format!("`{name}` is given twice; leave one out")));
    }
    Ok(Key { name, place: node.place })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(node: &Node) -> String {
        let Place { line, column } = node.place;
        let content = match &node.content {
            Content::Nothing => "-".into(),
            Content::Text(text) => format!("{text:?}"),
            Content::List(list) => format!("[{}]", list.iter().map(shown).collect::<Vec<_>>().join(" ")),
            Content::Table(table) => {
                let pairs = table.iter().map(|(key, node)| format!("{}={}", key.name, shown(node)));
                format!("{{{}}}", pairs.collect::<Vec<_>>().join(" "))
            }
        };
        format!("{line}:{column} {content}")
    }

    #[test]
    fn every_kind_of_node_says_where_it_stands() {
        for (text, expected) in [
            ("", "1:1 -"),
            ("# nothing", "1:1 -"),
            ("a: 1\nb: yes\n", r#"1:1 {a=1:4 "1" b=2:4 "yes"}"#),
            ("a: [x, \"~\", ~]\n", r#"1:1 {a=1:4 [1:5 "x" 1:8 "~" 1:13 -]}"#),
            ("a:\n  - ü: {b: }\n", "1:1 {a=2:3 [2:5 {ü=2:8 {b=2:10 -}}]}"),
            ("a: |\n  x\n  y\n", r#"1:1 {a=2:3 "x\ny\n"}"#),
            ("--- !!map\na: !!str 1\n", r#"1:5 {a=2:4 "1"}"#),
        ] {
            let shown = parse(text).map(|node| shown(&node)).map_err(|refusal| format!("{refusal:?}"));
            assert_eq!(shown.as_deref(), Ok(expected), "{text}");
        }
    }
}
