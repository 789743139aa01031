// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! docs/metrics.md: the tables of families, written from the catalogue.

use classifier::metrics::catalog::{self, Family, Kind};

use crate::{example_queries::SECTIONS, golden::assert_page, references::table};

fn row((Family { name, help, kind, labels }, query): &(Family, &str)) -> String {
    let kind = match kind {
        Kind::Counter => "counter",
        Kind::Gauge => "gauge",
        Kind::Info => "gauge, info in OpenMetrics",
        Kind::Histogram => "histogram",
    };
    let labels: Vec<_> = labels.iter().map(|label| format!("`{label}`")).collect();
    format!("| `{name}` | {kind} | {} | {help} | `{query}` |", labels.join(", "))
}

fn families_of(part: &str) -> String {
    let section = SECTIONS.iter().find(|(name, _)| *name == part);
    let (_, examples) = section.unwrap_or_else(|| panic!("there is no section `{part}`"));
    table("| family | type | labels | meaning | example |", examples.iter().map(row))
}

#[test]
fn the_metrics_page_has_the_tables_of_the_catalogue() {
    let page = assert_page("metrics.md", families_of);
    for (section, _) in SECTIONS {
        assert!(page.contains(&format!("<!-- generated: {section} -->")), "no table of {section}");
    }
}

#[test]
fn every_family_has_one_example_that_asks_for_it() {
    let examples = SECTIONS.iter().flat_map(|(_, examples)| *examples);
    for (family, query) in examples.clone() {
        assert!(query.contains(family.name) && !query.contains(['|', '`']), "{query}");
    }
    let mut names: Vec<_> = examples.map(|(family, _)| family.name).collect();
    let mut all: Vec<_> = catalog::ALL.iter().map(|family| family.name).collect();
    names.sort_unstable();
    all.sort_unstable();
    assert_eq!(names, all);
}
