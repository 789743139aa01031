// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Rules for the Grafana dashboards of `deploy`, which no Grafana checks here.

use std::collections::HashSet;

use serde_json::Value;

const DASHBOARDS: [&str; 2] = [
    include_str!("../../../deploy/grafana/classifier.json"),
    include_str!("../../../deploy/grafana/classifier-fleet.json"),
];

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

fn all() -> impl Iterator<Item = Value> {
    DASHBOARDS.into_iter().map(|text| serde_json::from_str(text).expect("it is JSON"))
}

/// Lists the panels, those of collapsed rows too.
fn panels(dashboard: &Value) -> Vec<&Value> {
    list(dashboard, "panels")
        .iter()
        .flat_map(|panel| [&[panel][..], &list(panel, "panels").iter().collect::<Vec<_>>()].concat())
        .collect()
}

fn place(panel: &Value) -> [u64; 4] {
    ["x", "y", "w", "h"].map(|key| panel["gridPos"][key].as_u64().expect("a number"))
}

#[test]
fn panels_have_ids_of_their_own_and_places_without_overlap() {
    for dashboard in all() {
        let mut ids = HashSet::new();
        assert!(panels(&dashboard).iter().all(|panel| ids.insert(panel["id"].as_u64().expect("an id"))));
        let groups = list(&dashboard, "panels").iter().map(|row| list(row, "panels"));
        for group in groups.chain([list(&dashboard, "panels")]) {
            let mut cells = HashSet::new();
            for panel in group {
                let [left, top, width, height] = place(panel);
                assert!(left + width <= 24 && width > 0 && height > 0, "{}", panel["title"]);
                for cell in (left..left + width).flat_map(|x| (top..top + height).map(move |y| (x, y))) {
                    assert!(cells.insert(cell), "{} covers another panel at {cell:?}", panel["title"]);
                }
            }
        }
    }
}

#[test]
fn health_and_totals_stand_first_and_details_are_collapsed() {
    for dashboard in all() {
        let rows: Vec<_> = list(&dashboard, "panels").iter().filter(|panel| panel["type"] == "row").collect();
        let titles: Vec<_> = rows.iter().filter_map(|row| row["title"].as_str()).collect();
        assert_eq!(titles[..2], ["Health", "Traffic"]);
        assert!(rows[2..].iter().all(|row| row["collapsed"] == true && !list(row, "panels").is_empty()));
        assert_eq!(place(rows[0])[1], 0);
    }
}

#[test]
fn a_tile_has_thresholds_and_a_number_in_every_state() {
    for dashboard in all() {
        let panels = panels(&dashboard);
        let tiles: Vec<_> =
            list(&dashboard, "panels").iter().filter(|panel| panel["type"] == "stat").collect();
        assert!(tiles.len() > 10);
        for tile in tiles {
            let query = tile["targets"][0]["expr"].as_str().expect("a query");
            assert!(query.ends_with(" or vector(0)") || query.ends_with(" or vector(1)"), "{query}");
        }
        for panel in panels.iter().filter(|panel| panel["options"]["colorMode"].is_string()) {
            let steps = list(&panel["fieldConfig"]["defaults"]["thresholds"], "steps");
            assert!(!steps.is_empty(), "{}: Grafana's own thresholds are red from 80", panel["title"]);
            let is_coloured = panel["options"]["colorMode"] == "background";
            assert!(
                !is_coloured || panel["type"] != "stat" || steps.len() > 1 || steps[0]["color"] == "blue"
            );
        }
    }
}

#[test]
fn charts_of_both_directions_are_mirrored_and_legends_stand_below() {
    for dashboard in all() {
        for panel in panels(&dashboard).into_iter().filter(|panel| panel["type"] == "timeseries") {
            let title = &panel["title"];
            assert_eq!(panel["options"]["legend"]["placement"], "bottom", "{title}");
            assert!(panel["fieldConfig"]["defaults"]["unit"].is_string(), "{title}");
            let is_stacked = panel["fieldConfig"]["defaults"]["custom"]["stacking"]["mode"] == "normal";
            let overrides = panel["fieldConfig"]["overrides"].to_string();
            let has_both = panel["targets"].to_string().contains("{{direction}}");
            let is_mirrored = overrides.contains("negative-Y");
            assert!(!is_stacked || !has_both || is_mirrored, "{title} stacks both directions");
        }
    }
}

#[test]
fn restarts_versions_and_links_are_shown_and_no_data_source_is_fixed() {
    for dashboard in all() {
        let names: Vec<_> = list(&dashboard["annotations"], "list").iter().map(|one| &one["name"]).collect();
        assert_eq!(names, ["Agent restarts", "New versions"]);
        let links = dashboard["links"].to_string();
        assert!(links.contains("/d/classifier"), "{links}");
        let sources = DASHBOARDS.iter().flat_map(|text| text.split("\"uid\": \"").skip(1));
        let fixed = ["${datasource}\"", "classifier\"", "classifier-fleet\""];
        assert!(sources.into_iter().all(|rest| fixed.iter().any(|known| rest.starts_with(known))));
        // A tile that turns red names the section with its remedy.
        for tile in list(&dashboard, "panels").iter().filter(|panel| panel["type"] == "stat") {
            let steps = tile["fieldConfig"]["defaults"]["thresholds"].to_string();
            let text = tile["description"].as_str().expect("a description");
            assert!(!steps.contains("red") || text.contains("docs/troubleshooting.md#"), "{}", tile["title"]);
        }
    }
    let [node, fleet] = DASHBOARDS;
    assert!(node.contains("http://${instance}/") && fleet.contains("http://${__value.text}/"));
}

#[test]
fn every_section_that_a_dashboard_names_exists() {
    let page = include_str!("../../../docs/troubleshooting.md").to_lowercase();
    for anchor in DASHBOARDS.iter().flat_map(|text| text.split("troubleshooting.md#").skip(1)) {
        let anchor: String =
            anchor.chars().take_while(|char| char.is_alphanumeric() || *char == '-').collect();
        let is_heading = |line: &str| {
            line.trim_start_matches(['#', ' ', '`']).trim_end_matches('`').replace(' ', "-") == anchor
        };
        assert!(
            page.lines().any(|line| line.starts_with('#') && is_heading(line))
                || page.contains(&format!("id=\"{anchor}\"")),
            "{anchor}"
        );
    }
}
