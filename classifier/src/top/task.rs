//! Reads the source once an interval, and shows what it says.

use std::{
    cell::Cell,
    io::{self, Write as _, stdout},
    time::{Duration, SystemTime},
};

use crossterm::event::{Event, EventStream};
use tokio::{
    select,
    signal::unix::{Signal, SignalKind, signal},
    sync::Notify,
    time::{Instant, MissedTickBehavior, interval_at},
};
use tokio_stream::StreamExt as _;

use super::{
    Format, Options, TopError,
    board::Board,
    sample::Sample,
    source::{Peers, Source},
    state::State,
    terminal::Screen,
    written::{Report, text},
};

/// The time goes on on the screen, so often, while the source is slow.
const REDRAW: Duration = Duration::from_millis(500);

/// What was read, and when: between the question and the answer, so that a slow answer makes no rate wrong.
async fn read(source: &mut Source, peers: Peers, start: Instant) -> (Duration, Result<Sample, String>) {
    let asked = Instant::now();
    let read = source.read(peers).await;
    let middle = (asked - start) + asked.elapsed() / 2;
    (middle, read.map_err(|error| error.to_string()))
}

/// Looks twice, and writes what there is between.
pub(super) async fn once(options: &Options, mut source: Source) -> Result<(), TopError> {
    let (start, mut board) = (Instant::now(), Board::default());
    for time in [start, start + options.interval] {
        tokio::time::sleep_until(time).await;
        let (at, read) = read(&mut source, Peers::Largest, start).await;
        board.take(at, Ok(read.map_err(TopError::Source)?));
    }
    let written = match options.format {
        Format::Text => text(&board),
        Format::Json => Report::of(&board, &source.name(), SystemTime::now()).line()?,
    };
    write(&written)
}

/// Writes an object an interval, until a signal comes or nobody reads any more.
pub(super) async fn stream(options: &Options, mut source: Source) -> Result<(), TopError> {
    let (start, mut board, mut ends) = (Instant::now(), Board::default(), Ends::listen()?);
    let mut ticks = interval_at(start, options.interval);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        select! {
            () = ends.wait() => return Ok(()),
            _ = ticks.tick() => {}
        }
        let (at, read) = select! {
            () = ends.wait() => return Ok(()),
            read = read(&mut source, Peers::Largest, start) => read,
        };
        board.take(at, read);
        // The first look has no rates yet; that it fails is told at once.
        if board.rates.is_some() || board.failure.is_some() {
            let line = Report::of(&board, &source.name(), SystemTime::now()).line()?;
            match write(&line) {
                Err(TopError::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
                written => written?,
            }
        }
    }
}

/// Shows a screen, until a key or a signal ends it.
pub(super) async fn screen(options: &Options, mut source: Source) -> Result<(), TopError> {
    let (start, mut ends) = (Instant::now(), Ends::listen()?);
    let mut state = State::new(source.name(), options.interval);
    let mut screen = Screen::take().map_err(TopError::Terminal)?;
    let mut keys = EventStream::new();
    let mut ticks = interval_at(start, options.interval);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut clock = interval_at(start, REDRAW);
    let (peers, opened) = (Cell::new(state.peers()), Notify::new());
    loop {
        // Keys are heard while the source is slow to answer.
        let reading = async {
            select! {
                _ = ticks.tick() => {}
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
                    Some(Ok(Event::Key(key))) => {
                        if !state.press(key) {
                            return Ok(());
                        }
                        peers.set(state.peers());
                        // What a tab needs is looked at when it is opened; an interval may be an hour.
                        if state.lacks_peers() {
                            opened.notify_one();
                        }
                    }
                    // A resize, which the next drawing finds by itself.
                    Some(Ok(_)) => {}
                    Some(Err(cause)) => return Err(TopError::Terminal(cause)),
                    // The terminal is gone.
                    None => return Ok(()),
                },
                (at, read) = &mut reading => {
                    state.take(at, read);
                    break;
                }
                _ = clock.tick() => {}
            }
        }
    }
}

fn write(text: &str) -> Result<(), TopError> {
    let mut out = stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(TopError::Write)
}

/// Signals that end it: asked to by people, by service managers, or because the terminal is gone.
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
