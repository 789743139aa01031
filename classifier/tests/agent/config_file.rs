// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Content of the configuration file.

use std::time::Duration;

use classifier::config::{
    EvidenceSettings, FtpSettings, KeptCapabilities, Layer, Pattern, Privileges, SandboxMode, Settings,
    XdpMode,
};
use classifier_common::{
    assigned_port::AssignedPort,
    ports::Transport::{Tcp, Udp},
    protocol::Protocol,
};

use crate::written::Written;

fn settings(text: &str) -> Settings {
    Written::new(text).below(Layer::default()).expect("a good file")
}

fn configured(nth: usize) -> Protocol {
    Protocol::configured(nth).expect("a row")
}

#[test]
fn a_web_configuration_is_found_beside_the_file() {
    let web = Written::new("rate_limit: {interval: 1s, burst: 2}\n");
    let name = web.0.file_name().and_then(|name| name.to_str()).expect("a name of letters");
    assert_eq!(settings(&format!("web_config = '{name}'")).web_config.as_ref(), Some(&web.0));
    let nowhere = Written::new("web_config = 'nowhere/web.yml'").below(Layer::default()).unwrap_err();
    assert!(nowhere.to_string().contains("nowhere/web.yml: No such file"), "{nowhere}");
}

#[test]
fn no_interface_is_excluded_by_an_empty_list_and_a_bad_name_is_refused_where_it_stands() {
    assert_eq!(settings("interfaces_exclude = []").interfaces_exclude, []);
    for (text, refusal) in [
        ("interfaces_exclude = ['a', 'b c']", "1:28"),
        ("interfaces_exclude = ['a', 'a']", "1:28"),
        ("interfaces_exclude = 'a'", "1:22"),
    ] {
        let refused = Written::new(text).below(Layer::default()).unwrap_err().to_string();
        assert!(refused.contains(refusal), "{refused}");
    }
}

#[test]
fn every_key_arrives() {
    let settings = settings(
        r#"
        listen = ["127.0.0.1:1", ":2"]
        interfaces = ["eth0", "veth*"]
        interfaces_exclude = ["veth1", "veth[2-5]"]
        telemetry_path = "/m"
        web_config = ""
        xdp_mode = "native"
        egress = false
        user = "nobody"
        capabilities = "none"
        sandbox = "required"

        [[port]]
        protocol = "submission"
        transport = "tcp"
        ports = [587, 465]
        speaks = "smtp"

        [[port]]
        protocol = "smtp"
        transport = "tcp"
        ports = [2525]

        [[port]]
        protocol = "syslog"
        transport = "udp"
        ports = [514]

        [[port]]
        protocol = "submission"
        transport = "udp"
        ports = [587]

        [ftp]
        control_ports = [21, 2121]
        endpoint_ttl = "1m 30s"
        allow_foreign_address = true
        infer_encrypted = false
        max_sessions = 1
        max_endpoints = 1048576
        control_rate = 1000000

        [evidence]
        max_sources = 65536
        top_sources = 1000
        top_ports = 2
        udp = true
        "#,
    );
    assert_eq!(settings.listen, ["127.0.0.1:1", "[::]:2"].map(|address| address.parse().unwrap()));
    assert_eq!(settings.interfaces[0], Pattern::Plain("eth0".into()));
    assert!(settings.interfaces[1].matches("veth7") && settings.interfaces.len() == 2);
    assert!(settings.interfaces_exclude[1].matches("veth4") && settings.interfaces_exclude.len() == 2);
    assert_eq!((settings.telemetry_path.as_str(), settings.web_config), ("/m", None));
    assert_eq!((settings.xdp_mode, settings.egress), (XdpMode::Native, false));
    let privileges = Privileges {
        user: Some("nobody".into()),
        capabilities: KeptCapabilities::None,
        sandbox: SandboxMode::Required,
    };
    assert_eq!(settings.privileges, privileges);
    let names: Vec<_> = settings.names.configured().collect();
    assert_eq!(names, [(configured(0), "submission"), (configured(1), "syslog")]);
    let smtp = Some(Protocol::SMTP);
    let ports = [
        AssignedPort::new(Tcp, 2121, Protocol::FTP_CONTROL),
        AssignedPort::new(Tcp, 587, configured(0)).speaking(smtp),
        AssignedPort::new(Tcp, 465, configured(0)).speaking(smtp),
        AssignedPort::new(Tcp, 2525, Protocol::SMTP),
        AssignedPort::new(Udp, 514, configured(1)),
        AssignedPort::new(Udp, 587, configured(0)),
    ];
    assert_eq!(settings.ports, ports);
    assert_eq!(ports[0].speaks, Some(Protocol::FTP_CONTROL));
    assert_eq!((ports[3].speaks, ports[5].speaks), (smtp, None));
    let ftp = FtpSettings {
        control_ports: vec![21, 2121],
        endpoint_ttl: Duration::from_secs(90),
        allow_foreign_address: true,
        infer_encrypted: false,
        max_sessions: 1,
        max_endpoints: 1_048_576,
        control_rate: 1_000_000,
    };
    assert_eq!(settings.ftp, ftp);
    let evidence = EvidenceSettings { max_sources: 65_536, top_sources: 1000, top_ports: 2, udp: true };
    assert_eq!(settings.evidence, evidence);
}

