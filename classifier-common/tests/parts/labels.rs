// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Label values, by which rules and dashboards select metrics: a change breaks them.

use classifier_common::{
    connection::Encryption,
    dry_run::Verdict,
    endpoint::{EndpointState, Evidence, Kind, Mode},
    evidence::ConnectionOutcome,
    packet::Direction,
    wire::Family,
};

#[test]
fn label_values_stay_as_they_are() {
    assert_eq!([Family::V4, Family::V6].map(Family::label), ["ipv4", "ipv6"]);
    assert_eq!(Direction::ALL.map(Direction::label), ["ingress", "egress"]);
    assert_eq!(Mode::ALL.map(Mode::label), ["active", "passive"]);
    assert_eq!(Evidence::ALL.map(Evidence::label), ["port20", "announced", "inferred"]);
    assert_eq!(Kind::LEARNED.map(Kind::command), ["pasv", "epsv", "port", "eprt", "inferred"]);
    let states = [
        EndpointState::Free,
        EndpointState::Claimed,
        EndpointState::Announced,
        EndpointState::Connected,
        EndpointState::Closed,
        EndpointState::Proposed,
    ];
    let expected = ["free", "claimed", "announced", "connected", "closed", "proposed"];
    assert_eq!(states.map(EndpointState::label), expected);
    let expected = ["established", "refused", "rejected", "unanswered"];
    assert_eq!(ConnectionOutcome::ALL.map(ConnectionOutcome::label), expected);
    assert_eq!(Encryption::ALL.map(Encryption::label), ["upgraded", "clear_login", "neither"]);
    assert_eq!(Verdict::ALL.map(Verdict::label), ["would_accept", "would_drop"]);
}
