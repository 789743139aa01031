// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Selects the links to count.

use std::collections::{BTreeMap, BTreeSet};

use super::{Interface, InterfaceError};
use crate::config::{Pattern, Settings};

/// Kinds of device whose packets all cross another link of the host too: a member, or the link below.
const STACKED: [&str; 11] = [
    "bond",
    "bridge",
    "ipvlan",
    "ipvtap",
    "macsec",
    "macvlan",
    "macvtap",
    "team",
    "virt_wifi",
    "vlan",
    "vrf",
];

/// Kind of a device that gets packets of other links, to shape them.
const REDIRECTED: &str = "ifb";

/// Kind of a switch's port. All its frames cross the conduit below it, with the switch's tag.
const SWITCH_PORT: &str = "dsa";

/// Kind of the internal ports of Open vSwitch, and of its datapath, which is the master of its other ports.
const OPEN_VSWITCH: &str = "openvswitch";

/// Names of wanted interfaces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Included interfaces; if empty, every interface that carries its own traffic.
    pub included: Vec<Pattern>,
    /// Excluded interfaces.
    pub excluded: Vec<Pattern>,
}

impl From<&Settings> for Selection {
    fn from(settings: &Settings) -> Self {
        Self { included: settings.interfaces.clone(), excluded: settings.interfaces_exclude.clone() }
    }
}

impl From<Vec<Pattern>> for Selection {
    fn from(included: Vec<Pattern>) -> Self {
        Self { included, excluded: Vec::new() }
    }
}

impl Selection {
    /// Tells whether an interface is excluded, which wins over everything else.
    #[must_use]
    pub fn excludes(&self, interface: &Interface) -> bool {
        self.excluded.iter().any(|pattern| is_meant(pattern, interface))
    }
}

/// Patterns, with the plain names to be searched: each of many links is compared with each of many names otherwise.
struct Meant<'s> {
    plain: BTreeSet<&'s str>,
    globs: Vec<&'s Pattern>,
}

impl<'s> Meant<'s> {
    fn of(patterns: &'s [Pattern]) -> Self {
        let plain = patterns.iter().filter_map(|pattern| match pattern {
            Pattern::Plain(name) => Some(name.as_str()),
            Pattern::Glob(_) => None,
        });
        let globs = patterns.iter().filter(|pattern| matches!(pattern, Pattern::Glob(_)));
        Self { plain: plain.collect(), globs: globs.collect() }
    }

    fn has(&self, interface: &Interface) -> bool {
        interface.names().any(|name| self.plain.contains(name))
            || self.globs.iter().any(|glob| glob.matches(&interface.name))
    }
}

fn is_meant(pattern: &Pattern, interface: &Interface) -> bool {
    match pattern {
        Pattern::Plain(name) => interface.is_named(name),
        Pattern::Glob(_) => pattern.matches(&interface.name),
    }
}

/// Selects interfaces like [`wanted`], and checks that every plain name can be counted.
///
/// # Errors
///
/// When a plain name does not exist or cannot be counted.
pub fn select(all: &[Interface], selection: &Selection) -> Result<Vec<Interface>, InterfaceError> {
    for pattern in &selection.included {
        if let Pattern::Plain(name) = pattern {
            named(name, all.iter().find(|interface| interface.is_named(name)))?;
        }
    }
    Ok(wanted(all, selection).into_iter().cloned().collect())
}

/// Checks that the interface of a plain name exists and can be counted.
///
/// # Errors
///
/// When it does not exist or cannot be counted.
pub fn named(name: &str, interface: Option<&Interface>) -> Result<(), InterfaceError> {
    let interface = interface.ok_or_else(|| InterfaceError::Unknown(name.to_owned()))?;
    if interface.link.is_none() {
        let kind = interface.link_layer.clone();
        return Err(InterfaceError::LinkLayer { name: name.to_owned(), kind });
    }
    Ok(())
}

