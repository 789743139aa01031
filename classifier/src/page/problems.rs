// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Section of problems: a title, a sentence with the cause, and the remedy on a line of its own. It is the first
//! section.

use maud::{Markup, html};

use super::{Page, quantity::span};
use crate::{
    history::History,
    hook,
    metrics::agent::GaugeValues,
    sandbox::Sandbox,
    snapshot::{Loss, Losses, Snapshot},
    status::problems::{nearly_full, unattributed},
    thousands::grouped,
};

/// Most reasons against readiness that are shown, and interfaces that are named.
const SHOWN: usize = 10;

/// Anchors in docs/troubleshooting.md by the titles of problems.
const ANCHORS: [(&str, &str); 11] = [
    ("Counters cannot be read", "classifierscrapefails"),
    ("Not ready", "not-ready"),
    ("Packets without an interface", "unattributed-packets"),
    ("Map nearly full", "map-nearly-full"),
    ("FTP segments lost", "classifierftpcontrolsegmentslost"),
    ("Kernel messages lost", "classifierftpeventslost"),
    ("FTP session table full", "classifierftptableoverrun"),
    ("FTP sessions evicted", "classifierftptableoverrun"),
    ("FTP data port table full", "classifierftptableoverrun"),
    ("Configuration refused", "classifierconfigreloadfailed"),
    ("Web configuration refused", "classifierwebconfigreloadfailed"),
];

/// Present problems, and notes.
#[derive(Debug, Default)]
pub(super) struct Problems {
    found: Vec<(&'static str, String)>,
    notes: Vec<String>,
    /// Number of reasons that are not shown.
    left_out: usize,
}

impl Problems {
    pub fn of(page: &Page<'_>) -> Self {
        let mut problems = Self::default();
        if let Err(error) = &page.snapshot {
            problems.found.push(("Counters cannot be read", error.clone()));
        }
        let reasons = &page.readiness.reasons;
        problems.found.extend(reasons.iter().take(SHOWN).map(|reason| ("Not ready", reason.clone())));
        problems.left_out = reasons.len().saturating_sub(SHOWN);
        if let Ok(snapshot) = &page.snapshot {
            problems.found.extend(
                unattributed(snapshot.unattributed).map(|text| ("Packets without an interface", text)),
            );
            problems.losses(page, snapshot);
            let full = snapshot.maps.iter().filter_map(nearly_full);
            problems.found.extend(full.map(|text| ("Map nearly full", text)));
            problems.generic(snapshot);
        }
        problems.settings(&page.gauges);
        problems.notes.extend(page.gauges.sandbox.as_ref().and_then(sandboxed));
        problems
    }

    /// Adds the losses: recent ones as problems, older ones as notes.
    fn losses(&mut self, page: &Page<'_>, snapshot: &Snapshot) {
        let totals = Losses::of(snapshot.unattributed, &snapshot.ftp.tallies, snapshot.hotplug.overruns);
        let recent = page.view.losses();
        let lately = span(History::SPAN.min(page.view.length()));
        for loss in Loss::ALL {
            let Some((title, what, remedy)) = words(loss) else { continue };
            match (recent.number(loss), totals.number(loss)) {
                (0, 0) => {}
                (0, total) => {
                    self.notes.push(format!("Earlier, not in the last {lately}: {} {what}", grouped(total)));
                }
                (recent, _) => {
                    let (number, remedy) = (grouped(recent), capital(remedy));
                    self.found.push((title, format!("{number} {what} in the last {lately}. {remedy}")));
                }
            }
        }
    }

    fn generic(&mut self, snapshot: &Snapshot) {
        let generic: Vec<_> =
            snapshot.interfaces.iter().filter(|one| one.ingress == hook::XDP_GENERIC).collect();
        if let Some(first) = generic.first() {
            let others = match generic.len() - 1 {
                0 => String::new(),
                number => format!(" and {number} more"),
            };
            self.notes.push(format!(
                "{}{others}: generic XDP counts a GRO packet as one packet; `--xdp-mode auto` never selects generic XDP",
                first.name
            ));
        }
    }

    fn settings(&mut self, gauges: &GaugeValues) {
        if !gauges.config_applies {
            let text = "the last configuration was refused, and the previous one stays in effect: the log and \
                        `classifier run --config FILE --check` say where the mistake is; correct it, then send SIGHUP";
            self.found.push(("Configuration refused", text.into()));
        }
        if !gauges.web_config_applies {
            let text = "the web configuration has changed and was refused, and the previous one stays in effect: certificates \
                        may expire meanwhile; the log gives the reason; correct the file, which the agent reads again by itself";
            self.found.push(("Web configuration refused", text.into()));
        }
    }

    /// Returns the number of problems, in words.
    pub fn count(&self) -> String {
        match self.found.len() + self.left_out {
            0 => "OK".into(),
            1 => "1 problem".into(),
            number => format!("{number} problems"),
        }
    }

