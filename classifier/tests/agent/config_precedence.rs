// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Precedence of flags, environment and configuration file.

use std::{net::TcpListener, process::Command};

use classifier::config::{Layer, Pattern, XdpMode};

use crate::written::Written;

#[test]
fn what_is_typed_beats_the_file_key_by_key() {
    let file = Written::new("listen = [':1']\ninterfaces = ['a', 'b']\nxdp_mode = 'off'\negress = false");
    let flags =
        Layer { interfaces: Some(vec!["c".into()]), xdp_mode: Some(XdpMode::Generic), ..Layer::default() };
    let merged = file.below(flags).unwrap();
    assert_eq!(merged.interfaces, [Pattern::Plain("c".into())]);
    assert_eq!((merged.xdp_mode, merged.egress), (XdpMode::Generic, false));
    assert_eq!(merged.listen, ["[::]:1".parse().unwrap()]);
}

/// The address of the error shows which one was used.
#[test]
fn a_flag_beats_the_environment_which_beats_the_file() {
    let taken = [(); 3].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    let [flag, environment, file] = taken.each_ref().map(|one| one.local_addr().unwrap().to_string());
    let [lower, upper] = [&file, "nowhere"].map(|address| Written::new(format!("listen = ['{address}']")));
    let command = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_classifier"));
        command.arg("run").env("CLASSIFIER_CONFIG", lower.path());
        command
    };
    let fails = |command: &mut Command, status: i32, words: &str| {
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(status) && said.contains(words), "{words} in: {said}");
    };
    fails(&mut command(), 1, &file);
    fails(command().env("CLASSIFIER_LISTEN", &environment), 1, &environment);
    fails(command().env("CLASSIFIER_LISTEN", &environment).args(["-l", &flag]), 1, &flag);
    fails(command().args(["--config", upper.path()]), 2, "`nowhere`");
}