/// Selects interfaces; without names, every one that carries its own traffic. Unsupported ones are left out.
pub fn wanted<'i>(all: impl IntoIterator<Item = &'i Interface>, selection: &Selection) -> Vec<&'i Interface> {
    let [included, excluded] = [&selection.included, &selection.excluded].map(|patterns| Meant::of(patterns));
    let readable = all.into_iter().filter(|one| one.link.is_some() && !excluded.has(one));
    if !selection.included.is_empty() {
        return readable.filter(|one| included.has(one)).collect();
    }
    let is_kind = |one: &Interface, kind| one.kind.as_deref() == Some(kind);
    let candidates = readable.filter(|one| !one.is_loopback() && !is_kind(one, REDIRECTED));
    let candidates: BTreeMap<_, _> = candidates.map(|one| (one.index, one)).collect();
    let master = |one: &Interface| candidates.get(&one.master?).copied();
    let masters: BTreeSet<_> = candidates.values().filter_map(|one| one.master).collect();
    let ports = candidates.values().filter(|one| is_kind(one, SWITCH_PORT));
    let conduits: BTreeSet<_> = ports.filter_map(|one| one.lower).collect();
    let switches_links =
        candidates.values().any(|one| master(one).is_some_and(|master| is_kind(master, OPEN_VSWITCH)));
    let carries_its_own = |one: &&Interface| {
        let is_stacked = one.kind.as_deref().is_some_and(|kind| STACKED.contains(&kind));
        let stands_on_another =
            masters.contains(&one.index) || one.lower.is_some_and(|lower| candidates.contains_key(&lower));
        // A paravirtual card with a virtual function below it, or a failover device. The lower card comes and
        // goes, and all its packets cross the upper one.
        let is_below_a_card = master(one).is_some_and(|master| master.kind.is_none());
        let is_switched = switches_links && is_kind(one, OPEN_VSWITCH);
        !(is_stacked && stands_on_another || is_below_a_card || is_switched || conduits.contains(&one.index))
    };
    candidates.values().copied().filter(carries_its_own).collect()
}

#[cfg(test)]
mod tests {
    use classifier_common::packet::Link;

    use super::*;

    fn device(index: u32, name: &str, kind: Option<&str>) -> Interface {
        Interface {
            index,
            name: name.into(),
            link: Some(Link::Ethernet),
            link_layer: if name == "lo" { "Loopback".into() } else { "Ether".into() },
            kind: kind.map(Into::into),
            bus: kind.is_none().then(|| "pci".into()),
            ..Interface::default()
        }
    }

    fn selected(all: &[Interface], patterns: &[Pattern]) -> Result<Vec<Interface>, InterfaceError> {
        select(all, &patterns.to_vec().into())
    }

    /// Names the interfaces that are counted by default.
    fn by_default(all: &[Interface]) -> Vec<String> {
        selected(all, &[]).unwrap().into_iter().map(|interface| interface.name).collect()
    }

    fn names(selected: &[Interface]) -> Vec<&str> {
        selected.iter().map(|interface| interface.name.as_str()).collect()
    }

    #[test]
    fn by_default_no_packet_is_counted_twice_on_its_way_through_a_stack() {
        let all = [
            device(1, "lo", None),
            Interface { master: Some(4), ..device(2, "eth0", None) },
            device(3, "veth0", Some("veth")),
            device(4, "bond0", Some("bond")),
            Interface { lower: Some(4), ..device(5, "bond0.7", Some("vlan")) },
            device(6, "br-empty", Some("bridge")),
            device(7, "wg0", Some("wireguard")),
        ];
        assert_eq!(names(&selected(&all, &[]).unwrap()), ["eth0", "veth0", "br-empty", "wg0"]);
    }

    #[test]
    fn what_is_redirected_to_be_shaped_is_counted_where_it_came_from() {
        assert_eq!(by_default(&[device(2, "eth0", None), device(3, "ifb0", Some("ifb"))]), ["eth0"]);
        assert_eq!(by_default(&[device(3, "ifb0", Some("ifb"))]), [""; 0]);
    }

    #[test]
    fn a_switch_is_counted_at_its_ports_and_not_at_its_conduit() {
        let port = |index, name, lower| Interface { lower: Some(lower), ..device(index, name, Some("dsa")) };
        let bridged = Interface { master: Some(9), ..port(4, "lan2", 2) };
        let all = [
            device(2, "eth0", None),
            port(3, "lan1", 2),
            bridged,
            device(5, "eth1", None),
            device(9, "br0", Some("bridge")),
        ];
        assert_eq!(by_default(&all), ["lan1", "lan2", "eth1"]);
        assert_eq!(by_default(&all[..1]), ["eth0"], "no port, no conduit");
    }

