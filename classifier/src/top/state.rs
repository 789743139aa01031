// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! State of the screen, and its changes by keys. Nothing here waits, draws or reads the time.

use std::time::Duration;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseEventKind};

use super::{
    board::Board,
    sample::{Listing, Sample},
    source::Peers,
    table::{Order, Table},
    tabs::Tab,
};

/// Most characters of a filter.
const LONGEST_FILTER: usize = 64;

/// Rows that one step of the mouse wheel scrolls.
const WHEEL: usize = 3;

/// Everything that is drawn. Times are since the start.
#[derive(Clone, Debug)]
pub struct State {
    /// Name of the source.
    pub source: String,
    /// Time between two reads.
    pub interval: Duration,
    /// Current tab.
    pub tab: Tab,
    /// Sort order of each tab.
    orders: [Order; Tab::ALL.len()],
    /// Words that shown rows must include.
    pub filter: String,
    /// True if keys are typed into the filter.
    pub is_typing: bool,
    /// True if the help covers the table.
    pub has_help: bool,
    /// Rows that are scrolled past.
    pub scrolled: usize,
    /// Rows on the last drawn screen.
    pub page: usize,
    /// Live data.
    live: Board,
    /// Data at the time of the pause.
    frozen: Option<Box<Board>>,
    /// Current time.
    pub now: Duration,
}

impl State {
    /// Creates a state without data.
    #[must_use]
    pub fn new(source: String, interval: Duration) -> Self {
        Self {
            source,
            interval,
            tab: Tab::default(),
            orders: Tab::ALL.map(|tab| Order { column: tab.first_order(), is_reversed: false }),
            filter: String::new(),
            is_typing: false,
            has_help: false,
            scrolled: 0,
            page: 1,
            live: Board::default(),
            frozen: None,
            now: Duration::ZERO,
        }
    }

    /// Takes a sample, or the reason why there is none.
    pub fn take(&mut self, at: Duration, read: Result<Sample, String>) {
        self.now = self.now.max(at);
        self.live.take(at, read);
    }

    /// Returns the newest data, also while the screen is paused.
    #[must_use]
    pub const fn live(&self) -> &Board {
        &self.live
    }

    /// Returns the data to show.
    #[must_use]
    pub fn board(&self) -> &Board {
        self.frozen.as_deref().unwrap_or(&self.live)
    }

    /// Tells whether the screen is paused.
    #[must_use]
    pub const fn is_paused(&self) -> bool {
        self.frozen.is_some()
    }

    /// Returns the sort order of the current tab.
    #[must_use]
    pub const fn order(&self) -> Order {
        self.orders[self.tab as usize]
    }

    /// Returns the rows to show, sorted.
    #[must_use]
    pub fn table(&self) -> Table {
        self.tab.table(self.board()).arranged(&self.filter, self.order())
    }

    /// Returns the amount of peers that the current tab needs.
    #[must_use]
    pub fn peers(&self) -> Peers {
        if matches!(self.tab, Tab::Sources | Tab::Services) { Peers::All } else { Peers::None }
    }

    /// Tells whether the current tab needs more than the last read returned.
    #[must_use]
    pub fn lacks_peers(&self) -> bool {
        let is_unasked = |(_, sample): &(Duration, Sample)| sample.sources == Listing::Unasked;
        self.peers() != Peers::None && self.live.latest.as_ref().is_some_and(is_unasked)
    }

    /// Handles a key or the mouse wheel; `false` if it ends the program. The next drawing notices a resize.
    #[must_use]
    pub fn handle(&mut self, event: &Event) -> bool {
        match event {
            Event::Key(key) => return self.press(*key),
            Event::Mouse(mouse) if mouse.kind == MouseEventKind::ScrollDown => {
                self.scrolled = self.last().min(self.scrolled + WHEEL);
            }
            Event::Mouse(mouse) if mouse.kind == MouseEventKind::ScrollUp => {
                self.scrolled = self.scrolled.saturating_sub(WHEEL);
            }
            Event::Mouse(_) | Event::Resize(..) | Event::Paste(_) | Event::FocusGained | Event::FocusLost => {
            }
        }
        true
    }

