// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Parsed samples of `/metrics`, by name and labels.

use std::collections::BTreeMap;

/// One sample of `/metrics`.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// Name of the sample's family.
    pub name: String,
    /// Labels of the sample.
    pub labels: BTreeMap<String, String>,
    /// Value of the sample.
    pub value: f64,
}

impl Sample {
    /// Returns the value of a label, or an empty text without such a label.
    #[must_use]
    pub fn label(&self, name: &str) -> &str {
        self.labels.get(name).map_or("", String::as_str)
    }

    fn parse(line: &str) -> Option<Self> {
        let (series, value) = line.rsplit_once(' ')?;
        let (name, labels) = match series.split_once('{') {
            Some((name, labels)) => (name, labels.strip_suffix('}')?),
            None => (series, ""),
        };
        Some(Self { name: name.to_owned(), labels: parse_labels(labels)?, value: value.parse().ok()? })
    }
}

/// All samples of one scrape.
#[derive(Clone, Debug)]
pub struct Samples(Vec<Sample>);

impl Samples {
    /// Parses the text format.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        Self(lines.map(|line| Sample::parse(line).unwrap_or_else(|| panic!("no sample: {line}"))).collect())
    }

    /// Iterates over all samples.
    pub fn all(&self) -> impl Iterator<Item = &Sample> {
        self.0.iter()
    }

    /// Iterates over the samples of a family that have all of these labels.
    pub fn of<'a>(&'a self, name: &'a str, labels: &'a [(&str, &str)]) -> impl Iterator<Item = &'a Sample> {
        let has = |sample: &Sample| labels.iter().all(|(label, value)| sample.label(label) == *value);
        self.0.iter().filter(move |sample| sample.name == name && has(sample))
    }

    /// Returns the sum of a family over all series that have these labels.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counters are whole numbers")]
    pub fn sum(&self, name: &str, labels: &[(&str, &str)]) -> u64 {
        self.of(name, labels).map(|sample| sample.value as u64).sum()
    }
}

/// Parses `name="value",…`, with the three escapes of the format.
fn parse_labels(mut text: &str) -> Option<BTreeMap<String, String>> {
    let mut labels = BTreeMap::new();
    while !text.is_empty() {
        let (name, rest) = text.split_once("=\"")?;
        let (value, rest) = parse_value(rest)?;
        labels.insert(name.to_owned(), value);
        text = rest.strip_prefix(',').unwrap_or(rest);
    }
    Some(labels)
}

fn parse_value(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, &text[at + 1..])),
            '\\' => value.push(match characters.next()?.1 {
                'n' => '\n',
                other => other,
            }),
            other => value.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::Samples;

    #[test]
    fn samples_are_found_by_name_and_labels() {
        let text = "# HELP a x\na{b=\"c\",d=\"e \\\"f\\\",g\"} 3\na{b=\"c\",d=\"\"} 4\nh 1.5e3\n";
        let samples = Samples::parse(text);
        assert_eq!(samples.sum("a", &[("b", "c")]), 7);
        assert_eq!(samples.sum("a", &[("d", "e \"f\",g")]), 3);
        assert_eq!(samples.sum("h", &[]), 1500);
        assert_eq!(samples.of("a", &[("b", "x")]).count(), 0);
    }
}
