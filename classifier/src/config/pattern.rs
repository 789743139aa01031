// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Names and globs of interfaces.

use std::fmt;

use super::ConfigError;

/// `IFNAMSIZ` without its terminating zero.
const NAME_MAX: usize = 15;

/// The name of an interface, or a shell glob over names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// An interface name, which must exist.
    Plain(String),
    /// A glob, which also matches later interfaces.
    Glob(glob::Pattern),
}

impl Pattern {
    pub(crate) fn parse(text: &str) -> Result<Self, ConfigError> {
        let refused = |cause| ConfigError::Interface { text: text.to_owned(), cause };
        if text.is_empty() {
            return Err(refused("it is empty".into()));
        }
        if let Some(bad) = text.chars().find(|c| *c == '/' || c.is_whitespace()) {
            return Err(refused(format!("an interface name must not contain {bad:?}")));
        }
        if text.contains(['*', '?', '[']) {
            return glob::Pattern::new(text).map(Self::Glob).map_err(|error| refused(error.to_string()));
        }
        if text.len() > NAME_MAX {
            return Err(refused(format!("names have at most {NAME_MAX} bytes")));
        }
        Ok(Self::Plain(text.to_owned()))
    }

    /// Tells whether the pattern matches a name.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        match self {
            Self::Plain(plain) => plain == name,
            Self::Glob(glob) => glob.matches(name),
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(plain) => f.write_str(plain),
            Self::Glob(glob) => glob.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glob_matches_what_a_shell_would() {
        for (pattern, name, expected) in [
            ("eth0", "eth0", true),
            ("eth0", "eth01", false),
            ("veth*", "veth", true),
            ("eth[0-3]", "eth4", false),
            ("en?1", "ens1", true),
        ] {
            let pattern = Pattern::parse(pattern).unwrap();
            assert_eq!(pattern.matches(name), expected, "{pattern} {name}");
        }
    }
}
