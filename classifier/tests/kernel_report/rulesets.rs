// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The kernel accepts the output.

use std::{fs, path::Path};

use testbed::{Host, Lab, servers::Folder};

/// Creates a host for the tables.
pub fn host() -> Host {
    Lab::new().host("checked")
}

#[test]
fn every_recorded_ruleset_is_accepted() {
    let host = host();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/agent/golden");
    let mut checked = 0;
    for entry in fs::read_dir(folder).expect("it is there") {
        let path = entry.expect("an entry").path();
        let file = path.to_str().expect("a name");
        match path.extension().and_then(|extension| extension.to_str()) {
            // Twice, since the ruleset replaces itself.
            Some("nft") => {
                host.run("nft", &["-c", "-f", file]);
                host.run("nft", &["-f", file]);
                host.run("nft", &["-c", "-f", file]);
                host.run("nft", &["-f", file]);
            }
            Some("iptables") => {
                for restore in ["iptables-restore", "ip6tables-restore"] {
                    host.run(restore, &["--test", file]);
                    host.run(restore, &[file]);
                }
            }
            _ => continue,
        }
        checked += 1;
    }
    assert!(checked >= 5, "{checked} rulesets");
}

/// The test would notice a ruleset that `nft` refuses.
#[test]
fn a_broken_ruleset_is_refused() {
    let (host, files) = (host(), Folder::new("broken"));
    let text = include_str!("../agent/golden/report.nft").replace("ct state invalid", "ct state unheard");
    let file = files.write("broken.nft", text);
    let output = host.command("nft").args(["-c", "-f", &file]).output().expect("it runs");
    assert!(!output.status.success());
}

/// Chains as Docker writes them, for a container whose port 80 is published as 8080.
const DOCKER: &str = "\
*nat
:PREROUTING ACCEPT [0:0]
:DOCKER - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A DOCKER ! -i lo -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80
COMMIT
*filter
:FORWARD DROP [0:0]
:DOCKER - [0:0]
:DOCKER-USER - [0:0]
-A FORWARD -j DOCKER-USER
-A FORWARD -j DOCKER
-A DOCKER -d 172.17.0.2/32 -p tcp -m tcp --dport 80 -j ACCEPT
-A DOCKER-USER -j RETURN
COMMIT
";

#[test]
fn the_tables_of_docker_stay_as_they_are() {
    let (host, files) = (host(), Folder::new("docker"));
    host.run("iptables-restore", &[&files.write("docker.iptables", DOCKER)]);
    // Counters and times differ between calls.
    let rules = || {
        let all = host.run("iptables-save", &[]);
        all.lines().filter(|line| line.starts_with("-A")).map(str::to_owned).collect::<Vec<_>>()
    };
    let before = rules();
    assert_eq!(before.len(), 6);
    let ruleset = files.write("rules.nft", include_str!("../agent/golden/report_closed.nft"));
    for _ in 0..2 {
        host.run("nft", &["-f", &ruleset]);
        assert_eq!(rules(), before);
    }
    host.run("nft", &["delete", "table", "inet", "classifier_host"]);
    assert_eq!(rules(), before);
}
