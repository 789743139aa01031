// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Reads the keys of the file.

use std::{collections::BTreeSet, path::PathBuf};

use clap::ValueEnum;

use super::{claims::Claims, ftp_table::FtpTable};
use crate::{
    config::{
        ConfigError, EvidenceSettings, FtpSettings, Layer, ListenAddress, Pattern, TelemetryPath, keys,
        pin_dir,
    },
    located::{Located, Node, Refusal, Table, toml},
};

/// Required form of a list that may not be empty.
const STRINGS: &str = "a list of one or more strings in brackets";

/// Reads the whole file.
pub(in crate::config) fn layer(text: &str) -> Result<Layer, Refusal> {
    let mut file = Table::of(toml::parse(text)?, &const { keys::names(&keys::FILE) })?;
    let ftp = file.get("ftp", FtpTable::of)?.unwrap_or_default();
    let mut claims = Claims::default();
    claims.control(ftp.control_ports.as_deref())?;
    file.get("port", |tables| {
        tables.some("tables, each under a [[port]] of its own", |table| claims.table(table))
    })?;
    let (ports, control_ports) = claims.settle(ftp.control_ports.is_some());
    let ([max_sources, top_sources, top_ports], udp) = file.get("evidence", evidence)?.unwrap_or_default();
    Ok(Layer {
        listen: file.get("listen", |list| list.some(STRINGS, distinct(str::parse::<ListenAddress>)))?,
        interfaces: file.get("interfaces", |list| list.some(STRINGS, distinct(Pattern::parse)))?,
        interfaces_exclude: file.get("interfaces_exclude", |list| {
            Ok(list.list("a list of strings in brackets", distinct(Pattern::parse))?.value)
        })?,
        telemetry_path: file.get("telemetry_path", |path| checked(path, TelemetryPath::parse))?,
        web_config: file.get("web_config", path)?,
        policy: file.get("policy", path)?,
        xdp_mode: file.get("xdp_mode", variant)?,
        xdp_avoid: file
            .get("xdp_avoid", |list| Ok(list.list("a list of strings in brackets", string)?.value))?,
        egress: file.get("egress", Located::flag)?,
        pin_dir: file.get("pin_dir", |path| checked(path, |text| pin_dir(text.as_ref())))?.map(PathBuf::from),
        enable_reload: None,
        user: file.get("user", string)?,
        capabilities: file.get("capabilities", variant)?,
        sandbox: file.get("sandbox", variant)?,
        presets: file.get("presets", |list| Ok(list.list("a list of names in brackets", variant)?.value))?,
        ports: Some(ports),
        ftp: Some(FtpSettings { control_ports, ..ftp.settings }),
        max_sources,
        top_sources,
        top_ports,
        udp,
    })
}

/// Reads the keys of `[evidence]`.
fn evidence(table: Located<Node>) -> Result<([Option<u32>; 3], Option<bool>), Refusal> {
    let mut table = Table::of(table, &const { keys::names(&keys::EVIDENCE) })?;
    let max = table.get("max_sources", |most| Ok(most.number(1..=EvidenceSettings::SOURCES_MAX)?.value))?;
    // 0 disables the export.
    let mut top = |key| table.get(key, |top| Ok(top.number(0..=EvidenceSettings::TOP_MAX)?.value));
    let numbers = [max, top("top_sources")?, top("top_ports")?];
    Ok((numbers, table.get("udp", Located::flag)?))
}

fn string(value: Located<Node>) -> Result<String, Refusal> {
    Ok(value.text()?.value)
}

fn path(value: Located<Node>) -> Result<PathBuf, Refusal> {
    string(value).map(PathBuf::from)
}

/// Parses a text with the check that the settings also apply to flags.
fn checked<T>(
    value: Located<Node>,
    parse: impl Fn(&str) -> Result<T, ConfigError>,
) -> Result<String, Refusal> {
    let text = value.text()?;
    parse(&text.value).map_err(|error| text.refusal(error.to_string()))?;
    Ok(text.value)
}

/// Parses the distinct texts of a list.
fn distinct<T>(
    parse: impl Fn(&str) -> Result<T, ConfigError>,
) -> impl FnMut(Located<Node>) -> Result<String, Refusal> {
    let mut seen = BTreeSet::new();
    move |value| {
        let here = value.with(());
        let text = checked(value, &parse)?;
        if seen.insert(text.clone()) {
            Ok(text)
        } else {
            Err(here.refusal(ConfigError::Twice(text).to_string()))
        }
    }
}

/// Parses a value that a flag has too.
fn variant<T: ValueEnum>(value: Located<Node>) -> Result<T, Refusal> {
    let name = |value: &T| Some((value.to_possible_value()?.get_name().to_owned(), value.clone()));
    let values: Vec<_> = T::value_variants().iter().filter_map(name).collect();
    Ok(value.text()?.choice(&values)?.value)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::located::understand;

    #[test]
    fn whatever_is_cut_or_damaged_is_refused_and_nothing_panics() {
        let whole = "listen = [\":80\"]\n[[port]]\nprotocol = \"a\"\ntransport = \"udp\"\nports = [1]\n\
                     [ftp]\nendpoint_ttl = \"1m\"\nmax_sessions = 1\n";
        assert!(layer(whole).is_ok());
        for length in 0..whole.len() {
            for replacement in ["", "\"", "[", "=", "\n", "0", "ü"] {
                let damaged = format!("{}{replacement}{}", &whole[..length], &whole[length + 1..]);
                for text in [&whole[..length], &damaged] {
                    if let Err(error) = understand(Path::new("c.toml"), text.as_bytes(), layer) {
                        let error = error.to_string();
                        assert!(error.starts_with("c.toml:") && !error.contains('\n'), "{error}");
                    }
                }
            }
        }
    }
}
