//! Programs in a comparison.

use std::cell::RefCell;

use anyhow::Result;
use aya::programs::{Program, ProgramFd};

use super::subject::{Burden, Subject};
use crate::yardsticks::Yardsticks;

/// A program, and its configuration.
#[derive(Clone, Copy)]
pub enum Contender<'a> {
    /// One of the programs for comparison.
    Yardstick(&'static str),
    /// The program under test, which may occur several times with different burdens.
    Subject(&'a RefCell<Subject>, Burden),
}

impl Contender<'_> {
    /// Prepares the program for the next measurement.
    pub fn prepare(self) -> Result<()> {
        match self {
            Self::Yardstick(_) => Ok(()),
            Self::Subject(subject, burden) => subject.borrow_mut().apply(burden),
        }
    }

    /// Calls `act` with the program.
    pub fn with<T>(self, yardsticks: &Yardsticks, act: impl FnOnce(&Program) -> Result<T>) -> Result<T> {
        match self {
            Self::Yardstick(name) => act(yardsticks.program(name)?),
            Self::Subject(subject, _) => act(subject.borrow_mut().program()?),
        }
    }

    pub fn descriptor(self, yardsticks: &Yardsticks) -> Result<ProgramFd> {
        self.with(yardsticks, |program| Ok(program.fd()?.try_clone()?))
    }
}