    /// Returns the number of rows before the last screen.
    fn last(&self) -> usize {
        self.table().rows.len().saturating_sub(self.page)
    }

    /// Handles a key; `false` if it ends the program.
    #[must_use]
    pub fn press(&mut self, key: KeyEvent) -> bool {
        if key.kind == KeyEventKind::Release {
            return true;
        }
        if key.modifiers.contains(KeyModifiers::CONTROL) {
            return !matches!(key.code, KeyCode::Char('c' | 'd'));
        }
        if self.is_typing {
            self.type_into_filter(key.code);
            return true;
        }
        self.command(key.code)
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "most keys do nothing")]
    fn type_into_filter(&mut self, code: KeyCode) {
        self.scrolled = 0;
        match code {
            KeyCode::Enter => self.is_typing = false,
            KeyCode::Esc => (self.is_typing, self.filter) = (false, String::new()),
            KeyCode::Backspace => drop(self.filter.pop()),
            KeyCode::Char(char) if self.filter.chars().count() < LONGEST_FILTER => self.filter.push(char),
            _ => {}
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "most keys do nothing")]
    fn command(&mut self, code: KeyCode) -> bool {
        let last = self.last();
        match code {
            KeyCode::Esc if self.has_help => self.has_help = false,
            KeyCode::Esc if !self.filter.is_empty() => self.filter.clear(),
            KeyCode::Char('q') | KeyCode::Esc => return false,
            KeyCode::Char('?' | 'h') | KeyCode::F(1) => self.has_help = !self.has_help,
            KeyCode::Char('/') => (self.is_typing, self.has_help) = (true, false),
            KeyCode::Char('p' | ' ') => self.pause(),
            KeyCode::Char('s' | '>') | KeyCode::Right => self.sort_by_next(1),
            KeyCode::Char('S' | '<') | KeyCode::Left => self.sort_by_next(self.columns() - 1),
            KeyCode::Char('r') => self.orders[self.tab as usize].is_reversed ^= true,
            KeyCode::Tab => self.show(self.tab.beside(false)),
            KeyCode::BackTab => self.show(self.tab.beside(true)),
            KeyCode::Down | KeyCode::Char('j') => self.scrolled = last.min(self.scrolled + 1),
            KeyCode::Up | KeyCode::Char('k') => self.scrolled = self.scrolled.saturating_sub(1),
            KeyCode::PageDown => self.scrolled = last.min(self.scrolled + self.page),
            KeyCode::PageUp => self.scrolled = self.scrolled.saturating_sub(self.page),
            KeyCode::Home | KeyCode::Char('g') => self.scrolled = 0,
            KeyCode::End | KeyCode::Char('G') => self.scrolled = last,
            KeyCode::Char(digit) => {
                let place = digit.to_digit(10).and_then(|digit| usize::try_from(digit).ok()?.checked_sub(1));
                place.and_then(|place| Tab::ALL.get(place)).into_iter().for_each(|tab| self.show(*tab));
            }
            _ => {}
        }
        true
    }

    fn pause(&mut self) {
        self.frozen = match self.frozen.take() {
            Some(_) => None,
            None => Some(Box::new(self.live.clone())),
        };
    }

    fn show(&mut self, tab: Tab) {
        (self.tab, self.scrolled) = (tab, 0);
    }

    fn columns(&self) -> usize {
        self.tab.table(&Board::default()).columns.len()
    }

    fn sort_by_next(&mut self, steps: usize) {
        let columns = self.columns();
        let order = &mut self.orders[self.tab as usize];
        *order = Order { column: (order.column + steps) % columns, is_reversed: false };
        self.scrolled = 0;
    }
}
