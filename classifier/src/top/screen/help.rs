//! What keys do.

use ratatui::text::{Line, Span};

use super::Look;

const KEYS: [(&str, &str); 13] = [
    ("1 to 5", "show a tab"),
    ("Tab", "the next tab; with Shift the one before"),
    ("s >", "sort by the next column"),
    ("S <", "sort by the column before"),
    ("r", "sort the other way round"),
    ("/", "show only rows with these words; Enter keeps, Esc clears"),
    ("p Space", "pause, and go on"),
    ("j k", "scroll, also by the arrows"),
    ("PgDn PgUp", "scroll by a screen"),
    ("g G", "to the first row, to the last"),
    ("? h", "this help"),
    ("q Esc", "end"),
    ("", "Dim rows are still. A bar is a part of its row's highest."),
];

/// All of them.
pub(super) fn lines(look: Look) -> Vec<Line<'static>> {
    let line = |(keys, what): (&'static str, &'static str)| {
        Line::from(vec![Span::styled(format!("{keys:<11}"), look.title()), Span::raw(what)])
    };
    KEYS.map(line).into()
}

/// The most needed ones, as many as there is room for.
pub(super) fn foot(look: Look, width: usize) -> Line<'static> {
    let mut spans = Vec::new();
    let mut room = width;
    let most = [
        ("q", "quit"),
        ("?", "help"),
        ("Tab", "next tab"),
        ("/", "filter"),
        ("s", "sort"),
        ("r", "reverse"),
        ("p", "pause"),
    ];
    for (key, what) in most {
        let length = key.len() + what.len() + 3;
        if length > room {
            break;
        }
        room -= length;
        spans.push(Span::styled(key, look.title()));
        spans.push(Span::styled(format!(" {what}  "), look.quiet()));
    }
    Line::from(spans)
}
