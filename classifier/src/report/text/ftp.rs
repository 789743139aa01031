//! The ports of passive FTP data, and how servers are told to keep to them.

use crate::report::{Report, traffic::PortRange};

/// Writes it, where a server here gave such ports.
pub(super) fn write(text: &mut String, report: &Report) {
    let Some(PortRange { low, high }) = report.advice.passive_ports else { return };
    let how = if report.advice.has_helper() {
        "pass by the kernel's FTP helper; without it, open"
    } else {
        "need open"
    };
    text.extend([format!(
        "\npassive FTP data connections {how} ports {low}-{high}, and have the server keep to them:\n"
    )]);
    for (server, setting) in [
        ("vsftpd", format!("pasv_min_port={low} and pasv_max_port={high} in vsftpd.conf")),
        ("proftpd", format!("PassivePorts {low} {high} in proftpd.conf")),
        (
            "pure-ftpd",
            format!("PassivePortRange {low} {high} in pure-ftpd.conf, or --passiveportrange {low}:{high}"),
        ),
    ] {
        text.extend([format!("  {server}: {setting}\n")]);
    }
}
