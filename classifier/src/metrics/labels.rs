//! Label pairs, rendered once.

/// Label pairs as they stand between the braces, rendered once and used in many samples.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels(String);

impl Labels {
    /// Renders names and values, in this order.
    #[must_use]
    pub fn of(pairs: &[(&str, &str)]) -> Self {
        let mut text = String::new();
        for (name, value) in pairs {
            if !text.is_empty() {
                text.push(',');
            }
            text.push_str(name);
            text.push_str("=\"");
            escape(value, &mut text);
            text.push('"');
        }
        Self(text)
    }

    /// The pairs, with commas between them and no braces.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
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
    }
}
