//! The command: what is looked at, and what is written of it.

use std::{fs, io, path::PathBuf};

use thiserror::Error;

use super::{
    Changes, DiffError, Format, Report,
    advice::Options,
    gather::Gathered,
    traffic::{Loss, Moment, Traffic},
};
use crate::{
    datapath::{ViewError, view},
    evidence::{Clock, Evidence},
};

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Request {
    /// The folder of pins to look at.
    pub pin_dir: PathBuf,
    /// How to write it.
    pub format: Format,
    /// What is asked of the advice.
    pub options: Options,
    /// An older report to compare with.
    pub diff: Option<PathBuf>,
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
    /// A file cannot be read.
    #[error("cannot read {}: {cause}; name a file that this user may read", .file.display())]
    Read {
        /// Its name.
        file: PathBuf,
        /// The system's answer.
        #[source]
        cause: io::Error,
    },
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
    // What cannot be compared with is found before anything is looked at.
    let older = request.diff.as_ref().map(read).transpose()?;
    let report = Report::of(pinned(request)?, &request.options, now());
    let Some((file, older)) = older else {
        return Ok(Answer { text: report.write(request.format)?, has_changed: false });
    };
    let changes = Changes::between(&file, &older, &report)?;
    Ok(Answer { text: changes.write(request.format)?, has_changed: !changes.is_empty() })
}

fn now() -> Moment {
    Clock::now().moment(crate::datapath::now())
}

fn read(file: &PathBuf) -> Result<(String, String), ReportError> {
    let text = fs::read_to_string(file).map_err(|cause| ReportError::Read { file: file.clone(), cause })?;
    Ok((file.display().to_string(), text))
}

/// What a pin folder holds.
fn pinned(request: &Request) -> Result<Traffic, ReportError> {
    let mut view = view(&request.pin_dir)?;
    let mut look = view.look()?;
    // What counts does not depend on it.
    let evidence = view.evidence().unwrap_or_else(|error| {
        look.problems.push(error.to_string());
        Evidence::default()
    });
    let gathered = Gathered {
        interfaces: &look.snapshot.interfaces,
        names: &look.names,
        ports: &look.ports,
        evidence: &evidence,
        tallies: &look.snapshot.ftp.tallies,
        unattributed: look.snapshot.unattributed,
    };
    let mut traffic = gathered.traffic();
    traffic.origin = vec![request.pin_dir.display().to_string()];
    traffic.losses.extend(look.problems.into_iter().map(|what| Loss { what, count: 1 }));
    Ok(traffic)
}