    pub fn section(&self) -> Markup {
        html! {
            section #problems .bad[!self.found.is_empty()] aria-labelledby="problems-h" {
                @if self.found.is_empty() {
                    h2 #problems-h { "All is well" }
                    p { "Every wanted interface is attached, nothing was lost recently, and the configuration is in effect." }
                } @else {
                    h2 #problems-h { (self.count()) }
                    ul { @for (title, text) in &self.found { li { (problem(title, text)) } } }
                }
                @if self.left_out > 0 {
                    p { (self.left_out) " more reasons: " a href="./-/ready" { "readiness" } " lists all." }
                }
                @if !self.notes.is_empty() {
                    h3 { "Notes" }
                    ul.quiet { @for text in &self.notes { li { (spoken(text)) } } }
                }
            }
        }
    }
}

/// Writes a problem. The last part of its text, behind a semicolon, is the remedy.
fn problem(title: &str, text: &str) -> Markup {
    let (sentence, remedy) = text.rsplit_once("; ").map_or((text, None), |(one, fix)| (one, Some(fix)));
    html! {
        h3 { (title) }
        p { (spoken(&capital(sentence))) "." }
        @if let Some(remedy) = remedy { p.fix { (spoken(&capital(remedy))) "." } }
        @if let Some(anchor) = anchor(title) { p.quiet { code { "docs/troubleshooting.md#" (anchor) } } }
    }
}

/// Begins a sentence with a capital letter.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

/// Returns the anchor of a problem in docs/troubleshooting.md; `None` without one.
fn anchor(title: &str) -> Option<&'static str> {
    ANCHORS.iter().find(|(known, _)| *known == title).map(|(_, anchor)| *anchor)
}

/// Renders a sentence, with back quotes as code.
pub(super) fn spoken(text: &str) -> Markup {
    html! {
        @for (place, part) in text.split('`').enumerate() {
            @if place % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

/// Returns title, description and remedy of a loss; `None` for a loss with its own text.
const fn words(loss: Loss) -> Option<(&'static str, &'static str, &'static str)> {
    Some(match loss {
        Loss::Unattributed => return None,
        Loss::Segments => (
            "FTP segments lost",
            "segments of FTP control connections were lost or incomplete",
            "their announcements are unknown, and the data counts as `tcp_other`; if losses continue, give the agent more \
             CPU time",
        ),
        Loss::Events => (
            "Kernel messages lost",
            "messages from the kernel did not reach the agent",
            "the agent has read the tables again instead; if losses continue, give the agent more CPU time",
        ),
        Loss::SessionsRefused => (
            "FTP session table full",
            "FTP sessions were not tracked",
            "the table is full, and their data counts as `tcp_other`; raise `max_sessions` under `[ftp]`",
        ),
        Loss::SessionsEvicted => (
            "FTP sessions evicted",
            "FTP sessions were evicted by newer ones",
            "their next announcements will be missed; raise `max_sessions` under `[ftp]`",
        ),
        Loss::PortsUnplaced => (
            "FTP data port table full",
            "FTP data ports were not stored",
            "their data counts as `tcp_other`; raise `max_endpoints` under `[ftp]`",
        ),
        Loss::PortsEvicted => (
            "FTP data port table full",
            "FTP data ports were evicted by newer ones",
            "their data counts as `tcp_other`; raise `max_endpoints` under `[ftp]`",
        ),
        Loss::Overruns => (
            "Interface events lost",
            "overruns of the netlink receive buffer",
            "the agent has listed all interfaces again after each; act only if overruns continue",
        ),
    })
}

/// Describes the missing parts of the sandbox.
fn sandboxed(sandbox: &Sandbox) -> Option<String> {
    let Sandbox { no_new_privs, seccomp, landlock, .. } = sandbox;
    let parts =
        [(*no_new_privs, "no_new_privs"), (*seccomp, "seccomp"), (*landlock == "full", "Landlock in full")];
    let lacks: Vec<_> = parts.into_iter().filter(|(is, _)| !is).map(|(_, part)| part).collect();
    (!lacks.is_empty()).then(|| {
        format!(
            "The sandbox lacks {}: it is switched off, or the kernel does not support it; `--sandbox required` makes this an \
             error",
            lacks.join(", ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TROUBLESHOOTING: &str = include_str!("../../../docs/troubleshooting.md");

    #[test]
    fn every_anchor_is_on_the_page_that_it_names() {
        let headings = TROUBLESHOOTING.lines().filter(|line| line.starts_with('#'));
        let headings: Vec<_> = headings
            .map(|line| line.trim_start_matches(['#', ' ']).to_lowercase().replace(' ', "-"))
            .collect();
        for (title, anchor) in ANCHORS {
            let is_there = headings.iter().any(|heading| heading == anchor)
                || TROUBLESHOOTING.contains(&format!("<a id=\"{anchor}\">"));
            assert!(is_there, "{title}: {anchor}");
        }
    }

    #[test]
    fn the_remedy_is_a_line_of_its_own() {
        let written = problem("Not ready", "`eth1` is gone: really; look; find it").into_string();
        let expected = "<p><code>eth1</code> is gone: really; look.</p><p class=\"fix\">Find it.</p>";
        assert!(written.contains(expected), "{written}");
        assert!(!problem("Other", "no cause").into_string().contains("fix"));
    }
}
