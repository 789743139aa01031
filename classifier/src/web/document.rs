//! The keys of the file.

mod at;
mod basic_auth;
mod chosen;
mod http_server;
mod rate_limit;
mod table;
mod tls_server;

use hyper::HeaderMap;

pub(super) use self::{
    at::At,
    chosen::{ClientAuth, Version},
    tls_server::{Source, TlsServer},
};
use self::{
    at::Pair,
    chosen::{Chosen, Curve, Suite},
    table::Table,
};
use super::{Bucket, refusal::Refusal, yaml};

/// The whole file; an empty one says nothing.
pub(super) struct Document {
    pub tls: Option<TlsServer>,
    /// Names and hashes.
    pub users: Vec<(String, String)>,
    pub limit: Option<Bucket>,
    pub headers: HeaderMap,
}

/// What a text says, if every key and value by itself can be meant.
pub(super) fn parse(text: &str) -> Result<Document, Refusal> {
    const KEYS: [&str; 4] = ["tls_server_config", "http_server_config", "basic_auth_users", "rate_limit"];
    let mut document = Table::root(yaml::parse(text)?, &KEYS)?;
    Ok(Document {
        tls: document.table("tls_server_config", tls_server::KEYS)?.map(TlsServer::of).transpose()?.flatten(),
        users: document.pairs("basic_auth_users")?.map(basic_auth::users).transpose()?.unwrap_or_default(),
        limit: document.table("rate_limit", rate_limit::KEYS)?.map(rate_limit::bucket).transpose()?.flatten(),
        headers: document
            .table("http_server_config", http_server::KEYS)?
            .map(http_server::headers)
            .transpose()?
            .unwrap_or_default(),
    })
}
