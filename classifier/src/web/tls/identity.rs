//! The server's certificate and key.

use rustls::{
    ConfigBuilder, ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
    server::WantsServerCert,
};

use super::pem::{self, Files, Pem};
use crate::web::{document::TlsServer, refusal::Refusal};

/// A chain of certificates, and the key of the first.
pub(super) struct Identity<'a> {
    source: Pem<'a>,
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

impl<'a> Identity<'a> {
    /// Reads both.
    pub(super) fn read(files: &mut Files<'_>, table: &'a TlsServer) -> Result<Self, Refusal> {
        let source = files.required(table, &table.certificate)?;
        let key = files.required(table, &table.private_key)?;
        let chain = certificates(&source)?;
        let key = PrivateKeyDer::from_pem_slice(&key.bytes).map_err(|error| {
            let what = pem::words(&error);
            key.refusal(&format!("no private key that can be used: {what}; write one in PEM, not encrypted"))
        })?;
        Ok(Self { source, chain, key })
    }

    /// That something is wrong with the certificate.
    pub(super) fn refusal(&self, what: &str) -> Refusal {
        self.source.refusal(what)
    }

    /// A configuration that shows it to clients.
    pub(super) fn present(
        self,
        builder: ConfigBuilder<ServerConfig, WantsServerCert>,
    ) -> Result<ServerConfig, Refusal> {
        let Self { source, chain, key } = self;
        builder.with_single_cert(chain, key).map_err(|error| {
            if let rustls::Error::InconsistentKeys(_) = error {
                return source
                    .refusal("the key is not this certificate's; give the two that belong together");
            }
            let error = invalid(&error);
            let can = "RSA, P-256, P-384 and Ed25519 can";
            source.refusal(&format!("cannot be used with its key: {error}; {can}"))
        })
    }
}

/// What is wrong with a certificate, which rustls takes for a peer's.
pub(super) fn invalid(error: &rustls::Error) -> String {
    if let rustls::Error::InvalidCertificate(error) = error { error.to_string() } else { error.to_string() }
}

/// All certificates of a text, one at least.
pub(super) fn certificates(pem: &Pem<'_>) -> Result<Vec<CertificateDer<'static>>, Refusal> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem.bytes).collect();
    let chain = chain.map_err(|error| {
        pem.refusal(&format!("not PEM: {}; write certificates in PEM", pem::words(&error)))
    })?;
    if chain.is_empty() {
        return Err(pem.refusal("no certificate in it; write one or more in PEM"));
    }
    Ok(chain)
}
