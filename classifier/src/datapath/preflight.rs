//! Checks the requirements before anything is loaded, so that the error names the missing one.

use std::{fs, io};

use aya::util::KernelVersion;
use rustix::thread::{CapabilitySet, capabilities};

use super::DatapathError;

/// The oldest kernel that `cargo xtask vm` runs the tests on. The programs need features up to 5.18 (XDP over
/// buffers in several parts, kernel commit c2f2cdbeffda), but the verifiers from 5.18 to 6.0 are untested.
const MINIMUM: KernelVersion = KernelVersion::new(6, 1, 0);

const JIT: &str = "/proc/sys/net/core/bpf_jit_enable";

/// Checks privileges, the kernel's age and its JIT.
///
/// # Errors
///
/// When one of them is insufficient.
pub fn preflight() -> Result<(), DatapathError> {
    privileges(effective()?)?;
    if let Ok(current) = KernelVersion::current()
        && current < MINIMUM
    {
        return Err(DatapathError::Kernel {
            kernel: release(),
            minimum: "6.1",
            feature: "a verifier that takes these programs, and XDP over buffers in several parts (5.18),",
        });
    }
    match fs::read_to_string(JIT) {
        Ok(value) if value.trim() == "0" => Err(DatapathError::Jit),
        // Without the file, the kernel was built to compile always.
        _ => Ok(()),
    }
}

/// Release of the running kernel, as `uname -r` prints it.
#[must_use]
pub(super) fn release() -> String {
    rustix::system::uname().release().to_string_lossy().into_owned()
}

fn effective() -> Result<CapabilitySet, DatapathError> {
    let sets = capabilities(None).map_err(|error| DatapathError::System {
        what: "the process's capabilities",
        cause: io::Error::from(error),
    })?;
    Ok(sets.effective)
}

fn privileges(have: CapabilitySet) -> Result<(), DatapathError> {
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
        let text = privileges(CapabilitySet::BPF).unwrap_err().to_string();
        assert!(text.contains("missing CAP_NET_ADMIN+CAP_PERFMON:"), "{text}");
        assert!(privileges(CapabilitySet::SYS_ADMIN | CapabilitySet::NET_ADMIN).is_ok());
        let three = CapabilitySet::BPF | CapabilitySet::PERFMON | CapabilitySet::NET_ADMIN;
        assert!(privileges(three).is_ok());
    }
}
