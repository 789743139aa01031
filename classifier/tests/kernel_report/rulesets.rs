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
