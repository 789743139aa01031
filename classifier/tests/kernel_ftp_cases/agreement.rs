//! What the maps of a program hold, beside the host's.

use std::{collections::BTreeMap, fmt::Debug};

use classifier::datapath::{SharedEndpoints, Tracking};
use classifier_common::{
    control::{Session, SessionKey, Tallies},
    counter::Counters,
    endpoint::{Endpoint, Evidence, Set as _, State, WAYS, slot},
    host::HostTracking,
    label::Label,
    protocol::Class,
};

fn same<T: PartialEq + Debug>(what: &str, kernel: &T, host: &T) -> Result<(), String> {
    if kernel == host { Ok(()) } else { Err(format!("{what}: {kernel:?}, and {host:?} on the host")) }
}

/// What one packet was counted as.
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

/// To the last counter.
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

/// By number of [`classifier_common::control::Tally`].
pub fn tallies(kernel: &Tallies, host: &Tallies) -> Result<(), String> {
    same("tallies", kernel, host)
}

fn kernel_sessions(tracking: &Tracking) -> BTreeMap<String, Session> {
    by_connection(tracking.sessions().map(Result::unwrap))
}

fn by_connection(sessions: impl Iterator<Item = (SessionKey, Session)>) -> BTreeMap<String, Session> {
    sessions.map(|(key, session)| (format!("{key:?}"), session)).collect()
}

/// All of each but its name and its times.
pub fn sessions(kernel: &Tracking, host: &HostTracking) -> Result<(), String> {
    let plain = |(key, session)| (key, Session { id: 0, since: 0, last: 0, ..session });
    let kernel: BTreeMap<_, _> = kernel_sessions(kernel).into_iter().map(plain).collect();
    let host: BTreeMap<_, _> = by_connection(host.sessions().into_iter()).into_iter().map(plain).collect();
    same("connections", &kernel.keys().collect::<Vec<_>>(), &host.keys().collect())?;
    kernel.iter().try_for_each(|(key, session)| same(key, session, &host[key]))
}

/// Every place that is taken, by its slot.
pub fn taken(endpoints: &SharedEndpoints) -> Vec<(u32, Endpoint)> {
    let places = (0..endpoints.capacity() / WAYS).flat_map(|set| (0..WAYS).map(move |way| (set, way)));
    places
        .filter(|(set, way)| endpoints.set(*set).word(*way).state() != State::Free)
        .map(|(set, way)| (slot(set, way), endpoints.at(slot(set, way))))
        .collect()
}

/// All of each but its times; of its session, the connection.
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
    same("places", &kernel.keys().collect::<Vec<_>>(), &host.keys().collect())?;
    kernel.iter().try_for_each(|(slot, place)| same(&format!("place {slot}"), place, &host[slot]))
}
