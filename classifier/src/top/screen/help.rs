// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Describes the keys.

use ratatui::text::{Line, Span};

use super::Appearance;

const KEYS: [(&str, &str); 13] = [
    ("1 to 7", "show a tab"),
    ("Tab", "next tab; with Shift the previous tab"),
    ("s >", "sort by the next column"),
    ("S <", "sort by the previous column"),
    ("r", "reverse the order"),
    ("/", "filter rows by words; Enter keeps the filter, Esc clears it"),
    ("p Space", "pause or resume"),
    ("j k", "scroll, as the arrow keys and the mouse wheel do"),
    ("PgDn PgUp", "scroll by a screen"),
    ("g G", "first row, last row"),
    ("? h", "this help"),
    ("q Esc", "quit"),
    ("", "Dim rows are idle. Bars are relative to the peak of their row."),
];

/// Lists all keys.
pub(super) fn lines(look: Appearance) -> Vec<Line<'static>> {
    let line = |(keys, what): (&'static str, &'static str)| {
        Line::from(vec![Span::styled(format!("{keys:<11}"), look.title()), Span::raw(what)])
    };
    KEYS.map(line).into()
}

/// Lists the most important keys that fit the width.
pub(super) fn foot(look: Appearance, width: usize) -> Line<'static> {
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
