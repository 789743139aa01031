// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Searches for bytes in everything that an agent and its programs store or show.

use aya::programs::loaded_programs;
use testbed::Agent;

use crate::maps;

/// Lists the locations of the bytes: maps by name, the log, pages.
pub fn found_in(agent: &Agent, bytes: &[u8]) -> Vec<String> {
    let holds = |content: &[u8]| content.windows(bytes.len()).any(|window| window == bytes);
    let mut found: Vec<_> =
        maps(agent).into_iter().filter(|(_, content)| holds(content)).map(|(name, _)| name).collect();
    for path in ["/metrics", "/", "/-/ready"] {
        if holds(agent.get(path).as_bytes()) {
            found.push(path.to_owned());
        }
    }
    if holds(agent.said().as_bytes()) {
        found.push("log".to_owned());
    }
    found
}

/// Reads every map of the agent's programs.
fn maps(agent: &Agent) -> Vec<(String, Vec<u8>)> {
    let programs: Vec<u32> = agent
        .metrics()
        .of("classifier_program_info", &[])
        .map(|sample| sample.label("id").parse().unwrap())
        .collect();
    let mut ids: Vec<u32> = loaded_programs()
        .filter_map(Result::ok)
        .filter(|program| programs.contains(&program.id()))
        .flat_map(|program| program.map_ids().unwrap().unwrap())
        .collect();
    ids.sort_unstable();
    ids.dedup();
    assert!(ids.len() >= 12, "{ids:?}");
    ids.into_iter().map(maps::read).collect()
}
