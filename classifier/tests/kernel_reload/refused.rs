// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! An invalid file changes nothing, and its error has the position.

use crate::scene::{Scene, counted, hang_up, packets, port, reload, taken, until};

const SUCCESSFUL: &str = "classifier_config_last_reload_successful";

#[test]
fn a_bad_file_is_named_with_line_and_column_and_the_running_one_stays() {
    let scene = Scene::new(&port("submission", 587));
    let agent = scene.agent(&[]);
    assert_eq!(agent.metrics().sum(SUCCESSFUL, &[]), 1);
    let path = scene.configure("[[port]]\nprotocol = 'other'\ntransport = 'tcp'\nports = [0]\n");
    hang_up(&agent);
    let complaint = format!("{path}:6:10: `port.ports`: expected a whole number from 1 to 65535, found 0");
    until(&agent, "refused", || agent.said().contains(&complaint));
    assert_eq!((taken(&agent), agent.metrics().sum(SUCCESSFUL, &[])), (0, 0));
    scene.send(&[587, 587]);
    assert_eq!(packets(&counted(&agent, 2), "submission"), 2);
    // Repaired.
    scene.configure(&port("submission", 588));
    reload(&agent);
    scene.send(&[588]);
    let metrics = counted(&agent, 3);
    assert_eq!((packets(&metrics, "submission"), metrics.sum(SUCCESSFUL, &[])), (3, 1));
    agent.stop();
}

#[test]
fn what_takes_a_start_is_refused_with_all_that_came_with_it() {
    let scene = Scene::new(&port("submission", 587));
    let agent = scene.agent(&[]);
    scene.configure(&format!("listen = ['127.0.0.1:9878']\n{}", port("submission", 588)));
    hang_up(&agent);
    until(&agent, "refused", || agent.said().contains("`listen` cannot change while the agent runs"));
    scene.send(&[587, 588]);
    let metrics = counted(&agent, 2);
    assert_eq!((packets(&metrics, "submission"), packets(&metrics, "tcp_other")), (1, 1));
    agent.stop();
}

#[test]
fn several_signals_are_one_reload_or_more_and_nothing_worse() {
    let scene = Scene::new("");
    let agent = scene.agent(&[]);
    scene.configure(&port("submission", 587));
    (0..20).for_each(|_| hang_up(&agent));
    until(&agent, "reloaded", || taken(&agent) > 0);
    scene.send(&[587]);
    assert_eq!(packets(&counted(&agent, 1), "submission"), 1);
    assert_eq!(agent.metrics().sum(SUCCESSFUL, &[]), 1);
    agent.stop();
}
