// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! README.md: the table of costs, held to docs/BENCHMARKS.md.

const README: &str = include_str!("../../../README.md");
const BENCHMARKS: &str = include_str!("../../../docs/BENCHMARKS.md");

/// Number at the beginning of a cell of the first table under `heading`.
fn number(heading: &str, row: &str, column: &str) -> f64 {
    let (_, section) = BENCHMARKS.split_once(&format!("\n### {heading}\n")).expect(heading);
    let mut lines = section.lines().skip_while(|line| !line.starts_with('|'));
    let cells = |line: &'static str| line.split('|').map(str::trim).collect::<Vec<_>>();
    let place = cells(lines.next().expect(heading)).iter().position(|name| *name == column).expect(column);
    let row = lines.map(cells).find(|cells| cells.get(1) == Some(&row)).expect(row);
    let first = row[place].trim_start_matches('+').split(' ').next().expect("a cell has a word");
    first.parse().expect("the word is a number")
}

#[test]
fn the_costs_in_the_readme_are_those_of_the_benchmarks() {
    let [plain, mail, mix] =
        ["TCP, unknown ports", "TCP to a known port", "random mix of the rows with a goal"]
            .map(|row| ["XDP, ns", "TCX ingress, ns"].map(|table| number(table, row, "classifier")));
    let bulk = number("Bulk TCP", "the classifier, `auto`, at the receiver (TCX)", "throughput, ratio");
    let servers = ["classifier, 1 interface", "classifier, 200 interfaces"];
    let [one, many] = servers.map(|server| number("A scrape", server, "CPU µs") / 1000.0);
    let [small, large] = servers.map(|server| number("At rest, 20 s", server, "MiB after"));
    for row in [
        format!(
            "| TCP packet of unknown ports; mail segment with payload | {:.1}; {:.0} ns by native XDP, {:.1}; {:.0} ns by TCX |",
            plain[0], mail[0], plain[1], mail[1]
        ),
        format!("| random mix of packets | {:.0} ns by native XDP, {:.0} ns by TCX |", mix[0], mix[1]),
        format!("| throughput of bulk TCP, `auto` | {bulk:.2} of that without the classifier |"),
        format!("| scrape, CPU time | {one:.2} ms with 1 interface, {many:.1} ms with 200 |"),
        format!("| resident memory | {small:.1} MiB with 1 interface, {large:.1} MiB with 200 |"),
    ] {
        assert!(README.contains(&row), "README.md has not the row of docs/BENCHMARKS.md: {row}");
    }
}
