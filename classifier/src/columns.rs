// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Aligns cells in columns.

/// Spaces between two columns.
const GAP: usize = 2;

/// A table with a line of titles.
pub(crate) struct Columns {
    /// True if each column has numbers, which are right-aligned.
    numbers: Vec<bool>,
    rows: Vec<Vec<String>>,
}

impl Columns {
    /// Creates a table with these titles; `>` marks those of numbers.
    pub(crate) fn new<const N: usize>(titles: [&str; N]) -> Self {
        Self::titled(titles.into_iter().map(str::to_owned))
    }

    /// Creates a table with any number of titles.
    pub(crate) fn titled(titles: impl Iterator<Item = String>) -> Self {
        let titles: Vec<_> = titles.collect();
        let numbers = titles.iter().map(|title| title.starts_with('>')).collect();
        Self {
            numbers,
            rows: vec![titles.iter().map(|title| title.trim_start_matches('>').to_owned()).collect()],
        }
    }

    /// Adds a row of these cells.
    pub(crate) fn add(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// Adds a row with as many cells as titles.
    pub(crate) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.add(cells.into());
    }

    /// Writes the lines, without trailing spaces.
    pub(crate) fn write(&self, text: &mut String) {
        let width = |column: usize| {
            self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max()
        };
        let widths: Vec<_> =
            (0..self.numbers.len()).map(|column| width(column).unwrap_or_default()).collect();
        for row in &self.rows {
            let mut line = String::new();
            for ((cell, width), is_number) in row.iter().zip(&widths).zip(&self.numbers) {
                let room = " ".repeat(width - cell.chars().count());
                let [before, behind] = if *is_number { [room.as_str(), ""] } else { ["", &room] };
                line.extend([before, cell, behind, &" ".repeat(GAP)]);
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
    }
}
