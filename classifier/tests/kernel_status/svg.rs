// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Draws a screen as an image.

use std::fmt::Write as _;

use ratatui::{
    buffer::{Buffer, Cell},
    style::{Color, Modifier},
};

/// Width, height and baseline of a character, in pixels.
const CELL: (usize, usize, usize) = (8, 17, 13);
const MARGIN: usize = 10;
const PAPER: &str = "#0d1117";
const INK: &str = "#d0d7de";

/// Draws a screen.
pub fn image(buffer: &Buffer) -> String {
    let (columns, lines) = (usize::from(buffer.area.width), usize::from(buffer.area.height));
    let (width, height) = (columns * CELL.0 + 2 * MARGIN, lines * CELL.1 + 2 * MARGIN);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"{PAPER}\"/>\n\
         <g font-family=\"ui-monospace,DejaVu Sans Mono,monospace\" font-size=\"13\">\n"
    );
    for (number, cells) in buffer.content.chunks(columns).enumerate() {
        let mut column = 0;
        for run in cells.chunk_by(|one, two| one.style() == two.style()) {
            let text: String = run.iter().map(Cell::symbol).collect();
            let place = (MARGIN + column * CELL.0, MARGIN + number * CELL.1, run.len() * CELL.0);
            write_run(&mut svg, &run[0], &text, place);
            column += run.len();
        }
    }
    svg + "</g>\n</svg>\n"
}

fn write_run(svg: &mut String, cell: &Cell, text: &str, (x, y, width): (usize, usize, usize)) {
    let is_reversed = cell.modifier.contains(Modifier::REVERSED);
    if is_reversed {
        let height = CELL.1;
        let _ =
            writeln!(svg, "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{INK}\"/>");
    }
    let before = text.chars().take_while(|char| *char == ' ').count();
    let text = text.trim_matches(' ');
    if text.is_empty() {
        return;
    }
    let ink = if is_reversed { PAPER } else { colour(cell.fg) };
    let weight = if cell.modifier.contains(Modifier::BOLD) { " font-weight=\"bold\"" } else { "" };
    let (x, width, line) = (x + before * CELL.0, text.chars().count() * CELL.0, y + CELL.2);
    // A blank that no renderer drops.
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace(' ', "\u{a0}");
    let _ = writeln!(
        svg,
        "<text x=\"{x}\" y=\"{line}\" textLength=\"{width}\" lengthAdjust=\"spacingAndGlyphs\" \
         fill=\"{ink}\"{weight}>{text}</text>"
    );
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the screen uses no others")]
fn colour(colour: Color) -> &'static str {
    match colour {
        Color::Cyan => "#39c5cf",
        Color::Blue => "#58a6ff",
        Color::Magenta => "#d2a8ff",
        Color::Green => "#3fb950",
        Color::Yellow => "#e3b341",
        Color::Red => "#ff7b72",
        Color::DarkGray => "#8b949e",
        _ => INK,
    }
}
