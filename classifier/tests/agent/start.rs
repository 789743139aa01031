// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! First step of the agent's start, which needs no privilege.

use std::net::TcpListener;

use classifier::{
    agent::{AgentError, Prepared},
    config::{Layer, Settings},
};
use tokio::runtime::Builder;

use crate::written::Written;

fn prepared(layer: Layer) -> Result<Prepared, AgentError> {
    let listen = layer.listen.or(Some(vec!["127.0.0.1:0".into()]));
    let settings = Settings::check(Layer { listen, ..layer }).expect("good settings");
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    // The runtime handles signals.
    let _entered = runtime.enter();
    Prepared::new(&settings)
}

fn refusal(layer: Layer) -> AgentError {
    prepared(layer).map(|_| ()).expect_err("cannot be had")
}

#[test]
fn what_needs_no_privilege_is_opened_and_given_back() {
    let prepared = prepared(Layer::default()).expect("everything can be had");
    let [address] = prepared.addresses()[..] else { panic!("{:?}", prepared.addresses()) };
    assert!(address.port() != 0);
    assert!(TcpListener::bind(address).is_err(), "it is listened on");
    drop(prepared);
    assert!(TcpListener::bind(address).is_ok(), "it is free again");
}

#[test]
fn each_part_that_cannot_be_had_has_an_error_of_its_own() {
    let busy = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let busy = busy.local_addr().expect("it has an address").to_string();
    let error = refusal(Layer { listen: Some(vec![busy]), ..Layer::default() });
    assert!(matches!(error, AgentError::Bind(_)), "{error}");
    let error = refusal(Layer { user: Some("nosuch".into()), ..Layer::default() });
    assert!(matches!(error, AgentError::Sandbox(_)), "{error}");
    let web = Written::new("rate_limit: 1\n");
    let error = refusal(Layer { web_config: Some(web.0.clone()), ..Layer::default() });
    assert!(matches!(error, AgentError::Web(_)), "{error}");
}
