// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The page in every state with a picture: invented, the same numbers each time.

mod connections;
mod counters;
mod ftp_now;

use std::{
    sync::LazyLock,
    time::{Duration, Instant},
};

use classifier::{
    config::{Layer, TelemetryPath},
    configuration::ConfigurationSources,
    history::{History, View},
    metrics::agent::GaugeValues,
    page::{Page, Query, Times},
    policy::RuleRows,
    protocol_names::ProtocolNames,
    sandbox::Sandbox,
    snapshot::{FtpNow, Hotplug, InterfaceSnapshot, InterfaceState, Readiness, Readings, Snapshot},
};
use classifier_common::{
    control::{TALLIES, Tally},
    counter::Counters,
    evidence::Summary,
    protocol::CONFIGURED_MAX,
};
use testbed::servers::Folder;

use self::{
    connections::{connect, other_services, peers, talk_configured},
    counters::{interface, snapshot, tallies},
    ftp_now::ftp_now,
};

const STEPS: u32 = 90;

static METRICS: LazyLock<TelemetryPath> = LazyLock::new(TelemetryPath::default);

/// Creates the page of a busy mail and file server.
pub fn busy() -> Page<'static> {
    let counters = [(1.0, 1.0), (0.12, 0.2), (0.004, 0.0)];
    let interfaces = [("eth0", "xdp_native"), ("eth1", "xdp_native"), ("wg0", "tcx")];
    let why = [
        "physical network card",
        "physical network card",
        "native XDP would turn off its GSO packets (wireguard)",
    ];
    let (snapshot, view) = lived(STEPS, |step| {
        let one = |((name, ingress), share): (_, (f64, f64))| {
            let mut one = interface(name, ingress, "tcx", share, step);
            if name == "eth0" {
                connect(&mut one, step);
            }
            one
        };
        Snapshot {
            interfaces: interfaces.into_iter().zip(counters).map(one).collect(),
            top_sources: Some(peers()),
            ..snapshot(&tallies(step), 3)
        }
    });
    let attached = interfaces.into_iter().zip(why);
    let state = |((name, ingress), why): ((&str, _), &str)| state(name, ingress, "tcx", why);
    Page {
        readiness: Readiness { ready: true, interfaces: attached.map(state).collect(), reasons: Vec::new() },
        other_services: Ok(other_services()),
        ftp: ftp_now(),
        snapshot: Ok(snapshot),
        view,
        ..page()
    }
}

/// Creates the page of an idle host, three minutes after the agent's start.
pub fn idle() -> Page<'static> {
    let (snapshot, view) = lived(18, |_| {
        let quiet = |name: &str| InterfaceSnapshot {
            name: name.into(),
            ingress: "tcx",
            egress: "tcx",
            counters: [0; 2].map(|_| Some(Box::new(Counters::new(2, 0)))),
        };
        Snapshot { interfaces: vec![quiet("eth0")], ..snapshot(&[0; TALLIES], 1) }
    });
    let interface = state("eth0", "tcx", "tcx", "native XDP would turn off its GSO packets (virtio)");
    Page {
        readiness: Readiness { ready: true, interfaces: vec![interface], reasons: Vec::new() },
        snapshot: Ok(snapshot),
        view,
        times: Times::now(Duration::from_mins(3), false).drawn_at(1_795_800_000, 3600),
        ..page()
    }
}

/// Creates the page of a host with every possible problem.
pub fn broken() -> Page<'static> {
    let wanted = [("eth0", true), ("eth1", false), ("eth2", false)];
    let (snapshot, view) = lived(STEPS, |step| {
        let mut tallies = tallies(step);
        tallies[Tally::SegmentsLost as usize] = u64::from(step / 8);
        tallies[Tally::SessionsRefused as usize] = u64::from(step.saturating_sub(60)) * 7;
        tallies[Tally::EventsLost as usize] = 12;
        let mut snapshot = Snapshot {
            interfaces: vec![interface("eth0", "xdp_generic", "tcx", (0.05, 0.05), step)],
            unattributed: 64,
            hotplug: Hotplug {
                wanted: wanted.map(|(name, is)| (name.to_owned(), is)).into(),
                ..Hotplug::default()
            },
            ..snapshot(&tallies, 3)
        };
        for fill in &mut snapshot.maps {
            if fill.map == "sessions" {
                fill.entries = 65_211;
            }
        }
        snapshot
    });
    let reasons = [
        "interface `eth1` does not exist; `ip link` lists the interfaces of this network namespace",
        "cannot attach to `eth2`: Device or resource busy (os error 16); another XDP program holds the hook, see `ip \
         link`",
    ];
    let interfaces = vec![state("eth0", "xdp_generic", "tcx", "requested by --xdp-mode")];
    Page {
        readiness: Readiness { ready: false, interfaces, reasons: reasons.map(str::to_owned).into() },
        other_services: Ok(other_services()),
        ftp: ftp_now(),
        snapshot: Ok(snapshot),
        view,
        gauges: GaugeValues {
            config_applies: false,
            web_config_applies: true,
            sandbox: Some(Sandbox { seccomp: false, landlock: "off", ..sandbox() }),
        },
        ..page()
    }
}

