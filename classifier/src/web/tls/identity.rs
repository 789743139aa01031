// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Certificate and key of the server.

use rustls::{
    ConfigBuilder, ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
    server::WantsServerCert,
};

use super::{
    names,
    pem::{self, Files, Pem},
};
use crate::{located::Refusal, web::document::TlsServer};

/// A chain of certificates, and the key of the first.
pub(super) struct Identity<'a> {
    source: Pem<'a>,
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

impl<'a> Identity<'a> {
    /// Reads the chain and the key.
    pub(super) fn read(files: &mut Files<'_>, table: &'a TlsServer) -> Result<Self, Refusal> {
        let source = files.required(table, &table.certificate)?;
        let key = files.required(table, &table.private_key)?;
        let chain = certificates(&source)?;
        let key = PrivateKeyDer::from_pem_slice(&key.bytes).map_err(|error| {
            let what = pem::words(&error);
            key.refusal(&format!("no usable private key: {what}; give one in PEM, not encrypted"))
        })?;
        Ok(Self { source, chain, key })
    }

    /// Creates an error about the certificate.
    pub(super) fn refusal(&self, what: &str) -> Refusal {
        self.source.refusal(what)
    }

    /// Builds a TLS configuration with this identity.
    pub(super) fn present(
        self,
        builder: ConfigBuilder<ServerConfig, WantsServerCert>,
    ) -> Result<ServerConfig, Refusal> {
        let Self { source, chain, key } = self;
        let version = chain.first().and_then(names::version);
        builder.with_single_cert(chain, key).map_err(|error| {
            if let rustls::Error::InconsistentKeys(_) = error {
                return source.refusal("the key does not belong to this certificate; give a matching pair");
            }
            if let Some(version @ 1..3) = version {
                let remedy = "clients need a subjectAltName; issue a certificate of version 3 with one";
                return source.refusal(&format!("of X.509 version {version}: {remedy}"));
            }
            let error = invalid(&error);
            let can = "RSA, P-256, P-384 and Ed25519 can";
            source.refusal(&format!("cannot be used with its key: {error}; {can}"))
        })
    }
}

/// Describes an error of the certificate, which rustls words for a peer's certificate.
pub(super) fn invalid(error: &rustls::Error) -> String {
    if let rustls::Error::InvalidCertificate(error) = error { error.to_string() } else { error.to_string() }
}

/// Parses all certificates of a text, at least one.
pub(super) fn certificates(pem: &Pem<'_>) -> Result<Vec<CertificateDer<'static>>, Refusal> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem.bytes).collect();
    let chain = chain.map_err(|error| {
        pem.refusal(&format!("not PEM: {}; give certificates in PEM", pem::words(&error)))
    })?;
    if chain.is_empty() {
        return Err(pem.refusal("it has no certificate; give one or more in PEM"));
    }
    Ok(chain)
}
