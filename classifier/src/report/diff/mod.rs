// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Compares a report with an older one: services, hosts and warnings that are new or gone. Higher counts are
//! no change.

mod compared;

use std::collections::BTreeMap;

use serde::Serialize;
use thiserror::Error;

use self::compared::Compared;
use super::{Format, Report, VERSION};

/// Reason why the older report cannot be compared.
#[derive(Debug, Error)]
pub enum DiffError {
    /// The file is no report.
    #[error("{file} is not a report: {cause}; give the output of `classifier report --format json`")]
    NoReport {
        /// Name of the file.
        file: String,
        /// Cause.
        #[source]
        cause: serde_json::Error,
    },
    /// The report is from another release.
    #[error(
        "{file} is a report of version {version}, and this build writes version {VERSION}; write it again"
    )]
    Version {
        /// Name of the file.
        file: String,
        /// Version in the report.
        version: u64,
    },
}

/// An entry that differs between the reports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// Name of the entry.
    pub name: String,
    /// Value in the older report.
    pub before: String,
    /// Value in the newer report.
    pub after: String,
}

/// New, gone and different entries, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Part {
    /// Entries in the newer report alone.
    pub new: Vec<String>,
    /// Entries in the older report alone.
    pub gone: Vec<String>,
    /// Entries that differ.
    pub changed: Vec<Changed>,
}

/// Changes between two reports.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Changes {
    /// Time of the older report.
    pub since: String,
    /// Time of the newer report.
    pub written: String,
    /// Rules, with the connections that they admit.
    pub rules: Part,
    /// Hosts, with services and outcomes of their connections.
    pub hosts: Part,
    /// Warnings.
    pub warnings: Part,
}

impl Changes {
    /// Compares the text of an older report, from a file of this name, with a newer report.
    ///
    /// # Errors
    ///
    /// When this build does not know the text as a report.
    pub fn between(file: &str, older: &str, newer: &Report) -> Result<Self, DiffError> {
        let no_report = |cause| DiffError::NoReport { file: file.into(), cause };
        let value: serde_json::Value = serde_json::from_str(older).map_err(no_report)?;
        if let Some(version) = value["version"].as_u64().filter(|version| *version != u64::from(VERSION)) {
            return Err(DiffError::Version { file: file.into(), version });
        }
        let older: Compared = serde_json::from_value(value).map_err(no_report)?;
        let newer = serde_json::to_value(newer).and_then(serde_json::from_value).map_err(no_report)?;
        Ok(Self::of(&older, &newer))
    }

    fn of(older: &Compared, newer: &Compared) -> Self {
        Self {
            since: older.written.clone(),
            written: newer.written.clone(),
            rules: Part::of(&older.rules(), &newer.rules()),
            hosts: Part::of(&older.hosts(), &newer.hosts()),
            warnings: Part { changed: Vec::new(), ..Part::of(&older.warnings(), &newer.warnings()) },
        }
    }

    /// Tells whether nothing has changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        [&self.rules, &self.hosts, &self.warnings].into_iter().all(Part::is_empty)
    }

    /// Writes the changes: as JSON, or for people.
    ///
    /// # Errors
    ///
    /// When they cannot be written as JSON.
    pub fn write(&self, format: Format) -> Result<String, serde_json::Error> {
        if format == Format::Json {
            return Ok(serde_json::to_string_pretty(self)? + "\n");
        }
        let mut text = format!("from {} to {}\n", self.since, self.written);
        for (name, part) in [("rule", &self.rules), ("host", &self.hosts), ("warning", &self.warnings)] {
            part.write(&mut text, name);
        }
        if self.is_empty() {
            text.push_str("no change\n");
        }
        Ok(text)
    }
}

impl Part {
    /// Compares two maps by name and value.
    fn of(older: &BTreeMap<String, String>, newer: &BTreeMap<String, String>) -> Self {
        let missing = |of: &BTreeMap<String, String>, from: &BTreeMap<String, String>| {
            let missing = of.iter().filter(|(name, _)| !from.contains_key(*name));
            missing.map(|(name, said)| said_of(name, said)).collect()
        };
        let changed = newer.iter().filter_map(|(name, after)| {
            let before = older.get(name).filter(|before| *before != after)?;
            Some(Changed { name: name.clone(), before: before.clone(), after: after.clone() })
        });
        Self { new: missing(newer, older), gone: missing(older, newer), changed: changed.collect() }
    }

    fn is_empty(&self) -> bool {
        self.new.is_empty() && self.gone.is_empty() && self.changed.is_empty()
    }

    fn write(&self, text: &mut String, name: &str) {
        self.new.iter().for_each(|new| text.extend([format!("+ {name} {new}\n")]));
        self.gone.iter().for_each(|gone| text.extend([format!("- {name} {gone}\n")]));
        for Changed { name: of, before, after } in &self.changed {
            text.extend([format!("~ {name} {of}: {before}, now {after}\n")]);
        }
    }
}

fn said_of(name: &str, said: &str) -> String {
    if said.is_empty() { name.into() } else { format!("{name}: {said}") }
}
