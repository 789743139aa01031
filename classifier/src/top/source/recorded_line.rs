// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! One line of a recording, as the counterpart of [`Report`](crate::top::Report).

use std::time::{Duration, UNIX_EPOCH};

use classifier_common::{
    control::CONTROL,
    endpoint::{EndpointState, Evidence, Kind, Mode},
};
use serde::Deserialize;

use crate::{
    snapshot::{Age, EndpointReport, HostPort, Initiator, SessionReport},
    top::{
        sample::{Decision, Flow, Ftp, Hooks, Listing, Message, OtherService, Peer, Sample, Tally},
        word::Word,
    },
};

/// One object of `--format json`. Rates are not read: they are computed again.
#[derive(Debug, Deserialize)]
pub(super) struct RecordedLine {
    /// Seconds since the epoch.
    pub at: f64,
    source: String,
    error: Option<String>,
    #[serde(default)]
    interfaces: Vec<Interface>,
    #[serde(default)]
    traffic: Vec<Traffic>,
    #[serde(default)]
    icmp: Vec<Icmp>,
    #[serde(default)]
    policy: Vec<Decided>,
    ftp: Option<RecordedFtp>,
    sources: Option<Vec<Peer>>,
    services: Option<Vec<OtherService>>,
    #[serde(default)]
    maps: Vec<Fill>,
    #[serde(default)]
    problems: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Interface {
    name: Word,
    #[serde(flatten)]
    hooks: Hooks,
}

#[derive(Debug, Deserialize)]
struct Traffic {
    #[serde(flatten)]
    flow: Flow,
    packets: u64,
    bytes: u64,
}

#[derive(Debug, Deserialize)]
struct Icmp {
    #[serde(flatten)]
    message: Message,
    messages: u64,
}

#[derive(Debug, Deserialize)]
struct Decided {
    #[serde(flatten)]
    decision: Decision,
    packets: u64,
}

#[derive(Debug, Deserialize)]
struct Fill {
    map: String,
    entries: u64,
    capacity: u64,
}

#[derive(Debug, Deserialize)]
struct RecordedFtp {
    clear_sessions: u64,
    encrypted_sessions: u64,
    announced_endpoints: u64,
    connected_endpoints: u64,
    sessions: Option<Vec<Session>>,
    endpoints: Option<Vec<Endpoint>>,
}

#[derive(Debug, Deserialize)]
struct Session {
    client: HostPort,
    server: HostPort,
    control: String,
    age_seconds: Age,
    idle_seconds: Age,
}

#[derive(Debug, Deserialize)]
struct Endpoint {
    mode: String,
    state: String,
    owner: HostPort,
    peer: Initiator,
    evidence: String,
    command: String,
    age_seconds: Age,
}

impl RecordedLine {
    /// Returns the sample, or the reason why there was none.
    pub fn sample(self) -> Result<Sample, String> {
        if let Some(error) = self.error {
            return Err(error);
        }
        let at = UNIX_EPOCH + Duration::try_from_secs_f64(self.at).unwrap_or_default();
        Ok(Sample {
            origin: format!("recorded {}, {}", humantime::format_rfc3339_seconds(at), self.source),
            interfaces: self.interfaces.into_iter().map(|one| (one.name, one.hooks)).collect(),
            traffic: self.traffic.into_iter().map(Traffic::tally).collect(),
            icmp: self.icmp.into_iter().map(|one| (one.message, one.messages)).collect(),
            policy: self.policy.into_iter().map(|one| (one.decision, one.packets)).collect(),
            ftp: self.ftp.map_or_else(Ftp::default, RecordedFtp::numbers),
            sources: recorded(self.sources, "the recording has no sources"),
            services: recorded(self.services, "the recording has no other services"),
            maps: self.maps.into_iter().map(|one| (one.map, (one.entries, one.capacity))).collect(),
            problems: self.problems,
        })
    }
}

/// Returns a recorded list, or the reason why there is none.
fn recorded<T>(list: Option<Vec<T>>, none: &str) -> Listing<T> {
    list.map_or_else(|| Listing::Untold(none.into()), Listing::Listed)
}

impl Traffic {
    fn tally(self) -> (Flow, Tally) {
        (self.flow, Tally { packets: self.packets, bytes: self.bytes })
    }
}

impl RecordedFtp {
    fn numbers(self) -> Ftp {
        Ftp {
            clear_sessions: self.clear_sessions,
            encrypted_sessions: self.encrypted_sessions,
            announced_endpoints: self.announced_endpoints,
            connected_endpoints: self.connected_endpoints,
            sessions: self.sessions.map(|all| all.into_iter().map(Session::report).collect()),
            endpoints: self.endpoints.map(|all| all.into_iter().map(Endpoint::report).collect()),
        }
    }
}

impl Session {
    fn report(self) -> SessionReport {
        let Self { client, server, control, age_seconds, idle_seconds } = self;
        SessionReport { client, server, control: known(&control, CONTROL), age_seconds, idle_seconds }
    }
}

impl Endpoint {
    fn report(self) -> EndpointReport {
        let Self { mode, state, owner, peer, evidence, command, age_seconds } = self;
        let states = [
            EndpointState::Proposed,
            EndpointState::Announced,
            EndpointState::Connected,
            EndpointState::Closed,
        ];
        EndpointReport {
            mode: known(&mode, Mode::ALL.map(Mode::label)),
            state: known(&state, states.map(EndpointState::label)),
            owner,
            peer,
            evidence: known(&evidence, Evidence::ALL.map(Evidence::label)),
            command: known(&command, Kind::LEARNED.map(Kind::command)),
            age_seconds,
        }
    }
}

/// Returns the label of this text; `other` for one that this version does not know.
fn known<const N: usize>(text: &str, labels: [&'static str; N]) -> &'static str {
    labels.into_iter().find(|label| *label == text).unwrap_or("other")
}
