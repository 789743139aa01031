//! What of root's power is kept.

use rustix::thread::{
    CapabilitySet, CapabilitySets, capabilities, capability_is_in_bounding_set, clear_ambient_capability_set,
    remove_capability_from_bounding_set, set_capabilities,
};

use super::SandboxError;
use crate::config::KeptCapabilities;

/// What attaching an interface takes: `CAP_BPF` creates its counters and loads a program that none has needed so far,
/// `CAP_PERFMON` has the verifier take the programs' arithmetic on packet pointers, `CAP_NET_ADMIN` makes them network
/// programs, and takes XDP hooks and TC filters.
const ATTACHING: CapabilitySet =
    CapabilitySet::BPF.union(CapabilitySet::PERFMON).union(CapabilitySet::NET_ADMIN);

/// What will be kept of what is permitted. Links end with their descriptors; `filters`, which hooks before Linux 6.6
/// take, are taken away by whoever may configure the network, and so the agent must to the end.
pub(super) fn kept(keep: KeptCapabilities, filters: bool) -> Result<CapabilitySet, SandboxError> {
    let permitted = capabilities(None).map_err(SandboxError::Capabilities)?.permitted;
    Ok(match keep {
        KeptCapabilities::None if filters => permitted & CapabilitySet::NET_ADMIN,
        KeptCapabilities::None => CapabilitySet::empty(),
        KeptCapabilities::Needed => of(permitted),
    })
}

fn of(permitted: CapabilitySet) -> CapabilitySet {
    let kept = permitted & ATTACHING;
    // The kernel takes it for the other two (capabilities(7)): where they are not to be had, it stays.
    let stand_in = if kept.contains(ATTACHING) { CapabilitySet::empty() } else { CapabilitySet::SYS_ADMIN };
    kept | (permitted & stand_in)
}

/// Takes everything else out of the bounding set. That needs `CAP_SETPCAP`; without it the set stays, and means nothing
/// once there are no new privileges.
pub(super) fn bound(kept: CapabilitySet) {
    for capability in (0..u64::BITS).map(|number| CapabilitySet::from_bits_retain(1 << number)) {
        match capability_is_in_bounding_set(capability) {
            Ok(true) if !kept.contains(capability) => {
                let _ = remove_capability_from_bounding_set(capability);
            }
            Ok(_) => {}
            // Past the last that this kernel knows.
            Err(_) => break,
        }
    }
}

/// Gives up all others for good.
pub(super) fn keep(kept: CapabilitySet) -> Result<(), SandboxError> {
    clear_ambient_capability_set().map_err(SandboxError::Capabilities)?;
    let sets = CapabilitySets { effective: kept, permitted: kept, inheritable: CapabilitySet::empty() };
    set_capabilities(None, sets).map_err(SandboxError::Capabilities)
}

/// `cap_bpf,cap_net_admin`, or `none`.
pub(super) fn names(set: CapabilitySet) -> String {
    let names = capability_names(set.bits());
    if names.is_empty() { "none".into() } else { names.join(",") }
}

/// The names of a set, as the kernel writes sets; `cap_63` for one that has no name yet.
#[must_use]
pub fn capability_names(set: u64) -> Vec<String> {
    let numbers = (0..u64::BITS).filter(|number| set >> number & 1 != 0);
    let name = |number: u32| {
        let known = CapabilitySet::from_bits_retain(1 << number);
        let name = known.iter_names().next().map(|(name, _)| name.to_ascii_lowercase());
        format!("cap_{}", name.unwrap_or_else(|| number.to_string()))
    };
    numbers.map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_root_three_are_kept() {
        assert_eq!(of(CapabilitySet::all()), ATTACHING);
        assert_eq!(names(ATTACHING), "cap_net_admin,cap_perfmon,cap_bpf");
        assert_eq!(names(CapabilitySet::empty()), "none");
        assert_eq!(capability_names(1 << 63 | 1), ["cap_chown", "cap_63"]);
    }

    #[test]
    fn what_stands_in_for_them_is_kept_only_where_they_are_missing() {
        let old = CapabilitySet::SYS_ADMIN | CapabilitySet::NET_ADMIN;
        assert_eq!(of(old | CapabilitySet::CHOWN), old);
        assert_eq!(of(ATTACHING | CapabilitySet::SYS_ADMIN), ATTACHING);
        assert_eq!(of(CapabilitySet::CHOWN), CapabilitySet::empty());
    }
}
