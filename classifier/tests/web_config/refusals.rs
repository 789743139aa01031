// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Every refused web configuration: exit status 2, and one line with position, key, cause and remedy.

use std::{
    fs,
    os::unix::fs::symlink,
    process::{Command, Output},
};

use rcgen::{KeyPair, PKCS_ED25519};

use crate::{
    authority::{Valid, version_1},
    scene::Scene,
};

/// Configurations, each followed by its error after `=>`, separated by empty lines. `DIR` is the directory.
const REFUSED: &str = include_str!("refusals.txt");

/// Runs the agent with a web configuration, on an address that is in use: nothing is ever attached.
fn run(web: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_classifier"));
    command.args(["run", "--web.config.file", web, "--listen", "192.0.2.1:1"]).env_remove("RUST_LOG");
    command.output().expect("the command starts")
}

fn refused(scene: &Scene, configuration: impl AsRef<[u8]>, complaint: &str) {
    let path = scene.write(configuration);
    let complaint = complaint.replace("DIR", scene.folder.path().to_str().expect("UTF-8"));
    fails(&path, &format!("{path}:{complaint}"));
}

fn fails(path: &str, line: &str) {
    let output = run(path);
    assert_eq!(String::from_utf8_lossy(&output.stderr), format!("classifier: {line}\n"));
    assert_eq!(output.status.code(), Some(2), "{line}");
}

/// Creates the files that the cases name.
fn scene() -> Scene {
    let scene = Scene::new();
    scene.folder.write("empty.pem", "no certificates here\n");
    scene.folder.write("cut.crt", "-----BEGIN CERTIFICATE-----\nMIIB\n");
    scene.folder.write("garbage.crt", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n");
    scene.folder.write("other.key", scene.authority.server(Valid::Now).key);
    let version_1 = version_1();
    scene.folder.write("version_1.crt", version_1.certificate);
    scene.folder.write("version_1.key", version_1.key);
    let ed25519 = KeyPair::generate_for(&PKCS_ED25519).expect("has random numbers");
    scene.folder.write("ed25519.key", ed25519.serialize_pem());
    fs::create_dir(scene.folder.path().join("folder")).expect("the folder is ours");
    symlink("/dev/zero", scene.folder.path().join("zero")).expect("the folder is ours");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        scene.folder.join("pipe"),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR,
        0,
    )
    .expect("the folder is ours");
    scene
}

#[test]
fn a_file_that_cannot_be_meant() {
    let scene = scene();
    for case in REFUSED.trim_end().split("\n\n") {
        let (text, complaint) = case.rsplit_once("\n=> ").expect("a complaint");
        refused(&scene, text, complaint);
    }
}

#[test]
fn a_file_that_cannot_be_read() {
    let scene = scene();
    let remedy = "give a readable file with --web-config";
    for (name, why) in [
        ("nowhere.yml", "No such file or directory (os error 2)"),
        ("folder", "not a regular file"),
        ("pipe", "not a regular file"),
        ("zero", "not a regular file"),
    ] {
        let path = scene.folder.join(name);
        fails(&path, &format!("cannot read the web configuration {path}: {why}; {remedy}"));
    }
    let long = scene.folder.write("long.yml", " ".repeat((1 << 20) + 1));
    fails(&long, &format!("cannot read the web configuration {long}: longer than 1 MiB; {remedy}"));
    refused(&scene, b"\n# \xff", "2:3: not UTF-8; save the file in UTF-8");
}

#[test]
fn the_documented_example_is_good() {
    let document = include_str!("../../../docs/web.md");
    let (_, example) = document.split_once("```yaml\n").expect("an example");
    let (example, _) = example.split_once("```").expect("its end");
    let scene = scene();
    scene.folder.write("clients.crt", &scene.authority.certificate);
    assert_eq!(scene.load(example).map(|_| ()).map_err(|error| error.to_string()), Ok(()));
}

#[test]
fn what_is_good_goes_on_to_the_address() {
    let scene = scene();
    for configuration in ["", "tls_server_config: {cert_file: server.crt, key_file: server.key}\n"] {
        let output = run(&scene.write(configuration));
        assert!(String::from_utf8_lossy(&output.stderr).contains("192.0.2.1:1"), "{output:?}");
        assert_eq!(output.status.code(), Some(1));
    }
    assert_eq!(run("").status.code(), Some(1), "no name is none");
}

#[test]
fn whatever_is_cut_or_damaged_is_refused_or_meant_and_nothing_panics() {
    let scene = scene();
    let whole = "tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n  min_version: TLS12\n\
                 basic_auth_users:\n  a: x\nrate_limit: {interval: 1s, burst: 2}\n";
    for length in 0..whole.len() {
        for replacement in ["", "\"", "[", "{", ":", "\n", "\t", "&a", "*a", "0", "ü"] {
            let damaged = format!("{}{replacement}{}", &whole[..length], &whole[length + 1..]);
            for text in [&whole[..length], &damaged] {
                if let Err(error) = scene.load(text) {
                    let error = error.to_string();
                    assert!(!error.contains('\n') && error.contains(".yml:"), "{error}");
                }
            }
        }
    }
}

/// A password in the wrong position does not get into the log.
#[test]
fn secrets_are_not_quoted() {
    let scene = scene();
    for configuration in [
        "basic_auth_users:\n  a: hunter2\n",
        "basic_auth_users: hunter2\n",
        "basic_auth_users:\n  a: [hunter2]\n",
        "basic_auth_users:\n  a: &h hunter2\n  b: *h\n",
        "tls_server_config:\n  key: hunter2\n  cert_file: server.crt\n",
        "tls_server_config:\n  prefer_server_cipher_suites: hunter2\n",
        "rate_limit:\n  burst: hunter2\n",
        "http_server_config: hunter2\n",
    ] {
        let error = scene.load(configuration).expect_err(configuration).to_string();
        assert!(!error.contains("hunter2"), "{error}");
    }
}
