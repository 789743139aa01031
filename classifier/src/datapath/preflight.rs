// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Checks the requirements before anything is loaded, so that the error names the missing one.

use std::io;

use rustix::thread::{CapabilitySet, capabilities};

use super::{
    DatapathError,
    features::{Feature, Presence},
};

/// Checks the privileges, the kernel's types and its JIT. Other missing features show when the kernel refuses a
/// program.
///
/// # Errors
///
/// When one of them is insufficient.
pub fn preflight() -> Result<(), DatapathError> {
    privileges()?;
    let mut needed = [Feature::Types, Feature::Jit].into_iter();
    let missing = needed.find(|feature| feature.presence() == Presence::Missing);
    missing.map_or(Ok(()), |feature| Err(DatapathError::lacks(feature)))
}

/// Checks that this process may load and attach programs.
///
/// # Errors
///
/// When a capability is missing.
pub fn privileges() -> Result<(), DatapathError> {
    sufficient(effective()?)
}

fn effective() -> Result<CapabilitySet, DatapathError> {
    let sets = capabilities(None).map_err(|error| DatapathError::System {
        what: "the process's capabilities",
        cause: io::Error::from(error),
    })?;
    Ok(sets.effective)
}

fn sufficient(have: CapabilitySet) -> Result<(), DatapathError> {
    const WANTED: [(CapabilitySet, &str); 3] = [
        (CapabilitySet::BPF, "CAP_BPF"),
        (CapabilitySet::NET_ADMIN, "CAP_NET_ADMIN"),
        (CapabilitySet::PERFMON, "CAP_PERFMON"),
    ];
    // The kernel accepts CAP_SYS_ADMIN instead of CAP_BPF and CAP_PERFMON (capabilities(7)).
    let all = have.contains(CapabilitySet::SYS_ADMIN);
    let lacks = |wanted: CapabilitySet| !(have.contains(wanted) || all && wanted != CapabilitySet::NET_ADMIN);
    let missing: Vec<_> = WANTED.iter().filter(|(one, _)| lacks(*one)).map(|(_, name)| *name).collect();
    if missing.is_empty() { Ok(()) } else { Err(DatapathError::Privilege { missing: missing.join("+") }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_missing_capabilities_are_named() {
        let text = sufficient(CapabilitySet::BPF).unwrap_err().to_string();
        assert!(text.contains("missing CAP_NET_ADMIN+CAP_PERFMON:"), "{text}");
        assert!(sufficient(CapabilitySet::SYS_ADMIN | CapabilitySet::NET_ADMIN).is_ok());
        let three = CapabilitySet::BPF | CapabilitySet::PERFMON | CapabilitySet::NET_ADMIN;
        assert!(sufficient(three).is_ok());
    }
}
