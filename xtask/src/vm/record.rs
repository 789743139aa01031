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

/// Replaces the rows of these kernels, and adds new ones.
pub fn write(rows: &[Row]) -> Result<()> {
    let page = workspace::root().join(PAGE);
    let text = fs::read_to_string(&page).with_context(|| format!("cannot read {PAGE}"))?;
    let date = read(Command::new("date").args(["--utc", "+%Y-%m-%d"]))?;
    let lines = rows.iter().map(|row| row.text(date.trim()));
    let written = replaced(&text, lines).with_context(|| format!("{PAGE} has no line {HEAD}"))?;
    fs::write(&page, written).with_context(|| format!("cannot write {PAGE}"))
}

impl Row {
    /// Returns the key of the row, and its line.
    fn text(&self, date: &str) -> (String, String) {
        let key = format!("| {} | {} |", self.line.name, self.architecture.debian);
        let seconds = self.took.as_secs();
        let line = format!("{key} {} | {} | {seconds} s | {date} |", self.release, self.count.passed);
        (key, line)
    }
}

/// Returns the page with rows replaced by their keys. `None`: it has no such table.
fn replaced(text: &str, rows: impl Iterator<Item = (String, String)>) -> Option<String> {
    let mut lines: Vec<_> = text.lines().map(String::from).collect();
    // The head is followed by the line of dashes.
    let first = lines.iter().position(|line| line == HEAD)? + 2;
    for (key, row) in rows {
        let length = lines[first..].iter().take_while(|line| line.starts_with('|')).count();
        match lines[first..first + length].iter().position(|line| line.starts_with(&key)) {
            Some(at) => lines[first + at] = row,
            None => lines.insert(first + length, row),
        }
    }
    Some(lines.join("\n") + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_replaced_by_its_key_or_added_at_the_end() {
        let page = format!("# Page\n\n{HEAD}\n| --- |\n| 6.1 | amd64 | old |\n\nEnd\n");
        let rows =
            [("| 6.1 | amd64 |", "| 6.1 | amd64 | new |"), ("| 6.1 | arm64 |", "| 6.1 | arm64 | added |")];
        let rows = rows.map(|(key, row)| (key.to_owned(), row.to_owned()));
        let expected =
            format!("# Page\n\n{HEAD}\n| --- |\n| 6.1 | amd64 | new |\n| 6.1 | arm64 | added |\n\nEnd\n");
        assert_eq!(replaced(&page, rows.clone().into_iter()), Some(expected));
        assert_eq!(replaced("# Page\n", rows.into_iter()), None);
    }
}
