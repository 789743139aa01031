// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Reads the keys of `[ftp]`.

use std::{ops::RangeInclusive, time::Duration};

use super::claims::ports;
use crate::{
    config::{FtpSettings, keys},
    located::{Located, Node, Refusal, Table},
};

/// Range of map capacities: each entry has a hundred bytes or more.
const ENTRIES: RangeInclusive<u32> = 1..=1 << 20;

/// Range of segments per second; the upper end exceeds what a CPU reads.
const RATES: RangeInclusive<u32> = 1..=1_000_000;

/// Plausible range: less is too short for any client to connect, more is longer than any session waits.
const ENDPOINT_TTLS: RangeInclusive<Duration> = Duration::from_millis(1)..=Duration::from_hours(24);

/// Content of `[ftp]`, with defaults.
#[derive(Default)]
pub(super) struct FtpTable {
    /// Listed control ports, if any.
    pub control_ports: Option<Vec<Located<u16>>>,
    /// Other settings.
    pub settings: FtpSettings,
}

impl FtpTable {
    pub(super) fn of(table: Located<Node>) -> Result<Self, Refusal> {
        let mut table = Table::of(table, &const { keys::names(&keys::FTP) })?;
        let default = FtpSettings::default();
        let entries = |value: Located<Node>| Ok(value.number(ENTRIES)?.value);
        Ok(Self {
            control_ports: table.get("control_ports", ports)?,
            settings: FtpSettings {
                endpoint_ttl: table.get("endpoint_ttl", endpoint_ttl)?.unwrap_or(default.endpoint_ttl),
                allow_foreign_address: table
                    .get("allow_foreign_address", Located::flag)?
                    .unwrap_or(default.allow_foreign_address),
                infer_encrypted: table
                    .get("infer_encrypted", Located::flag)?
                    .unwrap_or(default.infer_encrypted),
                max_sessions: table.get("max_sessions", entries)?.unwrap_or(default.max_sessions),
                max_endpoints: table.get("max_endpoints", entries)?.unwrap_or(default.max_endpoints),
                control_rate: table
                    .get("control_rate", |rate| Ok(rate.number(RATES)?.value))?
                    .unwrap_or(default.control_rate),
                ..default
            },
        })
    }
}

/// Parses a duration: `60s`, `1m 30s`.
fn endpoint_ttl(value: Located<Node>) -> Result<Duration, Refusal> {
    let duration = value.parsed(r#"a duration from "1ms" to "24h", such as "60s""#, |text| {
        humantime::parse_duration(text).ok().filter(|duration| ENDPOINT_TTLS.contains(duration))
    })?;
    Ok(duration.value)
}
