// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The manifests of `deploy/kubernetes` and `deploy/helm`: what they give the agent is what the agent takes.

use std::{fs, process::Command};

use testbed::{
    Lab, Running, run,
    servers::{Folder, helm, kustomize, validate},
};

const BINARY: &str = env!("CARGO_BIN_EXE_classifier");
const DEPLOY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy");

fn of_overlay(name: &str) -> String {
    kustomize(&format!("{DEPLOY}/kubernetes/{name}"))
}

fn of_chart(settings: &[&str]) -> String {
    let chart = format!("{DEPLOY}/helm/classifier");
    let set = settings.iter().flat_map(|setting| ["--set", setting]);
    helm(&["template", "test", &*chart].into_iter().chain(set).collect::<Vec<_>>())
}

/// Returns the values of a key, by lines.
fn values<'a>(manifests: &'a str, key: &str) -> Vec<&'a str> {
    let key = format!("{key}: ");
    manifests.lines().filter_map(|line| line.trim().trim_start_matches("- ").strip_prefix(&key)).collect()
}

/// Returns the configuration file of the `ConfigMap`.
fn configuration(manifests: &str) -> String {
    let (_, rest) = manifests.split_once("  classifier.toml: |\n").expect("a ConfigMap");
    let lines = rest.lines().map_while(|line| line.strip_prefix("    "));
    lines.map(|line| line.to_owned() + "\n").collect()
}

#[test]
fn every_configuration_is_valid_and_leaves_the_interfaces_of_pods_out_unless_told() {
    let folder = Folder::new("configuration");
    let pods = r#"["veth*","lxc*","cali*","azv*","eni*"]"#;
    for (name, manifests, excluded) in [
        ("base", of_overlay("base"), Some(pods)),
        ("web", of_overlay("overlays/web"), Some(pods)),
        ("prometheus", of_overlay("overlays/prometheus"), Some(pods)),
        ("pods", of_overlay("overlays/pods"), None),
        ("chart", of_chart(&[]), Some(pods)),
        ("chart of pods", of_chart(&["interfaces.pods=true"]), None),
        (
            "chart with more",
            of_chart(&["interfaces.pods=true", "interfaces.exclude={docker0}"]),
            Some("[\"docker0\"]"),
        ),
    ] {
        let text = configuration(&manifests);
        let line = text.lines().find_map(|line| line.strip_prefix("interfaces_exclude = "));
        assert_eq!(line.map(|line| line.replace(' ', "")).as_deref(), excluded, "{name}");
        let file = folder.write("classifier.toml", text);
        let said = run(Command::new(BINARY).args(["run", "--check", "--config", &file]));
        assert!(said.contains("the settings are valid"), "{name}: {said}");
    }
}

/// The kinds of Prometheus' operator have no schema in Kubernetes.
#[test]
fn every_manifest_fits_the_schemas_of_kubernetes() {
    let folder = Folder::new("manifests");
    let all =
        ["podMonitor.enabled=true", "prometheusRule.enabled=true", "web.secretName=web", "web.tls=true"];
    for (name, manifests) in [
        ("base", of_overlay("base")),
        ("web", of_overlay("overlays/web")),
        ("prometheus", of_overlay("overlays/prometheus")),
        ("pods", of_overlay("overlays/pods")),
        ("chart", of_chart(&[])),
        ("chart with all", of_chart(&all)),
    ] {
        let kinds = manifests.lines().filter_map(|line| line.strip_prefix("kind: "));
        let known = kinds.filter(|kind| !["PodMonitor", "PrometheusRule"].contains(kind)).count();
        let report = validate(&folder.write("manifests.yaml", &manifests)).expect(name);
        assert!(report.contains("passed for resource daemonset/"), "{name}: {report}");
        assert_eq!(report.matches(" passed for resource ").count(), known, "{name}: {report}");
    }
    let wrong = of_overlay("base").replacen("hostPort:", "hostsPort:", 1);
    let file = folder.write("wrong.yaml", wrong);
    let report = validate(&file).expect_err("an unknown field");
    assert!(report.contains("'hostsPort' was unexpected"), "{report}");
}

