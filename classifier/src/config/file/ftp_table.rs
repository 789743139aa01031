//! The keys of `[ftp]`.

use serde::Deserialize;

use super::{
    endpoint_ttl::EndpointTtl,
    list::List,
    whole::{Port, Whole},
};
use crate::config::FtpSettings;

/// Sessions and endpoints are entries of kernel maps, a hundred bytes each and more.
const ENTRIES_MAX: u32 = 1 << 20;

/// Segments per second: more than a CPU reads.
const RATE_MAX: u32 = 1_000_000;

/// `[ftp]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FtpTable {
    pub control_ports: Option<List<Port>>,
    endpoint_ttl: Option<EndpointTtl>,
    allow_foreign_address: Option<bool>,
    infer_encrypted: Option<bool>,
    max_sessions: Option<Whole<u32, ENTRIES_MAX>>,
    max_endpoints: Option<Whole<u32, ENTRIES_MAX>>,
    control_rate: Option<Whole<u32, RATE_MAX>>,
}

impl FtpTable {
    /// What it says, with the defaults below it, and the control ports that were found.
    pub(super) fn settings(&self, control_ports: Vec<u16>) -> FtpSettings {
        let default = FtpSettings::default();
        FtpSettings {
            control_ports,
            endpoint_ttl: self.endpoint_ttl.map_or(default.endpoint_ttl, |ttl| ttl.0),
            allow_foreign_address: self.allow_foreign_address.unwrap_or(default.allow_foreign_address),
            infer_encrypted: self.infer_encrypted.unwrap_or(default.infer_encrypted),
            max_sessions: self.max_sessions.map_or(default.max_sessions, |most| most.0),
            max_endpoints: self.max_endpoints.map_or(default.max_endpoints, |most| most.0),
            control_rate: self.control_rate.map_or(default.control_rate, |rate| rate.0),
        }
    }
}
