//! Many sessions, and more endpoints than a set has places.

use crate::trace::{Case, check};

fn check_one(name: &'static str, trace: &[String]) {
    check(&[Case { name, trace: trace.join("\n").leak() }]);
}

/// `227` for a port of the server's.
fn reply(port: u16) -> String {
    format!("S> 227 ok (10,0,0,2,{},{})\n", port >> 8, port & 0xff)
}

#[test]
fn eighty_sessions_at_once() {
    let mut trace = vec!["whole".to_owned()];
    let sessions = 49_152..49_232;
    for client in sessions.clone() {
        trace.push(format!("on c:{client} > s:21\nopen\nS> 220 ready\nC> PASV"));
    }
    for client in sessions.clone() {
        trace.push(format!("on c:{client} > s:21\n{}", reply(client - 9152)));
    }
    trace.push("= learned_pasv 80, live 80, sessions 80\n".to_owned());
    for client in sessions.clone() {
        trace.push(format!("dial c:{} > s:{} is passive announced", client + 1000, client - 9152));
    }
    for client in sessions {
        trace.push(format!("on c:{client} > s:21\nC fin\nS fin"));
        trace.push(format!("close c:{} > s:{} is passive announced", client + 1000, client - 9152));
    }
    trace.push("= live 0, closed 80, sessions 0".to_owned());
    check_one("eighty", &trace);
}

/// As many sessions, each announcing the same port: they share a set.
fn crowd(sessions: u16, behind_first: &str) -> Vec<String> {
    let mut trace = vec!["whole".to_owned()];
    for number in 0..sessions {
        trace.push(format!("on c:{} > s:21\nopen\nC> PASV\n{}", 49_152 + number, reply(40_000)));
        if number == 0 {
            trace.push(behind_first.to_owned());
        }
    }
    trace
}

#[test]
fn the_oldest_unused_gives_way_in_a_full_set() {
    let connected = "dial c:50000 > s:40000 is passive announced\n";
    let mut trace = crowd(6, connected);
    trace.push(
        "= learned_pasv 6, removed_evicted 2, live 4
        more c:50000 > s:40000 is passive announced
        dial c:50001 > s:40000 is passive announced
        dial c:50002 > s:40000 is passive announced
        dial c:50003 > s:40000 is passive announced
        dial c:50004 > s:40000 is other
        more c:50000 > s:40000 is passive announced"
            .to_owned(),
    );
    check_one("oldest", &trace);
}

#[test]
fn a_closed_one_gives_way_first() {
    let closed =
        "dial c:50000 > s:40000 is passive announced\nclose c:50000 > s:40000 is passive announced\n";
    let mut trace = crowd(5, closed);
    trace.push("= learned_pasv 5, removed_closed 1, live 4, closed 0".to_owned());
    check_one("closed", &trace);
}

#[test]
fn a_proposal_that_gives_way_was_never_learned() {
    let mut trace = vec!["whole".to_owned()];
    for client in 49_152..49_157 {
        trace.push(format!("on c:{client} > s:21\nopen\nC> PORT 10,0,0,1,156,64"));
    }
    trace.push("= proposed 4, live 0\n".to_owned());
    trace.push("S> 200 ok\n= learned_port 1, proposed 3, live 1".to_owned());
    check_one("proposals", &trace);
}

#[test]
fn more_endpoints_of_one_number_than_its_entry_counts() {
    let mut trace = vec!["whole".to_owned()];
    for client in 49_152..49_252 {
        trace.push(format!("on c:{client} > s:21\nopen\nC> PASV\n{}", reply(40_000)));
        trace.push(format!("dial c:{client} > s:40000 is passive announced"));
        trace.push(format!("close c:{client} > s:40000 is passive announced"));
    }
    trace.push("= learned_pasv 100, removed_closed 96, closed 4\ndial c:1500 > s:40000 is other".to_owned());
    check_one("counted", &trace);
}
