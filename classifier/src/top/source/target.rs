// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! URL of an agent, with credentials.

use std::{fmt, path::PathBuf, str::FromStr as _};

use hyper::{Uri, http::uri::Scheme};
use thiserror::Error;

use super::credentials::{self, Credentials};

/// Reason why a URL cannot be an agent's.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("`{url}` is not the URL of an agent: {why}; write one such as http://host:9877/metrics")]
pub struct BadUrl {
    /// URL without its password.
    pub url: String,
    /// Problem of the URL.
    pub why: &'static str,
}

/// Address and credentials of an agent.
#[derive(Clone, PartialEq, Eq)]
pub struct Target {
    /// True if the scheme is `https`, not `http`.
    pub is_encrypted: bool,
    /// Host name or address, without brackets.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Path and query.
    pub path: String,
    /// Credentials from the URL.
    pub credentials: Option<Credentials>,
    /// File with `user:password`, which wins over those of the URL.
    pub credentials_file: Option<PathBuf>,
    /// File with certificates to trust instead of the system's.
    pub authorities: Option<PathBuf>,
}

impl Target {
    /// Parses a URL; the default path is `/metrics`.
    ///
    /// # Errors
    ///
    /// When the URL cannot be an agent's.
    pub fn parse(url: &str) -> Result<Self, BadUrl> {
        let bad = |why| BadUrl { url: without_password(url), why };
        let uri = Uri::from_str(url).map_err(|_| bad("it cannot be parsed"))?;
        let is_encrypted = match uri.scheme() {
            Some(scheme) if *scheme == Scheme::HTTP => false,
            Some(scheme) if *scheme == Scheme::HTTPS => true,
            _ => return Err(bad("it starts with neither http:// nor https://")),
        };
        let authority = uri.authority().ok_or_else(|| bad("it has no host"))?;
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        if host.is_empty() {
            return Err(bad("it has no host"));
        }
        let user = authority.as_str().rsplit_once('@').map(|(user, _)| user);
        let credentials = user.map(credentials::of_url).transpose().map_err(bad)?;
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        Ok(Self {
            is_encrypted,
            host,
            port: authority.port_u16().unwrap_or(if is_encrypted { 443 } else { 80 }),
            path: if path == "/" { "/metrics".into() } else { path.to_owned() },
            credentials,
            credentials_file: None,
            authorities: None,
        })
    }

    /// Returns host and port in HTTP's form.
    #[must_use]
    pub fn authority(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}

/// The URL, without user and password.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.is_encrypted { "https" } else { "http" };
        write!(f, "{scheme}://{}{}", self.authority(), self.path)
    }
}

/// Redacts the password, which must not get into logs.
impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn without_password(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://…@{host}"),
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_of_agents_are_understood() {
        for (url, shown) in [
            ("http://127.0.0.1:9877/metrics", "http://127.0.0.1:9877/metrics"),
            ("http://host", "http://host:80/metrics"),
            ("https://host/", "https://host:443/metrics"),
            ("https://[::1]:9877/m?a=b", "https://[::1]:9877/m?a=b"),
            ("http://user:pass%40word@host:1", "http://host:1/metrics"),
        ] {
            let target = Target::parse(url).unwrap();
            assert_eq!(target.to_string(), shown);
            assert_eq!(target.credentials.is_some(), url.contains("user"));
            assert_eq!(format!("{target:?}"), shown);
        }
    }

    #[test]
    fn what_is_no_url_is_told_without_its_password() {
        for (url, why) in [
            ("host:9877", "http://"),
            ("ftp://host", "http://"),
            ("", "parsed"),
            ("http://", "parsed"),
            ("http://a:secret@ho st/", "parsed"),
            ("http://a%zz:secret@host/", "percent"),
        ] {
            let text = Target::parse(url).unwrap_err().to_string();
            assert!(text.contains(why) && !text.contains("secret"), "{text}");
        }
    }
}
