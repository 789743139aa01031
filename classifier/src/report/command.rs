// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Runs the command: reads a source, and writes a report.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use thiserror::Error;
use tracing::warn;

use super::{
    Changes, DiffError, Format, Report,
    advice::{Options, Refusal},
    captured,
    gather::{Gathered, Origin},
    traffic::{Loss, Moment, SocketsSeen, Span, Traffic},
};
use crate::{
    config::Settings,
    datapath::{ViewError, pinned_since, view},
    evidence::{Clock, Evidence},
    located::FileError,
    offline::OfflineError,
    policy::{self, Policy},
};

/// Source of a report.
#[derive(Clone, Debug)]
pub enum Source {
    /// Pinned maps in a directory.
    Pins(PathBuf),
    /// Captures, classified with the ports of these settings.
    Captures(Vec<PathBuf>, Box<Settings>),
}

/// Arguments of the command.
#[derive(Clone, Debug)]
pub struct Request {
    /// Source of the report.
    pub source: Source,
    /// Format of the output.
    pub format: Format,
    /// Options of the advice.
    pub options: Options,
    /// Older report to compare with.
    pub diff: Option<PathBuf>,
    /// Evaluated policy to report on instead of the traffic.
    pub policy: Option<PathBuf>,
    /// True if a ruleset is written in spite of the refusals.
    pub force: bool,
}

/// Result of the command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Text of the output.
    pub text: String,
    /// True if it shows changes since the older report.
    pub has_changed: bool,
}

/// Reason why there is no report.
#[derive(Debug, Error)]
pub enum ReportError {
    /// The pinned maps cannot be read.
    #[error(transparent)]
    View(#[from] ViewError),
    /// The captures cannot be read.
    #[error(transparent)]
    Capture(#[from] OfflineError),
    /// A file cannot be read.
    #[error("cannot read {}: {cause}; give a file that this user can read", .file.display())]
    Read {
        /// Name of the file.
        file: PathBuf,
        /// Cause.
        #[source]
        cause: io::Error,
    },
    /// The policy file cannot be used.
    #[error(transparent)]
    Policy(#[from] FileError),
    /// The older report cannot be used.
    #[error(transparent)]
    Diff(#[from] DiffError),
    /// The ruleset could lock somebody out.
    #[error("the ruleset is refused: {}; --force writes it anyway", .0.iter().map(|refusal| refusal.text.as_str()).collect::<Vec<_>>().join("; "))]
    Refused(Vec<Refusal>),
    /// The report cannot be written as JSON.
    #[error("cannot write JSON: {0}; use --format text, and report it")]
    Json(#[from] serde_json::Error),
}

/// Reads the source, and writes the report.
///
/// # Errors
///
/// When there is nothing to report, or nothing to compare with.
pub fn report(request: &Request) -> Result<Answer, ReportError> {
    if let (Some(policy), Source::Pins(folder)) = (&request.policy, &request.source) {
        return tried(folder, policy, request.format);
    }
    // An unusable older report is refused before the source is read.
    let older = request.diff.as_ref().map(read).transpose()?;
    let traffic = match &request.source {
        Source::Pins(folder) => pinned(folder)?,
        Source::Captures(files, settings) => captured::traffic(files, settings)?,
    };
    let report = Report::of(traffic, &request.options, now());
    guard(&report, request)?;
    let Some((file, older)) = older else {
        return Ok(Answer { text: report.write(request.format)?, has_changed: false });
    };
    let changes = Changes::between(&file, &older, &report)?;
    Ok(Answer { text: changes.write(request.format)?, has_changed: !changes.is_empty() })
}

/// Refuses a ruleset that could lock somebody out. With `--force` each refusal is logged, and written into the ruleset.
fn guard(report: &Report, request: &Request) -> Result<(), ReportError> {
    let refusals = &report.advice.refusals;
    if !request.format.is_ruleset() || refusals.is_empty() {
        return Ok(());
    }
    if !request.force {
        return Err(ReportError::Refused(refusals.clone()));
    }
    for refusal in refusals {
        warn!("overridden by --force: {}", refusal.text);
    }
    Ok(())
}

/// Reports the effect of an evaluated policy.
fn tried(folder: &Path, policy: &Path, format: Format) -> Result<Answer, ReportError> {
    let mut view = view(folder)?;
    let look = view.look()?;
    let policy = Policy::read(policy, &look.names)?;
    let evidence = view.evidence()?;
    let report = policy::Report::new(&policy, &look.rules, &look.snapshot.interfaces, &evidence);
    let is_json = matches!(format, Format::Json);
    let text = if is_json { serde_json::to_string_pretty(&report)? + "\n" } else { report.to_string() };
    Ok(Answer { text, has_changed: false })
}

fn now() -> Moment {
    Clock::now().moment(crate::clock::now())
}

fn read(file: &PathBuf) -> Result<(String, String), ReportError> {
    let text = fs::read_to_string(file).map_err(|cause| ReportError::Read { file: file.clone(), cause })?;
    Ok((file.display().to_string(), text))
}

/// Returns the time span since the first pin, or the first connection: an upgrade replaces pins.
fn observed(folder: &Path, evidence: &Evidence) -> Option<Span> {
    let since_epoch = |time: SystemTime| time.duration_since(UNIX_EPOCH).ok().map(Moment::since_epoch);
    let pinned = pinned_since(folder).and_then(since_epoch);
    let first = evidence.seen.iter().map(|seen| seen.first_seen).chain(pinned).min()?;
    let last = now();
    Some(Span { first: first.min(last), last })
}

/// Reads the traffic from a pin directory.
fn pinned(folder: &Path) -> Result<Traffic, ReportError> {
    let mut view = view(folder)?;
    let mut look = view.look()?;
    // The counters are complete without it.
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
    traffic.observed = observed(folder, &evidence);
    traffic.sockets = SocketsSeen::read(look.namespace, &look.ports, &look.names);
    traffic.losses.extend(look.problems.into_iter().map(|what| Loss { what, count: 1 }));
    Ok(traffic)
}
