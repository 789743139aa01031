// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The commands of `docs/howto-firewall.md`, in their order, on a host with SSH, mail, name resolution, time, and a service
//! without a name.

use std::{
    collections::VecDeque,
    fs,
    net::{IpAddr, SocketAddr, TcpStream, UdpSocket},
    path::Path,
    time::Duration,
};

use testbed::servers::{Folder, Sshd};

use crate::{
    BINARY,
    frontends::{profiles_are_accepted, zone_opens},
    logged_in::{assert_logs_in, connect, observe, said, serve},
    scene::Scene,
};

const PAGE: &str = include_str!("../../../docs/howto-firewall.md");

/// Commands of the page, in order.
struct Commands<'a> {
    scene: &'a Scene,
    files: Folder,
    left: VecDeque<&'static str>,
}

impl<'a> Commands<'a> {
    fn new(scene: &'a Scene) -> Self {
        let files = Folder::new("howto");
        let blocks: Vec<_> = PAGE.split("```").skip(1).step_by(2).collect();
        let configuration =
            blocks.iter().find_map(|block| block.strip_prefix("toml\n")).expect("a configuration");
        files.write("classifier.toml", configuration);
        let lines = blocks.iter().filter_map(|block| block.strip_prefix('\n')).flat_map(str::lines);
        // There is no service manager on the host.
        let left = lines.filter(|line| !line.starts_with("system")).collect();
        Self { scene, files, left }
    }

    /// Runs the next command of the page, which must be this one, and returns its output.
    fn run(&mut self, command: &str, status: i32) -> String {
        assert_eq!(self.left.pop_front(), Some(command));
        let folder = Path::new(BINARY).parent().expect("a folder").display();
        let line = command.replace("/etc/classifier/", "");
        let mut shell = self.scene.server.command("sh");
        shell.args(["-c", &line]).current_dir(self.files.path());
        shell.env("PATH", format!("{folder}:/usr/sbin:/usr/bin:/sbin:/bin"));
        shell.env("CLASSIFIER_PIN_DIR", self.scene.folder()).env("CLASSIFIER_MIN_OBSERVATION", "0s");
        let output = shell.output().expect("it runs");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(status), "{command}: {text}{}", said(&output));
        text
    }
}

const DNS: u16 = 53;
const NTP: u16 = 123;

/// Asks a server on one host from the other, over UDP.
fn ask(from: &testbed::Host, of: &testbed::Host, at: IpAddr, port: u16) {
    let resolver = of.enter(|| UdpSocket::bind((at, port)).expect("a port"));
    let any: SocketAddr = if at.is_ipv4() { ([0; 4], 0).into() } else { ([0; 16], 0).into() };
    let client = from.enter(|| UdpSocket::bind(any).expect("a socket"));
    for socket in [&resolver, &client] {
        socket.set_read_timeout(Some(Duration::from_secs(5))).expect("a socket");
    }
    client.send_to(b"question", (at, port)).expect("it is sent");
    let (_, asker) = resolver.recv_from(&mut [0; 8]).expect("the question arrives");
    resolver.send_to(b"answer", asker).expect("it is sent");
    client.recv_from(&mut [0; 8]).expect("the answer arrives");
}

/// Uses each service over IPv4 and IPv6.
fn use_all(scene: &Scene, sshd: &[Sshd]) {
    for port in [25, 587, 8080] {
        connect(scene, port);
    }
    for sshd in sshd {
        assert_logs_in(scene, sshd);
    }
    for there in scene.there() {
        ask(&scene.client, &scene.server, there, DNS);
    }
    for here in [IpAddr::V4(scene.at_client.v4), IpAddr::V6(scene.at_client.v6)] {
        ask(&scene.server, &scene.client, here, DNS);
        ask(&scene.server, &scene.client, here, NTP);
    }
}

#[test]
fn the_commands_of_the_page_lead_to_a_ruleset_under_which_all_services_work() {
    let scene = Scene::new();
    let sshd = [22, 2222].map(|port| Sshd::start(&scene.server, port));
    let _services = [25, 587, 8080, 9090].map(|port| serve(&scene, port));
    let mut page = Commands::new(&scene);
    let checked = page.run("classifier run --config /etc/classifier/classifier.toml --check", 0);
    assert_eq!(checked, "the settings are valid\n");
    let configuration = page.files.join("classifier.toml");
    scene.attach_with(&["--config", &configuration]);
    observe(&scene, 25, "smtp");
    use_all(&scene, &sshd);
    scene.wait_until_quiet();

    let report = page.run("classifier report", 0);
    for part in ["in     ssh", "in     smtp", "in     dns", "out    dns", "9090", "tcp/8080"] {
        assert!(report.contains(part) && !report.contains("no ruleset"), "{part}: {report}");
    }
    page.run("classifier report --format json > before.json", 0);
    // A service that begins after the first report.
    let _late = serve(&scene, 7070);
    connect(&scene, 7070);
    page.run("classifier report --format policy > policy.toml", 0);
    page.run("classifier run --config /etc/classifier/classifier.toml --policy policy.toml --check", 0);
    scene.attach_with(&["--config", &configuration, "--policy", &page.files.join("policy.toml")]);
    use_all(&scene, &sshd);
    scene.wait_until_quiet();
    let dry = page.run("classifier report --policy policy.toml", 0);
    for rule in ["in_tcp_ssh", "in_tcp_smtp", "in_udp_dns", "established"] {
        let row = dry
            .lines()
            .find(|line| line.starts_with(&format!("{rule} ")))
            .unwrap_or_else(|| panic!("{rule}: {dry}"));
        let counts: Vec<_> = row.split_whitespace().skip(1).take(2).collect();
        assert!(counts[0] != "0" && counts[1] == "0", "{rule}: {dry}");
    }

    page.run("classifier report --format nft > rules.nft", 0);
    page.run("nft -c -f rules.nft", 0);
    page.run("nft -f rules.nft", 0);
    use_all(&scene, &sshd);
    for there in scene.there() {
        let to = SocketAddr::new(there, 9090);
        let patience = Duration::from_millis(500);
        scene.client.enter(|| TcpStream::connect_timeout(&to, patience)).expect_err("nobody used it");
    }
    page.run("classifier report --format firewalld > classifier.xml", 0);
    page.run("classifier report --format ufw > classifier.profiles", 0);
    let [zone, profiles] = ["classifier.xml", "classifier.profiles"]
        .map(|name| fs::read_to_string(page.files.join(name)).expect("it was written"));
    zone_opens(&scene.server, zone, &["22/tcp", "25/tcp", "2222/tcp", "53/udp"]);
    profiles_are_accepted(&scene.server, &profiles);

    let counters = page.run("nft list counters table inet classifier_host", 0);
    assert!(counters.contains("counter in_tcp_ssh"), "{counters}");
    let changes = page.run("classifier report --diff before.json", 3);
    assert!(changes.contains("+ rule in_tcp_7070: 7070"), "{changes}");
    page.run("nft delete table inet classifier_host", 0);
    assert_eq!(page.left, Vec::<&str>::new());
    for there in scene.there() {
        let to = SocketAddr::new(there, 9090);
        scene.client.enter(|| TcpStream::connect(to)).expect("everything is undone");
    }
}
