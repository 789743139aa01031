//! Many sessions, and more endpoints than a set has places.

use std::fmt::Write as _;

use crate::trace::{Case, check};

fn check_one(name: &'static str, trace: String) {
    check(&[Case { name, trace: trace.leak() }]);
}

/// `227` for a port of the server's.
fn reply(port: u16) -> String {
    format!("S> 227 ok (10,0,0,2,{},{})\n", port >> 8, port & 0xff)
}

#[test]
fn eighty_sessions_at_once() {
    let mut trace = String::from("whole\n");
    let sessions = 49_152..49_232;
    for client in sessions.clone() {
        writeln!(trace, "on c:{client} > s:21\nopen\nS> 220 ready\nC> PASV").unwrap();
    }
    for client in sessions.clone() {
        writeln!(trace, "on c:{client} > s:21\n{}", reply(client - 9152)).unwrap();
    }
    trace.push_str("= learned_pasv 80, live 80, sessions 80\n");
    for client in sessions.clone() {
        writeln!(trace, "dial c:{} > s:{} is passive announced", client + 1000, client - 9152).unwrap();
    }
    for client in sessions {
        writeln!(trace, "on c:{client} > s:21\nC fin\nS fin").unwrap();
        writeln!(trace, "close c:{} > s:{} is passive announced", client + 1000, client - 9152).unwrap();
    }
    trace.push_str("= live 0, closed 80, sessions 0");
    check_one("eighty", trace);
}

/// As many sessions, each announcing the same port: they share a set.
fn crowd(sessions: u16, behind_first: &str) -> String {
    let mut trace = String::from("whole\n");
    for number in 0..sessions {
        writeln!(trace, "on c:{} > s:21\nopen\nC> PASV\n{}", 49_152 + number, reply(40_000)).unwrap();
        if number == 0 {
            trace.push_str(behind_first);
        }
    }
    trace
}

#[test]
fn the_oldest_unused_gives_way_in_a_full_set() {
    let connected = "dial c:50000 > s:40000 is passive announced\n";
    let mut trace = crowd(6, connected);
    trace.push_str(
        "= learned_pasv 6, removed_evicted 2, live 4
        more c:50000 > s:40000 is passive announced
        dial c:50001 > s:40000 is passive announced
        dial c:50002 > s:40000 is passive announced
        dial c:50003 > s:40000 is passive announced
        dial c:50004 > s:40000 is other
        more c:50000 > s:40000 is passive announced",
    );
    check_one("oldest", trace);
}

#[test]
fn a_closed_one_gives_way_first() {
    let closed =
        "dial c:50000 > s:40000 is passive announced\nclose c:50000 > s:40000 is passive announced\n";
    let mut trace = crowd(5, closed);
    trace.push_str("= learned_pasv 5, removed_closed 1, live 4, closed 0");
    check_one("closed", trace);
}

#[test]
fn a_proposal_that_gives_way_was_never_learned() {
    let mut trace = String::from("whole\n");
    for client in 49_152..49_157 {
        writeln!(trace, "on c:{client} > s:21\nopen\nC> PORT 10,0,0,1,156,64").unwrap();
    }
    trace.push_str("= proposed 4, live 0\n");
    trace.push_str("S> 200 ok\n= learned_port 1, proposed 3, live 1");
    check_one("proposals", trace);
}

#[test]
fn more_endpoints_of_one_number_than_its_entry_counts() {
    let mut trace = String::from("whole\n");
    for client in 49_152..49_252 {
        writeln!(trace, "on c:{client} > s:21\nopen\nC> PASV\n{}", reply(40_000)).unwrap();
        writeln!(trace, "dial c:{client} > s:40000 is passive announced").unwrap();
        writeln!(trace, "close c:{client} > s:40000 is passive announced").unwrap();
    }
    trace.push_str("= learned_pasv 100, removed_closed 96, closed 4\ndial c:1500 > s:40000 is other");
    check_one("counted", trace);
}
