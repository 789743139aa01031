// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Programs in a comparison.

use std::cell::RefCell;

use anyhow::Result;
use aya::programs::{Program, ProgramFd};

use super::{
    hook::Hook,
    reference::Reference,
    subject::{Burden, Subject},
};
use crate::yardsticks::Yardsticks;

/// A program, and its configuration.
#[derive(Clone, Copy)]
pub enum Contender<'a> {
    /// One of the programs for comparison.
    Yardstick(&'static str),
    /// A foreign program, by its name.
    Reference(&'a Reference, &'a str),
    /// The program under test, which may occur several times with different burdens.
    Subject(&'a RefCell<Subject>, Burden),
}

impl Contender<'_> {
    /// Prepares the program for the next measurement.
    pub fn prepare(self) -> Result<()> {
        match self {
            Self::Yardstick(_) | Self::Reference(..) => Ok(()),
            Self::Subject(subject, burden) => subject.borrow_mut().apply(burden),
        }
    }

    /// Calls `act` with the program.
    pub fn with<T>(self, yardsticks: &Yardsticks, act: impl FnOnce(&Program) -> Result<T>) -> Result<T> {
        match self {
            Self::Yardstick(name) => act(yardsticks.program(name)?),
            Self::Reference(reference, name) => act(reference.program(name)?),
            Self::Subject(subject, _) => act(subject.borrow_mut().program()?),
        }
    }

    /// Returns the verdict that the program must give; a foreign one may give any.
    pub const fn verdict(self, hook: &Hook) -> Option<u32> {
        match self {
            Self::Reference(..) => None,
            Self::Yardstick(_) | Self::Subject(..) => Some(hook.verdict),
        }
    }

    pub fn descriptor(self, yardsticks: &Yardsticks) -> Result<ProgramFd> {
        self.with(yardsticks, |program| Ok(program.fd()?.try_clone()?))
    }
}
