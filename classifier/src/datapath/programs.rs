//! The three programs, each loaded when it is first needed: the verifier's work is most of a start.

use aya::{
    Ebpf,
    programs::{Program, ProgramError, ProgramInfo, SchedClassifier, Xdp},
};
use classifier_common::abi::{PROGRAM_EGRESS, PROGRAM_INGRESS, PROGRAM_XDP};

use super::DatapathError;
use crate::counters::{ProgramSnapshot, ReadError};

/// The programs, and the hook that each is for.
pub(super) const HOOKS: [(&str, &str); 3] =
    [(PROGRAM_XDP, "xdp"), (PROGRAM_INGRESS, "tc_ingress"), (PROGRAM_EGRESS, "tc_egress")];

/// The object's programs.
pub(super) struct Programs {
    object: Ebpf,
}

impl Programs {
    pub(super) const fn new(object: Ebpf) -> Self {
        Self { object }
    }

    /// The XDP program, loaded.
    pub(super) fn xdp(&mut self) -> Result<&mut Xdp, DatapathError> {
        let program = self.object.program_mut(PROGRAM_XDP).and_then(|program| program.try_into().ok());
        let xdp: &mut Xdp = program.ok_or(DatapathError::Missing(PROGRAM_XDP))?;
        if xdp.fd().is_err() {
            xdp.load().map_err(|cause| DatapathError::program(PROGRAM_XDP, cause))?;
            compiled(PROGRAM_XDP, xdp.info())?;
        }
        Ok(xdp)
    }

    /// The TC program of ingress, loaded.
    pub(super) fn ingress(&mut self) -> Result<&mut SchedClassifier, DatapathError> {
        self.classifier(PROGRAM_INGRESS)
    }

    /// The TC program of egress, loaded.
    pub(super) fn egress(&mut self) -> Result<&mut SchedClassifier, DatapathError> {
        self.classifier(PROGRAM_EGRESS)
    }

    /// Loads the program of this name.
    pub(super) fn load(&mut self, name: &'static str) -> Result<(), DatapathError> {
        if name == PROGRAM_XDP { self.xdp().map(drop) } else { self.classifier(name).map(drop) }
    }

    fn classifier(&mut self, name: &'static str) -> Result<&mut SchedClassifier, DatapathError> {
        let program = self.object.program_mut(name).and_then(|program| program.try_into().ok());
        let classifier: &mut SchedClassifier = program.ok_or(DatapathError::Missing(name))?;
        if classifier.fd().is_err() {
            classifier.load().map_err(|cause| DatapathError::program(name, cause))?;
            compiled(name, classifier.info())?;
        }
        Ok(classifier)
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

    /// A loaded program by name, for tests and benchmarks that run it on packets of their own.
    pub(super) fn get(&self, name: &str) -> Option<&Program> {
        self.object.program(name).filter(|program| program.fd().is_ok())
    }

    /// The object, for the kernel's debug messages.
    pub(super) const fn object(&mut self) -> &mut Ebpf {
        &mut self.object
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