#[test]
fn the_chart_passes_its_lint_and_refuses_unknown_values() {
    let chart = format!("{DEPLOY}/helm/classifier");
    assert!(helm(&["lint", "--strict", &chart]).contains("0 chart(s) failed"));
    for (setting, word) in
        [("port=0", "/port"), ("interface.pods=true", "interface"), ("jobName=a b", "/jobName")]
    {
        let refused = std::panic::catch_unwind(|| of_chart(&[setting])).expect_err(setting);
        let said = refused.downcast_ref::<String>().expect("a panic with text");
        assert!(said.contains(word), "{setting}: {said}");
    }
}

/// The rules are those of `deploy/prometheus`. A job of another name is scraped, and named in the rules.
#[test]
fn the_job_of_the_operator_is_the_job_of_the_rules() {
    let operator = ["podMonitor.enabled=true", "prometheusRule.enabled=true", "jobName=edge"];
    for (manifests, job) in [(of_overlay("overlays/prometheus"), "classifier"), (of_chart(&operator), "edge")]
    {
        let replaced = values(&manifests, "replacement");
        assert_eq!(replaced.iter().map(|name| name.trim_matches('"')).collect::<Vec<_>>(), [job]);
        assert_eq!(manifests.matches(&format!("{{job=\"{job}\"}}")).count(), 4, "{manifests}");
        assert_eq!(manifests.matches("{job=").count(), 4);
        assert!(!manifests.contains("prometheus.io/scrape"), "{manifests}");
        for file in ["rules.yml", "alerts.yml"] {
            let rules = fs::read_to_string(format!("{DEPLOY}/prometheus/{file}")).unwrap();
            for key in ["alert", "record"] {
                let names = values(&rules, key);
                assert!(names.iter().all(|name| values(&manifests, key).contains(name)), "{names:?}");
            }
        }
    }
}

/// The probes of a web configuration with TLS pass, and those without TLS would not.
#[test]
fn probes_pass_with_a_web_configuration() {
    let lab = Lab::new();
    let (host, other) = (lab.host("node"), lab.host("other"));
    let (end, _) = lab.link(&host, &other);
    let folder = Folder::new("web");
    let [key, certificate] = ["tls.key", "tls.crt"].map(|name| folder.join(name));
    let request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=node", "-days", "2"];
    run(Command::new("openssl").args(request).args(["-keyout", &key, "-out", &certificate]));
    let web = folder.write("web.yml", "tls_server_config: {cert_file: tls.crt, key_file: tls.key}\n");
    for manifests in
        [of_overlay("overlays/web"), of_chart(&["web.secretName=classifier-web", "web.tls=true"])]
    {
        let file = folder.write("classifier.toml", configuration(&manifests));
        let argument = manifests.lines().find_map(|line| line.trim().strip_prefix("- --web-config="));
        assert_eq!(argument, Some("/etc/classifier-web/web.yml"));
        assert_eq!(values(&manifests, "scheme"), ["HTTPS"; 3]);
        let mut command = host.command(BINARY);
        command.args(["run", "--interface", &end.name, "--config", &file, "--web-config", &web]);
        command.args(["--pin-dir", ""]);
        let mut agent = Running::start(command);
        agent.wait_for("serving metrics");
        let probes: Vec<_> =
            values(&manifests, "path").into_iter().filter(|path| path.starts_with("/-/")).collect();
        assert_eq!(probes.len(), 3, "{manifests}");
        for path in probes {
            let url = format!("https://127.0.0.1:9877{path}");
            host.run("curl", &["-sSf", "--insecure", "--noproxy", "*", &url]);
        }
        let plain = "curl -sSf --noproxy '*' http://127.0.0.1:9877/-/healthy || echo refused";
        assert!(host.run("sh", &["-c", plain]).contains("refused"));
        assert_eq!(agent.interrupt().code(), Some(0), "{}", agent.said());
    }
}
