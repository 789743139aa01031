// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Writes to standard error without ever waiting.
//!
//! The reader of standard error may stop: a pager, a container's runtime, a journal on a full disk. A line
//! that cannot be written at once is dropped and counted: scrapes, the watchdog and FTP must not wait for a
//! log.

use std::{
    fs::File,
    io::{self, Write},
    sync::{
        OnceLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    fs::{FileType, Mode, OFlags, fstat, open},
    net::{SendFlags, send},
};

/// Method of writing; once it is set, no write waits.
static METHOD: OnceLock<Method> = OnceLock::new();

static DROPPED: AtomicU64 = AtomicU64::new(0);

/// True if the last line was written in part.
static IS_CUT: AtomicBool = AtomicBool::new(false);

/// Method of writing without waiting, by the kind of standard error.
enum Method {
    /// A socket, with a flag on each call.
    Socket,
    /// A pipe or terminal, opened again: the non-blocking flag of the original is shared with other
    /// processes.
    Opened(File),
    /// A pipe or terminal that cannot be opened again, polled first.
    Asked,
    /// A file, which never blocks.
    File,
}

impl Method {
    fn of(stream: &io::Stderr) -> Self {
        match fstat(stream).map(|stat| FileType::from_raw_mode(stat.st_mode)) {
            Ok(FileType::Socket) => Self::Socket,
            Ok(FileType::Fifo | FileType::CharacterDevice) => {
                let flags = OFlags::WRONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
                open("/proc/self/fd/2", flags, Mode::empty())
                    .map_or(Self::Asked, |opened| Self::Opened(opened.into()))
            }
            _ => Self::File,
        }
    }

    fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        let stream = io::stderr();
        match self {
            Self::Socket => Ok(send(&stream, bytes, SendFlags::DONTWAIT | SendFlags::NOSIGNAL)?),
            Self::Opened(file) => (&*file).write(bytes),
            Self::Asked => {
                let now = Timespec { tv_sec: 0, tv_nsec: 0 };
                match poll(&mut [PollFd::new(&stream, PollFlags::OUT)], Some(&now))? {
                    0 => Err(io::ErrorKind::WouldBlock.into()),
                    _ => stream.lock().write(bytes),
                }
            }
            Self::File => stream.lock().write(bytes),
        }
    }
}

/// Drops lines that standard error does not accept at once, from here on.
pub fn never_wait() {
    METHOD.get_or_init(|| Method::of(&io::stderr()));
}

/// Counts dropped lines, including truncated ones.
#[must_use]
pub fn dropped_lines() -> u64 {
    DROPPED.load(Ordering::Relaxed)
}

/// Writer of whole lines, one for each call.
#[derive(Clone, Copy, Debug)]
pub(super) struct StandardError;

impl Write for StandardError {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let Some(method) = METHOD.get() else {
            return io::stderr().lock().write_all(line).map(|()| line.len());
        };
        // The line after a truncated one begins on a new line.
        let (begins, mut bytes) = (IS_CUT.load(Ordering::Relaxed), Vec::new());
        let whole = if begins {
            bytes.push(b'\n');
            bytes.extend_from_slice(line);
            &bytes
        } else {
            line
        };
        let written = method.write(whole).unwrap_or_default();
        if written > 0 {
            IS_CUT.store(written < whole.len(), Ordering::Relaxed);
        }
        if written < whole.len() {
            DROPPED.fetch_add(1, Ordering::Relaxed);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
