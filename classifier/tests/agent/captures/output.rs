// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Output of `classifier pcap`.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    process::Stdio,
};

use classifier_common::fixtures::{self, ftp_traces::network::Network};

use super::command::{TempFile, command, written};
use crate::{
    capture_files::{Captured, Order, PcapNg, pcap},
    golden::assert_golden,
};

const SECOND: u64 = 1_000_000_000;

fn some() -> Vec<u8> {
    let steps = fixtures::all().into_iter().flat_map(|fixture| fixture.steps).step_by(7);
    let packets: Vec<_> =
        (0..).zip(steps).map(|(at, step)| Captured::whole(at * SECOND, step.frame)).collect();
    pcap(Order::Little, false, 1, &packets)
}

#[test]
fn every_output_is_as_recorded() {
    let file = some();
    assert_golden("pcap.txt", &written(&[], &file), include_str!("../golden/pcap.txt"));
    let json = written(&["--format", "json"], &file);
    assert_golden("pcap.json", &json, include_str!("../golden/pcap.json"));
    let metrics = written(&["--format", "prometheus"], &file);
    assert_golden("pcap.metrics.txt", &metrics, include_str!("../golden/pcap.metrics.txt"));
}

#[test]
fn files_are_one_capture_with_numbers_that_go_on() {
    let first = TempFile::new(&pcap(Order::Little, false, 1, &[Captured::whole(1, [0; 20])]));
    let second = TempFile::new(&pcap(Order::Big, true, 1, &[Captured::whole(2, [0; 30])]));
    let written = |arguments: &[&str]| {
        let output = command(arguments).output().expect("it starts");
        String::from_utf8(output.stdout).expect("text")
    };
    let lines = written(&["--packets", first.name(), second.name()]);
    assert_eq!(lines, "1\tnon_ip\tnone\n2\tnon_ip\tnone\n");
    let metrics = written(&["--format", "prometheus", first.name(), second.name(), first.name()]);
    for (file, bytes) in [(&first, 40), (&second, 30)] {
        let name = file.name();
        let sample = format!(
            r#"classifier_bytes_total{{interface="{name}",direction="ingress",protocol="non_ip",role="none"}} {bytes}"#
        );
        assert!(metrics.contains(&sample), "{sample} in {metrics}");
    }
}

#[test]
fn whoever_stops_reading_has_seen_enough() {
    let packets: Vec<_> = (0..100_000).map(|at| Captured::whole(at, [0; 14])).collect();
    let file = TempFile::new(&pcap(Order::Little, false, 1, &packets));
    let mut child = command(&["--packets", file.name()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("it is piped")).read_line(&mut line).expect("a line");
    let mut said = String::new();
    child.stderr.take().expect("it is piped").read_to_string(&mut said).expect("text");
    assert_eq!((line.as_str(), said.as_str()), ("1\tnon_ip\tnone\n", ""));
    assert!(child.wait().expect("it ends").success());
}

/// An announcement expires after five minutes of the capture's clock, in any time unit.
#[test]
fn announced_ports_live_by_the_clock_of_the_capture() {
    let (client, server) = ((1, 40_000), (2, 21));
    let network = Network::default();
    let say = |from_server: bool, flags, numbers, text: &str| {
        let ends = if from_server { [server, client] } else { [client, server] };
        network.frame(ends, flags, numbers, text.as_bytes())
    };
    let session = [
        say(false, 2, (100, 0), ""),
        say(true, 18, (300, 101), ""),
        say(false, 16, (101, 301), ""),
        say(false, 24, (101, 301), "PASV\r\n"),
        say(true, 24, (301, 107), "227 Entering (10,0,0,2,117,48)\r\n"),
    ];
    let connect = network.frame([(1, 50_000), (2, 30_000)], 2, (7, 0), b"");
    for (resolution, offset) in [(3, 0i64), (6, 0), (9, -5), (0x8a, 7), (12, 0), (0, 3)] {
        let units = |seconds: u64| match resolution {
            0x8a => seconds << 10,
            power => seconds * 10u64.pow(power),
        };
        for (wait, expected) in [(298, "ftp_data_passive\tto_server"), (303, "tcp_other\tnone")] {
            for order in [Order::Little, Order::Big] {
                let offset = if order == Order::Little { offset.to_le_bytes() } else { offset.to_be_bytes() };
                let resolution = u8::try_from(resolution).expect("a byte");
                let mut file = PcapNg::new(order).interface(1, 0, &[(9, &[resolution]), (14, &offset)]);
                for frame in &session {
                    file = file.packet(0, units(1000), 100, frame);
                }
                let file =
                    file.packet(0, units(1000 + wait), 100, &connect).packet(0, units(2000), 60, &[0; 60]);
                let lines = written(&["--packets"], &file.file);
                let line = lines.lines().nth(5).expect("six packets");
                assert_eq!(line, format!("6\t{expected}"), "{resolution:#x} {wait} {order:?}");
            }
        }
    }
}
