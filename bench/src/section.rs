// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Sections of the report.

/// A heading, a description of the measurement, and the numbers.
pub struct Section {
    pub heading: &'static str,
    /// Paragraphs in Markdown.
    pub about: String,
    pub tables: Vec<Table>,
}

/// Rows under columns. Goals form a last column if any row has one.
pub struct Table {
    /// Line above the table; empty for none.
    pub title: String,
    /// Column titles. The first is the title of the rows' names.
    pub columns: Vec<String>,
    pub rows: Vec<Row>,
}

/// Measurements of one thing.
pub struct Row {
    pub name: String,
    /// Cells, one for each column after the first.
    pub cells: Vec<String>,
    pub goals: Vec<Goal>,
}

impl Row {
    /// Creates a row without a goal.
    pub fn new(name: impl Into<String>, cells: impl IntoIterator<Item = String>) -> Self {
        Self { name: name.into(), cells: cells.into_iter().collect(), goals: vec![] }
    }

    /// Adds a goal to the row.
    pub fn with(mut self, goal: Goal) -> Self {
        self.goals.push(goal);
        self
    }
}

/// A goal: the bound, the measured value, and whether it was met.
pub struct Goal {
    /// Bound in words: `≤ 4 ns`.
    pub wanted: String,
    /// Measured value: `3.1 ns`.
    pub measured: String,
    pub is_met: bool,
}

impl Goal {
    /// Creates an upper bound. `what` names the value; it may be empty if the row's name does.
    pub fn at_most(what: &str, measured: f64, bound: f64, unit: &str) -> Self {
        Self::of(what, "≤", measured, bound, unit, measured <= bound)
    }

    /// Creates a lower bound of `measured`.
    pub fn at_least(what: &str, measured: f64, bound: f64, unit: &str) -> Self {
        Self::of(what, "≥", measured, bound, unit, measured >= bound)
    }

    fn of(what: &str, relation: &str, measured: f64, bound: f64, unit: &str, is_met: bool) -> Self {
        let what = if what.is_empty() { String::new() } else { format!("{what} ") };
        let wanted = format!("{what}{relation} {bound}{unit}");
        // A narrow miss needs enough digits to differ from the bound.
        let digits = (0..=3).find(|digits| !is_met && (measured - bound).abs() * 10_f64.powi(*digits) >= 0.5);
        let digits = usize::try_from(digits.unwrap_or(2).max(2)).unwrap_or(2);
        Self { wanted, measured: format!("{measured:.digits$}{unit}"), is_met }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_goal_is_met_up_to_its_bound() {
        assert!(Goal::at_most("", 4.0, 4.0, " ns").is_met);
        assert!(!Goal::at_most("", 4.01, 4.0, " ns").is_met);
        assert!(Goal::at_least("", 0.97, 0.97, "").is_met);
        assert!(!Goal::at_least("", 0.969, 0.97, "").is_met);
    }

    #[test]
    fn a_goal_says_what_was_wanted_and_what_was_measured() {
        let goal = Goal::at_most("XDP", 4.001, 4.0, " ns");
        assert_eq!((goal.wanted.as_str(), goal.measured.as_str()), ("XDP ≤ 4 ns", "4.001 ns"));
        assert_eq!(Goal::at_least("", 0.98, 0.97, "").measured, "0.98");
    }
}
