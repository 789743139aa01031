// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The rules of the Prometheus Operator: those of `deploy/prometheus`, in its own kind of object.

use crate::golden::assert_recorded;

const HEAD: &str = "\
# Written from deploy/prometheus: UPDATE_GOLDEN=1 cargo test -p classifier --test agent prometheus_rule
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: classifier
  labels:
    app.kubernetes.io/name: classifier
spec:
  groups:
";

#[test]
fn the_rules_of_the_operator_are_those_of_prometheus() {
    let files = [
        include_str!("../../../deploy/prometheus/rules.yml"),
        include_str!("../../../deploy/prometheus/alerts.yml"),
    ];
    let groups = files.map(|file| file.split_once("\ngroups:\n").expect("a file has groups").1);
    let indented = groups.concat().lines().fold(String::new(), |text, line| {
        if line.is_empty() { text + "\n" } else { text + "  " + line + "\n" }
    });
    let file = "../deploy/kubernetes/overlays/prometheus/prometheus-rule.yaml";
    let recorded = include_str!("../../../deploy/kubernetes/overlays/prometheus/prometheus-rule.yaml");
    assert_recorded(file, &(HEAD.to_owned() + &indented), recorded);
}
