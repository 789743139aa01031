//! The tables that agents and programs share through memory, read through the kernel: who looks needs no right to write.

use aya::maps::{Array, Map, MapData};
use classifier_common::{
    abi::{MAP_ENDPOINTS, MAP_PORTS},
    endpoint::{Endpoint, State, WAYS},
    ports::{PORTS, PortEntry, Transport},
    protocol::Protocol,
};

use super::{error::Problem, maps::Maps};
use crate::{
    counters::MapFill,
    datapath::{batch, pins::first_value},
};

/// Looks at an endpoint that changes while it is looked at.
const LOOKS: usize = 8;

type Set = [Endpoint; WAYS];

/// A port that belongs to a protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownPort {
    /// What carries it.
    pub transport: Transport,
    /// Its number.
    pub port: u16,
    /// Whose it is.
    pub protocol: Protocol,
}

/// Every endpoint, and how full their table is.
pub(in crate::datapath) fn endpoints(maps: &mut Maps) -> Result<(Vec<Endpoint>, MapFill), Problem> {
    let refused = Problem::map(MAP_ENDPOINTS);
    let (data, sets) = maps.take(MAP_ENDPOINTS)?;
    let all = batch::entries::<u32, Set>(&data).map_err(&refused)?;
    let table = Map::from_map_data(data).and_then(Array::try_from).map_err(refused)?;
    let is_one = |endpoint: &Endpoint| !matches!(endpoint.word.state(), State::Free | State::Claimed);
    let mut endpoints = Vec::new();
    for (number, set) in all {
        let taken = set.into_iter().enumerate().filter(|(_, endpoint)| endpoint.word.state() != State::Free);
        let taken = taken.filter_map(|(way, first)| whole(&table, number, way, first));
        endpoints.extend(taken.filter(is_one));
    }
    let places = sets as usize * WAYS;
    let fill = MapFill::endpoints(endpoints.len() as u64, places as u64);
    Ok((endpoints, fill))
}

/// One as it stood at one moment: its word is claimed while its addresses are written.
fn whole(table: &Array<MapData, Set>, set: u32, way: usize, first: Endpoint) -> Option<Endpoint> {
    let mut before = first;
    for _ in 0..LOOKS {
        let after = *table.get(&set, 0).ok()?.get(way)?;
        let fields = |endpoint: &Endpoint| (endpoint.word, endpoint.address, endpoint.peer, endpoint.session);
        if fields(&before) == fields(&after) {
            return Some(after);
        }
        before = after;
    }
    None
}

/// The ports that belong to a protocol, and how many there could be.
pub(in crate::datapath) fn ports(maps: &mut Maps) -> Result<(Vec<KnownPort>, MapFill), Problem> {
    let (data, _) = maps.take(MAP_PORTS)?;
    let pairs = first_value(&data).map_err(|cause| Problem::map(MAP_PORTS)(cause.into()))?;
    // Entries of four bytes, in numbers of eight.
    let halves = pairs.iter().flat_map(|pair| [*pair, *pair >> 32]);
    #[expect(clippy::cast_possible_truncation, reason = "the other half comes by itself")]
    let entries = halves.map(|half| PortEntry(half as u32));
    let places = [Transport::Tcp, Transport::Udp].into_iter().flat_map(|transport| {
        // A port's place is its two bytes as they lie in a packet.
        (0..=u16::MAX).map(move |place| (transport, u16::from_be(place)))
    });
    let known = places.zip(entries).filter(|(_, entry)| entry.is_known());
    let ports: Vec<_> = known
        .map(|((transport, port), entry)| {
            let class = PortEntry::select(transport, PortEntry::default(), entry);
            KnownPort { transport, port, protocol: class.protocol() }
        })
        .collect();
    let fill = MapFill::ports(ports.len() as u64, 2 * PORTS as u64);
    Ok((ports, fill))
}
