// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Reads the tables that agents and programs share through memory. They are read through the kernel, which
//! needs no permission to write.

use aya::maps::{Array, Map, MapData};
use classifier_common::{
    abi::{MAP_ENDPOINTS, MAP_PORTS},
    endpoint::{Endpoint, EndpointState, WAYS},
    ports::{PORTS, PortEntry, Transport},
    protocol::Protocol,
};

use super::{error::Problem, maps::Maps};
use crate::{
    datapath::{batch, raw},
    snapshot::MapFill,
};

/// Attempts to read an endpoint that changes meanwhile.
const LOOKS: usize = 8;

type Bucket = [Endpoint; WAYS];

/// A port that is assigned to a protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownPort {
    /// Transport of the port.
    pub transport: Transport,
    /// Port number.
    pub port: u16,
    /// Protocol of the port.
    pub protocol: Protocol,
}

/// Reads every endpoint, and the fill of their table.
pub(in crate::datapath) fn endpoints(maps: &mut Maps) -> Result<(Vec<Endpoint>, MapFill), Problem> {
    let refused = Problem::map(MAP_ENDPOINTS);
    let (data, buckets) = maps.take(MAP_ENDPOINTS)?;
    let all = batch::entries::<u32, Bucket>(&data).map_err(&refused)?;
    let table = Map::from_map_data(data).and_then(Array::try_from).map_err(refused)?;
    let is_one =
        |endpoint: &Endpoint| !matches!(endpoint.word.state(), EndpointState::Free | EndpointState::Claimed);
    let mut endpoints = Vec::new();
    for (number, bucket) in all {
        let taken = bucket
            .into_iter()
            .enumerate()
            .filter(|(_, endpoint)| endpoint.word.state() != EndpointState::Free);
        let taken = taken.filter_map(|(way, first)| whole(&table, number, way, first));
        endpoints.extend(taken.filter(is_one));
    }
    let capacity = buckets as usize * WAYS;
    let fill = MapFill::endpoints(endpoints.len() as u64, capacity as u64);
    Ok((endpoints, fill))
}

/// Reads one endpoint as it was at one moment: its word is claimed while its addresses are written.
fn whole(table: &Array<MapData, Bucket>, bucket: u32, way: usize, first: Endpoint) -> Option<Endpoint> {
    let mut before = first;
    for _ in 0..LOOKS {
        let after = *table.get(&bucket, 0).ok()?.get(way)?;
        let fields = |endpoint: &Endpoint| (endpoint.word, endpoint.address, endpoint.peer, endpoint.session);
        if fields(&before) == fields(&after) {
            return Some(after);
        }
        before = after;
    }
    None
}

/// Reads the ports that are assigned to a protocol, and the number of possible ports.
pub(in crate::datapath) fn ports(maps: &mut Maps) -> Result<(Vec<KnownPort>, MapFill), Problem> {
    let (data, _) = maps.take(MAP_PORTS)?;
    let pairs = raw::first_value(&data).map_err(|cause| Problem::map(MAP_PORTS)(cause.into()))?;
    // The map has entries of four bytes, which are read as numbers of eight.
    let halves = pairs.iter().flat_map(|pair| [*pair, *pair >> 32]);
    #[expect(clippy::cast_possible_truncation, reason = "the other half comes by itself")]
    let entries = halves.map(|half| PortEntry(half as u32));
    let places = [Transport::Tcp, Transport::Udp].into_iter().flat_map(|transport| {
        // The index of a port is its two bytes in network order.
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
