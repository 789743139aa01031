// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Parses YAML into a tree. The type of a scalar is not guessed: the reader of the value decides.

use std::mem::take;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle};

use super::{
    Located, Node, Refusal,
    tree::{Content, Entry},
};

/// Deepest nesting of nodes. A web configuration needs four levels.
const DEPTH_MAX: usize = 8;

/// Parses the only document of a text.
pub(crate) fn parse(text: &str) -> Result<Located<Node>, Refusal> {
    let mut tree = Tree::default();
    // The parser counts characters.
    let offsets: Vec<_> = text.char_indices().map(|(at, _)| at).collect();
    let at = |marker: Marker| offsets.get(marker.index()).copied().unwrap_or(text.len());
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| {
            let message = format!("not valid YAML: {}; https://yaml.org shows the syntax", error.info());
            Refusal::new(at(*error.marker()), message)
        })?;
        tree.take(event, at(span.start))?;
    }
    Ok(Located::root(tree.root.unwrap_or(Node { at: 0, content: Content::Nothing })))
}

/// Builds a tree from the parser's events.
#[derive(Default)]
struct Tree {
    root: Option<Node>,
    open: Vec<Open>,
}

/// A list or table that has not ended yet.
struct Open {
    node: Node,
    /// Key and position of the next value.
    key: Option<(String, usize)>,
}

impl Tree {
    fn take(&mut self, event: Event<'_>, at: usize) -> Result<(), Refusal> {
        match event {
            Event::Scalar(text, style, ..) => {
                let none = style == ScalarStyle::Plain && ["", "~", "null", "Null", "NULL"].contains(&&*text);
                let content = if none { Content::Nothing } else { Content::Untyped(text.into_owned()) };
                self.add(Node { at, content })
            }
            Event::SequenceStart(..) => self.begin(Node { at, content: Content::List(Vec::new()) }),
            Event::MappingStart(..) => self.begin(Node { at, content: Content::Table(Vec::new()) }),
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(ended) => self.add(ended.node),
                None => Ok(()),
            },
            Event::Alias(_) => Err(Refusal::new(at, "aliases are not supported; repeat the value")),
            Event::DocumentStart(_) if self.root.is_some() => {
                Err(Refusal::new(at, "a second document begins; keep one per file"))
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
            return Err(Refusal::new(node.at, "nested deeper than any setting; indent the key less"));
        }
        self.open.push(Open { node, key: None });
        Ok(())
    }

    /// Adds a complete node to the innermost open one.
    fn add(&mut self, node: Node) -> Result<(), Refusal> {
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        match (&mut open.node.content, take(&mut open.key)) {
            (Content::List(list), _) => list.push(node),
            (Content::Table(table), Some((name, at))) => table.push(Entry { name, at, value: node }),
            (Content::Table(table), None) => open.key = Some(key(node, table)?),
            (_, _) => {}
        }
        Ok(())
    }
}

fn key(node: Node, table: &[Entry]) -> Result<(String, usize), Refusal> {
    let Content::Untyped(name) = node.content else {
        return Err(Refusal::new(node.at, "the key is not a string; write a name"));
    };
    if table.iter().any(|known| known.name == name) {
        return Err(Refusal::new(node.at, format!("`{name}` is given twice; leave one out")));
    }
    Ok((name, node.at))
}

#[cfg(test)]
mod tests {
    use super::{super::Place, *};

    fn shown(text: &str, node: &Node) -> String {
        let content = if let Content::Untyped(text) = &node.content {
            format!("{text:?}")
        } else if let Content::List(list) = &node.content {
            format!("[{}]", list.iter().map(|node| shown(text, node)).collect::<Vec<_>>().join(" "))
        } else if let Content::Table(table) = &node.content {
            let pairs = table.iter().map(|entry| format!("{}={}", entry.name, shown(text, &entry.value)));
            format!("{{{}}}", pairs.collect::<Vec<_>>().join(" "))
        } else {
            node.content.kind().to_owned()
        };
        format!("{} {content}", Place::of(text, node.at))
    }

    #[test]
    fn every_kind_of_node_says_where_it_stands() {
        for (text, expected) in [
            ("", "1:1 nothing"),
            ("# nothing", "1:1 nothing"),
            ("a: 1\nb: yes\n", r#"1:1 {a=1:4 "1" b=2:4 "yes"}"#),
            ("a: [x, \"~\", ~]\n", r#"1:1 {a=1:4 [1:5 "x" 1:8 "~" 1:13 nothing]}"#),
            ("a:\n  - ü: {b: }\n", "1:1 {a=2:3 [2:5 {ü=2:8 {b=2:10 nothing}}]}"),
            ("ü: |\n  x\n  y\n", r#"1:1 {ü=2:3 "x\ny\n"}"#),
            ("--- !!map\na: !!str 1\n", r#"1:5 {a=2:4 "1"}"#),
        ] {
            let shown =
                parse(text).map(|root| shown(text, &root.value)).map_err(|refusal| format!("{refusal:?}"));
            assert_eq!(shown.as_deref(), Ok(expected), "{text}");
        }
    }
}
