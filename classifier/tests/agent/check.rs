// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! `classifier run --check`: all errors that can be found before anything is attached, and no others.

use std::process::{Command, Output};

use crate::written::Written;

fn check(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_classifier"));
    command.args(["run", "--check"]).args(arguments).env_remove("RUST_LOG");
    command.output().expect("the command starts")
}

#[test]
fn good_settings_are_said_to_be_good_and_nothing_is_asked_of_the_system() {
    let web = Written::new("rate_limit: {interval: 1s, burst: 2}\n");
    let name = web.0.file_name().and_then(|name| name.to_str()).expect("a name of letters");
    let file = Written::new(format!("interfaces = ['nic9']\nweb_config = '{name}'\n"));
    // An address of another host, and a missing interface: a start would fail.
    for arguments in [&[][..], &["-c", file.path(), "-l", "192.0.2.1:9877", "--user", "root"]] {
        let output = check(arguments);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!((&output.stdout[..], &output.stderr[..]), (&b"the settings are valid\n"[..], &b""[..]));
    }
}

#[test]
fn bad_settings_are_one_line_and_exit_2() {
    let file = Written::new("egress = true\n[ftp]\ncontrol_rate = 0\n");
    let web = Written::new("tls_server_config:\n  cert_file: nowhere.crt\n");
    for (arguments, parts) in [
        (["-c", file.path()], [&format!("{}:3:16: ", file.path()), "`ftp.control_rate`"]),
        (["--web-config", web.path()], [web.path(), "nowhere.crt"]),
        (["-i", "a/b"], ["interface `a/b`", "'/'"]),
        (["-l", "localhost"], ["`localhost`", "IP:PORT"]),
        (["--user", "no:such:user"], ["`no:such:user`", "does not exist"]),
    ] {
        let output = check(&arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{said}");
        assert!(said.starts_with("classifier: ") && said.lines().count() == 1, "{said}");
        assert!(parts.iter().all(|part| said.contains(part)), "{parts:?} in: {said}");
    }
}
