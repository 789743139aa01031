// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Loads each program when it is first needed: the verifier takes most of a start.

use std::thread;

use aya::{
    Ebpf, TestRun as _, TestRunOptions,
    programs::{Program, ProgramError, ProgramInfo, SchedClassifier, Xdp},
};
use classifier_common::{
    abi::{
        PROGRAM_EGRESS, PROGRAM_INGRESS, PROGRAM_POLICY_EGRESS, PROGRAM_POLICY_INGRESS, PROGRAM_POLICY_XDP,
        PROGRAM_SWEEP, PROGRAM_XDP,
    },
    address::Address,
};

use super::{DatapathError, features::Feature};
use crate::snapshot::{ProgramSnapshot, ReadError};

/// Programs that process packets, with their hooks.
pub(super) const HOOKS: [(&str, &str); 6] = [
    (PROGRAM_XDP, "xdp"),
    (PROGRAM_INGRESS, "tc_ingress"),
    (PROGRAM_EGRESS, "tc_egress"),
    (PROGRAM_POLICY_XDP, "xdp"),
    (PROGRAM_POLICY_INGRESS, "tc_ingress"),
    (PROGRAM_POLICY_EGRESS, "tc_egress"),
];

/// Returns the variant of a program that also evaluates a policy.
pub(super) fn with_policy(program: &'static str) -> &'static str {
    match program {
        PROGRAM_XDP => PROGRAM_POLICY_XDP,
        PROGRAM_INGRESS => PROGRAM_POLICY_INGRESS,
        PROGRAM_EGRESS => PROGRAM_POLICY_EGRESS,
        other => other,
    }
}

/// The programs of the object.
pub(super) struct Programs {
    object: Ebpf,
    /// True if the variants with a policy are used.
    evaluates_policy: bool,
}

/// Shortest frame that the kernel runs a program on, with an invalid type.
const HEADER: [u8; 14] = [0; 14];

impl Programs {
    pub(super) const fn new(object: Ebpf) -> Self {
        Self { object, evaluates_policy: false }
    }

    /// Uses the variants with a policy from now on.
    pub(super) const fn evaluate_policy(&mut self) {
        self.evaluates_policy = true;
    }

    /// Tells whether the variants with a policy are used.
    pub(super) const fn evaluates_policy(&self) -> bool {
        self.evaluates_policy
    }

    /// Returns the variant that is attached, by the name of the one without a policy.
    fn variant(&self, program: &'static str) -> &'static str {
        if self.evaluates_policy { with_policy(program) } else { program }
    }

    /// Returns the XDP program, loaded.
    pub(super) fn xdp(&mut self) -> Result<&mut Xdp, DatapathError> {
        self.loaded(self.variant(PROGRAM_XDP))?.try_into().map_err(|_| DatapathError::Missing(PROGRAM_XDP))
    }

    /// Expires entries in the table of connections.
    ///
    /// # Errors
    ///
    /// When the kernel refuses the program, or to run it.
    pub(super) fn sweep(&self) -> Result<(), ProgramError> {
        self.run_sweep(&HEADER)
    }

    /// Subtracts one encrypted session of a pair of hosts.
    ///
    /// # Errors
    ///
    /// As for [`Self::sweep`].
    pub(super) fn leave(&self, pair: [Address; 2]) -> Result<(), ProgramError> {
        let mut frame = HEADER.to_vec();
        frame.extend(pair.iter().flat_map(|host| host.to_words()).flat_map(u64::to_ne_bytes));
        self.run_sweep(&frame)
    }

    fn run_sweep(&self, frame: &[u8]) -> Result<(), ProgramError> {
        let Some(Program::SchedClassifier(sweep)) = self.get(PROGRAM_SWEEP) else {
            return Err(ProgramError::NotLoaded);
        };
        let options = TestRunOptions { data_in: Some(frame), ..TestRunOptions::default() };
        sweep.test_run(options).map(drop)
    }

    /// Returns the TC program of ingress, loaded.
    pub(super) fn ingress(&mut self) -> Result<&mut SchedClassifier, DatapathError> {
        self.classifier(self.variant(PROGRAM_INGRESS))
    }

    /// Returns the TC program of egress, loaded.
    pub(super) fn egress(&mut self) -> Result<&mut SchedClassifier, DatapathError> {
        self.classifier(self.variant(PROGRAM_EGRESS))
    }

    /// Loads the program of this name.
    pub(super) fn load(&mut self, name: &'static str) -> Result<(), DatapathError> {
        self.loaded(name).map(drop)
    }

    /// Loads the programs of these names, each on a thread of its own, while `meanwhile` runs on this one.
    ///
    /// A refused program stays unloaded: the next load of it returns the reason.
    pub(super) fn load_beside(&mut self, names: &[&'static str], meanwhile: impl FnOnce()) {
        let names: Vec<_> = names.iter().map(|name| self.variant(name)).collect();
        let programs: Vec<_> = self
            .object
            .programs_mut()
            .filter_map(|(name, program)| Some((*names.iter().find(|wanted| **wanted == name)?, program)))
            .collect();
        thread::scope(|scope| {
            for (name, program) in programs {
                // Without a thread, the program is loaded when it is needed.
                let _ = thread::Builder::new().spawn_scoped(scope, move || load(name, program));
            }
            meanwhile();
        });
    }

    fn classifier(&mut self, name: &'static str) -> Result<&mut SchedClassifier, DatapathError> {
        self.loaded(name)?.try_into().map_err(|_| DatapathError::Missing(name))
    }

    fn loaded(&mut self, name: &'static str) -> Result<&mut Program, DatapathError> {
        let program = self.object.program_mut(name).ok_or(DatapathError::Missing(name))?;
        load(name, program)?;
        Ok(program)
    }

    /// Reads the kernel's description of the loaded programs; run times only if the kernel measures them.
    pub(super) fn describe(&self, measured: bool) -> Result<Vec<ProgramSnapshot>, ReadError> {
        let mut described = Vec::new();
        for (program, hook) in HOOKS {
            let Some(loaded) = self.object.program(program).filter(|one| one.fd().is_ok()) else { continue };
            let info = loaded.info().map_err(|cause| ReadError::Program { program, cause })?;
            described.push(snapshot(program, hook, &info, measured));
        }
        Ok(described)
    }

    /// Returns the kernel's number of an attached program.
    pub(super) fn id(&self, name: &'static str) -> Option<u32> {
        self.get(self.variant(name))?.info().ok().map(|info| info.id())
    }

    /// Returns a loaded program by name; tests and benchmarks run it on their own packets.
    pub(super) fn get(&self, name: &str) -> Option<&Program> {
        self.object.program(name).filter(|program| program.fd().is_ok())
    }

    /// Returns the object, for the debug messages.
    pub(super) const fn object(&mut self) -> &mut Ebpf {
        &mut self.object
    }
}

/// Loads a program once. A program that would be interpreted is unloaded again: the next load returns the
/// same error.
fn load(name: &'static str, program: &mut Program) -> Result<(), DatapathError> {
    let refused = |cause| DatapathError::program(name, cause);
    #[expect(clippy::wildcard_enum_match_arm, reason = "the object has no others")]
    match program {
        loaded if loaded.fd().is_ok() => Ok(()),
        Program::Xdp(xdp) => {
            xdp.load().map_err(refused)?;
            compiled(name, xdp.info()).inspect_err(|_| drop(xdp.unload()))
        }
        Program::SchedClassifier(classifier) => {
            classifier.load().map_err(refused)?;
            compiled(name, classifier.info()).inspect_err(|_| drop(classifier.unload()))
        }
        _ => Err(DatapathError::Missing(name)),
    }
}

/// Checks that a program was compiled.
fn compiled(program: &'static str, info: Result<ProgramInfo, ProgramError>) -> Result<(), DatapathError> {
    match info {
        Ok(info) if info.size_jitted() == 0 => Err(DatapathError::lacks(Feature::Jit)),
        Ok(_) => Ok(()),
        Err(cause) => Err(DatapathError::program(program, cause)),
    }
}

/// Reads the kernel's description of a loaded program.
pub(super) fn snapshot(
    program: &'static str,
    hook: &'static str,
    info: &ProgramInfo,
    measured: bool,
) -> ProgramSnapshot {
    ProgramSnapshot {
        program,
        id: info.id(),
        tag: format!("{:016x}", info.tag().swap_bytes()),
        hook,
        run_seconds: measured.then(|| info.run_time().as_secs_f64()),
        runs: measured.then(|| info.run_count()),
    }
}
