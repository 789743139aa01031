//! The command on a host, and what it shows of one agent.

use serde_json::Value;
use testbed::{Agent, Host, run};

pub const BINARY: &str = env!("CARGO_BIN_EXE_classifier");

/// What `classifier status` shows as JSON of an agent, run on a host.
pub fn json(host: &Host, agent: &Agent) -> Value {
    of_programs(&all(host, &[]), &programs(agent))
}

/// What it shows as JSON, run on a host with further arguments.
pub fn all(host: &Host, arguments: &[&str]) -> Value {
    let text = run(host.command(BINARY).args(["status", "--format", "json"]).args(arguments));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// The agent with these programs and no others.
pub fn of_programs(all: &Value, ids: &[u64]) -> Value {
    let its = list(all, "agents").iter().filter(|one| {
        let mut its: Vec<_> = list(one, "programs").iter().map(|program| number(program, "id")).collect();
        // They are listed by their hook, and numbered as they were verified: side by side.
        its.sort_unstable();
        its == ids
    });
    let its: Vec<_> = its.collect();
    assert_eq!(its.len(), 1, "agents with programs {ids:?}: {all}");
    its[0].clone()
}

/// What it shows as text of the agent that has an interface of this name.
pub fn text(host: &Host, interface: &str) -> String {
    let text = format!("\n{}", run(host.command(BINARY).arg("status")));
    let mut parts = text.split("\nagent ").filter(|part| part.contains(&format!("\n{interface} ")));
    parts.next().unwrap_or_else(|| panic!("no agent at {interface}: {text}")).to_owned()
}

/// The programs that an agent says it has.
pub fn programs(agent: &Agent) -> Vec<u64> {
    let metrics = agent.metrics();
    let infos = metrics.of("classifier_program_info", &[]);
    let mut ids: Vec<_> = infos.map(|info| info.label("id").parse().expect("a number")).collect();
    ids.sort_unstable();
    ids
}

/// The list under a key.
pub fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value[key].as_array().unwrap_or_else(|| panic!("no list `{key}` in {value}"))
}

/// The number under a key.
pub fn number(value: &Value, key: &str) -> u64 {
    value[key].as_u64().unwrap_or_else(|| panic!("no number `{key}` in {value}"))
}