/// Creates the page of a node with this many containers, with traffic and connections of every protocol that
/// can be configured.
pub fn crowded(containers: u32) -> Page<'static> {
    let name = |number: u32| format!("veth{number:04x}");
    let (snapshot, view) = lived(8, |step| {
        let share = |number: u32| f64::from(number % 17) / 500.0;
        let one = |number| {
            let mut one = interface(&name(number), "tcx", "tcx", (share(number), share(number)), step);
            connect(&mut one, step);
            talk_configured(&mut one, step);
            one
        };
        let gone = (0..40).map(|number| InterfaceSnapshot {
            ingress: "none",
            egress: "none",
            ..interface(&format!("gone{number}"), "none", "none", (0.0, 0.0), step)
        });
        Snapshot {
            interfaces: (0..containers).map(one).chain(gone).collect(),
            ..snapshot(&[0; TALLIES], containers)
        }
    });
    let interfaces = (0..containers).map(|number| state(&name(number), "tcx", "tcx", "a software device"));
    let reasons = (0..30).map(|number| format!("no interface named `missing{number}`")).collect();
    Page {
        readiness: Readiness { ready: false, interfaces: interfaces.collect(), reasons },
        names: configured_names(),
        snapshot: Ok(snapshot),
        view,
        ..page()
    }
}

/// Reads as many names from a configuration file as there can be.
fn configured_names() -> ProtocolNames {
    let port = |nth: usize| {
        let port = 2000 + nth;
        format!("[[port]]\nprotocol = 'service_{nth}'\ntransport = 'tcp'\nports = [{port}]\n")
    };
    let folder = Folder::new("names");
    let file = folder.write("c.toml", (0..CONFIGURED_MAX).map(port).collect::<String>());
    let configuration = ConfigurationSources { flags: Layer::default(), file: Some(file.into()) }.read();
    configuration.expect("the file is right").settings.names
}

fn page() -> Page<'static> {
    Page {
        host: "mail-3.example.net",
        readiness: Readiness::default(),
        snapshot: Err(String::new()),
        view: View::default(),
        other_services: Ok(Summary::default()),
        ftp: FtpNow::default(),
        names: ProtocolNames::default(),
        rules: RuleRows::default(),
        gauges: GaugeValues { config_applies: true, web_config_applies: true, sandbox: Some(sandbox()) },
        telemetry: &METRICS,
        times: Times::now(Duration::from_hours(72), true).drawn_at(1_795_800_000, 3600),
        query: Query::default(),
    }
}

/// Returns snapshot and history after this many steps of ten seconds.
fn lived(steps: u32, at: impl Fn(u32) -> Snapshot) -> (Snapshot, View) {
    let (history, start) = (History::default(), Instant::now());
    let moment = |step: u32| start + Duration::from_secs(10) * step;
    for step in 0..=steps {
        history.record(Readings::of(&at(step)), moment(step));
    }
    let last = at(steps);
    let view = history.view(&Readings::of(&last), moment(steps));
    (last, view)
}

fn state(name: &str, ingress: &'static str, egress: &'static str, why: &str) -> InterfaceState {
    InterfaceState { name: name.into(), ingress, egress, why: why.into() }
}

fn sandbox() -> Sandbox {
    Sandbox {
        user: "classifier".into(),
        capabilities: "cap_net_admin,cap_perfmon,cap_bpf".into(),
        no_new_privs: true,
        seccomp: true,
        landlock: "full",
    }
}
