//! Which links are counted.

use std::collections::BTreeSet;

use super::{Interface, InterfaceError};
use crate::config::Pattern;

/// Kinds of device whose packets all cross another link of the host too.
const STACKED: [&str; 9] =
    ["bond", "bridge", "ipvlan", "ipvtap", "macvlan", "macvtap", "team", "vlan", "vrf"];

/// Chooses the interfaces that the patterns want, as [`wanted`] does, where every plain name must be one that can be
/// counted.
///
/// # Errors
///
/// When a plain name does not exist or cannot be counted.
pub fn select(all: &[Interface], patterns: &[Pattern]) -> Result<Vec<Interface>, InterfaceError> {
    for pattern in patterns {
        if let Pattern::Plain(name) = pattern {
            let interface = all.iter().find(|interface| interface.name == *name);
            named(name, interface)?;
        }
    }
    Ok(wanted(all, patterns).into_iter().cloned().collect())
}

/// Whether the interface of a plain name is there and can be counted.
///
/// # Errors
///
/// When it is not.
pub fn named(name: &str, interface: Option<&Interface>) -> Result<(), InterfaceError> {
    let interface = interface.ok_or_else(|| InterfaceError::Unknown(name.to_owned()))?;
    if interface.link.is_none() {
        let kind = interface.link_layer.clone();
        return Err(InterfaceError::LinkLayer { name: name.to_owned(), kind });
    }
    Ok(())
}

/// The interfaces that the patterns want; without patterns, every one that carries its own traffic. What cannot be
/// counted is left out.
pub fn wanted<'i>(all: impl IntoIterator<Item = &'i Interface>, patterns: &[Pattern]) -> Vec<&'i Interface> {
    let readable = all.into_iter().filter(|interface| interface.link.is_some());
    if !patterns.is_empty() {
        let matches = |one: &&Interface| patterns.iter().any(|pattern| pattern.matches(&one.name));
        return readable.filter(matches).collect();
    }
    let candidates: Vec<_> = readable.filter(|interface| !interface.is_loopback()).collect();
    let below: BTreeSet<_> = candidates.iter().map(|one| one.index).collect();
    let masters: BTreeSet<_> = candidates.iter().filter_map(|one| one.master).collect();
    let carries_its_own = |one: &&Interface| {
        let is_stacked = one.kind.as_deref().is_some_and(|kind| STACKED.contains(&kind));
        let stands_on_another =
            masters.contains(&one.index) || one.lower.is_some_and(|lower| below.contains(&lower));
        !(is_stacked && stands_on_another)
    };
    candidates.into_iter().filter(carries_its_own).collect()
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
            device: None,
            master: None,
            lower: None,
        }
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
        assert_eq!(names(&select(&all, &[]).unwrap()), ["eth0", "veth0", "br-empty", "wg0"]);
    }

    #[test]
    fn a_pattern_takes_what_it_names_stacked_or_not() {
        let all = [device(1, "lo", None), device(2, "eth0", None), device(3, "br0", Some("bridge"))];
        let plain = Pattern::Plain("lo".into());
        assert_eq!(names(&select(&all, std::slice::from_ref(&plain)).unwrap()), ["lo"]);
        let glob = Pattern::Glob(glob::Pattern::new("b*").unwrap());
        assert_eq!(names(&select(&all, &[glob]).unwrap()), ["br0"]);
    }

    #[test]
    fn what_cannot_be_counted_is_an_error_that_names_it() {
        let odd = Interface { link: None, link_layer: "Infiniband".into(), ..device(2, "ib0", None) };
        let all = [device(1, "lo", None), odd];
        let error = |pattern: &str| select(&all, &[Pattern::Plain(pattern.into())]).unwrap_err().to_string();
        assert!(error("eth9").contains("`eth9` does not exist"));
        assert!(error("ib0").contains("Infiniband"));
        assert_eq!(select(&all, &[]).unwrap(), [], "neither loopback nor what is not read");
    }

    #[test]
    fn a_paravirtual_card_is_no_physical_one() {
        assert!(device(2, "eth0", None).is_physical());
        assert!(!Interface { bus: Some("virtio".into()), ..device(2, "eth0", None) }.is_physical());
        assert!(!device(2, "veth0", Some("veth")).is_physical());
    }

    /// Every machine has devices with drivers on one of these.
    #[test]
    fn a_driver_is_found_by_its_device() {
        let (card, mut found) = (device(2, "eth0", None), 0);
        for bus in ["pci", "virtio", "platform"] {
            let devices = std::fs::read_dir(format!("/sys/bus/{bus}/devices")).into_iter().flatten();
            for entry in devices.filter_map(Result::ok).filter(|entry| entry.path().join("driver").exists()) {
                let device = entry.file_name().into_string().unwrap();
                let card = Interface { bus: Some(bus.into()), device: Some(device), ..card.clone() };
                let driver = card.driver().unwrap();
                assert!(
                    std::path::Path::new(&format!("/sys/bus/{bus}/drivers/{driver}")).exists(),
                    "{driver}"
                );
                found += 1;
            }
        }
        assert!(found > 0);
        assert_eq!(device(2, "veth0", Some("veth")).driver(), None);
    }
}
