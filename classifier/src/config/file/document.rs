//! The keys of the file.

use std::{collections::BTreeSet, path::PathBuf};

use serde::Deserialize;
use toml::Spanned;

use super::{
    claims::{Claims, PortTable},
    evidence_table::EvidenceTable,
    ftp_table::FtpTable,
    list::List,
    refusal::Refusal,
};
use crate::config::{
    ConfigError, KeptCapabilities, Layer, Pattern, SandboxMode, TelemetryPath, XdpMode, listen, pin_dir,
};

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    listen: Option<List<String>>,
    interfaces: Option<List<String>>,
    telemetry_path: Option<Spanned<String>>,
    web_config: Option<PathBuf>,
    policy: Option<PathBuf>,
    xdp_mode: Option<XdpMode>,
    xdp_avoid: Option<Vec<String>>,
    egress: Option<bool>,
    pin_dir: Option<Spanned<PathBuf>>,
    user: Option<String>,
    capabilities: Option<KeptCapabilities>,
    sandbox: Option<SandboxMode>,
    port: Option<List<PortTable>>,
    #[serde(default)]
    ftp: FtpTable,
    #[serde(default)]
    evidence: EvidenceTable,
}

impl Document {
    /// What it says, if every word of it can be meant.
    pub(super) fn layer(&self) -> Result<Layer, Refusal> {
        check(self.listen.as_ref(), listen::address)?;
        check(self.interfaces.as_ref(), Pattern::parse)?;
        if let Some(path) = &self.telemetry_path {
            TelemetryPath::parse(path.get_ref()).map_err(|error| Refusal::new(path, error.to_string()))?;
        }
        if let Some(path) = &self.pin_dir {
            pin_dir(path.get_ref()).map_err(|error| Refusal::new(path, error.to_string()))?;
        }
        let mut claims = Claims::default();
        claims.control(self.ftp.control_ports.as_ref())?;
        for table in self.port.iter().flat_map(|tables| &tables.0) {
            claims.table(table.get_ref())?;
        }
        let (ports, control_ports) = claims.settle(self.ftp.control_ports.is_some());
        Ok(Layer {
            interfaces: self.interfaces.as_ref().map(List::texts),
            listen: self.listen.as_ref().map(List::texts),
            telemetry_path: self.telemetry_path.as_ref().map(|path| path.get_ref().clone()),
            web_config: self.web_config.clone(),
            policy: self.policy.clone(),
            xdp_mode: self.xdp_mode,
            xdp_avoid: self.xdp_avoid.clone(),
            egress: self.egress,
            pin_dir: self.pin_dir.as_ref().map(|path| path.get_ref().clone()),
            enable_reload: None,
            user: self.user.clone(),
            capabilities: self.capabilities,
            sandbox: self.sandbox,
            ports: Some(ports),
            ftp: Some(self.ftp.settings(control_ports)),
            max_sources: self.evidence.max_sources(),
            top_sources: self.evidence.top_sources(),
        })
    }
}

/// Every text by itself, and that none stands twice. Settings ask the same of what flags say in place of it.
fn check<T>(list: Option<&List<String>>, parse: fn(&str) -> Result<T, ConfigError>) -> Result<(), Refusal> {
    let mut seen = BTreeSet::new();
    for text in list.iter().flat_map(|list| &list.0) {
        parse(text.get_ref()).map_err(|error| Refusal::new(text, error.to_string()))?;
        if !seen.insert(text.get_ref()) {
            return Err(Refusal::new(text, ConfigError::Twice(text.get_ref().clone()).to_string()));
        }
    }
    Ok(())
}
