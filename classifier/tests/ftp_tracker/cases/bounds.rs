// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! An adversary's use of the agent's memory is bounded, and evictions are counted.

use std::fmt::Write as _;

use crate::trace::{Case, check};

fn check_one(name: &'static str, trace: String) {
    check(&[Case { name, trace: trace.leak() }]);
}

#[test]
fn many_short_segments_behind_a_hole() {
    let mut trace = String::from("open\nC> PASV\n");
    (0..200).for_each(|byte| writeln!(trace, "S[+{}]>> .", 5 + byte).unwrap());
    trace.push_str("= segments 200, segments_lost 72\nwait 31\n= segments_lost 72, idle 1\n");
    check_one("short segments", trace);
}

#[test]
fn many_long_segments_behind_a_hole() {
    let mut trace = String::from("open\nC> PASV\n");
    (0..20).for_each(|number| writeln!(trace, "S[+{}]>> \\*2048", 5 + number * 2048).unwrap());
    trace.push_str("= segments 20, segments_lost 4\n");
    check_one("long segments", trace);
}

#[test]
fn many_jumps_over_bytes_that_never_come() {
    let mut trace = String::from("open\nC> PASV\n");
    for _ in 0..40 {
        trace.push_str("S skip 1\nS>> x\\r\\n\nC> NOOP\nS> 200 ok\n");
    }
    trace.push_str("= segments 40, segments_lost 24\nwait 31\n= segments_lost 40, idle 1\n");
    check_one("jumps", trace);
}

#[test]
fn many_sessions_with_holes() {
    let mut trace = String::new();
    let sessions = 20_000..20_300;
    for client in sessions.clone() {
        writeln!(trace, "on c:{client} > s:21\nopen\nC> PASV").unwrap();
        writeln!(trace, "S[+17]>> {},{})\\r\\n", client >> 8, client & 0xff).unwrap();
    }
    for client in sessions {
        let last = format!("{},{})\r\n", client >> 8, client & 0xff).len();
        writeln!(trace, "on c:{client} > s:21\nS>> 227 ok (10,0,0,2,\nS skip {last}").unwrap();
    }
    trace.push_str("= completed 256, segments_lost 44\nwait 61\n= idle 1, segments_lost 44\n");
    check_one("sessions", trace);
}

#[test]
fn the_newest_of_many_sessions_is_completed() {
    let mut trace = String::new();
    for client in 20_000..20_600 {
        writeln!(trace, "on c:{client} > s:21\nopen\nC> PASV\nS[+17]>> 156,64)\\r\\n").unwrap();
    }
    trace.push_str("S>> 227 ok (10,0,0,2,\nS skip 9\n= completed 1, learned_pasv 1\n");
    check_one("the newest", trace);
}