    /// `hv_netvsc` with the virtual function below it; `net_failover` with its two; a bridge above either.
    #[test]
    fn a_card_that_others_stand_in_for_is_counted_and_they_are_not() {
        let below = |index, name, master| Interface { master: Some(master), ..device(index, name, None) };
        let all = [
            device(2, "eth0", None),
            below(3, "enP1s1", 2),
            below(4, "ens10", 9),
            below(5, "ens10nsby", 4),
            below(6, "ens11", 4),
            device(9, "br0", Some("bridge")),
            Interface { lower: Some(2), ..device(10, "eth0.7", Some("vlan")) },
        ];
        assert_eq!(by_default(&all), ["eth0", "ens10"]);
        let gone = &all[1..2];
        assert_eq!(by_default(gone), ["enP1s1"], "the card above is in another namespace");
    }

    #[test]
    fn internal_ports_of_open_vswitch_are_counted_while_nothing_else_is_switched() {
        let internal =
            [device(4, "ovs-system", Some("openvswitch")), device(5, "br-int", Some("openvswitch"))];
        let port = Interface { master: Some(4), ..device(2, "eth0", None) };
        let tap = Interface { master: Some(4), ..device(3, "tap0", Some("tun")) };
        let all = [&[port, tap], &internal[..]].concat();
        assert_eq!(by_default(&all), ["eth0", "tap0"]);
        assert_eq!(by_default(&internal), ["ovs-system", "br-int"]);
    }

    #[test]
    fn every_kind_that_stands_on_another_is_left_out_while_that_is_counted() {
        for kind in ["ipvlan", "ipvtap", "macsec", "macvlan", "macvtap", "virt_wifi", "vlan"] {
            let upper = Interface { lower: Some(2), ..device(3, "upper0", Some(kind)) };
            let all = [device(2, "eth0", None), upper];
            assert_eq!(by_default(&all), ["eth0"], "{kind}");
            assert_eq!(by_default(&all[1..]), ["upper0"], "{kind}");
        }
    }

    #[test]
    fn an_exclusion_wins_over_names_globs_and_the_default() {
        let all = [
            Interface { master: Some(4), ..device(2, "eth0", None) },
            Interface { alternative_names: vec!["enp3s0".into()], ..device(3, "eth1", None) },
            device(4, "br0", Some("bridge")),
        ];
        let of = |included: &[&str], excluded: &[&str]| {
            let patterns =
                |texts: &[&str]| texts.iter().map(|text| Pattern::parse(text).unwrap()).collect::<Vec<_>>();
            let selection = Selection { included: patterns(included), excluded: patterns(excluded) };
            names(&select(&all, &selection).unwrap()).join(" ")
        };
        for (included, excluded, expected) in [
            (&[][..], &[][..], "eth0 eth1"),
            (&[], &["eth1"], "eth0"),
            (&[], &["e*"], "br0"),
            (&["eth0", "eth1"], &["eth1"], "eth0"),
            (&["e*"], &["eth[1-9]"], "eth0"),
            (&[], &["enp3s0"], "eth0"),
            (&["enp3s0"], &[], "eth1"),
            (&["enp3s0", "eth1"], &[], "eth1"),
        ] {
            assert_eq!(of(included, excluded), expected, "{included:?} {excluded:?}");
        }
    }

    #[test]
    fn a_pattern_takes_what_it_names_stacked_or_not() {
        let all = [device(1, "lo", None), device(2, "eth0", None), device(3, "br0", Some("bridge"))];
        let plain = Pattern::Plain("lo".into());
        assert_eq!(names(&selected(&all, std::slice::from_ref(&plain)).unwrap()), ["lo"]);
        let glob = Pattern::Glob(glob::Pattern::new("b*").unwrap());
        assert_eq!(names(&selected(&all, &[glob]).unwrap()), ["br0"]);
    }

    #[test]
    fn what_cannot_be_counted_is_an_error_that_names_it() {
        let odd = Interface { link: None, link_layer: "Infiniband".into(), ..device(2, "ib0", None) };
        let all = [device(1, "lo", None), odd];
        let error =
            |pattern: &str| selected(&all, &[Pattern::Plain(pattern.into())]).unwrap_err().to_string();
        assert!(error("eth9").contains("`eth9` does not exist"));
        assert!(error("ib0").contains("Infiniband"));
        assert_eq!(selected(&all, &[]).unwrap(), [], "neither loopback nor what is not read");
    }
}
