// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Name and password of a request (RFC 7617).

use base64::{Engine as _, prelude::BASE64_STANDARD};
use hyper::header::{AUTHORIZATION, HeaderMap};

/// Credentials that a client sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    pub(super) user: Vec<u8>,
    pub(super) password: Vec<u8>,
}

impl Credentials {
    /// Parses the headers of a request; `None` without valid credentials.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let value = headers.get(AUTHORIZATION)?.as_bytes();
        let (scheme, encoded) = value.split_at_checked(b"Basic ".len())?;
        if !scheme.eq_ignore_ascii_case(b"Basic ") {
            return None;
        }
        let decoded = BASE64_STANDARD.decode(encoded).ok()?;
        let colon = decoded.iter().position(|byte| *byte == b':')?;
        Some(Self { user: decoded[..colon].to_vec(), password: decoded[colon + 1..].to_vec() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(value: &str) -> Option<(String, String)> {
        let headers = HeaderMap::from_iter([(AUTHORIZATION, value.parse().unwrap())]);
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Credentials::of(&headers).map(|found| (text(found.user), text(found.password)))
    }

    #[test]
    fn a_name_ends_at_the_first_colon() {
        for (value, expected) in [
            ("Basic YWxpY2U6c2VjcmV0", Some(("alice", "secret"))),
            ("bASIC YWxpY2U6c2VjcmV0", Some(("alice", "secret"))),
            ("Basic YWxpY2U6YTpi", Some(("alice", "a:b"))),
            ("Basic Og==", Some(("", ""))),
            ("Basic YWxpY2U=", None),
            ("Basic YWxpY2U6c2VjcmV0!", None),
            ("Basic", None),
            ("Basic ", None),
            ("Bearer YWxpY2U6c2VjcmV0", None),
            ("", None),
        ] {
            let expected = expected.map(|(user, password)| (user.to_owned(), password.to_owned()));
            assert_eq!(of(value), expected, "{value}");
        }
        assert!(Credentials::of(&HeaderMap::new()).is_none());
    }
}
