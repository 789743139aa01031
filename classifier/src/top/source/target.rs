//! The URL of an agent, and what it takes to be let in.

use std::{fmt, path::PathBuf, str::FromStr as _};

use hyper::{Uri, http::uri::Scheme};
use thiserror::Error;

use super::credentials::{self, Credentials};

/// A URL that no agent can have.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("`{url}` is no URL of an agent: {why}; as in http://host:9877/metrics")]
pub struct BadUrl {
    /// It, without a password.
    pub url: String,
    /// What is wrong with it.
    pub why: &'static str,
}

/// Where an agent serves.
#[derive(Clone, PartialEq, Eq)]
pub struct Target {
    /// `https`, not `http`.
    pub is_encrypted: bool,
    /// Host name or address, without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
    /// Path and query.
    pub path: String,
    /// From the URL.
    pub credentials: Option<Credentials>,
    /// A file with `user:password`, which beats those of the URL.
    pub credentials_file: Option<PathBuf>,
    /// A file with certificates to trust, in place of the system's.
    pub authorities: Option<PathBuf>,
}

impl Target {
    /// Understands a URL; `/metrics` is meant where it names no path.
    ///
    /// # Errors
    ///
    /// When it is none of an agent.
    pub fn parse(url: &str) -> Result<Self, BadUrl> {
        let bad = |why| BadUrl { url: without_password(url), why };
        let uri = Uri::from_str(url).map_err(|_| bad("it cannot be understood"))?;
        let is_encrypted = match uri.scheme() {
            Some(scheme) if *scheme == Scheme::HTTP => false,
            Some(scheme) if *scheme == Scheme::HTTPS => true,
            _ => return Err(bad("it begins with neither http:// nor https://")),
        };
        let authority = uri.authority().ok_or_else(|| bad("it names no host"))?;
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        if host.is_empty() {
            return Err(bad("it names no host"));
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

    /// Host and port, as HTTP names them.
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

/// The same: passwords get into no log.
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
            ("", "understood"),
            ("http://", "understood"),
            ("http://a:secret@ho st/", "understood"),
            ("http://a%zz:secret@host/", "percent"),
        ] {
            let text = Target::parse(url).unwrap_err().to_string();
            assert!(text.contains(why) && !text.contains("secret"), "{text}");
        }
    }
}
