// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Converts `tls_server_config` to rustls.

use std::{path::Path, sync::Arc};

use rustls::{
    ServerConfig,
    crypto::{CryptoProvider, ring},
    server::{NoServerSessionStorage, danger::ClientCertVerifier},
};

use super::{
    document::{TlsServer, Version},
    inputs::Inputs,
};
use crate::located::Refusal;

mod clients;
mod identity;
mod names;
mod pem;
mod verifier;

use self::{identity::Identity, pem::Files};

/// Builds the TLS configuration of the server.
pub(super) fn server(
    table: &TlsServer,
    folder: &Path,
    inputs: &mut Inputs,
) -> Result<Arc<ServerConfig>, Refusal> {
    let mut files = Files { folder, inputs };
    let identity = Identity::read(&mut files, table)?;
    let provider = Arc::new(provider(table));
    let clients = clients::verifier(&mut files, table, &provider)?;
    let mut config = config(table, provider, clients, identity)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.ignore_client_order = table.prefers_own_order;
    // Scrapers keep their connection, and a resumable session would outlive its certificate.
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(Arc::new(config))
}

/// Selects the listed suites of TLS 1.2 and curves. The suites of TLS 1.3 are always on, as in Go.
fn provider(table: &TlsServer) -> CryptoProvider {
    let mut provider = ring::default_provider();
    if let Some(suites) = table.suites.as_ref().filter(|suites| !suites.value.is_empty()) {
        let listed = suites.value.iter().copied().filter(|suite| suite.tls13().is_none());
        let always = provider.cipher_suites.into_iter().filter(|suite| suite.tls13().is_some());
        provider.cipher_suites = always.chain(listed).collect();
    }
    if let Some(curves) = table.curves.as_ref().filter(|curves| !curves.value.is_empty()) {
        provider.kx_groups.clone_from(&curves.value);
    }
    provider
}

fn config(
    table: &TlsServer,
    provider: Arc<CryptoProvider>,
    clients: Option<Arc<dyn ClientCertVerifier>>,
    identity: Identity<'_>,
) -> Result<ServerConfig, Refusal> {
    let lowest = table.lowest.as_ref().map_or(Version::Tls12, |version| version.value);
    let highest = table.highest.as_ref().map_or(Version::Tls13, |version| version.value);
    let versions: Vec<_> = [Version::Tls12, Version::Tls13]
        .into_iter()
        .filter(|version| (lowest..=highest).contains(version))
        .map(Version::in_rustls)
        .collect();
    let builder = ServerConfig::builder_with_provider(provider).with_protocol_versions(&versions);
    let builder = builder.map_err(|error| match (&table.lowest, &table.suites) {
        (Some(lowest), _) if versions.is_empty() => {
            lowest.refusal("higher than max_version; lower it, or raise the other")
        }
        (_, Some(suites)) => suites.refusal("none of them belongs to this TLS version; add one that does"),
        (_, None) => identity.refusal(&format!("{error}; this is a bug, report it")),
    })?;
    let builder = match clients {
        Some(clients) => builder.with_client_cert_verifier(clients),
        None => builder.with_no_client_auth(),
    };
    identity.present(builder)
}
