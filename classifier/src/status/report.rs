// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The data of `classifier status`. The fields are the keys of the JSON, in their order: they are stable, and
//! more may be added.

use std::path::PathBuf;

use serde::Serialize;

use super::{ListeningReport, ProcessReport};
use crate::{
    evidence::Evidence,
    snapshot::{EndpointReport, MapFill, SessionReport},
};

/// The agents of a machine.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Report {
    /// Agents, in order of their starts; empty if none is running.
    pub agents: Vec<AgentReport>,
    /// Problems of the pin directory, and unreadable parts, one sentence each.
    pub problems: Vec<String>,
}

/// The report of an agent.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct AgentReport {
    /// Interfaces that it counts.
    pub interfaces: Vec<InterfaceReport>,
    /// Loaded programs.
    pub programs: Vec<ProgramReport>,
    /// Fill of its maps.
    pub maps: Vec<MapFill>,
    /// Control connections that it follows, oldest first.
    pub sessions: Vec<SessionReport>,
    /// Data ports that it knows, longest in their state first.
    pub endpoints: Vec<EndpointReport>,
    /// Problems and unreadable parts, one sentence each.
    pub problems: Vec<String>,
    /// Pin directory; `null` if the agent is not pinned in the given one.
    pub pins: Option<PinsReport>,
    /// Process; `null` if it has none, none is visible, or several hold its programs.
    pub process: Option<ProcessReport>,
    /// Packets that crossed a hook on an interface without counters; `null` if unreadable.
    pub unattributed_packets: Option<u64>,
    /// Peers of connections, with times; `null` if unreadable.
    pub evidence: Option<Evidence>,
    /// Ports on which processes listen, or that were used; `null` if the agent is in another network namespace, or the
    /// sockets cannot be read.
    pub listening: Option<Vec<ListeningReport>>,
}

/// The pin directory of an agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PinsReport {
    /// Path of the directory.
    pub folder: PathBuf,
    /// Process that has locked it; `null` if none has, or none is visible.
    pub process: Option<u32>,
}

/// An interface of an agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InterfaceReport {
    /// Index in its network namespace.
    pub index: u32,
    /// Name; `null` if it is in another network namespace than this process.
    pub name: Option<String>,
    /// `xdp_native`, `xdp_generic`, `tcx`, `tc` or `none`; from another network namespace also `xdp` or, before
    /// Linux 6.6, `unknown`.
    pub ingress: &'static str,
    /// `tcx`, `tc` or `none`; from another network namespace, before Linux 6.6, `unknown`.
    pub egress: &'static str,
}

/// A loaded program of an agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProgramReport {
    /// Name of the program.
    pub name: &'static str,
    /// Kernel number of the program.
    pub id: u32,
    /// Hash of the program's instructions, in hexadecimal.
    pub tag: String,
    /// Hook of the program: `xdp`, `tc_ingress` or `tc_egress`.
    pub hook: &'static str,
}
