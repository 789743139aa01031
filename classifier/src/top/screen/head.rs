// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Draws the lines above the table: source, tabs, totals, problems.

use std::time::Duration;

use ratatui::text::{Line, Span};

use super::Appearance;
use crate::top::{
    board::Board,
    quantity::{bit_rate, whole},
    rates::Rate,
    sample::Hooks,
    state::State,
    tabs::Tab,
};

/// Draws the line of the source, with the age of its sample.
pub(super) fn origin(state: &State, look: Appearance, width: usize) -> Line<'static> {
    let board = state.board();
    let (fresh, style) = match (&board.failure, state.is_paused(), &board.latest) {
        (_, true, _) => ("paused".into(), look.warning()),
        (Some((_, _)), _, Some((at, _))) => {
            (format!("{} old", seconds(state.now.saturating_sub(*at))), look.wrong())
        }
        (Some(_), _, None) => ("no data yet".into(), look.wrong()),
        (None, _, _) => (format!("every {}", seconds(state.interval)), look.quiet()),
    };
    let source = match &board.latest {
        Some((_, sample)) if board.failure.is_none() => &sample.origin,
        _ => &state.source,
    };
    let name = "classifier top  ";
    let room = width.saturating_sub(name.len() + fresh.len() + 2);
    let source = cut(source, room);
    let gap = " ".repeat(room.saturating_sub(Span::raw(&source).width()) + 2);
    Line::from(vec![
        Span::styled(name, look.title()),
        Span::raw(source),
        Span::raw(gap),
        Span::styled(fresh, style),
    ])
}

/// Draws the tabs, with their keys.
pub(super) fn tabs(state: &State, look: Appearance, width: usize) -> Line<'static> {
    let titles: usize = Tab::ALL.iter().map(|tab| tab.title().len()).sum();
    // The last tab needs no gap.
    let fits = |beside: usize| titles + Tab::ALL.len() * beside <= width + 1;
    let mut spans = Vec::new();
    for (number, tab) in (1_usize..).zip(Tab::ALL) {
        let is_shown = tab == state.tab;
        // On a narrow screen, only the current tab has its title.
        let title = match tab.title() {
            title if fits(5) => format!(" {number} {title} "),
            title if fits(3) => format!("{number} {title}"),
            title if is_shown => format!(" {number} {title} "),
            _ => format!(" {number} "),
        };
        spans.push(Span::styled(title, if is_shown { Appearance::chosen() } else { look.quiet() }));
        spans.push(Span::raw(" "));
    }
    Line::from(spans)
}

/// Draws the totals of both directions, as long as the width permits.
pub(super) fn totals(state: &State, look: Appearance, width: usize) -> Line<'static> {
    let board = state.board();
    let Some((_, sample)) = &board.latest else { return Line::default() };
    let hangs = |hooks: &&Hooks| &*hooks.ingress != "none" || &*hooks.egress != "none";
    let attached = sample.interfaces.values().filter(hangs).count();
    let attached = match board.failure {
        None => format!("{attached}/{} attached", sample.interfaces.len()),
        Some(_) => String::new(),
    };
    let forms = [
        (Some(" packets/s  "), "    ", &*attached),
        (Some(" packets/s "), "  ", &*attached),
        (Some(" packets/s "), "  ", ""),
        (None, "  ", ""),
    ];
    let line = |(packets, gap, rest): (Option<&'static str>, &'static str, &str)| {
        let mut spans = Vec::new();
        for (direction, word) in [("ingress", "in "), ("egress", "out ")] {
            let rate = sum(board, direction);
            let packet_rate = || rate.map_or_else(|| "-".into(), |rate| whole(rate.packets));
            let (bits, unit) = rate.map_or_else(|| ("-".into(), "bit/s".into()), |rate| bit_rate(rate.bits));
            spans.push(Span::styled(word, look.quiet()));
            if let Some(packets) = packets {
                spans.push(Span::styled(packet_rate(), Appearance::strong()));
                spans.push(Span::styled(packets, look.quiet()));
            }
            spans.push(Span::styled(bits, Appearance::strong()));
            spans.push(Span::styled(format!(" {unit}{gap}"), look.quiet()));
        }
        spans.push(Span::styled(rest.to_owned(), look.quiet()));
        Line::from(spans)
    };
    let fits = forms.map(line).into_iter().find(|line| line.width() <= width);
    fits.unwrap_or_else(|| line(forms[3]))
}

/// Sums all flows in a direction; `None` if there are no rates now.
fn sum(board: &Board, direction: &str) -> Option<Rate> {
    let rates = board.rates.as_ref().filter(|_| board.failure.is_none())?;
    let its = rates.traffic.iter().filter(|(flow, _)| &*flow.direction == direction);
    let add = |sum: Rate, (_, rate): (_, &Rate)| Rate {
        packets: sum.packets + rate.packets,
        bits: sum.bits + rate.bits,
    };
    Some(its.fold(Rate::default(), add))
}

/// Draws the problems, most severe first.
pub(super) fn problems(state: &State, look: Appearance) -> Vec<Line<'static>> {
    let board = state.board();
    let mut lines = Vec::new();
    if let Some((since, reason)) = &board.failure {
        let lasts = seconds(state.now.saturating_sub(*since));
        lines.push(Line::styled(format!("for {lasts}: {reason}"), look.wrong()));
    }
    let sample = board.latest.as_ref().map(|(_, sample)| sample).filter(|_| board.failure.is_none());
    let problems = sample.into_iter().flat_map(|sample| &sample.problems);
    lines.extend(problems.map(|problem| Line::styled(problem.clone(), look.warning())));
    lines
}

/// Cuts a text to a width.
pub(super) fn cut(text: &str, room: usize) -> String {
    if text.chars().count() <= room {
        return text.to_owned();
    }
    text.chars().take(room.saturating_sub(1)).chain((room > 0).then_some('~')).collect()
}

/// Writes whole seconds, or tenths below ten.
fn seconds(time: Duration) -> String {
    if time < Duration::from_secs(10) && time.subsec_millis() >= 50 {
        format!("{:.1}s", time.as_secs_f64())
    } else {
        format!("{}s", time.as_secs())
    }
}
