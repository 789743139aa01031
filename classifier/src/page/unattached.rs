// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Table of wanted interfaces that are not attached, each with the reason.

use maud::{Markup, html};

use super::{Page, problems::spoken};

/// Interfaces that are shown.
const SHOWN: usize = 12;

pub(super) fn table(page: &Page<'_>) -> Markup {
    let wanted = page.snapshot.iter().flat_map(|snapshot| &snapshot.hotplug.wanted);
    let names: Vec<_> = wanted
        .filter(|(name, is_attached)| !**is_attached && page.query.shows(name))
        .map(|(name, _)| name)
        .collect();
    html! {
        @if !names.is_empty() {
            div.wide role="region" aria-label="Interfaces that are not attached" tabindex="0" {
                table {
                    caption { strong.alert { "Wanted and not attached" } }
                    thead { tr { th scope="col" { "Interface" } th scope="col" { "Reason" } } }
                    tbody {
                        @for name in names.iter().take(SHOWN) {
                            tr { th.alert scope="row" { code { (name) } } td { (spoken(reason(page, name))) } }
                        }
                    }
                }
            }
            @if names.len() > SHOWN {
                p.note { (names.len() - SHOWN) " more are not attached: " a href="./-/ready" { "readiness" } " lists all." }
            }
        }
    }
}

/// Finds the reason against readiness that names an interface in back quotes.
fn reason<'p>(page: &'p Page<'_>, name: &str) -> &'p str {
    let quoted = format!("`{name}`");
    let reason = page.readiness.reasons.iter().find(|reason| reason.contains(&quoted));
    reason.map_or("the log of the agent has the reason", String::as_str)
}
