//! The command: what is looked at, and what is written of it.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use thiserror::Error;

use super::{
    Changes, DiffError, Format, Report,
    advice::Options,
    captured,
    gather::{Gathered, Origin},
    traffic::{Loss, Moment, Traffic},
};
use crate::{
    config::{FileError, Settings},
    datapath::{ViewError, view},
    evidence::{Clock, Evidence},
    offline::OfflineError,
    shadow::{self, Policy},
};

/// What is looked at.
#[derive(Clone, Debug)]
pub enum Source {
    /// What is pinned in a folder.
    Pins(PathBuf),
    /// Captures, by the ports of these settings.
    Captures(Vec<PathBuf>, Box<Settings>),
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Request {
    /// What is looked at.
    pub source: Source,
    /// How to write it.
    pub format: Format,
    /// What is asked of the advice.
    pub options: Options,
    /// An older report to compare with.
    pub diff: Option<PathBuf>,
    /// A policy that was tried, to write about in place of all else.
    pub policy: Option<PathBuf>,
}

/// What is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The text.
    pub text: String,
    /// Whether it is of something that has changed since the older report.
    pub has_changed: bool,
}

/// There is no report.
#[derive(Debug, Error)]
pub enum ReportError {
    /// See [`ViewError`].
    #[error(transparent)]
    View(#[from] ViewError),
    /// See [`OfflineError`].
    #[error(transparent)]
    Capture(#[from] OfflineError),
    /// A file cannot be read.
    #[error("cannot read {}: {cause}; name a file that this user may read", .file.display())]
    Read {
        /// Its name.
        file: PathBuf,
        /// The system's answer.
        #[source]
        cause: io::Error,
    },
    /// See [`FileError`].
    #[error(transparent)]
    Policy(#[from] FileError),
    /// See [`DiffError`].
    #[error(transparent)]
    Diff(#[from] DiffError),
    /// It cannot be written.
    #[error("cannot write JSON: {0}; use --format text, and report it")]
    Json(#[from] serde_json::Error),
}

/// Looks, and writes what follows.
///
/// # Errors
///
/// When there is nothing to look at, or nothing to compare with.
pub fn report(request: &Request) -> Result<Answer, ReportError> {
    if let (Some(policy), Source::Pins(folder)) = (&request.policy, &request.source) {
        return tried(folder, policy, request.format);
    }
    // What cannot be compared with is found before anything is looked at.
    let older = request.diff.as_ref().map(read).transpose()?;
    let traffic = match &request.source {
        Source::Pins(folder) => pinned(folder)?,
        Source::Captures(files, settings) => captured::traffic(files, settings)?,
    };
    let report = Report::of(traffic, &request.options, now());
    let Some((file, older)) = older else {
        return Ok(Answer { text: report.write(request.format)?, has_changed: false });
    };
    let changes = Changes::between(&file, &older, &report)?;
    Ok(Answer { text: changes.write(request.format)?, has_changed: !changes.is_empty() })
}

/// What a policy would have done.
fn tried(folder: &Path, policy: &Path, format: Format) -> Result<Answer, ReportError> {
    let mut view = view(folder)?;
    let look = view.look()?;
    let policy = Policy::read(policy, &look.names)?;
    let evidence = view.evidence()?;
    let report = shadow::Report::new(&policy, &look.rules, &look.snapshot.interfaces, &evidence);
    let is_json = matches!(format, Format::Json);
    let text = if is_json { serde_json::to_string_pretty(&report)? + "\n" } else { report.to_string() };
    Ok(Answer { text, has_changed: false })
}

fn now() -> Moment {
    Clock::now().moment(crate::datapath::now())
}

fn read(file: &PathBuf) -> Result<(String, String), ReportError> {
    let text = fs::read_to_string(file).map_err(|cause| ReportError::Read { file: file.clone(), cause })?;
    Ok((file.display().to_string(), text))
}

/// What a pin folder holds.
fn pinned(folder: &Path) -> Result<Traffic, ReportError> {
    let mut view = view(folder)?;
    let mut look = view.look()?;
    // What counts does not depend on it.
    let evidence = view.evidence().unwrap_or_else(|error| {
        look.problems.push(error.to_string());
        Evidence::default()
    });
    let gathered = Gathered {
        origin: Origin::Hooks,
        interfaces: &look.snapshot.interfaces,
        names: &look.names,
        ports: &look.ports,
        evidence: &evidence,
        tallies: &look.snapshot.ftp.tallies,
        unattributed: look.snapshot.unattributed,
    };
    let mut traffic = gathered.traffic();
    traffic.origin = vec![folder.display().to_string()];
    traffic.losses.extend(look.problems.into_iter().map(|what| Loss { what, count: 1 }));
    Ok(traffic)
}
