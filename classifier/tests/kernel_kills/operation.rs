// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The operations that are stopped.

/// An operation of the agent on its pins.
pub struct Operation {
    /// Name of the operation, in messages.
    pub name: &'static str,
    /// True if there are pins of an earlier agent.
    pub has_pins: bool,
    /// Process that is stopped.
    pub process: Process,
    /// Change of the interfaces before the process works with its pins.
    pub change: Change,
}

/// A process that changes pins.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Process {
    /// `classifier run` of a build, up to its readiness.
    Start(Build),
    /// An agent that runs, and sees the change.
    Running,
    /// `classifier detach`.
    Detach,
}

/// A build of the agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Build {
    This,
    /// The counters have another layout.
    OtherLayout,
}

/// A change of the interfaces.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Change {
    Nothing,
    /// The two interfaces swap their names.
    Swap,
    /// The first interface is removed, and the second gets its name.
    Take,
}

const fn operation(name: &'static str, process: Process, change: Change) -> Operation {
    Operation { name, has_pins: true, process, change }
}

const RUN: Process = Process::Start(Build::This);
const RUN_OTHER: Process = Process::Start(Build::OtherLayout);

pub const START: Operation = Operation { has_pins: false, ..operation("start", RUN, Change::Nothing) };
pub const TAKEOVER: Operation = operation("takeover", RUN, Change::Nothing);
pub const UPGRADE: Operation = operation("upgrade", RUN_OTHER, Change::Nothing);
pub const RENAMED_START: Operation = operation("start with swapped names", RUN, Change::Swap);
pub const RENAMED_UPGRADE: Operation = operation("upgrade with swapped names", RUN_OTHER, Change::Swap);
pub const JOINED_START: Operation = operation("start with a taken name", RUN, Change::Take);
pub const RENAME: Operation = operation("rename", Process::Running, Change::Swap);
pub const JOIN: Operation = operation("join", Process::Running, Change::Take);
pub const DETACH: Operation = operation("detach", Process::Detach, Change::Nothing);
