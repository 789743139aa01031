// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Presets of ports, and notes on ports that lose the tracking of sessions.

use std::{fs, path::Path, process::Command};

use clap::ValueEnum as _;
use classifier::config::{ConfigError, Layer, Preset, Settings};
use classifier_common::{
    ports::Transport,
    protocol::{CONFIGURED_MAX, Protocol},
};

use crate::written::Written;

fn settings(presets: &[Preset]) -> Result<Settings, ConfigError> {
    Settings::check(Layer { presets: Some(presets.to_vec()), ..Layer::default() })
}

/// Runs `classifier run --check`, which must succeed, and returns its output.
fn check(arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_classifier"));
    let output = command.args(["run", "--check"]).args(arguments).env_remove("RUST_LOG").output();
    let output = output.expect("the command starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn every_preset_of_the_package_is_known_and_good() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/presets");
    let entries = fs::read_dir(folder).expect("it is there");
    let mut files: Vec<_> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    files.sort();
    let mut names: Vec<_> =
        Preset::value_variants().iter().map(|preset| format!("{}.toml", preset.name())).collect();
    names.sort();
    assert_eq!(files, names);
    let settings = settings(Preset::value_variants()).expect("they can be combined");
    assert_eq!(settings.ports.len(), 13, "{:?}", settings.ports);
    assert_eq!(settings.notes(), Vec::<String>::new());
    for preset in Preset::value_variants() {
        let text = preset.to_possible_value().expect("a name");
        assert_eq!(text.get_name(), preset.name());
    }
}

#[test]
fn sessions_of_mail_and_ftp_are_followed_on_their_tls_ports() {
    let settings = settings(&[Preset::Mail, Preset::Ftp]).expect("they are good");
    let of =
        |number| settings.ports.iter().find(|one| one.port == number).map(|one| (one.protocol, one.speaks));
    for (port, protocol) in [
        (465, Protocol::SMTP),
        (587, Protocol::SMTP),
        (993, Protocol::IMAP),
        (995, Protocol::POP3),
        (990, Protocol::FTP_CONTROL),
        (989, Protocol::FTP_DATA_ACTIVE),
    ] {
        let speaks = (protocol != Protocol::FTP_DATA_ACTIVE).then_some(protocol);
        assert_eq!(of(port), Some((protocol, speaks)), "{port}");
    }
    assert_eq!(settings.ftp.control_ports, [21, 990]);
}

/// Evidence is kept by name: an answer over UDP must not open a port of TCP.
#[test]
fn no_name_of_a_preset_has_two_transports() {
    let settings = settings(Preset::value_variants()).expect("they can be combined");
    for (protocol, name) in settings.names.configured() {
        let is_its = |transport| {
            settings.ports.iter().any(|port| (port.transport, port.protocol) == (transport, protocol))
        };
        assert!(!is_its(Transport::Tcp) || !is_its(Transport::Udp), "{name}");
    }
}

#[test]
fn a_port_of_the_file_overrides_a_preset_and_a_flag_overrides_the_files_presets() {
    let port = "[[port]]\nprotocol = 'relay'\ntransport = 'tcp'\nports = [587]\n";
    let followed = Written::new(format!("{port}speaks = 'smtp'\n"));
    assert_eq!(check(&["-c", followed.path()]), "the settings are valid\n");
    let file = Written::new(format!("presets = ['mail']\n{port}"));
    let said = check(&["-c", file.path()]);
    assert!(
        said.starts_with("note: port 587 is `submission` at IANA: encryption and logins of `relay`"),
        "{said}"
    );
    assert!(
        said.contains("add speaks = \"smtp\", or use --preset mail\n")
            && said.ends_with("the settings are valid\n"),
        "{said}"
    );
    assert_eq!(said.lines().count(), 2, "{said}");
    assert_eq!(check(&["--preset", "mail,ssh"]), "the settings are valid\n");
}

#[test]
fn a_preset_is_given_once_and_needs_names() {
    let error = settings(&[Preset::Web, Preset::Web]).expect_err("it is given twice").to_string();
    assert_eq!(error, "`web` is given twice; leave one out");
    let table =
        |n: usize| format!("[[port]]\nprotocol = 'p{n}'\ntransport = 'tcp'\nports = [{}]\n", 2000 + n);
    let file = Written::new((0..CONFIGURED_MAX).map(table).collect::<String>());
    let mut command = Command::new(env!("CARGO_BIN_EXE_classifier"));
    let output = command.args(["run", "--check", "--preset", "ssh", "-c", file.path()]).output();
    let output = output.expect("the command starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("preset `ssh`: no name is left for `ssh`"), "{said}");
}
