// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Waits until nothing is in flight between hosts.

use std::{
    fs, thread,
    time::{Duration, Instant},
};

use crate::Host;

/// States of `/proc/net/tcp` in which a connection neither sends nor waits: LISTEN and TIME-WAIT.
const AT_REST: [&str; 2] = ["0A", "06"];

/// Waits until every TCP connection of these hosts has ended at both sides, and no packet has crossed these
/// interfaces for `so_long`. A server without processor time is silent too: only its sockets tell that it is
/// not done.
pub fn wait_until_quiet(places: &[(&Host, &str)], so_long: Duration) {
    let traffic = || places.iter().map(|(host, interface)| host.traffic(interface)).collect::<Vec<_>>();
    let deadline = Instant::now() + Duration::from_mins(1);
    let mut last = (Instant::now(), traffic());
    loop {
        let open: Vec<_> = places.iter().flat_map(|(host, _)| connections(host)).collect();
        let now = traffic();
        if now != last.1 || !open.is_empty() {
            last = (Instant::now(), now);
        } else if last.0.elapsed() >= so_long {
            return;
        }
        assert!(Instant::now() < deadline, "never quiet; connections: {open:#?}");
        thread::sleep(so_long / 10);
    }
}

/// Returns the TCP connections that are not at rest, each as a line of `/proc/net/tcp` or `tcp6`.
fn connections(host: &Host) -> Vec<String> {
    let read = |table| fs::read_to_string(format!("/proc/thread-self/net/{table}")).expect("a table");
    let tables = host.enter(|| ["tcp", "tcp6"].map(read));
    let rows = tables.iter().flat_map(|table| table.lines().skip(1));
    let is_open = |row: &&str| row.split_whitespace().nth(3).is_some_and(|state| !AT_REST.contains(&state));
    rows.filter(is_open).map(ToOwned::to_owned).collect()
}