/// The documented defaults, written out, also change nothing.
#[test]
fn a_file_that_says_nothing_changes_nothing() {
    let none = Settings::check(Layer::default()).unwrap();
    assert_eq!(settings(""), none);
    assert_eq!(
        settings(
            r#"
            listen = ["127.0.0.1:9877"]
            xdp_mode = "auto"
            egress = true
            capabilities = "needed"
            sandbox = "on"
            [ftp]
            control_ports = [21]
            endpoint_ttl = "300s"
            allow_foreign_address = false
            infer_encrypted = true
            max_sessions = 65536
            max_endpoints = 65536
            control_rate = 2000
            [evidence]
            max_sources = 8192
            top_sources = 0
            udp = false
            "#
        ),
        none
    );
}

#[test]
fn the_documented_example_is_a_good_file() {
    let page = include_str!("../../../docs/configuration.md");
    let (_, after) = page.split_once("```toml\n").unwrap();
    let (example, _) = after.split_once("```").unwrap();
    assert_eq!(settings(example).ftp.control_ports, [21, 2121]);
}

#[test]
fn listed_control_ports_replace_21_and_a_port_table_adds_to_them() {
    let moved = settings("ftp.control_ports = [2121]");
    assert_eq!(moved.ftp.control_ports, [2121]);
    let left = [(21, Protocol::TCP_OTHER), (2121, Protocol::FTP_CONTROL)]
        .map(|(port, protocol)| AssignedPort::new(Tcp, port, protocol));
    assert_eq!(moved.ports, left);

    let entry = |protocol: &str, port: u16| {
        format!("[[port]]\nprotocol = '{protocol}'\ntransport = 'tcp'\nports = [{port}]\n")
    };
    assert_eq!(settings(&entry("ftp_control", 990)).ftp.control_ports, [21, 990]);

    let taken = settings(&entry("gopher", 21));
    assert_eq!(
        (taken.ftp.control_ports.len(), taken.ports.as_slice()),
        (0, &[AssignedPort::new(Tcp, 21, configured(0))][..])
    );
}

#[test]
fn as_many_names_as_there_are_rows_are_taken() {
    let entry = |nth| format!("[[port]]\nprotocol = 'p{nth}'\ntransport = 'udp'\nports = [{}]\n", nth + 1);
    let all = settings(&(0..32).map(entry).collect::<String>());
    assert_eq!(all.names.configured().count(), 32);
    assert_eq!(all.ports.last(), Some(&AssignedPort::new(Udp, 32, configured(31))));
}

/// The file that the Debian package installs: a comment is a `#` followed by a space, a setting has none.
#[test]
fn the_installed_file_changes_nothing_and_shows_every_default() {
    let installed = include_str!("../../../deploy/debian/classifier.toml");
    let defaults = Settings::check(Layer::default()).expect("the defaults are good");
    assert_eq!(settings(installed), defaults);
    let shown: Vec<_> = installed.lines().filter_map(|line| line.strip_prefix('#')).collect();
    let shown: Vec<_> = shown.into_iter().filter(|line| !line.starts_with(' ')).collect();
    assert_eq!(shown.len(), 17, "{shown:?}");
    assert_eq!(settings(&shown.join("\n")), defaults);
}
