// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Requirements for client certificates.

use std::sync::Arc;

use rustls::{
    RootCertStore,
    crypto::CryptoProvider,
    server::{WebPkiClientVerifier, danger::ClientCertVerifier},
};

use super::{
    identity::{certificates, invalid},
    pem::{Files, Pem},
    verifier::{Clients, Trust},
};
use crate::{
    located::Refusal,
    web::document::{ClientAuth, TlsServer},
};

/// The client-certificate verifier; `None` if client certificates are not requested.
pub(super) fn verifier(
    files: &mut Files<'_>,
    table: &TlsServer,
    provider: &Arc<CryptoProvider>,
) -> Result<Option<Arc<dyn ClientCertVerifier>>, Refusal> {
    let ca = files.optional(&table.client_ca)?;
    let asked = table.client_auth.as_ref().filter(|policy| policy.value != ClientAuth::NoClientCert);
    let Some(policy) = asked else {
        names(table, false)?;
        return match ca {
            Some(ca) => Err(ca.refusal("clients are not asked for a certificate; set client_auth_type")),
            None => Ok(None),
        };
    };
    let (required, verified) = match policy.value {
        ClientAuth::NoClientCert | ClientAuth::RequestClientCert => (false, false),
        ClientAuth::RequireAnyClientCert => (true, false),
        ClientAuth::VerifyClientCertIfGiven => (false, true),
        ClientAuth::RequireAndVerifyClientCert => (true, true),
    };
    let names = names(table, required)?;
    let trust = match (verified, ca) {
        // A named file is read, even if it is not used.
        (false, ca) => ca.as_ref().map(certificates).transpose().map(|_| Trust::Anyone)?,
        (true, Some(ca)) => issued(&ca, provider)?,
        // Go would take the system's authorities, which sign certificates for any applicant.
        (true, None) => {
            let message = "no authority to verify client certificates; add client_ca_file or client_ca";
            return Err(policy.refusal(message));
        }
    };
    let algorithms = provider.signature_verification_algorithms;
    Ok(Some(Arc::new(Clients { required, trust, names, algorithms })))
}

/// Returns the names of which a certificate must have one; `None` without such a requirement.
fn names(table: &TlsServer, required: bool) -> Result<Option<Vec<String>>, Refusal> {
    let Some(names) = &table.client_names else { return Ok(None) };
    if required {
        return Ok(Some(names.value.clone()));
    }
    Err(names.refusal(
        "a client without a certificate has no name; set client_auth_type to \
         RequireAndVerifyClientCert or RequireAnyClientCert",
    ))
}

fn issued(ca: &Pem<'_>, provider: &Arc<CryptoProvider>) -> Result<Trust, Refusal> {
    let trusted = certificates(ca)?;
    let mut roots = RootCertStore::empty();
    for certificate in &trusted {
        let added = roots.add(certificate.clone());
        added.map_err(|error| {
            let error = invalid(&error);
            ca.refusal(&format!("a certificate cannot be used: {error}; leave it out"))
        })?;
    }
    let by = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider)).build();
    let by = by.map_err(|error| ca.refusal(&format!("cannot be used: {error}; give another")))?;
    Ok(Trust::Issued { by, trusted })
}
