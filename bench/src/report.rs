// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The report as Markdown.

use std::{fmt::Write as _, slice};

use crate::section::{Goal, Row, Section, Table};

/// Formats the whole report: results, then goals. `about` describes the machine and the time.
pub fn write(about: &str, sections: &[Section]) -> String {
    let mut text = format!("# Benchmarks\n\n{about}\n");
    for section in sections {
        text.push('\n');
        text.push_str(&write_section(section));
    }
    text.push_str("\n## Goals\n");
    text.push_str(&summary(sections));
    text
}

/// Returns the number of goals that were met, and each missed goal.
pub fn summary(sections: &[Section]) -> String {
    let rows = || {
        sections
            .iter()
            .flat_map(|section| &section.tables)
            .flat_map(|table| table.rows.iter().map(move |row| (table, row)))
    };
    let goals = rows().map(|(_, row)| row.goals.len()).sum::<usize>();
    let missed: Vec<_> = rows()
        .flat_map(|(table, row)| row.goals.iter().map(move |goal| (table, row, goal)))
        .filter(|(_, _, goal)| !goal.is_met)
        .collect();
    let mut text = format!("\nGoals met in this run: {} of {goals}.", goals - missed.len());
    text.push_str(if missed.is_empty() { "\n" } else { " Missed:\n\n" });
    for (table, row, Goal { wanted, measured, .. }) in missed {
        let _ = writeln!(text, "- {}: {}: {measured} instead of {wanted}", table.title, row.name);
    }
    text
}

/// Formats one section.
pub fn write_section(section: &Section) -> String {
    let mut text = format!("## {}\n\n{}\n", section.heading, section.about);
    for table in &section.tables {
        text.push('\n');
        write_table(&mut text, table);
    }
    text
}

fn write_table(text: &mut String, table: &Table) {
    if !table.title.is_empty() {
        let _ = write!(text, "### {}\n\n", table.title);
    }
    let has_goals = table.rows.iter().any(|row| !row.goals.is_empty());
    let mut lines = vec![table.columns.clone()];
    lines.extend(table.rows.iter().map(|row| [slice::from_ref(&row.name), &row.cells].concat()));
    if has_goals {
        let last = ["goal".to_owned()].into_iter().chain(table.rows.iter().map(goals));
        lines.iter_mut().zip(last).for_each(|(line, goal)| line.push(goal));
    }
    let widths: Vec<_> = (0..lines[0].len()).map(|column| width(&lines, column)).collect();
    let rule = widths.iter().map(|width| "-".repeat(*width)).collect();
    lines.insert(1, rule);
    for line in &lines {
        for (cell, width) in line.iter().zip(&widths) {
            let _ = write!(text, "| {cell:<width$} ");
        }
        text.push_str("|\n");
    }
}

fn width(lines: &[Vec<String>], column: usize) -> usize {
    lines.iter().filter_map(|line| line.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
}

fn goals(row: &Row) -> String {
    let say = |Goal { wanted, measured, is_met }: &Goal| {
        if *is_met { format!("{wanted}: met") } else { format!("{wanted}: **missed**, {measured}") }
    };
    row.goals.iter().map(say).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section() -> Section {
        let rows = vec![
            Row::new("TCP", ["2.5".into()]).with(Goal::at_most("", 2.5, 4.0, " ns")),
            Row::new("UDP", ["3.5".into()]).with(Goal::at_most("", 3.5, 3.0, " ns")),
            Row::new("malformed", ["9".into()]),
        ];
        let table = Table { title: "XDP".into(), columns: vec!["packet".into(), "ns".into()], rows };
        Section { heading: "Cost", about: "How.".into(), tables: vec![table] }
    }

    #[test]
    fn a_section_is_a_heading_a_paragraph_and_a_table_with_goals() {
        let expected = "\
## Cost

How.

### XDP

| packet    | ns  | goal                        |
| --------- | --- | --------------------------- |
| TCP       | 2.5 | ≤ 4 ns: met                 |
| UDP       | 3.5 | ≤ 3 ns: **missed**, 3.50 ns |
| malformed | 9   |                             |
";
        assert_eq!(write_section(&section()), expected);
    }

    #[test]
    fn the_report_ends_with_the_goals() {
        let text = write("Here, today.", &[section()]);
        assert!(text.starts_with("# Benchmarks\n\nHere, today.\n\n## Cost\n"), "{text}");
        let end =
            "\n## Goals\n\nGoals met in this run: 1 of 2. Missed:\n\n- XDP: UDP: 3.50 ns instead of ≤ 3 ns\n";
        assert!(text.ends_with(end), "{text}");
    }
}
