// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Renders label pairs once.

/// Label pairs in the form of the text format, rendered once and used in many samples.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labels(
    /// Pairs with [`CLOSE`] at their end, the form of the last pairs of a sample.
    String,
);

const CLOSE: &str = "} ";

/// Characters around a name and its value.
const SIGNS: usize = r#"="","#.len();

impl Labels {
    /// Renders names and values, in this order.
    #[must_use]
    pub fn of(pairs: &[(&str, &str)]) -> Self {
        let length: usize = pairs.iter().map(|(name, value)| name.len() + value.len() + SIGNS).sum();
        let mut text = String::with_capacity(length + CLOSE.len());
        for (name, value) in pairs {
            if !text.is_empty() {
                text.push(',');
            }
            text.push_str(name);
            text.push_str("=\"");
            escape(value, &mut text);
            text.push('"');
        }
        text.push_str(CLOSE);
        Self(text)
    }

    /// Returns the pairs, with commas between them and no braces.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0[..self.0.len() - CLOSE.len()]
    }

    /// Returns the pairs with the text between a sample's last pair and its value.
    #[must_use]
    pub fn closed(&self) -> &str {
        &self.0
    }
}

impl Default for Labels {
    fn default() -> Self {
        Self::of(&[])
    }
}

fn escape(value: &str, text: &mut String) {
    for character in value.chars() {
        match character {
            '\\' => text.push_str("\\\\"),
            '"' => text.push_str("\\\""),
            '\n' => text.push_str("\\n"),
            plain => text.push(plain),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_escaped_and_pairs_joined() {
        let labels = Labels::of(&[("a", "q\"b\\s\nn"), ("b", "ü"), ("c", "")]);
        assert_eq!(labels.as_str(), r#"a="q\"b\\s\nn",b="ü",c="""#);
        assert_eq!(labels.closed(), r#"a="q\"b\\s\nn",b="ü",c=""} "#);
        assert_eq!(Labels::default().as_str(), "");
    }
}
