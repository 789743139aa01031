// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Draws the state.

mod head;
mod help;
mod rows;
mod spark;
mod style;

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
    widgets::{Paragraph, Wrap},
};

use self::rows::Drawn;
pub use self::style::Appearance;
use super::state::State;

/// Smallest screen; on a smaller one only its size is asked for.
const LEAST: (u16, u16) = (30, 7);

/// Most lines of problems.
const PROBLEM_LINES: usize = 3;

/// Draws the state, and notes the number of table rows, for keys that scroll by pages.
pub fn draw(state: &mut State, look: Appearance, frame: &mut Frame<'_>) {
    let area = frame.area();
    if area.width < LEAST.0 || area.height < LEAST.1 {
        let text = format!("too small: {}x{}, needs {}x{}", area.width, area.height, LEAST.0, LEAST.1);
        frame.render_widget(Paragraph::new(text).wrap(Wrap { trim: true }), area);
        return;
    }
    let width = usize::from(area.width);
    let mut place = Lines { left: area };
    for line in
        [head::origin(state, look, width), head::tabs(state, look, width), head::totals(state, look, width)]
    {
        place.line(frame, line);
    }
    place.problems(frame, head::problems(state, look));
    let foot = place.foot();
    frame.render_widget(foot_line(state, look, width), foot);
    if state.has_help {
        frame.render_widget(Paragraph::new(help::lines(look)).wrap(Wrap { trim: false }), place.left);
        return;
    }
    let table = state.table();
    if table.rows.is_empty() {
        let text = match (&state.filter[..], &state.board().latest) {
            (_, None) => "",
            ("", _) => &table.empty,
            (_, _) => "no row matches the filter",
        };
        let text = Paragraph::new(Line::styled(text.to_owned(), look.quiet())).wrap(Wrap { trim: true });
        frame.render_widget(text, place.left);
        return;
    }
    let drawn = Drawn::new(&table, state.order(), look, state.board().failure.is_some(), width);
    place.line(frame, drawn.titles());
    state.page = usize::from(place.left.height).max(1);
    state.scrolled = state.scrolled.min(table.rows.len().saturating_sub(state.page));
    for row in table.rows.iter().skip(state.scrolled).take(state.page) {
        place.line(frame, drawn.row(row));
    }
}

fn foot_line(state: &State, look: Appearance, width: usize) -> Line<'static> {
    if state.is_typing {
        return Line::from(vec![
            Span::styled("filter: ", look.title()),
            Span::raw(format!("{}_", state.filter)),
        ]);
    }
    if state.filter.is_empty() {
        return help::foot(look, width);
    }
    let filter = format!("filter: {}  ", state.filter);
    let rest = help::foot(look, width.saturating_sub(filter.chars().count()));
    Line::from([vec![Span::styled(filter, look.warning())], rest.spans].concat())
}

/// The rest of the screen, taken from its top.
struct Lines {
    left: Rect,
}

impl Lines {
    fn take(&mut self, height: u16) -> Rect {
        let taken = Rect { height: height.min(self.left.height), ..self.left };
        self.left.y += taken.height;
        self.left.height -= taken.height;
        taken
    }

    fn line(&mut self, frame: &mut Frame<'_>, line: Line<'_>) {
        let place = self.take(1);
        if place.height > 0 {
            frame.render_widget(line, place);
        }
    }

    /// Draws as many lines as the problems need, up to a limit; the table keeps some.
    fn problems(&mut self, frame: &mut Frame<'_>, problems: Vec<Line<'static>>) {
        let width = usize::from(self.left.width).max(1);
        // With line breaks between words, a text may need one more line than its length requires.
        let needed: usize = problems.iter().map(|line| (line.width() + width / 8).div_ceil(width)).sum();
        let height = needed.min(PROBLEM_LINES).min(usize::from(self.left.height.saturating_sub(4)));
        let place = self.take(u16::try_from(height).unwrap_or(1));
        frame.render_widget(Paragraph::new(problems).wrap(Wrap { trim: true }), place);
    }

    fn foot(&mut self) -> Rect {
        self.left.height = self.left.height.saturating_sub(1);
        Rect { y: self.left.y + self.left.height, height: 1, ..self.left }
    }
}
