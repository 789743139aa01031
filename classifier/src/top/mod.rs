//! `classifier top`: rates per interface and protocol, live, in a terminal.
//!
//! A [`Source`] gives samples, [`Board`] knows what follows from them, [`State`] what the screen shows of it and what keys
//! change, and [`draw`] draws it: none of them waits or asks the time. `task` alone does, and `terminal` alone knows that
//! there is one.

mod board;
mod history;
mod quantity;
mod rates;
mod sample;
mod screen;
mod source;
mod state;
mod table;
mod tabs;
mod task;
mod terminal;
mod word;
mod written;

use std::{
    io::{self, IsTerminal as _},
    time::Duration,
};

use thiserror::Error;
use tokio::runtime;

pub use self::{
    board::Board,
    history::{History, SECONDS},
    rates::{Rate, Rates},
    sample::{Flow, Ftp, Hooks, Message, Peer, Sample, Sources, Tally},
    screen::{Look, draw},
    source::{BadUrl, Origin, Peers, Source, SourceError, Target, Unlike, pinned, scraped},
    state::State,
    tabs::Tab,
    word::{Word, Words},
    written::{Report, text},
};
pub use crate::status::Format;

/// How to look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// At what.
    pub origin: Origin,
    /// How often.
    pub interval: Duration,
    /// Write what one interval brings, and end.
    pub once: bool,
    /// A screen, or an object an interval.
    pub format: Format,
}

/// Nothing is shown any more.
#[derive(Debug, Error)]
pub enum TopError {
    /// The operating system refuses something basic.
    #[error("cannot start: {0}; see `ulimit -a`")]
    Start(#[source] io::Error),
    /// A file that was named cannot be used.
    #[error(transparent)]
    Open(#[from] SourceError),
    /// Asked for one look, there is none.
    #[error("{0}")]
    Source(String),
    /// A screen needs a terminal.
    #[error("standard output is no terminal; use --once, or --format json")]
    NoTerminal,
    /// The terminal does not do what it is told.
    #[error("cannot use the terminal: {0}; use --once, or --format json")]
    Terminal(#[source] io::Error),
    /// What is written goes nowhere.
    #[error("cannot write to standard output: {0}")]
    Write(#[source] io::Error),
    /// The object cannot be written.
    #[error("cannot write JSON: {0}; use --format text, and report it")]
    Json(#[from] serde_json::Error),
}

/// Looks, and shows what is seen until it is ended.
///
/// # Errors
///
/// When it cannot begin; with [`Options::once`], also when the source cannot be read.
pub fn top(options: &Options) -> Result<(), TopError> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build().map_err(TopError::Start)?;
    let ended = runtime.block_on(async {
        let source = Source::new(options.origin.clone())?;
        match options.format {
            _ if options.once => task::once(options, source).await,
            Format::Json => task::stream(options, source).await,
            Format::Text if !io::stdout().is_terminal() => Err(TopError::NoTerminal),
            Format::Text => task::screen(options, source).await,
        }
    });
    // A look-up of a name that hangs holds up nobody.
    runtime.shutdown_background();
    ended
}
