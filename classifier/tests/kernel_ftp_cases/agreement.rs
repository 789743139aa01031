// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Comparison of a program's maps with those of the userspace build.

use std::{collections::BTreeMap, fmt::Debug};

use classifier::datapath::{SharedEndpoints, Tracking};
use classifier_common::{
    control::{Session, SessionKey, Tallies},
    counter::Counters,
    endpoint::{Endpoint, EndpointState, Evidence, WAYS, slot},
    host::HostTracking,
    label::Label,
    protocol::Class,
    table::Bucket as _,
};

fn same<T: PartialEq + Debug>(what: &str, kernel: &T, host: &T) -> Result<(), String> {
    if kernel == host { Ok(()) } else { Err(format!("{what}: {kernel:?}, and {host:?} on the host")) }
}

/// Returns the class of one packet, from the counters before and after.
pub fn label(before: &Counters, after: &Counters) -> Result<Label, String> {
    let grown =
        before.classes.iter().zip(&after.classes).map(|(before, after)| after.packets - before.packets);
    let classes: Vec<_> = (0..).zip(grown).filter(|(_, packets)| *packets != 0).collect();
    let [(class, 1)] = classes[..] else { return Err(format!("is counted as {classes:?}")) };
    let class = Class::from_index(class);
    let rows = before.ftp_data.iter().zip(&after.ftp_data);
    let cells = rows.flat_map(|(before, after)| (0..).zip(before.iter().zip(after)));
    let counted = cells.filter(|(_, (before, after))| before != after).map(|(cell, _)| cell);
    let evidence = counted.map(Evidence::from_number).next().unwrap_or_default();
    Ok(Label { class, evidence })
}

/// Compares all counters.
pub fn counters(kernel: &Counters, host: &Counters) -> Result<(), String> {
    for (class, (kernel, host)) in (0..).map(Class::from_index).zip(kernel.classes.iter().zip(&host.classes))
    {
        same(&format!("{class:?}"), kernel, host)?;
    }
    same("TCP flags", &kernel.tcp_flags, &host.tcp_flags)?;
    same("FTP data", &kernel.ftp_data, &host.ftp_data)?;
    same("ICMP", &kernel.icmp, &host.icmp)?;
    same("quotes", &kernel.quoted, &host.quoted)?;
    same("limits", &kernel.limits, &host.limits)?;
    same("fragments without room", &kernel.unremembered, &host.unremembered)
}

/// Compares tallies, by number of [`classifier_common::control::Tally`].
pub fn tallies(kernel: &Tallies, host: &Tallies) -> Result<(), String> {
    same("tallies", kernel, host)
}

fn kernel_sessions(tracking: &Tracking) -> BTreeMap<String, Session> {
    by_connection(tracking.sessions().map(Result::unwrap))
}

fn by_connection(sessions: impl Iterator<Item = (SessionKey, Session)>) -> BTreeMap<String, Session> {
    sessions.map(|(key, session)| (format!("{key:?}"), session)).collect()
}

/// Compares sessions, except ids and times.
pub fn sessions(kernel: &Tracking, host: &HostTracking) -> Result<(), String> {
    let plain = |(key, session)| (key, Session { id: 0, since: 0, last: 0, ..session });
    let kernel: BTreeMap<_, _> = kernel_sessions(kernel).into_iter().map(plain).collect();
    let host: BTreeMap<_, _> = by_connection(host.sessions().into_iter()).into_iter().map(plain).collect();
    same("connections", &kernel.keys().collect::<Vec<_>>(), &host.keys().collect())?;
    kernel.iter().try_for_each(|(key, session)| same(key, session, &host[key]))
}

/// Lists every used entry, by its slot.
pub fn taken(endpoints: &SharedEndpoints) -> Vec<(u32, Endpoint)> {
    let entries = (0..endpoints.capacity() / WAYS).flat_map(|bucket| (0..WAYS).map(move |way| (bucket, way)));
    entries
        .filter(|(bucket, way)| endpoints.bucket(*bucket).word(*way).state() != EndpointState::Free)
        .map(|(bucket, way)| (slot(bucket, way), endpoints.at(slot(bucket, way))))
        .collect()
}

/// Compares endpoints, except times; sessions are compared by connection.
pub fn endpoints(kernel: &Tracking, host: &HostTracking) -> Result<(), String> {
    let plain = |sessions: BTreeMap<String, Session>, taken: Vec<(u32, Endpoint)>| {
        let of = move |id| sessions.iter().find(|(_, session)| session.id == id).map(|(key, _)| key.clone());
        let plain = taken.into_iter().map(|(slot, Endpoint { address, peer, word, session, .. })| {
            (slot, (address, peer, word, of(session)))
        });
        plain.collect::<BTreeMap<_, _>>()
    };
    let host_sessions = by_connection(host.sessions().into_iter());
    let (kernel, host) =
        (plain(kernel_sessions(kernel), taken(kernel.endpoints())), plain(host_sessions, host.endpoints()));
    same("endpoints", &kernel.keys().collect::<Vec<_>>(), &host.keys().collect())?;
    kernel.iter().try_for_each(|(slot, entry)| same(&format!("slot {slot}"), entry, &host[slot]))
}
