//! `classifier status`: what running agents have in the kernel, looked at by another process.
//!
//! [`find`](crate::datapath::find) looks, [`Report`] is what was seen, and the two formats are written from it
//! alone.

use std::{io, path::Path};

use thiserror::Error;
use tokio::runtime;

use crate::{
    datapath::{self, FindError, Found, has_tcx, tcx_in},
    interfaces::{self, Hooked, InterfaceError},
};

mod age;
mod around;
mod attached;
mod ftp;
mod holders;
pub(crate) mod problems;
mod process;
mod report;
mod sources;
mod text;

pub(crate) use self::sources::TOP;
pub use self::{
    age::Age,
    around::Around,
    attached::Namespace,
    ftp::{Dialler, EndpointReport, Host, SessionReport},
    holders::Holder,
    process::ProcessReport,
    report::{AgentReport, InterfaceReport, PinsReport, ProgramReport, Report},
};

/// How a report is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Aligned columns, for people
    #[default]
    Text,
    /// One object, for programs
    Json,
}

/// There is nothing to show.
#[derive(Debug, Error)]
pub enum StatusError {
    /// The operating system refuses something basic.
    #[error("cannot start the runtime: {0}; see `ulimit -a`")]
    Start(#[source] io::Error),
    /// See [`FindError`].
    #[error(transparent)]
    Find(#[from] FindError),
    /// See [`InterfaceError`].
    #[error(transparent)]
    Interface(#[from] InterfaceError),
    /// The report cannot be written.
    #[error("cannot write JSON: {0}; use --format text, and report it")]
    Json(#[from] serde_json::Error),
    /// Nobody counts. In JSON that is an empty list, and no error.
    #[error("no agent is running on this machine; start one with `classifier run`")]
    Idle,
}

/// Looks at every agent of this machine, and into a pin folder, and writes what it sees.
///
/// # Errors
///
/// When the kernel does not let this process look; as text, also when there is no agent.
pub fn status(format: Format, pin_dir: Option<&Path>) -> Result<String, StatusError> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build().map_err(StatusError::Start)?;
    let links_are_listed = has_tcx();
    let interfaces = runtime.block_on(interfaces::hooked(!links_are_listed))?;
    let here: Vec<_> = interfaces.iter().map(|link| link.index).collect();
    let found = datapath::find(&here)?;
    let namespace = namespace(interfaces, links_are_listed, &found);
    let around = around::look(&found, namespace, pin_dir);
    let report = Report::of(found, &around, datapath::now());
    report.write(format)
}

impl Report {
    /// Writes it.
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

/// This network namespace, with all that hangs on interfaces whose indices the agents name.
fn namespace(mut interfaces: Vec<Hooked>, links_are_listed: bool, found: &[Found]) -> Namespace {
    let named =
        |link: &Hooked| found.iter().flat_map(|agent| &agent.links).any(|one| one.interface == link.index);
    for link in interfaces.iter_mut().filter(|link| named(link)) {
        link.attachments.extend(tcx_in(&link.name, link.index));
    }
    Namespace { interfaces, links_are_listed }
}
