//! The page for people.

use crate::{
    config::TelemetryPath,
    counters::{InterfaceState, Readiness},
};

/// The page, in HTML without styles or scripts.
#[must_use]
pub fn render(readiness: &Readiness, telemetry: &TelemetryPath) -> String {
    let state = if readiness.ready { "ready" } else { "not ready" };
    let rows: Vec<_> = readiness.interfaces.iter().map(row).collect();
    let reasons: Vec<_> =
        readiness.reasons.iter().map(|reason| format!("<li>{}</li>\n", escaped(reason))).collect();
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>classifier</title></head>\n\
         <body>\n<h1>classifier {version}</h1>\n<p>Revision {revision}, {state}.</p>\n<ul>\n{reasons}</ul>\n\
         <table>\n<tr><th>interface</th><th>ingress</th><th>egress</th><th>why</th></tr>\n{rows}</table>\n\
         <p><a href=\"{telemetry}\">metrics</a> <a href=\"/-/ready\">ready</a> <a href=\"/-/healthy\">healthy</a></p>\n\
         </body>\n</html>\n",
        version = env!("CARGO_PKG_VERSION"),
        revision = escaped(crate::REVISION),
        telemetry = escaped(telemetry.as_str()),
        reasons = reasons.concat(),
        rows = rows.concat(),
    )
}

fn row(interface: &InterfaceState) -> String {
    let InterfaceState { name, ingress, egress, why } = interface;
    let cells: Vec<_> =
        [name, *ingress, *egress, why].iter().map(|cell| format!("<td>{}</td>", escaped(cell))).collect();
    format!("<tr>{}</tr>\n", cells.concat())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_interface_name_stays_text() {
        let interface = InterfaceState {
            name: "<script>&\"".into(),
            ingress: "tcx",
            egress: "none",
            why: "a software device".into(),
        };
        let readiness = Readiness { ready: true, interfaces: vec![interface], reasons: Vec::new() };
        let page = render(&readiness, &TelemetryPath::default());
        assert!(page.contains("<td>&lt;script&gt;&amp;&quot;</td>") && !page.contains("<script>"), "{page}");
    }
}
