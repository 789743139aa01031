// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! User and password for HTTP (RFC 7617).

use std::{fs, io, path::Path};

use base64::{Engine as _, engine::general_purpose::STANDARD};

/// `user:password`.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials(Vec<u8>);

impl Credentials {
    /// Reads the first line of a file.
    pub(super) fn read(file: &Path) -> io::Result<Self> {
        let text = fs::read_to_string(file)?;
        let line = text.lines().next().unwrap_or_default();
        if line.contains(':') {
            Ok(Self(line.into()))
        } else {
            Err(io::Error::new(io::ErrorKind::InvalidData, "its first line is not user:password"))
        }
    }

    /// Returns the value of `Authorization`.
    pub(super) fn header(&self) -> String {
        format!("Basic {}", STANDARD.encode(&self.0))
    }
}

/// Redacts the password, which must not get into logs.
impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Credentials")
    }
}

/// Decodes the credentials of a URL, percent-encoded (RFC 3986 §3.2.1).
pub(super) fn of_url(user: &str) -> Result<Credentials, &'static str> {
    const BAD: &str = "a percent sign in its user or password has no two hexadecimal digits behind it";
    let (mut bytes, mut rest) = (Vec::new(), user.bytes());
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || rest.next().and_then(|digit| char::from(digit).to_digit(16)).ok_or(BAD);
        let number = digit()? * 16 + digit()?;
        bytes.extend(u8::try_from(number));
    }
    if !bytes.contains(&b':') {
        bytes.push(b':');
    }
    Ok(Credentials(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_decoded_once_and_encoded_as_the_header_wants() {
        // RFC 7617 §2.
        assert_eq!(of_url("Aladdin:open%20sesame").unwrap().header(), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        assert_eq!(of_url("a").unwrap().header(), of_url("a:").unwrap().header());
        assert!(of_url("a%4").is_err() && of_url("a%").is_err());
    }
}
