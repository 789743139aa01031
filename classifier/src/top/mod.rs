// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! `classifier top`: live rates per interface and protocol, in a terminal.
//!
//! A [`Source`] gives samples, [`Board`] derives rates, [`State`] has the screen's state and handles keys,
//! and [`draw`] draws it: none of them waits or reads the time. `task` alone waits, and `terminal` alone uses
//! the terminal.

mod board;
mod history;
mod options;
mod quantity;
mod rates;
mod recorder;
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

use std::io::{self, IsTerminal as _};

use tokio::runtime;

pub use self::{
    board::Board,
    history::{History, SECONDS},
    options::{Options, TopError},
    rates::{Rate, Rates},
    sample::{Decision, Flow, Ftp, Hooks, Listing, Message, OtherService, Peer, Sample, Tally},
    screen::{Appearance, draw},
    source::{
        BadUrl, Due, Origin, Peers, Recording, RecordingError, Source, SourceError, Target, Unlike, pinned,
        scraped,
    },
    state::State,
    tabs::Tab,
    word::{Word, Words},
    written::{Report, text},
};
pub use crate::status::Format;

/// Reads and shows a source until it is ended.
///
/// # Errors
///
/// When the source cannot be opened; with [`Options::once`], also when the source cannot be read.
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
    // A pending name lookup must not delay the exit.
    runtime.shutdown_background();
    match ended {
        Err(TopError::Write(error)) if error.reader_is_gone() => Ok(()),
        ended => ended,
    }
}
