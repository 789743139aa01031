// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! An ICMP error about the SYN of a data connection rejects it at once.

use classifier_common::{
    fixtures::{
        connection_traces::{ConnTraceEnv as _, HostConnEnv, counted},
        ftp_traces::network::{End, Network},
    },
    packet::Direction::{self, Egress, Ingress},
};

const CLIENT: End = (1, 49_152);
const SERVER: End = (2, 21);

/// Returns the counts after an error of this type and code about the SYN of the data connection that `said`
/// announces.
fn rejected(network: Network, said: [&str; 2], [from, to]: [End; 2], error: &str) -> Vec<(String, u64)> {
    let mut env = HostConnEnv::new();
    let mut see = |frame: &[u8], direction: Direction| env.classify(frame, direction);
    let [command, reply] = said.map(|line| format!("{line}\r\n").into_bytes());
    let after = |number: u32, bytes: &[u8]| number + u32::try_from(bytes.len()).expect("a line is short");
    let (client, server) = ([CLIENT, SERVER], [SERVER, CLIENT]);
    see(&network.frame(client, 0x02, (100, 0), b""), Ingress);
    see(&network.frame(server, 0x12, (900, 101), b""), Egress);
    see(&network.frame(client, 0x10, (101, 901), b""), Ingress);
    see(&network.frame(client, 0x18, (101, 901), &command), Ingress);
    see(&network.frame(server, 0x18, (901, after(101, &command)), &reply), Egress);
    let (there, back) = if from.0 == CLIENT.0 { (Ingress, Egress) } else { (Egress, Ingress) };
    see(&network.frame([from, to], 0x02, (7, 0), b""), there);
    see(&network.error(error, [from, to]).expect("an error that exists"), back);
    let mut found = counted(&env.counters());
    found.remove("in ftp_control established");
    found.into_iter().collect()
}

#[test]
fn errors_about_the_syn_of_a_data_connection_reject_it() {
    let v4 = [
        (["PASV", "227 Entering Passive Mode (10,0,0,2,156,64)"], [(1, 50_000), (2, 40_000)], "passive"),
        (["PORT 10,0,0,1,195,80", "200 PORT command successful."], [(2, 20), (1, 50_000)], "active"),
        (["PORT 10,0,0,1,195,80", "200 PORT command successful."], [(2, 45_000), (1, 50_000)], "active"),
    ];
    let v6 = [
        (["EPSV", "229 Extended passive (|||40000|)"], [(1, 50_000), (2, 40_000)], "passive"),
        (
            ["EPRT |2|2001:db8::1|50000|", "200 EPRT command successful."],
            [(2, 45_000), (1, 50_000)],
            "active",
        ),
    ];
    for (v6, cases) in [(false, v4.as_slice()), (true, v6.as_slice())] {
        for (tagged, (said, ends, mode)) in
            [false, true].into_iter().flat_map(|tagged| cases.iter().map(move |case| (tagged, *case)))
        {
            let network = Network { v6, tagged };
            let way = if mode == "passive" { "in" } else { "out" };
            for error in ["3/3", "3/13", "11/0", "12/0"] {
                let expected = vec![(format!("{way} ftp_data_{mode} rejected"), 1)];
                assert_eq!(rejected(network, said, ends, error), expected, "{said:?}, {error}");
            }
            assert_eq!(rejected(network, said, ends, "3/4"), [], "the path's size rejects nothing");
        }
    }
}
