//! Programs that are compared.

use std::cell::RefCell;

use anyhow::Result;
use aya::programs::{Program, ProgramFd};

use super::{burden::Burden, subject::Subject};
use crate::yardsticks::Yardsticks;

/// A program, and what it has to do with.
#[derive(Clone, Copy)]
pub enum Contender<'a> {
    /// One of those to compare with.
    Yardstick(&'static str),
    /// The one under test, which may stand there several times.
    Subject(&'a RefCell<Subject>, Burden),
}

impl Contender<'_> {
    /// Gets it ready.
    pub fn prepare(self) -> Result<()> {
        match self {
            Self::Yardstick(_) => Ok(()),
            Self::Subject(subject, burden) => subject.borrow_mut().bear(burden),
        }
    }

    /// Does something with its program.
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
