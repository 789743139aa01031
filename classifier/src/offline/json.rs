// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Writes rows as JSON, for programs.

use std::collections::BTreeMap;

use classifier_common::{
    control::{CONTROL, Tally},
    endpoint::Kind,
};
use serde::Serialize;

use super::{OfflineError, rows::Rows, sums::Sums};
use crate::{metrics, protocol_names::ProtocolNames, snapshot::FtpSnapshot};

#[derive(Serialize)]
struct Document<'e> {
    /// Files and packets that could not be read or classified.
    errors: &'e [String],
    total: Rows,
    files: Vec<FileRows>,
    ftp: FtpRows,
}

#[derive(Serialize)]
struct FileRows {
    file: String,
    #[serde(flatten)]
    rows: Rows,
}

/// Observations of FTP in all files.
#[derive(Serialize)]
struct FtpRows {
    /// Control connections that were followed.
    sessions: u64,
    /// Control connections that are live at the end, by [`CONTROL`].
    live_sessions: BTreeMap<&'static str, u64>,
    /// Data ports that were learned, by command.
    endpoints_learned: BTreeMap<&'static str, u64>,
}

pub(super) fn write(sums: &Sums, names: &ProtocolNames, errors: &[String]) -> Result<String, OfflineError> {
    let files = sums.files.iter();
    let document = Document {
        errors,
        total: Rows::of(&sums.total(), names),
        files: files
            .map(|(file, counters)| FileRows { file: file.clone(), rows: Rows::of(counters, names) })
            .collect(),
        ftp: ftp_rows(&sums.ftp),
    };
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}

fn ftp_rows(ftp: &FtpSnapshot) -> FtpRows {
    let of = |tally: Tally| ftp.tallies[tally as usize];
    let learned = Kind::LEARNED.map(|kind| (kind.command(), of(Tally::learned(kind))));
    FtpRows {
        sessions: of(Tally::SessionsOpened),
        live_sessions: CONTROL.into_iter().zip(metrics::live_sessions(&ftp.tallies)).collect(),
        endpoints_learned: learned.into_iter().collect(),
    }
}
