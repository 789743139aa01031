// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! `classifier status`: shows the kernel objects of running agents, from another process.
//!
//! [`find`](crate::datapath::find) reads them, [`Report`] has the data, and both formats are written from it
//! alone.

use std::{io, path::Path};

use thiserror::Error;
use tokio::runtime;

use crate::{
    clock,
    datapath::{self, FindError, Found, has_tcx, tcx_in},
    interfaces::{self, Hooked, InterfaceError},
};

mod attached;
mod composed;
mod holders;
mod host_context;
mod listening;
pub(crate) mod problems;
mod process;
mod report;
mod sources;
mod text;

#[cfg(feature = "top")]
pub(crate) use self::sources::TOP;
pub use self::{
    attached::Namespace,
    holders::Holder,
    host_context::HostContext,
    listening::{ListeningReport, Usage},
    process::ProcessReport,
    report::{AgentReport, InterfaceReport, PinsReport, ProgramReport, Report},
};

/// Format of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Aligned columns, for people
    #[default]
    Text,
    /// One JSON object, for programs
    Json,
}

/// Reason why there is no report.
#[derive(Debug, Error)]
pub enum StatusError {
    /// The operating system refuses a basic resource.
    #[error("cannot start the runtime: {0}; see `ulimit -a`")]
    Start(#[source] io::Error),
    /// The agents cannot be found.
    #[error(transparent)]
    Find(#[from] FindError),
    /// The interfaces cannot be listed.
    #[error(transparent)]
    Interface(#[from] InterfaceError),
    /// The report cannot be written.
    #[error("cannot write JSON: {0}; use --format text, and report it")]
    Json(#[from] serde_json::Error),
    /// No agent is running. In JSON that is an empty list, and no error.
    #[error("no agent is running on this machine; start one with `classifier run`")]
    Idle,
}

/// A written report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The report in its format.
    pub text: String,
    /// Returns whether the report has an agent.
    pub has_agent: bool,
}

/// Reads every agent of this machine, and a pin directory, and writes a report.
///
/// # Errors
///
/// When the kernel does not let this process read; as text, also when there is no agent.
pub fn status(format: Format, pin_dir: Option<&Path>) -> Result<Answer, StatusError> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build().map_err(StatusError::Start)?;
    let links_are_listed = has_tcx();
    let interfaces = runtime.block_on(interfaces::hooked(!links_are_listed))?;
    let here: Vec<_> = interfaces.iter().map(|link| link.index).collect();
    let found = datapath::find(&here)?;
    let namespace = namespace(interfaces, links_are_listed, &found);
    let context = host_context::look(&found, namespace, pin_dir);
    let report = Report::of(found, &context, clock::now());
    Ok(Answer { text: report.write(format)?, has_agent: !report.agents.is_empty() })
}

impl Report {
    /// Writes the report.
    ///
    /// # Errors
    ///
    /// When there is no agent to write of; JSON has an empty list for that.
    pub fn write(&self, format: Format) -> Result<String, StatusError> {
        match format {
            Format::Json => Ok(serde_json::to_string_pretty(self)? + "\n"),
            Format::Text if self.agents.is_empty() && self.problems.is_empty() => Err(StatusError::Idle),
            Format::Text => Ok(text::write(self)),
        }
    }
}

/// Adds the TCX programs to interfaces of this network namespace whose indices the agents name.
fn namespace(mut interfaces: Vec<Hooked>, links_are_listed: bool, found: &[Found]) -> Namespace {
    let named =
        |link: &Hooked| found.iter().flat_map(|agent| &agent.links).any(|one| one.interface == link.index);
    for link in interfaces.iter_mut().filter(|link| named(link)) {
        link.attachments.extend(tcx_in(&link.name, link.index));
    }
    Namespace { interfaces, links_are_listed }
}
