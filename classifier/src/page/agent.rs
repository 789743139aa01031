// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Section of the agent: its privileges, maps and programs.

use maud::{Markup, html};

use super::quantity::{percent, real, short};
use crate::{
    metrics::agent::GaugeValues,
    sandbox::Sandbox,
    snapshot::{MapFill, ProgramSnapshot, Snapshot},
    thousands::grouped,
};

pub(super) fn section(snapshot: &Snapshot, gauges: &GaugeValues) -> Markup {
    html! {
        section #agent aria-labelledby="agent-h" {
            h2 #agent-h { "Agent" }
            div.columns {
                div { h3 { "Maps" } (maps(&snapshot.maps)) }
                div { h3 { "Programs" } (programs(&snapshot.programs)) }
                @if let Some(sandbox) = &gauges.sandbox {
                    div { h3 { "Privileges" } (privileges(sandbox)) }
                }
            }
        }
    }
}

fn maps(maps: &[MapFill]) -> Markup {
    html! {
        table {
            caption { "Fill of the BPF maps" }
            thead {
                tr {
                    th scope="col" { "Map" }
                    th.number scope="col" { "Entries" }
                    th.number scope="col" { "Capacity" }
                    th.number scope="col" { "Used" }
                }
            }
            tbody {
                @for MapFill { map, entries, capacity } in maps {
                    tr {
                        th.plain scope="row" { code { (map) } }
                        td.number { (grouped(*entries)) }
                        td.number { (grouped(*capacity)) }
                        td.number { (percent(*entries, *capacity)) }
                    }
                }
            }
        }
    }
}

fn programs(programs: &[ProgramSnapshot]) -> Markup {
    let is_measured = programs.iter().any(|one| one.runs.is_some());
    html! {
        table {
            caption { "Loaded programs" }
            thead {
                tr {
                    th scope="col" { "Program" }
                    th scope="col" { "Hook" }
                    th.number scope="col" { "ID" }
                    @if is_measured { th.number scope="col" { "ns/run" } }
                }
            }
            tbody {
                @for program in programs {
                    tr {
                        th.plain scope="row" { code { (program.program) } }
                        td { code { (program.hook) } }
                        td.number { (program.id) }
                        @if is_measured { td.number { (nanoseconds(program)) } }
                    }
                }
            }
        }
    }
}

fn nanoseconds(program: &ProgramSnapshot) -> String {
    match (program.run_seconds, program.runs) {
        (Some(seconds), Some(runs @ 1..)) => short(seconds * 1e9 / real(runs)),
        _ => "–".into(),
    }
}

fn privileges(sandbox: &Sandbox) -> Markup {
    let Sandbox { user, capabilities, no_new_privs, seccomp, landlock } = sandbox;
    let word = |is: bool| if is { "on" } else { "off" };
    html! {
        dl.pairs {
            dt { "User" } dd { (user) }
            dt { "Capabilities" } dd { (capabilities.replace(',', ", ")) }
            dt { "no_new_privs" } dd { (word(*no_new_privs)) }
            dt { "seccomp" } dd { (word(*seccomp)) }
            dt { "Landlock" } dd { (landlock) }
        }
    }
}
