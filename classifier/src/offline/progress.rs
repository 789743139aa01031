// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Shows on a terminal how much of a file has been read.

use std::{
    io::{self, IsTerminal as _, Read},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Least duration of a read that gets a bar.
const PATIENCE: Duration = Duration::from_secs(1);

const BAR: &str = "{bar:40} {bytes} of {total_bytes}, {binary_bytes_per_sec}, {eta} left";
/// Template for a stream of unknown length.
const LINE: &str = "{spinner} {bytes}, {binary_bytes_per_sec}";

/// A stream that counts its bytes.
pub(super) struct Progress<R> {
    source: R,
    length: Option<u64>,
    read: u64,
    began: Instant,
    bar: Option<ProgressBar>,
}

impl<R: Read + 'static> Progress<R> {
    /// Wraps a stream; without `shown` or a terminal, returns it unchanged.
    pub(super) fn of(source: R, length: Option<u64>, shown: bool) -> Box<dyn Read> {
        if shown && io::stderr().is_terminal() {
            Box::new(Self { source, length, read: 0, began: Instant::now(), bar: None })
        } else {
            Box::new(source)
        }
    }
}

impl<R> Progress<R> {
    fn show(&mut self) {
        let bar = self.bar.get_or_insert_with(|| {
            let bar = ProgressBar::with_draw_target(self.length, ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template(if self.length.is_some() { BAR } else { LINE });
            if let Ok(style) = style {
                bar.set_style(style);
            }
            bar
        });
        bar.set_position(self.read);
    }
}

impl<R: Read> Read for Progress<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        self.read += count as u64;
        if self.began.elapsed() >= PATIENCE {
            self.show();
        }
        Ok(count)
    }
}

impl<R> Drop for Progress<R> {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
