// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Functions of the agent on every supported kernel, including old ones: `cargo xtask vm` runs this there.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test: helpers outside of test functions print and unwrap too"
)]

#[path = "../support/budget.rs"]
mod budget;
mod features;
#[path = "../support/refused.rs"]
mod refused;
mod transfer;

use std::{
    convert::identity,
    io::{Read as _, Write as _},
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use aya::{
    programs::{loaded_programs, tc::qdisc_add_clsact},
    util::KernelVersion,
};
use budget::BUDGETS;
use classifier::{
    config::{EvidenceSettings, FtpSettings},
    datapath::Datapath,
};
use classifier_common::{
    classify::classify,
    counter::{Counters, TCP_FLAGS},
    fixtures,
    host::HostTables,
    packet::{Frame, Link},
    protocol::{Protocol, Role},
    segments::OnWire,
};
use rustix::process::{Pid, Signal, kill_process};
use testbed::{End, FrameSocket, Host, Lab, Running, Samples, attached_in, left_behind};

const ADDRESS: &str = "127.0.0.1:9877";
const BINARY: &str = env!("CARGO_BIN_EXE_classifier");

/// The agent attaches by every hook that it has here (`--xdp-mode off` is among the tests of
/// `kernel_restart`), counts each frame of the fixtures in both directions like the userspace build, and
/// leaves nothing behind.
#[test]
fn the_agent_counts_exactly_by_every_hook() {
    let tc = if KernelVersion::current().unwrap() < KernelVersion::new(6, 6, 0) { "tc" } else { "tcx" };
    for (mode, ingress) in [("native", "xdp_native"), ("generic", "xdp_generic"), ("auto", tc)] {
        let lab = Lab::new();
        let (sender, receiver) = (lab.host("sender"), lab.host("receiver"));
        let (from, to) = lab.wire(&sender, &receiver, 20_000);
        if mode == "generic" {
            receiver.enter(|| qdisc_add_clsact(&to.name)).unwrap();
        }
        let before = attached_in(&receiver);
        let began = Instant::now();
        let mut agent = receiver.spawn(BINARY, &["run", "--interface", &to.name, "--xdp-mode", mode]);
        agent.wait_for("serving metrics");
        println!("--xdp-mode {mode}: serves after {:.1?}", began.elapsed());
        show_programs();
        assert_eq!(info_of(&receiver, &to.name, ingress, tc), 1, "{mode}: {}", agent.said());
        let status = receiver.run(BINARY, &["status"]);
        let words = status.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        let row = [&*to.name, &to.index.to_string(), ingress, tc];
        assert_eq!(words.filter(|words| *words == row).count(), 1, "{mode}: {status}");

        let tables = HostTables::default();
        for (direction, host, end) in [("ingress", &sender, &from), ("egress", &receiver, &to)] {
            let expected = send(host, end, &tables);
            compare(&receiver, direction, &expected);
        }
        stop(&mut agent);
        assert_eq!(attached_in(&receiver), before, "a qdisc of others stays, and no other");
    }
}

/// The verifier accepts each program that an agent may load, within its budget.
#[test]
fn every_program_is_one_that_the_kernel_takes() {
    // With all parts of the programs: those without UDP flows are smaller.
    let evidence = EvidenceSettings { udp: true, ..EvidenceSettings::default() };
    let (mut datapath, _tracking) =
        Datapath::load_into(None, false, &FtpSettings::default(), &evidence).unwrap();
    for (name, budget) in BUDGETS {
        let info = datapath.program(name).unwrap().info().unwrap();
        let (verified, budget) = (info.verified_instruction_count().unwrap(), budget.verified_here());
        println!("  {name}: {verified} instructions verified, at most {budget}");
        assert!(verified <= budget, "{name}: see tests/support/budget.rs");
    }
}

/// Number of interfaces with this name and these hooks.
fn info_of(host: &Host, name: &str, ingress: &str, egress: &str) -> u64 {
    let labels = [("interface", name), ("ingress", ingress), ("egress", egress)];
    metrics(host).sum("classifier_interface_info", &labels)
}

fn show_programs() {
    for program in loaded_programs().filter_map(Result::ok) {
        if let Some(name) = program.name_as_str().filter(|name| name.starts_with("classifier_")) {
            let loaded = program.size_translated().unwrap_or(0);
            let verified = program.verified_instruction_count().unwrap_or(0);
            println!("  {name}: {loaded} bytes of instructions, {verified} instructions verified");
        }
    }
}

/// Sends every Ethernet fixture, and returns the userspace build's counts, without the frames that the kernel
/// drops before a hook: it parses tags before TC ingress, and packet sockets send no less than an Ethernet
/// header.
fn send(host: &Host, end: &End, tables: &HostTables) -> Counters {
    let socket = FrameSocket::open(host, end);
    let mut counters = Counters::new(0, 0);
    let all = fixtures::all();
    let ethernet = all.iter().filter(|one| one.link == Link::Ethernet);
    for frame in ethernet.flat_map(|one| &one.steps).map(|step| &step.frame).filter(|frame| frame.len() >= 20)
    {
        let outcome = classify(frame.as_slice(), Frame::on_wire(Link::Ethernet), tables);
        counters.count(&outcome, OnWire { packets: 1, bytes: frame.len() as u64 }, identity);
        socket.send(frame).unwrap();
    }
    counters
}

fn compare(host: &Host, direction: &str, expected: &Counters) {
    let sent: u64 = expected.classes.iter().map(|tally| tally.packets).sum();
    assert!(sent > 150, "{sent}");
    let deadline = Instant::now() + Duration::from_secs(5);
    let mut samples = metrics(host);
    while samples.sum("classifier_packets_total", &[("direction", direction)]) < sent
        && Instant::now() < deadline
    {
        thread::sleep(Duration::from_millis(50));
        samples = metrics(host);
    }
    let have = |family, labels: &[(&str, &str)]| {
        samples.sum(family, &[labels, &[("direction", direction)]].concat())
    };
    assert_eq!(have("classifier_packets_total", &[]), sent, "{direction}");
    for (protocol, name, _) in Protocol::FIXED {
        let row = &expected.tcp_flags[protocol.index()];
        for (flag, count) in TCP_FLAGS.into_iter().zip(row) {
            let labels = [("protocol", *name), ("flag", flag)];
            assert_eq!(have("classifier_tcp_flag_packets_total", &labels), *count, "{direction} {labels:?}");
        }
        for class in [protocol.to_server(), protocol.from_server()] {
            let tally = expected.classes[class.index()];
            let labels = [("protocol", *name), ("role", class.role().label())];
            if class.role() == Role::None && class == protocol.from_server() {
                continue;
            }
            assert_eq!(have("classifier_packets_total", &labels), tally.packets, "{direction} {labels:?}");
            assert_eq!(have("classifier_bytes_total", &labels), tally.bytes, "{direction} {labels:?}");
        }
    }
    assert_eq!(
        have("classifier_icmp_packets_total", &[]),
        expected.icmp.iter().sum::<u64>(),
        "{direction}: ICMP"
    );
    let quoted: u64 = expected.quoted.iter().flatten().sum();
    assert_eq!(have("classifier_icmp_quoted_packets_total", &[]), quoted, "{direction}: quotes");
    println!("  {direction}: {sent} frames, every count as on the host");
}

fn metrics(host: &Host) -> Samples {
    let answer = host.enter(|| {
        let mut stream = TcpStream::connect(ADDRESS).unwrap();
        write!(stream, "GET /metrics HTTP/1.0\r\nHost: {ADDRESS}\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    });
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert_eq!(head.split(' ').nth(1), Some("200"), "{head}");
    Samples::parse(body)
}

fn stop(agent: &mut Running) {
    let id = Pid::from_raw(agent.id().cast_signed()).unwrap();
    kill_process(id, Signal::TERM).unwrap();
    let status = agent.wait();
    assert_eq!(status.code(), Some(0), "{}", agent.said());
    assert_eq!(left_behind(), Vec::<String>::new(), "still attached");
}
