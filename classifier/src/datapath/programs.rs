//! The programs, each loaded when it is first needed: the verifier's work is most of a start.

use std::thread;

use aya::{
    Ebpf, TestRun as _, TestRunOptions,
    programs::{Program, ProgramError, ProgramInfo, SchedClassifier, Xdp},
};
use classifier_common::abi::{
    PROGRAM_EGRESS, PROGRAM_INGRESS, PROGRAM_POLICY_EGRESS, PROGRAM_POLICY_INGRESS, PROGRAM_POLICY_XDP,
    PROGRAM_SWEEP, PROGRAM_XDP,
};

use super::DatapathError;
use crate::counters::{ProgramSnapshot, ReadError};

/// The programs that packets meet, and the hook that each is for.
pub(super) const HOOKS: [(&str, &str); 6] = [
    (PROGRAM_XDP, "xdp"),
    (PROGRAM_INGRESS, "tc_ingress"),
    (PROGRAM_EGRESS, "tc_egress"),
    (PROGRAM_POLICY_XDP, "xdp"),
    (PROGRAM_POLICY_INGRESS, "tc_ingress"),
    (PROGRAM_POLICY_EGRESS, "tc_egress"),
];

/// The program that does what this one does, and tries a policy.
pub(super) fn trying(program: &'static str) -> &'static str {
    match program {
        PROGRAM_XDP => PROGRAM_POLICY_XDP,
        PROGRAM_INGRESS => PROGRAM_POLICY_INGRESS,
        PROGRAM_EGRESS => PROGRAM_POLICY_EGRESS,
        other => other,
    }
}

/// The object's programs.
pub(super) struct Programs {
    object: Ebpf,
    /// Whether they are to try a policy.
    tries: bool,
}

impl Programs {
    pub(super) const fn new(object: Ebpf) -> Self {
        Self { object, tries: false }
    }

    /// Programs that try a policy hang on the hooks from now on.
    pub(super) const fn try_policy(&mut self) {
        self.tries = true;
    }

    /// Whether they do.
    pub(super) const fn tries_policy(&self) -> bool {
        self.tries
    }

    /// The program that hangs on a hook, by that which does without a policy.
    fn hung(&self, program: &'static str) -> &'static str {
        if self.tries { trying(program) } else { program }
    }

    /// The XDP program, loaded.
    pub(super) fn xdp(&mut self) -> Result<&mut Xdp, DatapathError> {
        self.loaded(self.hung(PROGRAM_XDP))?.try_into().map_err(|_| DatapathError::Missing(PROGRAM_XDP))
    }

    /// Ends what time alone ends in the table of connections.
    ///
    /// # Errors
    ///
    /// When the kernel refuses the program, or to run it.
    pub(super) fn sweep(&self) -> Result<(), ProgramError> {
        // The shortest frame that the kernel runs a program on, of a type that is none.
        const FRAME: [u8; 14] = [0; 14];
        let Some(Program::SchedClassifier(sweep)) = self.get(PROGRAM_SWEEP) else {
            return Err(ProgramError::NotLoaded);
        };
        let options = TestRunOptions { data_in: Some(&FRAME), ..TestRunOptions::default() };
        sweep.test_run(options).map(drop)
    }

    /// The TC program of ingress, loaded.
    pub(super) fn ingress(&mut self) -> Result<&mut SchedClassifier, DatapathError> {
        self.classifier(self.hung(PROGRAM_INGRESS))
    }

    /// The TC program of egress, loaded.
    pub(super) fn egress(&mut self) -> Result<&mut SchedClassifier, DatapathError> {
        self.classifier(self.hung(PROGRAM_EGRESS))
    }

    /// Loads the program of this name.
    pub(super) fn load(&mut self, name: &'static str) -> Result<(), DatapathError> {
        self.loaded(name).map(drop)
    }

    /// Loads the programs of these names, each on a thread of its own, while `meanwhile` runs on this one.
    ///
    /// One that is refused stays as it was: whoever needs it meets the reason.
    pub(super) fn load_beside(&mut self, names: &[&'static str], meanwhile: impl FnOnce()) {
        let names: Vec<_> = names.iter().map(|name| self.hung(name)).collect();
        let programs: Vec<_> = self
            .object
            .programs_mut()
            .filter_map(|(name, program)| Some((*names.iter().find(|wanted| **wanted == name)?, program)))
            .collect();
        thread::scope(|scope| {
            for (name, program) in programs {
                // Without a thread it is loaded when it is needed.
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

    /// The loaded programs as the kernel describes them; run times only where it measures them.
    pub(super) fn describe(&self, measured: bool) -> Result<Vec<ProgramSnapshot>, ReadError> {
        let mut described = Vec::new();
        for (program, hook) in HOOKS {
            let Some(loaded) = self.object.program(program).filter(|one| one.fd().is_ok()) else { continue };
            let info = loaded.info().map_err(|cause| ReadError::Program { program, cause })?;
            described.push(snapshot(program, hook, &info, measured));
        }
        Ok(described)
    }

    /// The kernel's number of the program that hangs on a hook.
    pub(super) fn id(&self, name: &'static str) -> Option<u32> {
        self.get(self.hung(name))?.info().ok().map(|info| info.id())
    }

    /// A loaded program by name; tests and benchmarks run it on packets of their own.
    pub(super) fn get(&self, name: &str) -> Option<&Program> {
        self.object.program(name).filter(|program| program.fd().is_ok())
    }

    /// The object, for the kernel's debug messages.
    pub(super) const fn object(&mut self) -> &mut Ebpf {
        &mut self.object
    }
}

/// Loads a program that is not loaded yet. One that would be interpreted is not kept: whoever asks again meets the same
/// answer.
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

/// The setting is there only in the machine's first network namespace, the truth is in the program.
fn compiled(program: &'static str, info: Result<ProgramInfo, ProgramError>) -> Result<(), DatapathError> {
    match info {
        Ok(info) if info.size_jitted() == 0 => Err(DatapathError::Jit),
        Ok(_) => Ok(()),
        Err(cause) => Err(DatapathError::program(program, cause)),
    }
}

/// What the kernel says of a loaded program.
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
