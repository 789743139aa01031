// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The table of docs/support.md: the kernels that the tests ran on, and when.

use std::{fs, process::Command, time::Duration};

use anyhow::{Context, Result};

use super::{architecture::Architecture, kernels::Line};
use crate::{cargo_test::Count, process::read, workspace};

const PAGE: &str = "docs/support.md";
/// Line in front of the table.
const HEAD: &str = "| line | architecture | release | tests passed | time | date |";

/// Result of a kernel on an architecture.
pub struct Row {
    pub line: &'static Line,
    pub architecture: &'static Architecture,
    pub release: String,
    pub count: Count,
    pub took: Duration,
}

/// Replaces the row of a kernel, or adds it.
pub fn write(row: &Row) -> Result<()> {
    let page = workspace::root().join(PAGE);
    let text = fs::read_to_string(&page).with_context(|| format!("cannot read {PAGE}"))?;
    let date = read(Command::new("date").args(["--utc", "+%Y-%m-%d"]))?;
    let written =
        replaced(&text, row.text(date.trim())).with_context(|| format!("{PAGE} has no line {HEAD}"))?;
    fs::write(&page, written).with_context(|| format!("cannot write {PAGE}"))
}

impl Row {
    /// Tells whether tests ran, and all of them passed.
    pub fn passed(&self) -> bool {
        self.count.succeeded && self.count.failed == 0 && self.count.passed > 0
    }

    /// Returns the key of the row, and its line.
    fn text(&self, date: &str) -> (String, String) {
        let key = format!("| {} | {} |", self.line.name, self.architecture.debian);
        let seconds = self.took.as_secs();
        let line = format!("{key} {} | {} | {seconds} s | {date} |", self.release, self.count.passed);
        (key, line)
    }
}

/// Returns the page with a row replaced by its key. `None`: the page has no such table.
fn replaced(text: &str, (key, row): (String, String)) -> Option<String> {
    let mut lines: Vec<_> = text.lines().map(String::from).collect();
    // The head is followed by the line of dashes.
    let first = lines.iter().position(|line| line == HEAD)? + 2;
    let length = lines[first..].iter().take_while(|line| line.starts_with('|')).count();
    match lines[first..first + length].iter().position(|line| line.starts_with(&key)) {
        Some(at) => lines[first + at] = row,
        None => lines.insert(first + length, row),
    }
    Some(lines.join("\n") + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_replaced_by_its_key_or_added_at_the_end() {
        let page = format!("# Page\n\n{HEAD}\n| --- |\n| 6.1 | amd64 | old |\n\nEnd\n");
        let row = |key: &str, rest: &str| (key.to_owned(), format!("{key} {rest} |"));
        let renewed = replaced(&page, row("| 6.1 | amd64 |", "new")).unwrap();
        assert_eq!(renewed, page.replace("old", "new"));
        let added = replaced(&page, row("| 6.1 | arm64 |", "added")).unwrap();
        assert_eq!(added, page.replace("old |\n", "old |\n| 6.1 | arm64 | added |\n"));
        assert_eq!(replaced("# Page\n", row("| 6.1 | amd64 |", "new")), None);
    }
}
