//! What has changed since an older report: services, hosts and warnings that are new or gone. How much more was counted
//! since is no change.

mod compared;

use std::collections::BTreeMap;

use serde::Serialize;
use thiserror::Error;

use self::compared::Compared;
use super::{Format, Report, VERSION};

/// The older report cannot be compared with.
#[derive(Debug, Error)]
pub enum DiffError {
    /// It is no report.
    #[error("{file} is no report: {cause}; name what `classifier report --format json` has written")]
    NoReport {
        /// Its name.
        file: String,
        /// What is wrong.
        #[source]
        cause: serde_json::Error,
    },
    /// It is of another release.
    #[error("{file} is a report of version {version}, and this build writes {VERSION}; write it anew")]
    Version {
        /// Its name.
        file: String,
        /// What it says.
        version: u64,
    },
}

/// Something that both reports have, differently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// What.
    pub name: String,
    /// In the older report.
    pub before: String,
    /// In the newer one.
    pub after: String,
}

/// What is new, gone or different, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Part {
    /// In the newer report alone.
    pub new: Vec<String>,
    /// In the older report alone.
    pub gone: Vec<String>,
    /// In both.
    pub changed: Vec<Changed>,
}

/// What has changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Changes {
    /// When the older report was written.
    pub since: String,
    /// When the newer one was.
    pub written: String,
    /// Rules, with the connections that they admit.
    pub rules: Part,
    /// Hosts, with what became of their connections to which service.
    pub hosts: Part,
    /// Warnings.
    pub warnings: Part,
}

impl Changes {
    /// Between the text of an older report, from a file of this name, and a newer report.
    ///
    /// # Errors
    ///
    /// When the text is no report that this build knows.
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

    /// Whether nothing has changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        [&self.rules, &self.hosts, &self.warnings].into_iter().all(Part::is_empty)
    }

    /// Writes them: as JSON, or for people.
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
            text.push_str("nothing has changed\n");
        }
        Ok(text)
    }
}

impl Part {
    /// Between what both have, by name with what is said of it.
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
