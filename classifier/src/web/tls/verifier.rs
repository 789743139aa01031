// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Verifies client certificates.

use std::sync::Arc;

use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, OtherError, SignatureScheme,
    client::danger::HandshakeSignatureValid,
    crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, UnixTime},
    server::danger::{ClientCertVerified, ClientCertVerifier},
};

use super::names;

/// Certificates that are trusted.
#[derive(Debug)]
pub(super) enum Trust {
    /// Any certificate, with proof of its key.
    Anyone,
    /// Certificates that one of these has issued, or that are listed themselves, as self-signed ones.
    Issued { by: Arc<dyn ClientCertVerifier>, trusted: Vec<CertificateDer<'static>> },
}

/// Requirements for client certificates.
#[derive(Debug)]
pub(super) struct Clients {
    pub required: bool,
    pub trust: Trust,
    /// Names of which the certificate must have one.
    pub names: Option<Vec<String>>,
    pub algorithms: WebPkiSupportedAlgorithms,
}

impl ClientCertVerifier for Clients {
    fn client_auth_mandatory(&self) -> bool {
        self.required
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        match &self.trust {
            Trust::Anyone => &[],
            Trust::Issued { by, .. } => by.root_hint_subjects(),
        }
    }

    fn verify_client_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        match &self.trust {
            Trust::Anyone => {}
            // webpki rejects certificate authorities as clients, which self-signed certificates usually claim
            // to be.
            Trust::Issued { trusted, .. } if trusted.contains(certificate) => {
                names::check_time(certificate, now)?;
            }
            Trust::Issued { by, .. } => {
                by.verify_client_cert(certificate, intermediates, now)?;
            }
        }
        if let Some(allowed) = &self.names {
            let found = names::of(certificate)?;
            if !found.iter().any(|name| allowed.contains(name)) {
                let other = OtherError(Arc::new(names::NotAllowed(found)));
                return Err(CertificateError::Other(other).into());
            }
        }
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
