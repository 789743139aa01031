// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Debug messages are compiled in, and removed by a constant when the programs are loaded.

use std::{collections::BTreeMap, process::Command};

use classifier_common::protocol::Protocol;
use testbed::{Agent, Lab, run};

const BINARY: &str = env!("CARGO_BIN_EXE_classifier");

/// Helpers of a message's way to its ring buffer; the FTP tracking's events use `bpf_ringbuf_output`.
const HELPERS: [&str; 2] = ["bpf_ringbuf_reserve", "bpf_ringbuf_submit"];

/// Returns the loaded programs' instructions, as the kernel translated them, by hook.
fn instructions(agent: &Agent) -> BTreeMap<String, String> {
    let metrics = agent.metrics();
    let programs = metrics.of("classifier_program_info", &[]);
    let dump = |id: &str| run(Command::new("bpftool").args(["prog", "dump", "xlated", "id", id]));
    programs.map(|program| (program.label("program").to_owned(), dump(program.label("id")))).collect()
}

fn sends_messages(instructions: &str) -> bool {
    HELPERS.iter().any(|helper| instructions.contains(helper))
}

/// At the default level the loaded programs contain nothing of the messages: fewer instructions, and no call
/// of their helpers. With `RUST_LOG=classifier_ebpf=debug` every packet's message reaches the agent's log.
#[test]
fn messages_cost_nothing_until_they_are_asked_for() {
    let lab = Lab::new();
    let (server, client) = (lab.host("server"), lab.host("client"));
    let (to_client, _) = lab.link(&server, &client);
    for mode in ["native", "off"] {
        let arguments = ["-i", &to_client.name, "--xdp-mode", mode];
        let silent = server.agent(BINARY, &arguments);
        let without = instructions(&silent);
        silent.stop();
        let mut talking =
            server.agent_with(BINARY, &arguments, &[("RUST_LOG", "info,classifier_ebpf=debug")]);
        let with = instructions(&talking);

        assert!(without.len() == 2 && without.keys().eq(with.keys()), "{:?}", without.keys());
        for (program, without) in &without {
            let with = &with[program];
            let (fewer, more) = (without.lines().count(), with.lines().count());
            println!("{program}: {fewer} lines of instructions, {more} with messages");
            assert!(fewer < more, "{program}: {fewer}, {more} with messages");
            assert!(!sends_messages(without), "{program} sends messages");
            assert!(sends_messages(with), "{program} has no messages");
        }

        client.run("ping", &["-c", "1", "-W", "5", &to_client.v4.to_string()]);
        let class = Protocol::ICMP.to_server().index();
        let (xdp, tc) =
            (format!("xdp: 98 bytes: class {class}"), format!("1 packets, 98 bytes: class {class}"));
        talking.wait_for(if mode == "native" { &xdp } else { &tc });
        talking.wait_for(&tc);
        talking.stop();
    }
}
