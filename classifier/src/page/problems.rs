//! What is wrong, in sentences: the thing, the cause, the remedy. It stands first.

use maud::{Markup, html};

use super::{Page, quantity::span};
use crate::{
    counters::Snapshot,
    history::{History, Loss},
    hook,
    metrics::agent::Standing,
    sandbox::Sandbox,
    status::problems::{nearly_full, unattributed},
    thousands::grouped,
};

/// Reasons not to be ready that are shown, and interfaces that are named.
const SHOWN: usize = 10;

/// What is wrong now, and what only may be worth to know.
#[derive(Debug, Default)]
pub(super) struct Problems {
    wrong: Vec<(&'static str, String)>,
    worth_knowing: Vec<String>,
    /// Reasons that are not shown.
    left_out: usize,
}

impl Problems {
    pub fn of(page: &Page<'_>) -> Self {
        let mut problems = Self::default();
        if let Err(error) = &page.snapshot {
            problems.wrong.push(("Counters cannot be read", error.clone()));
        }
        let reasons = &page.readiness.reasons;
        problems.wrong.extend(reasons.iter().take(SHOWN).map(|reason| ("Not ready", reason.clone())));
        problems.left_out = reasons.len().saturating_sub(SHOWN);
        if let Ok(snapshot) = &page.snapshot {
            problems.wrong.extend(
                unattributed(snapshot.unattributed).map(|text| ("Packets without an interface", text)),
            );
            problems.losses(page, snapshot);
            let full = snapshot.maps.iter().filter_map(nearly_full);
            problems.wrong.extend(full.map(|text| ("Nearly full", text)));
            problems.generic(snapshot);
        }
        problems.settings(&page.standing);
        problems.worth_knowing.extend(page.standing.sandbox.as_ref().and_then(sandboxed));
        problems
    }

    /// What was lost lately is wrong; what was lost before may be over.
    fn losses(&mut self, page: &Page<'_>, snapshot: &Snapshot) {
        let totals =
            crate::history::Readings::of(&Snapshot { interfaces: Vec::new(), ..snapshot.clone() }).losses;
        let recent = page.view.losses();
        let lately = span(History::SPAN.min(page.view.length()));
        for loss in Loss::ALL {
            let Some((title, what, remedy)) = words(loss) else { continue };
            match (recent.number(loss), totals.number(loss)) {
                (0, 0) => {}
                (0, total) => self
                    .worth_knowing
                    .push(format!("Earlier, not in the last {lately}: {} {what}", grouped(total))),
                (recent, _) => {
                    self.wrong
                        .push((title, format!("{} {what} in the last {lately}: {remedy}", grouped(recent))));
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
            self.worth_knowing.push(format!(
                "{}{others}: generic XDP counts a merged super-packet once; `--xdp-mode auto` never takes it",
                first.name
            ));
        }
    }

    fn settings(&mut self, standing: &Standing) {
        if !standing.config_applies {
            let text = "the settings that were read last were refused, and those before go on: the log says where, and so does \
                        `classifier run --config FILE --check`; correct them, then send SIGHUP";
            self.wrong.push(("Settings refused", text.into()));
        }
        if !standing.web_config_applies {
            let text = "the web configuration has changed and is refused, and the one before goes on: certificates may expire \
                        meanwhile; the log says what is wrong, and it is read again by itself";
            self.wrong.push(("Web configuration refused", text.into()));
        }
    }

    /// The number of them, in words.
    pub fn count(&self) -> String {
        match self.wrong.len() + self.left_out {
            0 => "OK".into(),
            1 => "1 problem".into(),
            number => format!("{number} problems"),
        }
    }

    pub fn section(&self) -> Markup {
        html! {
            section #problems .bad[!self.wrong.is_empty()] aria-labelledby="problems-h" {
                @if self.wrong.is_empty() {
                    h2 #problems-h { "Nothing is wrong" }
                    p { "Every wanted interface is attached, nothing was lost lately, and the settings apply." }
                } @else {
                    h2 #problems-h { (self.count()) }
                    ul { @for (title, text) in &self.wrong { li { strong { (title) ": " } (spoken(text)) } } }
                }
                @if self.left_out > 0 {
                    p { (self.left_out) " more reasons: " a href="/-/ready" { "readiness" } " lists all." }
                }
                @if !self.worth_knowing.is_empty() {
                    h3 { "Worth knowing" }
                    ul.quiet { @for text in &self.worth_knowing { li { (spoken(text)) } } }
                }
            }
        }
    }
}

/// A sentence with what stands between back quotes as code.
fn spoken(text: &str) -> Markup {
    html! {
        @for (place, part) in text.split('`').enumerate() {
            @if place % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

/// A title, what was lost, and what helps; `None` where it has words of its own.
const fn words(loss: Loss) -> Option<(&'static str, &'static str, &'static str)> {
    Some(match loss {
        Loss::Unattributed => return None,
        Loss::Segments => (
            "FTP segments lost",
            "segments of FTP control connections did not reach the agent, or were never completed",
            "ports that they announced are not known, and their data counts as `tcp_other`; if it lasts, the agent gets too little \
             processor time",
        ),
        Loss::Events => (
            "Messages lost",
            "messages from the kernel did not reach the agent",
            "it has read the tables themselves in their place; if it lasts, it gets too little processor time",
        ),
        Loss::SessionsRefused => (
            "No room for sessions",
            "FTP sessions found no room",
            "their data counts as `tcp_other`; raise `max_sessions` under `[ftp]`",
        ),
        Loss::SessionsEvicted => (
            "No room for sessions",
            "FTP sessions gave way to newer ones",
            "what they announce from now on is not known; raise `max_sessions` under `[ftp]`",
        ),
        Loss::PortsUnplaced => (
            "No room for data ports",
            "FTP data ports found no place",
            "their data counts as `tcp_other`; raise `max_endpoints` under `[ftp]`",
        ),
        Loss::PortsEvicted => (
            "No room for data ports",
            "FTP data ports gave way to newer ones",
            "their data counts as `tcp_other`; raise `max_endpoints` under `[ftp]`",
        ),
        Loss::Overruns => (
            "Interfaces missed",
            "times more happened to interfaces than could be heard",
            "all were listed in its place, and nothing is to be done unless it lasts",
        ),
    })
}

/// What the sandbox lacks.
fn sandboxed(sandbox: &Sandbox) -> Option<String> {
    let Sandbox { no_new_privs, seccomp, landlock, .. } = sandbox;
    let parts =
        [(*no_new_privs, "no_new_privs"), (*seccomp, "seccomp"), (*landlock == "full", "Landlock in full")];
    let lacks: Vec<_> = parts.into_iter().filter(|(is, _)| !is).map(|(_, part)| part).collect();
    (!lacks.is_empty()).then(|| {
        format!(
            "The sandbox lacks {}: it is off, or the kernel does not have it; `--sandbox required` makes that an error",
            lacks.join(", ")
        )
    })
}
