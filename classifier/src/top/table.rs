// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The rows of a tab: filtered, sorted, and ready to be drawn or written.

use std::cmp::Ordering;

/// A column. On a narrow screen, columns with the highest `rank` are dropped first; rank 0 stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Title of the column.
    pub title: &'static str,
    /// True if cells are right-aligned, and sorted largest first.
    pub is_number: bool,
    /// Rank at which the column is dropped.
    pub rank: u8,
}

impl Column {
    /// Creates a column of words.
    #[must_use]
    pub const fn text(title: &'static str, rank: u8) -> Self {
        Self { title, is_number: false, rank }
    }

    /// Creates a column of numbers.
    #[must_use]
    pub const fn number(title: &'static str, rank: u8) -> Self {
        Self { title, is_number: true, rank }
    }
}

/// Content of a cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// A word.
    Text(String),
    /// A number with its text; `None` for an unknown one.
    Number(Option<f64>, String),
}

impl Cell {
    /// Returns the text of the cell.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Number(_, text) => text,
        }
    }

    fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            // The largest first, unknown ones last.
            (Self::Number(one, _), Self::Number(two, _)) => {
                let key = |number: &Option<f64>| number.unwrap_or(f64::NEG_INFINITY);
                key(two).total_cmp(&key(one))
            }
            (one, two) => one.text().cmp(two.text()),
        }
    }
}

/// A row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// Cells, one for each column.
    pub cells: Vec<Cell>,
    /// True if the row has traffic now.
    pub is_busy: bool,
    /// Last minute, for tables that show it.
    pub history: Option<super::History>,
}

/// The rows of a tab.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Columns.
    pub columns: &'static [Column],
    /// Rows, in a stable order.
    pub rows: Vec<Row>,
    /// True if a sparkline follows the columns.
    pub has_history: bool,
    /// Text for a table without rows.
    pub empty: String,
}

/// Sort order of a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// Number of the sort column.
    pub column: usize,
    /// True if the order is reversed.
    pub is_reversed: bool,
}

impl Table {
    /// Keeps the rows with a cell for each of these words, and sorts them.
    #[must_use]
    pub fn arranged(mut self, filter: &str, order: Order) -> Self {
        let words: Vec<_> = filter.split_whitespace().map(str::to_lowercase).collect();
        let holds =
            |row: &Row, word: &String| row.cells.iter().any(|cell| cell.text().to_lowercase().contains(word));
        self.rows.retain(|row| words.iter().all(|word| holds(row, word)));
        if order.column < self.columns.len() {
            self.rows.sort_by(|one, two| {
                let by = |row: &Row| row.cells.get(order.column).cloned();
                let compared = match (by(one), by(two)) {
                    (Some(one), Some(two)) => one.compare(&two),
                    (one, two) => one.is_some().cmp(&two.is_some()),
                };
                if order.is_reversed { compared.reverse() } else { compared }
            });
        }
        self
    }

    /// Selects the columns that fit side by side, with their widths, and the width that is left for the
    /// history.
    #[must_use]
    pub fn fitted(&self, room: usize) -> (Vec<(usize, usize)>, usize) {
        let width = |number: usize| {
            let cells = self.rows.iter().filter_map(|row| row.cells.get(number));
            let widest = cells.map(|cell| cell.text().chars().count()).max().unwrap_or_default();
            // The title of the sort column has a mark after it.
            widest.max(self.columns[number].title.chars().count() + 1).min(WIDEST)
        };
        let mut chosen: Vec<_> = (0..self.columns.len()).map(|number| (number, width(number))).collect();
        let history = if self.has_history { LEAST_HISTORY } else { 0 };
        let sum = |chosen: &[(usize, usize)]| chosen.iter().map(|(_, width)| width + GAP).sum::<usize>();
        while sum(&chosen) + history > room + GAP {
            let last = chosen
                .iter()
                .enumerate()
                .max_by_key(|(place, (number, _))| (self.columns[*number].rank, *place));
            match last {
                Some((place, (number, _))) if self.columns[*number].rank > 0 => drop(chosen.remove(place)),
                _ => break,
            }
        }
        let left = room.saturating_sub(sum(&chosen));
        (chosen, if self.has_history && left >= LEAST_HISTORY { left.min(super::SECONDS) } else { 0 })
    }
}

/// Width between two columns.
pub const GAP: usize = 1;

/// Widest cell: names of configured protocols may have 64 characters.
const WIDEST: usize = 45;

/// Least width of a readable sparkline.
const LEAST_HISTORY: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column; 3] =
        [Column::text("name", 0), Column::number("rate", 1), Column::text("word", 2)];

    fn table() -> Table {
        let row = |name: &str, rate: Option<f64>, word: &str| {
            let cells = vec![
                Cell::Text(name.into()),
                Cell::Number(rate, rate.map_or("-".into(), |rate| rate.to_string())),
                Cell::Text(word.into()),
            ];
            Row { cells, ..Row::default() }
        };
        let rows = vec![row("b", Some(1.0), "x"), row("a", None, "y"), row("c", Some(20.0), "XY")];
        Table { columns: &COLUMNS, rows, has_history: false, empty: String::new() }
    }

    fn names(filter: &str, column: usize, is_reversed: bool) -> String {
        let arranged = table().arranged(filter, Order { column, is_reversed });
        arranged.rows.iter().map(|row| row.cells[0].text().to_owned()).collect()
    }

    #[test]
    fn rows_are_sorted_by_the_column_that_is_chosen() {
        assert_eq!(
            [names("", 0, false), names("", 1, false), names("", 2, true)],
            ["abc", "cba", "abc"].map(str::to_owned)
        );
        assert_eq!([names("", 1, true), names("", 9, false)], ["abc", "bac"].map(str::to_owned));
    }

    #[test]
    fn a_filter_asks_for_each_of_its_words_in_any_column() {
        assert_eq!(
            [names("X", 0, false), names(" y  a", 0, false), names("nobody", 0, false)],
            ["bc", "a", ""].map(str::to_owned)
        );
    }

    #[test]
    fn what_has_no_room_goes_by_its_rank() {
        let numbers = |room| table().fitted(room).0.iter().map(|(number, _)| *number).collect::<Vec<_>>();
        assert_eq!(
            [numbers(80), numbers(17), numbers(16), numbers(3)],
            [vec![0, 1, 2], vec![0, 1, 2], vec![0, 1], vec![0]]
        );
        let drawn = Table { has_history: true, ..table() };
        assert_eq!([drawn.fitted(100).1, drawn.fitted(30).1, drawn.fitted(10).1], [60, 12, 0]);
    }
}
