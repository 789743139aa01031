// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Path of the metrics.

use std::fmt;

use super::ConfigError;

/// Prefix of the agent's own endpoints, such as `/-/healthy`.
const RESERVED: &str = "/-/";

/// The path of the metrics; `/` replaces the page for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TelemetryPath(String);

impl TelemetryPath {
    /// Parses a path of requests (RFC 3986 §3.3), without percent-encoding.
    ///
    /// # Errors
    ///
    /// When no request can have the path, or another endpoint has it.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let refused =
            |cause: &str| ConfigError::TelemetryPath { text: text.to_owned(), cause: cause.to_owned() };
        let foreign = text.chars().find(|c| !c.is_ascii_alphanumeric() && !"/-._~!$&'()*+,;=:@".contains(*c));
        if !text.starts_with('/') {
            return Err(refused("the path must start with `/`"));
        }
        if let Some(foreign) = foreign {
            return Err(refused(&format!("the path must not contain {foreign:?}")));
        }
        if text.starts_with(RESERVED) {
            return Err(refused("`/-/` is reserved for the agent"));
        }
        Ok(Self(text.to_owned()))
    }

    /// Returns the path.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for TelemetryPath {
    fn default() -> Self {
        Self("/metrics".into())
    }
}

impl fmt::Display for TelemetryPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_what_a_request_can_ask_for() {
        for path in ["/", "/metrics", "/probe/metrics", "/a.b-c_d~e"] {
            assert_eq!(TelemetryPath::parse(path).unwrap().as_str(), path);
        }
    }

    #[test]
    fn errors_name_the_path_the_cause_and_the_remedy() {
        for (path, part) in [
            ("", "start with `/`"),
            ("metrics", "start with `/`"),
            ("http://host/metrics", "start with `/`"),
            ("/a b", "' '"),
            ("/metrics?x", "'?'"),
            ("/m%20", "'%'"),
            ("/-/metrics", "`/-/`"),
        ] {
            let text = TelemetryPath::parse(path).unwrap_err().to_string();
            assert!(text.contains(&format!("`{path}`")) && text.contains(part), "{text}");
            assert!(text.ends_with("write one such as /metrics") && !text.contains('\n'), "{text}");
        }
    }
}
