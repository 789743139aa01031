// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Reduces the capabilities of the process.

use rustix::thread::{
    CapabilitySet, CapabilitySets, capabilities, capability_is_in_bounding_set, clear_ambient_capability_set,
    remove_capability_from_bounding_set, set_capabilities,
};

use super::SandboxError;
use crate::config::KeptCapabilities;

/// Capabilities to attach an interface: `CAP_BPF` to create its counters and load a program, `CAP_PERFMON`
/// for arithmetic on packet pointers, `CAP_NET_ADMIN` for network programs, XDP hooks and TC filters.
const ATTACHING: CapabilitySet =
    CapabilitySet::BPF.union(CapabilitySet::PERFMON).union(CapabilitySet::NET_ADMIN);

/// Returns the permitted capabilities to keep. Links end with their descriptors. With `filters`, on kernels
/// before Linux 6.6, the agent must keep the capability to remove its filters at its end.
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
    // The kernel accepts it instead of the other two (capabilities(7)): it is kept if they are unavailable.
    let stand_in = if kept.contains(ATTACHING) { CapabilitySet::empty() } else { CapabilitySet::SYS_ADMIN };
    kept | (permitted & stand_in)
}

/// Removes everything else from the bounding set, if `CAP_SETPCAP` permits it. Otherwise the set stays, and
/// has no effect with `no_new_privs`.
pub(super) fn bound(kept: CapabilitySet) {
    for capability in (0..u64::BITS).map(|number| CapabilitySet::from_bits_retain(1 << number)) {
        match capability_is_in_bounding_set(capability) {
            Ok(true) if !kept.contains(capability) => {
                let _ = remove_capability_from_bounding_set(capability);
            }
            Ok(_) => {}
            // This number is past the last capability of this kernel.
            Err(_) => break,
        }
    }
}

/// Drops all other capabilities permanently.
pub(super) fn keep(kept: CapabilitySet) -> Result<(), SandboxError> {
    clear_ambient_capability_set().map_err(SandboxError::Capabilities)?;
    let sets = CapabilitySets { effective: kept, permitted: kept, inheritable: CapabilitySet::empty() };
    set_capabilities(None, sets).map_err(SandboxError::Capabilities)
}

/// Formats a set as `cap_bpf,cap_net_admin`, or `none`.
pub(super) fn names(set: CapabilitySet) -> String {
    let names = capability_names(set.bits());
    if names.is_empty() { "none".into() } else { names.join(",") }
}

/// Returns the names of a set in the kernel's form; `cap_63` for an unknown one.
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
