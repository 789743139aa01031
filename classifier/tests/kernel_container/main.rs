// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The container recipe: its image, and its run with the rights of the `DaemonSet`; and the manifests.

mod image;
mod manifests;

use std::{fs, os::unix::fs::PermissionsExt as _};

use image::{Image, listed};
use serde_json::json;
use testbed::{Host, Lab, Running, Samples, attached_in, left_behind};

const DAEMON_SET: &str = include_str!("../../../deploy/kubernetes/base/classifier.yaml");

/// Script that makes the directory of an image the root of a container, and runs it: read-only, with the
/// directories that every runtime adds and the node's bpffs, and with three capabilities alone. The tested
/// agent is not statically linked like the released one, so it gets the machine's libraries.
const RUN: &str = r#"
root=$0
mkdir "$root/proc" "$root/sys" "$root/lib" "$root/lib64"
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount -t bpf bpf "$root/sys/fs/bpf"
mount --bind /lib "$root/lib"
mount --bind /lib64 "$root/lib64"
mount -o remount,bind,ro "$root"
every=$(capsh --print | sed -n 's/^Bounding set *=//p')
drop=$(echo "$every" | tr , '\n' | grep -vxE "$1" | paste -sd ,)
shift
exec capsh --no-new-privs --drop="$drop" --chroot="$root" --shell=/classifier -- "$@"
"#;

#[test]
fn the_image_is_one_file_that_runs_with_what_the_daemon_set_gives() {
    let image = Image::build();
    let configuration = image.configuration();
    assert_eq!(configuration["Entrypoint"], json!(["/classifier"]));
    assert_eq!(configuration["Cmd"], json!(["run"]));
    assert_eq!(configuration["Labels"]["org.opencontainers.image.version"], "1.2.3");
    let files = image.files();
    assert_eq!(listed(&files), ["classifier"]);
    let mode = fs::metadata(files.join("classifier")).expect("a file").permissions().mode();
    assert_eq!(mode & 0o7777, 0o755);

    let lab = Lab::new();
    let [client, server] = ["client", "server"].map(|name| lab.host(name));
    let (_, at_server) = lab.link(&client, &server);
    let mut agent = start(&server, files.to_str().expect("a path in UTF-8"), &at_server.name);
    agent.wait_for("serving metrics");
    let status = fs::read_to_string(format!("/proc/{}/status", agent.id())).expect("it runs");
    // CAP_NET_ADMIN is 12, CAP_PERFMON 38, CAP_BPF 39.
    let three = format!("CapPrm:\t{:016x}", 1_u64 << 12 | 1 << 38 | 1 << 39);
    assert!(status.contains(&three) && status.contains("NoNewPrivs:\t1"), "{status}");
    let ask =
        |path: &str| server.run("curl", &["-sSf", "--noproxy", "*", &format!("http://127.0.0.1:9877{path}")]);
    assert!(ask("/-/ready").starts_with("ready"));
    client.run("ping", &["-n", "-q", "-c", "10", "-i", "0.02", &at_server.v4.to_string()]);
    let requests = [("direction", "ingress"), ("type", "8")];
    assert_eq!(Samples::parse(&ask("/metrics")).sum("classifier_icmp_packets_total", &requests), 10);
    assert_eq!(agent.interrupt().code(), Some(0), "{}", agent.said());
    // Its pins are removed with the bpffs, which no other process had.
    assert_eq!(left_behind(), Vec::<String>::new(), "still loaded");
    assert_eq!(attached_in(&server), Vec::<String>::new(), "still attached");
}

fn start(host: &Host, root: &str, interface: &str) -> Running {
    let line = DAEMON_SET.lines().find_map(|line| line.trim().strip_prefix("add: ["));
    let capabilities = line.and_then(|list| list.strip_suffix(']')).expect("the DaemonSet adds capabilities");
    let kept: Vec<_> = capabilities.split(", ").map(|name| format!("cap_{}", name.to_lowercase())).collect();
    let mut command = host.command("unshare");
    command.args(["--mount", "--", "sh", "-e", "-c", RUN, root, &kept.join("|"), "run", "-i", interface]);
    command.env("CLASSIFIER_PIN_DIR", "/sys/fs/bpf/classifier").env_remove("RUST_LOG");
    Running::start(command)
}
