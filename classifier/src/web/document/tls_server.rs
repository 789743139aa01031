//! `tls_server_config`.

use super::{At, ClientAuth, Curve, Suite, Table, Version};
use crate::{config::Place, web::refusal::Refusal};

/// The keys of the table.
pub(super) const KEYS: &[&str] = &[
    "cert",
    "cert_file",
    "key",
    "key_file",
    "client_auth_type",
    "client_ca",
    "client_ca_file",
    "client_allowed_sans",
    "min_version",
    "max_version",
    "cipher_suites",
    "prefer_server_cipher_suites",
    "curve_preferences",
];

/// How connections are encrypted.
pub(in crate::web) struct TlsServer {
    pub key: String,
    pub place: Place,
    pub certificate: Source,
    pub private_key: Source,
    pub client_auth: Option<At<ClientAuth>>,
    pub client_ca: Source,
    pub client_names: Option<At<Vec<String>>>,
    pub lowest: Option<At<Version>>,
    pub highest: Option<At<Version>>,
    pub suites: Option<At<Vec<Suite>>>,
    pub prefers_own_order: bool,
    pub curves: Option<At<Vec<Curve>>>,
}

/// A PEM text, in the configuration or in a file of its own.
pub(in crate::web) struct Source {
    /// The two keys.
    pub keys: [&'static str; 2],
    pub inline: Option<At<String>>,
    pub file: Option<At<String>>,
}

impl TlsServer {
    /// What the table says; `None` where it says nothing.
    pub(super) fn of(mut table: Table) -> Result<Option<Self>, Refusal> {
        if table.is_empty() {
            return Ok(None);
        }
        Ok(Some(Self {
            certificate: Source::of(&mut table, ["cert", "cert_file"])?,
            private_key: Source::of(&mut table, ["key", "key_file"])?,
            client_auth: table.chosen("client_auth_type")?,
            client_ca: Source::of(&mut table, ["client_ca", "client_ca_file"])?,
            client_names: table.texts("client_allowed_sans")?,
            lowest: table.chosen("min_version")?,
            highest: table.chosen("max_version")?,
            suites: table.all_chosen("cipher_suites")?,
            prefers_own_order: table.flag("prefer_server_cipher_suites")?.unwrap_or(true),
            curves: table.all_chosen("curve_preferences")?,
            key: table.key,
            place: table.place,
        }))
    }
}

impl Source {
    /// An empty value is none, as in exporter-toolkit.
    fn of(table: &mut Table, keys: [&'static str; 2]) -> Result<Self, Refusal> {
        let mut given = |key| Ok(table.text(key)?.filter(|text| !text.value.is_empty()));
        Ok(Self { keys, inline: given(keys[0])?, file: given(keys[1])? })
    }
}
