// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The start of the agent, step by step, in this process.

use std::cell::Cell;

use classifier::{
    agent::{Agent, AgentError, Attached, Prepared},
    config::{Layer, SandboxMode},
    configuration::ConfigurationSources,
};
use testbed::{Host, Lab, attached_in};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    runtime::Builder,
};

/// Port of the test's own host.
const LISTEN: &str = "127.0.0.1:9877";

fn sources(interface: &str, listen: &str) -> ConfigurationSources {
    let flags = Layer {
        interfaces: Some(vec![interface.to_owned()]),
        listen: Some(vec![listen.to_owned()]),
        pin_dir: Some("".into()),
        sandbox: Some(SandboxMode::Off),
        ..Layer::default()
    };
    ConfigurationSources { flags, file: None }
}

/// Takes every step in a host, and records the attached programs after each one.
fn steps(host: &Host, interface: &str, listen: &str) -> (Vec<usize>, Result<String, AgentError>) {
    let sources = sources(interface, listen);
    let count = || attached_in(host).len();
    host.enter(|| {
        let mut counts = Vec::new();
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let answer = runtime.block_on(async {
            let configuration = sources.read().unwrap();
            let prepared = Prepared::new(&configuration.settings)?;
            counts.push(count());
            let attached = Attached::new(&configuration).await?;
            counts.push(count());
            let agent = Agent::new(sources, configuration, prepared, attached)?;
            let (address, answer) = (agent.addresses()[0], Cell::default());
            agent
                .serve(async {
                    let mut stream = TcpStream::connect(address).await.unwrap();
                    stream.write_all(b"GET /-/ready HTTP/1.0\r\n\r\n").await.unwrap();
                    let mut text = String::new();
                    stream.read_to_string(&mut text).await.unwrap();
                    answer.set(text);
                })
                .await?;
            Ok(answer.take())
        });
        drop(runtime);
        counts.push(count());
        (counts, answer)
    })
}

#[test]
fn each_step_does_what_it_says_and_the_end_detaches() {
    let lab = Lab::new();
    let (a, b) = (lab.host("a"), lab.host("b"));
    let (end, _) = lab.link(&a, &b);
    let (counts, answer) = steps(&a, &end.name, LISTEN);
    let answer = answer.unwrap();
    assert!(answer.starts_with("HTTP/1.0 200") || answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(counts, [0, 2, 0], "nothing is attached before the second step, nor after the last");
}

#[test]
fn a_step_that_fails_leaves_nothing_attached() {
    let lab = Lab::new();
    let (a, b) = (lab.host("a"), lab.host("b"));
    let (end, _) = lab.link(&a, &b);
    let (counts, answer) = steps(&a, &end.name, "192.0.2.1:1");
    assert!(matches!(answer, Err(AgentError::Bind(_))), "{answer:?}");
    assert_eq!(counts, [0]);
    let (counts, answer) = steps(&a, "nic9", LISTEN);
    assert!(matches!(answer, Err(AgentError::Interface(_))), "{answer:?}");
    assert_eq!(counts, [0, 0]);
}
