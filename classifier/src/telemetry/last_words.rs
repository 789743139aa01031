// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Writes the error that ends the process, in the format of the log.

use std::{error::Error, iter::successors};

use serde::Serialize;
use tracing::Level;
use tracing_subscriber::fmt::{
    format::Writer,
    time::{FormatTime as _, SystemTime},
};

use super::{LogFormat, journal::priority};

/// A line in JSON, in the form of the other lines.
#[derive(Serialize)]
struct Line {
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<String>,
    level: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    causes: Vec<String>,
    target: &'static str,
}

/// Formats one line; in text with causes, one more for each cause.
pub(super) fn of(error: &dyn Error, with_causes: bool, format: LogFormat, journal: bool) -> String {
    let causes = successors(error.source(), |cause| (*cause).source()).filter(|_| with_causes);
    let causes: Vec<_> = causes.map(ToString::to_string).collect();
    let priority = if journal { priority(Level::ERROR) } else { "" };
    match format {
        LogFormat::Text => {
            let causes = causes.iter().map(|cause| format!("{priority}  because: {cause}\n"));
            format!("{priority}classifier: {error}\n{}", causes.collect::<String>())
        }
        LogFormat::Json => {
            let timestamp = (!journal).then(now);
            let message = error.to_string();
            let line = Line { timestamp, level: "ERROR", message, causes, target: "classifier" };
            // The line has texts alone, which JSON can always express.
            format!("{priority}{}\n", serde_json::to_string(&line).unwrap_or_default())
        }
    }
}

fn now() -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = SystemTime.format_time(&mut Writer::new(&mut text));
    text
}

#[cfg(test)]
mod tests {
    use std::io;

    use thiserror::Error;

    use super::*;

    #[derive(Debug, Error)]
    #[error("cannot \"do\" it")]
    struct Refused(#[source] io::Error);

    fn refused() -> Refused {
        Refused(io::Error::other("no\nway"))
    }

    #[test]
    fn text_has_a_line_for_each_cause_where_they_are_asked_for() {
        let of = |with_causes, journal| of(&refused(), with_causes, LogFormat::Text, journal);
        assert_eq!(of(false, false), "classifier: cannot \"do\" it\n");
        assert_eq!(of(true, true), "<3>classifier: cannot \"do\" it\n<3>  because: no\nway\n");
    }

    #[test]
    fn json_is_one_object_in_one_line() {
        for journal in [false, true] {
            let line = of(&refused(), true, LogFormat::Json, journal);
            assert_eq!(line.matches('\n').count(), 1, "{line}");
            assert_eq!(line.starts_with("<3>{"), journal, "{line}");
            let object: serde_json::Value = serde_json::from_str(line.trim_start_matches("<3>")).unwrap();
            assert_eq!(object["message"], "cannot \"do\" it");
            assert_eq!(object["causes"][0], "no\nway");
            assert_eq!(object["timestamp"].is_string(), !journal, "{line}");
        }
    }
}
