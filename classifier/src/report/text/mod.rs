//! The report for people: what is wrong first.

mod ftp;
mod icmp;
mod services;

use super::Report;

/// Writes it.
pub(super) fn write(report: &Report) -> String {
    let mut text = String::new();
    for warning in &report.advice.warnings {
        text.extend(["warning: ", &warning.text, "\n"]);
    }
    if !report.advice.warnings.is_empty() {
        text.push('\n');
    }
    text.push_str(&title(report));
    services::write(&mut text, report);
    ftp::write(&mut text, report);
    icmp::write(&mut text, report);
    text
}

fn title(report: &Report) -> String {
    let traffic = &report.traffic;
    let listed = |names: &[String]| {
        let names: Vec<_> = names.iter().map(|name| name.escape_debug().to_string()).collect();
        if names.is_empty() { "none".into() } else { names.join(", ") }
    };
    format!(
        "seen in: {}\ninterfaces: {}\nwritten: {}\n",
        listed(&traffic.origin),
        listed(&traffic.interfaces),
        report.written
    )
}
