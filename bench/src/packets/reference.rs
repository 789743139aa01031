// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A foreign program in the comparison, from an object of its own.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use aya::{
    Ebpf,
    programs::{Program, XdpMode},
};
use testbed::End;

use super::hook::Hook;

/// The object of a foreign XDP or TC program, with its maps as they are after loading.
pub struct Reference(Ebpf);

impl Reference {
    /// Loads the object's programs.
    pub fn load(object: &Path) -> Result<Self> {
        let named = || format!("the reference {}", object.display());
        let mut programs = Ebpf::load_file(object).with_context(named)?;
        for (_, program) in programs.programs_mut() {
            let loaded = if let Program::Xdp(xdp) = program {
                xdp.load()
            } else if let Program::SchedClassifier(classifier) = program {
                classifier.load()
            } else {
                bail!("{} has a program that is neither XDP nor TC", named())
            };
            loaded.with_context(named)?;
        }
        Ok(Self(programs))
    }

    /// Returns the name of the program for a hook, if the object has one.
    pub fn name(&self, hook: &Hook) -> Option<String> {
        let fits = |program: &Program| matches!(program, Program::Xdp(_)) == hook.is_xdp();
        self.0.programs().find(|(_, program)| fits(program)).map(|(name, _)| name.to_owned())
    }

    /// Returns one of the programs.
    pub fn program(&self, name: &str) -> Result<&Program> {
        self.0.program(name).context("the reference has lost its program")
    }

    /// Attaches the program to an interface, if it is an XDP program: see
    /// [`Yardsticks::attach`](crate::yardsticks::Yardsticks::attach).
    pub fn settle(&mut self, name: &str, interface: &End) -> Result<()> {
        if let Some(Program::Xdp(xdp)) = self.0.program_mut(name) {
            let attached = xdp.attach_to_if_index(interface.index, XdpMode::Driver);
            attached.with_context(|| format!("cannot attach {name} to {}", interface.name))?;
        }
        Ok(())
    }
}
