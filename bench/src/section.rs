//! What a section of the report consists of.

/// A heading, what was measured and how, and the numbers.
pub struct Section {
    pub heading: &'static str,
    /// A paragraph or several, in Markdown.
    pub about: String,
    pub tables: Vec<Table>,
}

/// Rows under columns. The goals stand in a last column of their own, if any row has one.
pub struct Table {
    /// A line above it, empty for none.
    pub title: String,
    /// The first is that of the rows' names.
    pub columns: Vec<String>,
    pub rows: Vec<Row>,
}

/// A thing that was measured.
pub struct Row {
    pub name: String,
    /// A cell for each column after the first.
    pub cells: Vec<String>,
    pub goals: Vec<Goal>,
}

impl Row {
    /// A row without a goal.
    pub fn new(name: impl Into<String>, cells: impl IntoIterator<Item = String>) -> Self {
        Self { name: name.into(), cells: cells.into_iter().collect(), goals: vec![] }
    }

    /// The same with one goal more.
    pub fn with(mut self, goal: Goal) -> Self {
        self.goals.push(goal);
        self
    }
}

/// What a number had to be, and whether it was.
pub struct Goal {
    /// In words: `≤ 4 ns`.
    pub wanted: String,
    /// What it was: `3.1 ns`.
    pub measured: String,
    pub is_met: bool,
}

impl Goal {
    /// `measured` has to be at most `bound`; `what` it is may be empty where the row's name says it.
    pub fn at_most(what: &str, measured: f64, bound: f64, unit: &str) -> Self {
        Self::of(what, "≤", measured, bound, unit, measured <= bound)
    }

    /// `measured` has to be at least `bound`.
    pub fn at_least(what: &str, measured: f64, bound: f64, unit: &str) -> Self {
        Self::of(what, "≥", measured, bound, unit, measured >= bound)
    }

    fn of(what: &str, relation: &str, measured: f64, bound: f64, unit: &str, is_met: bool) -> Self {
        let what = if what.is_empty() { String::new() } else { format!("{what} ") };
        let wanted = format!("{what}{relation} {bound}{unit}");
        // A miss by a hair must not read as the bound.
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
