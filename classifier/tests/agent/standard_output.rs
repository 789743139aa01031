// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Every command whose output is not read ends the same way.

use std::{
    fs::File,
    io::{Read as _, Write as _, pipe},
    net::TcpListener,
    process::{Command, Output, Stdio},
    thread,
};

/// A page of metrics, for `top`.
const METRICS: &str = include_str!("golden/metrics.txt");

/// Commands with output that need no agent; `URL` is replaced by one of a page of metrics.
const COMMANDS: [&[&str]; 9] = [
    &["--version"],
    &["--help"],
    &["run", "--help"],
    &["run", "--check"],
    &["completions", "bash"],
    &["pcap", "-"],
    &["pcap", "--packets", "-"],
    &["top", "--once", "--interval", "1s", "--url", "URL"],
    &["top", "--format", "json", "--interval", "1s", "--url", "URL"],
];

/// Serves the page until the process ends.
fn serve() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}/metrics", listener.local_addr().expect("it is bound"));
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            // A request is shorter, and the reader may not take the answer.
            let _ = stream.read(&mut [0; 4096]);
            let length = METRICS.len();
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
            let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(METRICS.as_bytes()));
        }
    });
    url
}

fn outputs(out: impl Fn() -> Stdio) -> Vec<(String, Output)> {
    let url = serve();
    let outputs = COMMANDS.iter().map(|arguments| {
        let arguments = arguments.iter().map(|argument| if *argument == "URL" { &*url } else { argument });
        let mut command = Command::new(env!("CARGO_BIN_EXE_classifier"));
        command.args(arguments).env_remove("RUST_LOG").stdin(capture()).stdout(out());
        (format!("{command:?}"), command.output().expect("it starts"))
    });
    outputs.collect()
}

/// Opens a capture of one packet as standard input.
fn capture() -> Stdio {
    let header = [0xa1b2_c3d4, 0x0004_0002, 0, 0, 0xffff, 1, 0, 0, 14, 14];
    let mut file = header.map(u32::to_le_bytes).as_flattened().to_vec();
    file.extend([0; 14]);
    let (reader, mut writer) = pipe().expect("a pipe");
    writer.write_all(&file).expect("a pipe has room for it");
    reader.into()
}

#[test]
fn a_reader_that_is_gone_has_seen_enough() {
    let gone = || Stdio::from(pipe().expect("a pipe").1);
    for (command, output) in outputs(gone) {
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{command}");
        assert!(output.status.success(), "{command}: {}", output.status);
    }
}

#[test]
fn no_room_is_one_line_and_exit_1() {
    let full = || Stdio::from(File::options().write(true).open("/dev/full").expect("it is there"));
    for (command, output) in outputs(full) {
        let said = String::from_utf8_lossy(&output.stderr);
        let cause = "classifier: cannot write to standard output: No space left on device";
        assert!(said.starts_with(cause) && said.lines().count() == 1, "{command}: {said}");
        assert_eq!(output.status.code(), Some(1), "{command}");
    }
}
