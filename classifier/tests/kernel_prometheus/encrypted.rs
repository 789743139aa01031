// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A real Prometheus with the web configuration: TLS, client certificates and a password.

use testbed::{
    Host, Lab, Running,
    servers::{Folder, Prometheus},
};

use crate::authority::{Authority, Pair, Valid};

const AGENT: &str = "127.0.0.1:9877";

/// Hash of `secret` at the least cost.
const HASH: &str = "$2b$04$QDkkF67e8YuaoqOYOodpw.CaR0.WxlE.hot6P1Nmnml02QDA8UVti";

const WEB: &str = "tls_server_config:
  cert_file: server.crt
  key_file: server.key
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: ca.crt
  min_version: TLS13
";

struct Scene {
    host: Host,
    folder: Folder,
    agent: Running,
    /// Kept: without it the agent's interface is removed.
    _other: Host,
}

impl Scene {
    fn new() -> Self {
        let lab = Lab::new();
        let [host, other] = ["server", "client"].map(|name| lab.host(name));
        let (end, _) = lab.link(&host, &other);
        let (folder, authority) = (Folder::new("encrypted"), Authority::new("authority"));
        folder.write("ca.crt", &authority.certificate);
        pair(&folder, "server", &authority.server(Valid::Now));
        pair(&folder, "scraper", &authority.client(vec![], Valid::Now));
        let web = folder.write("web.yml", format!("{WEB}basic_auth_users:\n  scraper: {HASH}\n"));
        let mut command = host.command(env!("CARGO_BIN_EXE_classifier"));
        command.args(["run", "-i", &end.name, "--web.config.file", &web]).env_remove("RUST_LOG");
        let mut agent = Running::start(command);
        agent.wait_for("serving metrics");
        Self { host, folder, agent, _other: other }
    }

    /// Writes the scrape configuration of a job.
    fn how(&self, certificate: bool, password: &str) -> String {
        let file = |name| self.folder.join(name);
        let shown = format!(", cert_file: {}, key_file: {}", file("scraper.crt"), file("scraper.key"));
        let shown = if certificate { shown } else { String::new() };
        let tls = format!("ca_file: {}, server_name: localhost{shown}", file("ca.crt"));
        format!(
            "scheme: https, tls_config: {{{tls}}}, basic_auth: {{username: scraper, password: {password}}}"
        )
    }

    /// Returns curl's status, and the metrics.
    fn curl(&self, options: &[&str]) -> String {
        let ca = self.folder.join("ca.crt");
        let url = format!("https://{AGENT}/metrics");
        self.host.run("curl", &[&["-sS", "--noproxy", "*", "--cacert", &ca][..], options, &[&url]].concat())
    }
}

fn pair(folder: &Folder, name: &str, pair: &Pair) {
    folder.write(&format!("{name}.key"), &pair.key);
    folder.write(&format!("{name}.crt"), &pair.certificate);
}

#[test]
fn a_real_prometheus_scrapes_with_a_certificate_and_a_password() {
    let mut scene = Scene::new();
    let jobs = [
        ("good", AGENT, scene.how(true, "secret")),
        ("password", AGENT, scene.how(true, "wrong")),
        ("certificate", AGENT, scene.how(false, "secret")),
        ("plain", AGENT, String::new()),
    ];
    let jobs = jobs.each_ref().map(|(name, target, how)| (*name, *target, how.as_str()));
    let mut prometheus = Prometheus::start_asking(&scene.host, &jobs);
    prometheus.wait_for(r#"up{job="good"} == 1"#, |up| up.len() == 1);
    prometheus.wait_for(r#"up{job!="good"} == 0"#, |up| up.len() == 3);
    prometheus.wait_for("classifier_interface_info", |series| series.len() == 1);
    for (family, reason) in [
        ("requests_refused", "unauthorized"),
        ("connections_dropped", "client_certificate"),
        ("connections_dropped", "not_tls"),
    ] {
        let refused = format!(r#"classifier_http_{family}_total{{reason="{reason}"}} > 0"#);
        prometheus.wait_for(&refused, |series| series.len() == 1);
    }

    let (key, certificate) = (scene.folder.join("scraper.key"), scene.folder.join("scraper.crt"));
    let shown = ["--key", &key, "--cert", &certificate];
    let status = ["-o", "/dev/null", "-w", "%{http_code} %{http_version}"];
    assert_eq!(scene.curl(&[&shown[..], &status].concat()), "401 1.1");
    let metrics = scene.curl(&[&shown[..], &["--user", "scraper:secret"]].concat());
    assert!(metrics.contains("classifier_scrape_success 1\n"), "{metrics}");
    assert_eq!(scene.agent.interrupt().code(), Some(0), "{}", scene.agent.said());
}
