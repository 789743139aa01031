// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Parses the answer of an agent: the text format 0.0.4 of Prometheus, and `OpenMetrics` 1.0, line by line.

use std::collections::HashMap;

use thiserror::Error;

/// A line that violates the format.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("line {number} is not of Prometheus' text format: `{line}`")]
pub struct BadLine {
    /// Line number, from 1.
    pub number: usize,
    /// Beginning of the line.
    pub line: String,
}

/// One sample: name, labels and value.
#[derive(Debug)]
pub struct Line<'t> {
    /// Name of the metric.
    pub name: &'t str,
    labels: HashMap<&'t str, String>,
    /// Number as it is written: a counter may have more digits than a float.
    value: &'t str,
}

/// Most characters of a line that an error shows.
const SHOWN: usize = 60;

impl Line<'_> {
    /// Returns the value of a label; empty if the label is missing, as the format defines it.
    #[must_use]
    pub fn label(&self, name: &str) -> &str {
        self.labels.get(name).map_or("", String::as_str)
    }

    /// Converts the value to a whole number of at least 0; a smaller value, or none, is 0.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "`as` saturates, and NaN is 0"
    )]
    pub fn whole(&self) -> u64 {
        self.value.parse().unwrap_or_else(|_| self.value.parse::<f64>().unwrap_or_default() as u64)
    }
}

/// Iterates over the samples of a text, in order. Comments, timestamps and exemplars are skipped.
///
/// # Errors
///
/// At the first line that is neither a sample nor a comment.
pub fn lines(text: &str) -> impl Iterator<Item = Result<Line<'_>, BadLine>> {
    let is_sample = |(_, line): &(usize, &str)| !line.trim().is_empty() && !line.starts_with('#');
    (1..).zip(text.lines()).filter(is_sample).map(|(number, line)| {
        sample(line).ok_or_else(|| BadLine { number, line: line.chars().take(SHOWN).collect() })
    })
}

fn sample(line: &str) -> Option<Line<'_>> {
    let end = line.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == ':'))?;
    let (name, rest) = line.split_at(end);
    let mut labels = HashMap::new();
    let rest = match rest.strip_prefix('{') {
        Some(pairs) => read_labels(pairs, &mut labels)?,
        None => rest,
    };
    let value = rest.split_ascii_whitespace().next()?;
    let is_number = value.parse::<f64>().is_ok();
    (!name.is_empty() && rest.starts_with([' ', '\t']) && is_number).then_some(Line { name, labels, value })
}

/// Parses the pairs up to the closing brace, and returns the rest.
fn read_labels<'t>(mut rest: &'t str, labels: &mut HashMap<&'t str, String>) -> Option<&'t str> {
    loop {
        rest = rest.trim_start_matches([' ', ',']);
        if let Some(behind) = rest.strip_prefix('}') {
            return Some(behind);
        }
        let (name, value) = rest.split_once('=')?;
        let (value, behind) = quoted(value.trim_start().strip_prefix('"')?)?;
        labels.insert(name.trim_end(), value);
        rest = behind;
    }
}

/// Parses a text up to its closing quote, with its three escapes, and returns the rest.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((place, character)) = characters.next() {
        match character {
            '"' => return Some((value, text.get(place + 1..)?)),
            '\\' => match characters.next()?.1 {
                'n' => value.push('\n'),
                plain => value.push(plain),
            },
            plain => value.push(plain),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_sample_is_read() {
        let text = "# HELP a b\n\na 1\na{} 2 1700000000\n a_b:c{x=\"1\",} 3e2 # {trace=\"x\"} 1 1.5\n\
                    a{x=\"q\\\"b\\\\s\\nn}\", y = \"ü\"} 18446744073709551615\na NaN\na +Inf\na -4\n# EOF\n";
        let text = text.replace(" a_b", "a_b");
        let all: Vec<_> = lines(&text).map(Result::unwrap).collect();
        let whole: Vec<_> = all.iter().map(Line::whole).collect();
        assert_eq!(whole, [1, 2, 300, u64::MAX, 0, u64::MAX, 0]);
        assert_eq!((all[2].name, all[2].label("x"), all[2].label("y")), ("a_b:c", "1", ""));
        assert_eq!((all[3].label("x"), all[3].label("y")), ("q\"b\\s\nn}", "ü"));
    }

    #[test]
    fn what_is_no_sample_is_named() {
        for line in
            ["<html>", "a", "a{x=\"1\" 1", "a{x=1} 1", "{} 1", "a{x=\"1\\", "a one", "a{}1", "é 1", "a\""]
        {
            let text = format!("ok 1\n{line}\n");
            let bad = lines(&text).find_map(Result::err).unwrap_or_else(|| panic!("{line} is read"));
            assert_eq!((bad.number, &bad.line[..]), (2, line));
        }
    }
}
