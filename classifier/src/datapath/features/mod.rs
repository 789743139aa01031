// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Features of the kernel: those that every start needs, and those that a start can do without.
//!
//! Each feature is probed, because distributions add features to kernels with an older release number.

mod probe;

use std::{fmt, io, path::Path, sync::OnceLock};

use aya::{programs::ProgramType, sys::BpfHelper};

/// File of the kernel's own types, which the verifier reads for a global function with a context.
const TYPES: &str = "/sys/kernel/btf/vmlinux";

/// A feature of the kernel that the programs use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    /// The kernel's own types (BTF).
    Types,
    /// The JIT compiler of BPF programs.
    Jit,
    /// Ring buffers from programs to the agent.
    RingBuffer,
    /// Atomic compare-and-exchange in programs, compiled by the JIT.
    CompareExchange,
    /// XDP on packets in several fragments, with the helpers that read them.
    XdpFragments,
    /// TCX: several TC programs at a hook, each with a link.
    Tcx,
}

/// Presence of a feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// The kernel has the feature.
    Present,
    /// The kernel lacks the feature.
    Missing,
    /// The kernel does not let this process probe the feature.
    Unknown,
}

impl From<io::Result<bool>> for Presence {
    fn from(answer: io::Result<bool>) -> Self {
        match answer {
            Ok(true) => Self::Present,
            Ok(false) => Self::Missing,
            Err(_) => Self::Unknown,
        }
    }
}

impl Feature {
    /// All features, those that every start needs first. The order is that of the probes: a later feature
    /// cannot be probed without an earlier one.
    pub const ALL: [Self; 6] =
        [Self::Types, Self::Jit, Self::RingBuffer, Self::CompareExchange, Self::XdpFragments, Self::Tcx];

    /// Tells whether no program can be loaded without the feature.
    #[must_use]
    pub const fn is_required(self) -> bool {
        !matches!(self, Self::XdpFragments | Self::Tcx)
    }

    /// Release of Linux that first had the feature, or the option that a kernel is built with.
    #[must_use]
    pub const fn since(self) -> &'static str {
        match self {
            Self::Types => "BTF, CONFIG_DEBUG_INFO_BTF=y",
            Self::Jit => "CONFIG_BPF_JIT=y, net.core.bpf_jit_enable=1",
            Self::RingBuffer => "Linux 5.8",
            Self::CompareExchange => "Linux 5.12, arm64 5.18",
            Self::XdpFragments => "Linux 5.18",
            Self::Tcx => "Linux 6.6",
        }
    }

    /// Effect of a missing feature.
    #[must_use]
    pub const fn without(self) -> &'static str {
        match self {
            Self::XdpFragments => "ingress at a TC hook instead of XDP",
            Self::Tcx => "TC filters instead of TCX links",
            Self::Types | Self::Jit | Self::RingBuffer | Self::CompareExchange => "`run` cannot start",
        }
    }

    /// Remedy for a missing feature.
    #[must_use]
    pub const fn remedy(self) -> &'static str {
        match self {
            Self::Types => "use a kernel that is built with CONFIG_DEBUG_INFO_BTF=y and mount /sys",
            Self::Jit => "`sysctl -w net.core.bpf_jit_enable=1`, or use a kernel with CONFIG_BPF_JIT=y",
            Self::RingBuffer | Self::CompareExchange | Self::Tcx => "upgrade the kernel",
            Self::XdpFragments => "use --xdp-mode auto or off, or upgrade the kernel",
        }
    }

    /// Helpers that the feature consists of, each with the type of the programs that call it. Every helper
    /// with a lower number than [`Self::RingBuffer`]'s first is older.
    #[must_use]
    pub const fn helpers(self) -> &'static [(ProgramType, BpfHelper)] {
        const TC: ProgramType = ProgramType::SchedClassifier;
        match self {
            Self::RingBuffer => &[
                (TC, BpfHelper::BPF_FUNC_ringbuf_output),
                (TC, BpfHelper::BPF_FUNC_ringbuf_reserve),
                (TC, BpfHelper::BPF_FUNC_ringbuf_submit),
                (TC, BpfHelper::BPF_FUNC_ringbuf_discard),
            ],
            Self::XdpFragments => &[
                (ProgramType::Xdp, BpfHelper::BPF_FUNC_xdp_get_buff_len),
                (ProgramType::Xdp, BpfHelper::BPF_FUNC_xdp_load_bytes),
            ],
            // The clock by ticks, which every kernel with compare-and-exchange has.
            Self::CompareExchange => &[(TC, BpfHelper::BPF_FUNC_ktime_get_coarse_ns)],
            Self::Types | Self::Jit | Self::Tcx => &[],
        }
    }

    /// Probes the running kernel. Nothing is attached, and no probe stays loaded.
    #[must_use]
    pub fn presence(self) -> Presence {
        match self {
            Self::Types => Ok(Path::new(TYPES).exists()),
            Self::Jit => probe::jit(),
            Self::RingBuffer => probe::helpers(self.helpers()),
            Self::CompareExchange => probe::compare_exchange(),
            Self::XdpFragments => probe::xdp_fragments(self.helpers()),
            Self::Tcx => probe::tcx(),
        }
        .into()
    }

    /// Finds the first missing feature that a program needs.
    pub(super) fn missing_for(is_xdp: bool) -> Option<Self> {
        let needed = |feature: &Self| feature.is_required() || is_xdp && *feature == Self::XdpFragments;
        Self::ALL.into_iter().filter(needed).find(|feature| feature.presence() == Presence::Missing)
    }
}

/// The name, as part of a sentence.
impl fmt::Display for Feature {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Types => "kernel types",
            Self::Jit => "BPF JIT compiler",
            Self::RingBuffer => "BPF ring buffer",
            Self::CompareExchange => "BPF compare-and-exchange",
            Self::XdpFragments => "XDP on fragmented buffers",
            Self::Tcx => "TCX",
        })
    }
}

/// Tells whether the kernel attaches TC programs by links, which it lists, rather than by filters. The
/// kernel is probed once.
#[must_use]
pub fn has_tcx() -> bool {
    static TCX: OnceLock<bool> = OnceLock::new();
    *TCX.get_or_init(|| Feature::Tcx.presence() == Presence::Present)
}

/// Tells whether the kernel can load the XDP programs. The kernel is probed once. Where it cannot be probed,
/// the load tells.
pub(super) fn has_xdp() -> bool {
    static XDP: OnceLock<bool> = OnceLock::new();
    *XDP.get_or_init(|| Feature::XdpFragments.presence() != Presence::Missing)
}

/// Release of the running kernel, as `uname -r` prints it.
#[must_use]
pub fn release() -> String {
    rustix::system::uname().release().to_string_lossy().into_owned()
}
