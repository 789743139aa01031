// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Agents on several hosts, and a process without permission to look.

use serde_json::json;
use testbed::{Lab, attached_in};

use crate::shown::{self, BINARY, list, number};

#[test]
fn agents_on_two_hosts_are_listed_apart() {
    let lab = Lab::new();
    let [near, far] = ["near", "far"].map(|name| lab.host(name));
    let (at_near, at_far) = lab.link(&near, &far);
    let near_agent = near.agent(BINARY, &["-i", &at_near.name]);
    let far_agent = far.agent(BINARY, &["-i", &at_far.name, "--xdp-mode", "native"]);

    let here = shown::json(&near, &near_agent);
    let interface = json!({"index": at_near.index, "name": at_near.name, "ingress": "tcx", "egress": "tcx"});
    assert_eq!(here["interfaces"], json!([interface]));
    let hooks: Vec<_> = list(&here, "programs").iter().map(|program| &program["hook"]).collect();
    assert_eq!(hooks, ["tc_ingress", "tc_egress"]);

    // The interfaces of two hosts may have the same index: from outside, no name is better than a wrong one.
    let there = shown::json(&near, &far_agent);
    let interface = json!({"index": at_far.index, "name": null, "ingress": "xdp", "egress": "tcx"});
    assert_eq!(there["interfaces"], json!([interface]));
    let from_there = shown::json(&far, &far_agent);
    let interface =
        json!({"index": at_far.index, "name": at_far.name, "ingress": "xdp_native", "egress": "tcx"});
    assert_eq!(from_there["interfaces"], json!([interface]));

    for (agent, shown) in [(&near_agent, &here), (&far_agent, &there)] {
        assert_eq!(list(shown, "problems").len(), 0, "{shown}");
        let metrics = agent.metrics();
        for map in list(shown, "maps") {
            let labels = [("map", map["map"].as_str().expect("a name"))];
            assert_eq!(number(map, "entries"), metrics.sum("classifier_map_entries", &labels), "{labels:?}");
            assert_eq!(
                number(map, "capacity"),
                metrics.sum("classifier_map_capacity", &labels),
                "{labels:?}"
            );
        }
        assert_eq!(list(shown, "maps").len(), metrics.of("classifier_map_entries", &[]).count());
        for program in list(shown, "programs") {
            let [name, tag, hook] = ["name", "tag", "hook"].map(|key| program[key].as_str().expect("a word"));
            let id = number(program, "id").to_string();
            let labels = [("program", name), ("id", &id), ("tag", tag), ("hook", hook)];
            assert_eq!(metrics.sum("classifier_program_info", &labels), 1, "{labels:?}");
        }
    }
    near_agent.stop();
    far_agent.stop();
    assert_eq!(attached_in(&near), Vec::<String>::new());
}

#[test]
fn who_may_not_look_is_told_so_in_one_line() {
    let host = Lab::new().host("alone");
    for format in ["text", "json"] {
        let mut command = host.command("setpriv");
        command.args(["--bounding-set", "-sys_admin", BINARY, "status", "--format", format]);
        let output = command.output().expect("setpriv starts");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.starts_with("classifier: missing CAP_SYS_ADMIN: run as root"), "{said}");
        assert_eq!((said.lines().count(), output.status.code()), (1, Some(1)), "{said}");
        assert!(output.stdout.is_empty());
    }
}
