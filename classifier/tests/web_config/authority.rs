// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Certificates, generated for each test.

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SanType, date_time_ymd,
};

/// A certificate and its key, in PEM.
pub struct Pair {
    pub certificate: String,
    pub key: String,
}

/// Signs certificates.
pub struct Authority {
    /// Certificate of the authority, in PEM.
    pub certificate: String,
    issuer: Issuer<'static, KeyPair>,
}

/// Period in which a certificate is valid.
#[derive(Clone, Copy)]
pub enum Valid {
    Now,
    /// Expired.
    Before,
    /// Not yet valid.
    Later,
}

impl Valid {
    fn set(self, params: &mut CertificateParams) {
        let (from, to) = match self {
            Self::Now => (2000, 2100),
            Self::Before => (2000, 2001),
            Self::Later => (2099, 2100),
        };
        (params.not_before, params.not_after) = (date_time_ymd(from, 1, 1), date_time_ymd(to, 1, 1));
    }
}

impl Authority {
    pub fn new(name: &str) -> Self {
        let mut params = named(name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = KeyPair::generate().expect("there are random numbers");
        let certificate = params.self_signed(&key).expect("can be signed").pem();
        Self { certificate, issuer: Issuer::new(params, key) }
    }

    /// Creates an authority from a certificate of version 1.
    pub fn of(pair: &Pair) -> Self {
        let key = KeyPair::from_pem(&pair.key).expect("a key");
        Self { certificate: pair.certificate.clone(), issuer: Issuer::new(named("old"), key) }
    }

    /// Issues a certificate for a server on this host.
    pub fn server(&self, valid: Valid) -> Pair {
        let mut params = named("server");
        params.subject_alt_names = vec![dns("localhost"), SanType::IpAddress([127, 0, 0, 1].into())];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        self.sign(params, valid)
    }

    /// Issues a certificate for a client with these names.
    pub fn client(&self, names: Vec<SanType>, valid: Valid) -> Pair {
        let mut params = named("client");
        params.subject_alt_names = names;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        self.sign(params, valid)
    }

    fn sign(&self, mut params: CertificateParams, valid: Valid) -> Pair {
        valid.set(&mut params);
        let key = KeyPair::generate().expect("there are random numbers");
        let certificate = params.signed_by(&key, &self.issuer).expect("can be signed").pem();
        Pair { certificate, key: key.serialize_pem() }
    }
}

/// Returns a self-signed certificate of X.509 version 1, valid to 2100: `openssl x509 -req -key
/// version_1.key`, without extensions.
pub fn version_1() -> Pair {
    let [certificate, key] = [include_str!("version_1.crt"), include_str!("version_1.key")];
    Pair { certificate: certificate.into(), key: key.into() }
}

/// Creates a self-signed certificate that claims to be an authority, as `openssl req -x509` does.
pub fn self_signed(valid: Valid) -> Pair {
    let mut params = named("self");
    params.subject_alt_names = vec![dns("self")];
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    valid.set(&mut params);
    let key = KeyPair::generate().expect("there are random numbers");
    Pair { certificate: params.self_signed(&key).expect("can be signed").pem(), key: key.serialize_pem() }
}

/// Indents a text as a block of YAML, four columns in.
pub fn block(pem: &str) -> String {
    format!("    {}\n", pem.trim_end().replace('\n', "\n    "))
}

pub fn dns(name: &str) -> SanType {
    SanType::DnsName(name.try_into().expect("ASCII"))
}

fn named(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}
