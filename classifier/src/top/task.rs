// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Reads the source at each interval, and shows the sample.

use std::{
    cell::Cell,
    time::{Duration, SystemTime},
};

use crossterm::event::EventStream;
use tokio::{
    select,
    signal::unix::{Signal, SignalKind, signal},
    sync::Notify,
    time::{Instant, Interval, MissedTickBehavior, interval_at, sleep_until},
};
use tokio_stream::StreamExt as _;

use super::{
    Format, Options, TopError,
    board::Board,
    recorder::Recorder,
    sample::Sample,
    source::{Due, Peers, Source},
    state::State,
    terminal::Screen,
    written::{Report, text},
};
use crate::stdout;

/// Interval of drawing while the source is slow.
const REDRAW: Duration = Duration::from_millis(500);

/// Waits until the source is to be read.
async fn due(source: &Source, ticks: &mut Interval, start: Instant) {
    match source.due() {
        Due::Interval => drop(ticks.tick().await),
        Due::At(time) => sleep_until(start + time).await,
        Due::Never => std::future::pending().await,
    }
}

/// Reads a sample with its time, which is between question and answer: a slow answer then distorts no rate.
/// A recording has its own time.
async fn read(source: &mut Source, peers: Peers, start: Instant) -> (Duration, Result<Sample, String>) {
    let asked = Instant::now();
    let read = source.read(peers).await;
    let middle = (asked - start) + asked.elapsed() / 2;
    (source.time().unwrap_or(middle), read.map_err(|error| error.to_string()))
}

/// Reads twice, or a recording to its end, and writes the last rates.
pub(super) async fn once(options: &Options, mut source: Source) -> Result<(), TopError> {
    let (start, mut board) = (Instant::now(), Board::default());
    let moment = if let Source::Recorded(recording) = &mut source {
        while recording.has_next() {
            let read = recording.take().map_err(|error| error.to_string());
            board.take(recording.time(), read);
        }
        recording.moment()
    } else {
        for time in [start, start + options.interval] {
            sleep_until(time).await;
            let (at, read) = read(&mut source, Peers::Largest, start).await;
            board.take(at, Ok(read.map_err(TopError::Source)?));
        }
        SystemTime::now()
    };
    let written = match options.format {
        Format::Text => text(&board),
        Format::Json => Report::of(&board, &source.name(), moment).line()?,
    };
    Ok(stdout::write(&written)?)
}

/// Writes an object at each interval, until a signal arrives or the reader closes the output.
pub(super) async fn stream(options: &Options, mut source: Source) -> Result<(), TopError> {
    let (start, mut board, mut ends) = (Instant::now(), Board::default(), Ends::listen()?);
    let mut ticks = interval_at(start, options.interval);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    while source.due() != Due::Never {
        select! {
            () = ends.wait() => return Ok(()),
            () = due(&source, &mut ticks, start) => {}
        }
        let (at, read) = select! {
            () = ends.wait() => return Ok(()),
            read = read(&mut source, Peers::Largest, start) => read,
        };
        board.take(at, read);
        // The first read has no rates yet, but its failure is reported at once.
        if board.rates.is_some() || board.failure.is_some() {
            let line = Report::of(&board, &source.name(), SystemTime::now()).line()?;
            stdout::write(&line)?;
        }
    }
    Ok(())
}

/// Shows a screen until a key or a signal ends it.
pub(super) async fn screen(options: &Options, mut source: Source) -> Result<(), TopError> {
    let (start, mut ends) = (Instant::now(), Ends::listen()?);
    let mut state = State::new(source.name(), options.interval);
    let (name, is_recorded) = (source.name(), source.due() != Due::Interval);
    let mut recorder = options.record.as_deref().map(Recorder::create).transpose()?;
    let mut screen = Screen::take().map_err(TopError::Terminal)?;
    let mut keys = EventStream::new();
    let mut ticks = interval_at(start, options.interval);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut clock = interval_at(start, REDRAW);
    // A recording has the largest peers throughout.
    let least = if recorder.is_some() { Peers::Largest } else { Peers::None };
    let (peers, opened) = (Cell::new(state.peers().max(least)), Notify::new());
    loop {
        // Keys are handled while the source is slow.
        let reading = async {
            select! {
                () = due(&source, &mut ticks, start) => {}
                () = opened.notified() => {}
            }
            read(&mut source, peers.get(), start).await
        };
        tokio::pin!(reading);
        loop {
            state.now = start.elapsed();
            screen.draw(&mut state).map_err(TopError::Terminal)?;
            select! {
                biased;
                () = ends.wait() => return Ok(()),
                event = keys.next() => match event {
                    Some(Ok(event)) => {
                        if !state.handle(&event) {
                            return Ok(());
                        }
                        peers.set(state.peers().max(least));
                        // A tab's data is read when the tab is opened: an interval may be an hour.
                        if state.lacks_peers() && !is_recorded {
                            opened.notify_one();
                        }
                    }
                    Some(Err(cause)) => return Err(TopError::Terminal(cause)),
                    // The terminal has gone.
                    None => return Ok(()),
                },
                (at, read) = &mut reading => {
                    state.take(at, read);
                    if let Some(recorder) = &mut recorder {
                        recorder.write(state.live(), &name, SystemTime::now())?;
                    }
                    break;
                }
                _ = clock.tick() => {}
            }
        }
    }
}

/// Signals that end the program: from people, from service managers, or for a terminal that has gone.
struct Ends {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
}

impl Ends {
    fn listen() -> Result<Self, TopError> {
        let listen = |kind| signal(kind).map_err(TopError::Start);
        Ok(Self {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
            hangup: listen(SignalKind::hangup())?,
        })
    }

    async fn wait(&mut self) {
        select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = self.hangup.recv() => {}
        }
    }
}
