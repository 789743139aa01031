// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Ports of presets, added to those of the configuration file.

use std::path::Path;

use classifier_common::{assigned_port::AssignedPort, protocol::Protocol};

use super::{ConfigError, FtpSettings, Ports, Preset, file::layer};
use crate::located::understand;

/// Adds the ports of presets, in their order.
pub(super) fn add(presets: &[Preset], ports: &mut Ports, ftp: &mut FtpSettings) -> Result<(), ConfigError> {
    for (nth, preset) in presets.iter().enumerate() {
        if presets[..nth].contains(preset) {
            return Err(ConfigError::Twice(preset.name().to_owned()));
        }
        add_one(*preset, ports, ftp)?;
    }
    Ok(())
}

/// Adds the ports of the preset. A port of the configuration file stays with its protocol.
fn add_one(preset: Preset, ports: &mut Ports, ftp: &mut FtpSettings) -> Result<(), ConfigError> {
    let bad = |cause| ConfigError::Preset { preset: preset.name(), cause };
    let file = format!("{}.toml", preset.name());
    let own = understand(Path::new(&file), preset.text().as_bytes(), layer);
    let own = own.map_err(|error| bad(error.to_string()))?.ports.unwrap_or_default();
    for port in own.changed {
        let is_taken = |other: &AssignedPort| (other.transport, other.port) == (port.transport, port.port);
        if ports.changed.iter().any(is_taken) {
            continue;
        }
        let label = own.names.label(port.protocol);
        let fixed = Protocol::of_fixed_label(label);
        let protocol = fixed.or_else(|| ports.names.find_or_add(label)).ok_or_else(|| {
            bad(format!("no name is left for `{label}`; give some of the ports in the file the same name"))
        })?;
        ports.changed.push(AssignedPort { protocol, ..port });
        if protocol == Protocol::FTP_CONTROL {
            ftp.control_ports.push(port.port);
        }
    }
    Ok(())
}
