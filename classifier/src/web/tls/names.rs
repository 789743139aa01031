// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Parses names and other fields of a client's certificate.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use rustls::{
    CertificateError, Error,
    pki_types::{CertificateDer, UnixTime},
};
use thiserror::Error as ThisError;
use x509_cert::{
    Certificate,
    der::Decode as _,
    ext::pkix::{SubjectAltName, name::GeneralName},
};

/// Error of a certificate without a permitted name.
#[derive(Debug, ThisError)]
#[error("none of the certificate's names is in client_allowed_sans: {}", .0.join(", "))]
pub(super) struct NotAllowed(pub Vec<String>);

/// Lists the alternative names: DNS names, e-mail addresses, IP addresses and URIs, as texts.
pub(super) fn of(certificate: &CertificateDer<'_>) -> Result<Vec<String>, Error> {
    let certificate = parse(certificate)?;
    let found = certificate.tbs_certificate().get_extension::<SubjectAltName>();
    let found = found.map_err(|_| CertificateError::BadEncoding)?;
    Ok(found.map(|(_, names)| names.0.iter().filter_map(text).collect()).unwrap_or_default())
}

/// Checks that the certificate is valid now.
pub(super) fn check_time(certificate: &CertificateDer<'_>, now: UnixTime) -> Result<(), Error> {
    let certificate = parse(certificate)?;
    let validity = certificate.tbs_certificate().validity();
    let (from, to) = (validity.not_before.to_unix_duration(), validity.not_after.to_unix_duration());
    let seconds = now.as_secs();
    if seconds < from.as_secs() {
        Err(CertificateError::NotValidYet.into())
    } else if seconds > to.as_secs() {
        Err(CertificateError::Expired.into())
    } else {
        Ok(())
    }
}

/// Returns the version, 1 to 3, if it is readable.
pub(super) fn version(certificate: &CertificateDer<'_>) -> Option<u8> {
    parse(certificate).ok().map(|certificate| certificate.tbs_certificate().version() as u8 + 1)
}

fn parse(certificate: &CertificateDer<'_>) -> Result<Certificate, Error> {
    Certificate::from_der(certificate).map_err(|_| CertificateError::BadEncoding.into())
}

fn text(name: &GeneralName) -> Option<String> {
    match name {
        GeneralName::DnsName(name)
        | GeneralName::Rfc822Name(name)
        | GeneralName::UniformResourceIdentifier(name) => Some(name.to_string()),
        GeneralName::IpAddress(octets) => address(octets.as_bytes()).map(|address| address.to_string()),
        GeneralName::OtherName(_)
        | GeneralName::DirectoryName(_)
        | GeneralName::EdiPartyName(_)
        | GeneralName::RegisteredId(_) => None,
    }
}

fn address(octets: &[u8]) -> Option<IpAddr> {
    let v4 = <[u8; 4]>::try_from(octets).map(|octets| Ipv4Addr::from(octets).into());
    let v6 = <[u8; 16]>::try_from(octets).map(|octets| Ipv6Addr::from(octets).to_canonical());
    v4.or(v6).ok()
}
