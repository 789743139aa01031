// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Runs the command on a host, and selects one agent.

use serde_json::Value;
use testbed::{Agent, Host, run};

pub const BINARY: &str = env!("CARGO_BIN_EXE_classifier");

/// Returns the JSON of `classifier status` for an agent, run on a host.
pub fn json(host: &Host, agent: &Agent) -> Value {
    of_programs(&all(host, &[]), &programs(agent))
}

/// Returns the JSON, run on a host with further arguments.
pub fn all(host: &Host, arguments: &[&str]) -> Value {
    let mut command = host.command(BINARY);
    let output = command.args(["status", "--format", "json"]).args(arguments).output().expect("it starts");
    let shown: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    let status = i32::from(list(&shown, "agents").is_empty());
    assert_eq!(output.status.code(), Some(status), "{output:?}");
    shown
}

/// Finds the agent with these programs and no others.
pub fn of_programs(all: &Value, ids: &[u64]) -> Value {
    let its = list(all, "agents").iter().filter(|one| {
        let mut its: Vec<_> = list(one, "programs").iter().map(|program| number(program, "id")).collect();
        // They are listed by hook, and numbered in the order of their verification, which is parallel.
        its.sort_unstable();
        its == ids
    });
    let its: Vec<_> = its.collect();
    assert_eq!(its.len(), 1, "agents with programs {ids:?}: {all}");
    its[0].clone()
}

/// Returns the text for the agent with an interface of this name.
pub fn text(host: &Host, interface: &str) -> String {
    let text = format!("\n{}", run(host.command(BINARY).arg("status")));
    let mut parts = text.split("\nagent ").filter(|part| part.contains(&format!("\n{interface} ")));
    parts.next().unwrap_or_else(|| panic!("no agent at {interface}: {text}")).to_owned()
}

/// Lists the programs of an agent.
pub fn programs(agent: &Agent) -> Vec<u64> {
    let metrics = agent.metrics();
    let infos = metrics.of("classifier_program_info", &[]);
    let mut ids: Vec<_> = infos.map(|info| info.label("id").parse().expect("a number")).collect();
    ids.sort_unstable();
    ids
}

/// Returns the list of a key.
pub fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value[key].as_array().unwrap_or_else(|| panic!("no list `{key}` in {value}"))
}

/// Returns the number of a key.
pub fn number(value: &Value, key: &str) -> u64 {
    value[key].as_u64().unwrap_or_else(|| panic!("no number `{key}` in {value}"))
}
