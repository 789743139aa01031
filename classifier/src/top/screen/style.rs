// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Colours and characters that the terminal supports.

use std::env;

use ratatui::style::{Color, Modifier, Style};

/// Drawing abilities of the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appearance {
    /// Colours, in addition to bold and dim: not with `NO_COLOR` (<https://no-color.org>).
    pub has_colours: bool,
    /// Characters beyond ASCII.
    pub has_unicode: bool,
}

impl Appearance {
    /// Reads the abilities from the environment.
    #[must_use]
    pub fn of_environment() -> Self {
        let set = |name| env::var(name).ok().filter(|value| !value.is_empty());
        // The first variable that is set wins (locale(7)).
        let locale =
            ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set).unwrap_or_default().to_lowercase();
        let has_unicode = locale.contains("utf-8") || locale.contains("utf8");
        Self { has_colours: set("NO_COLOR").is_none(), has_unicode }
    }

    fn coloured(self, style: Style, colour: Color) -> Style {
        if self.has_colours { style.fg(colour) } else { style }
    }

    pub(super) fn title(self) -> Style {
        self.coloured(Style::new().add_modifier(Modifier::BOLD), Color::Cyan)
    }

    pub(super) fn chosen() -> Style {
        Style::new().add_modifier(Modifier::BOLD | Modifier::REVERSED)
    }

    pub(super) fn quiet(self) -> Style {
        self.coloured(Style::new(), Color::DarkGray).add_modifier(if self.has_colours {
            Modifier::empty()
        } else {
            Modifier::DIM
        })
    }

    pub(super) fn strong() -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    pub(super) fn wrong(self) -> Style {
        self.coloured(Style::new().add_modifier(Modifier::BOLD), Color::Red)
    }

    pub(super) fn warning(self) -> Style {
        self.coloured(Style::new().add_modifier(Modifier::BOLD), Color::Yellow)
    }

    /// Returns the style of a word in a row.
    pub(super) fn word(self, text: &str) -> Style {
        match text {
            "ingress" => self.coloured(Style::new(), Color::Blue),
            "egress" => self.coloured(Style::new(), Color::Magenta),
            "malformed" | "fragment" => self.coloured(Style::new(), Color::Yellow),
            _ => Style::new(),
        }
    }

    pub(super) fn bars(self) -> Style {
        self.coloured(Style::new(), Color::Green)
    }

    /// Returns the mark of the sort column: largest first, or smallest.
    pub(super) const fn mark(self, largest_first: bool) -> &'static str {
        match (self.has_unicode, largest_first) {
            (true, true) => "▼",
            (true, false) => "▲",
            (false, true) => "v",
            (false, false) => "^",
        }
    }

    /// Returns the bars of a sparkline, lowest first.
    pub(super) const fn levels(self) -> [char; 8] {
        if self.has_unicode {
            ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']
        } else {
            ['_', '.', '-', '=', '+', '*', '%', '#']
        }
    }
}
