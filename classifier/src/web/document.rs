// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Parses the keys of the web configuration file.

mod basic_auth;
mod chosen;
mod http_server;
mod rate_limit;
mod tls_server;

use hyper::HeaderMap;

pub(super) use self::{
    chosen::{ClientAuth, Version},
    tls_server::{Source, TlsServer},
};
use super::Bucket;
use crate::located::{Refusal, Table, yaml};

/// The content of the file; an empty file sets nothing.
pub(super) struct Document {
    pub tls: Option<TlsServer>,
    /// Names and password hashes.
    pub users: Vec<(String, String)>,
    pub limit: Option<Bucket>,
    pub headers: HeaderMap,
}

/// Parses a text, and checks each key by itself.
pub(super) fn parse(text: &str) -> Result<Document, Refusal> {
    const KEYS: &[&str] = &["tls_server_config", "http_server_config", "basic_auth_users", "rate_limit"];
    let mut document = Table::of(yaml::parse(text)?, KEYS)?;
    Ok(Document {
        tls: document.get("tls_server_config", TlsServer::of)?.flatten(),
        users: document.get("basic_auth_users", basic_auth::users)?.unwrap_or_default(),
        limit: document.get("rate_limit", rate_limit::bucket)?.flatten(),
        headers: document.get("http_server_config", http_server::headers)?.unwrap_or_default(),
    })
}
