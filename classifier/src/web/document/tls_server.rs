// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Parses `tls_server_config`.

use rustls::{SupportedCipherSuite, crypto::SupportedKxGroup};

use super::{
    ClientAuth, Version,
    chosen::{CURVES, VERSIONS, client_auth, suites},
};
use crate::located::{Located, Node, Refusal, Table};

/// The keys of the table.
const KEYS: &[&str] = &[
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

/// Content of the table.
pub(in crate::web) struct TlsServer {
    pub place: Located<()>,
    pub certificate: Source,
    pub private_key: Source,
    pub client_auth: Option<Located<ClientAuth>>,
    pub client_ca: Source,
    pub client_names: Option<Located<Vec<String>>>,
    pub lowest: Option<Located<Version>>,
    pub highest: Option<Located<Version>>,
    pub suites: Option<Located<Vec<SupportedCipherSuite>>>,
    pub prefers_own_order: bool,
    pub curves: Option<Located<Vec<&'static dyn SupportedKxGroup>>>,
}

/// A PEM text, in the configuration or in a file of its own.
pub(in crate::web) struct Source {
    /// Key of the text, and key of the file.
    pub keys: [&'static str; 2],
    pub inline: Option<Located<String>>,
    pub file: Option<Located<String>>,
}

impl TlsServer {
    /// Parses the table; `None` if it sets nothing.
    pub(super) fn of(table: Located<Node>) -> Result<Option<Self>, Refusal> {
        const LIST: &str = "a list, each element in a line behind `- `";
        let mut table = Table::of(table, KEYS)?;
        if table.is_empty() {
            return Ok(None);
        }
        let version = |value: Located<Node>| value.text()?.choice(&VERSIONS);
        Ok(Some(Self {
            certificate: Source::of(&mut table, ["cert", "cert_file"])?,
            private_key: Source::of(&mut table, ["key", "key_file"])?,
            client_auth: table.get("client_auth_type", client_auth)?,
            client_ca: Source::of(&mut table, ["client_ca", "client_ca_file"])?,
            client_names: table
                .get("client_allowed_sans", |list| list.list(LIST, |name| Ok(name.text()?.value)))?,
            lowest: table.get("min_version", version)?,
            highest: table.get("max_version", version)?,
            suites: table.get("cipher_suites", |list| {
                let suites = suites();
                list.list(LIST, |suite| Ok(suite.text()?.choice(&suites)?.value))
            })?,
            prefers_own_order: table.get("prefer_server_cipher_suites", Located::flag)?.unwrap_or(true),
            curves: table.get("curve_preferences", |list| {
                list.list(LIST, |curve| Ok(curve.text()?.choice(&CURVES)?.value))
            })?,
            place: table.place,
        }))
    }
}

impl Source {
    /// Parses a text or file; an empty value counts as missing, as in exporter-toolkit.
    fn of(table: &mut Table, keys: [&'static str; 2]) -> Result<Self, Refusal> {
        let mut given =
            |key| Ok(table.get(key, Located::text)?.filter(|text: &Located<String>| !text.value.is_empty()));
        Ok(Self { keys, inline: given(keys[0])?, file: given(keys[1])? })
    }
}
