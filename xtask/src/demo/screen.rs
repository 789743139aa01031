// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The live table: redrawn on a terminal, one line per round elsewhere.

use std::io::{IsTerminal, stdout};

use rustix::termios::tcgetwinsize;

use super::{digits::grouped, scrape::Scrape, table::render};

#[derive(Default)]
pub struct Screen {
    /// Lines above the cursor that the next table replaces.
    drawn: usize,
}

impl Screen {
    pub fn show(&mut self, round: u32, scrape: &Scrape, differences: &[String]) {
        let total = scrape.counts.total();
        let verdict = match differences {
            [] => "equal to a capture at the client's end".into(),
            [first, ..] => format!("{} differ from a capture: {first}", differences.len()),
        };
        let summary = format!(
            "round {round}: {} packets, {} bytes, {verdict}",
            grouped(total.packets),
            grouped(total.bytes)
        );
        let out = stdout();
        match tcgetwinsize(&out) {
            Ok(size) if out.is_terminal() => {
                let text = format!("{summary} \n\n{}", render(scrape));
                self.draw(&text, size.ws_row.into(), size.ws_col.into());
            }
            _ => println!("{summary}"),
        }
    }

    fn draw(&mut self, text: &str, rows: usize, columns: usize) {
        let lines = fitting(text, rows, columns);
        if self.drawn > 0 {
            print!("\x1b[{}A\r", self.drawn);
        }
        self.drawn = lines.len();
        // Redrawn line by line: clearing the screen flickers, and some terminals keep the cleared text.
        for line in lines {
            println!("{line}\x1b[K");
        }
        print!("\x1b[J");
    }

    /// Prints the whole table at the end.
    pub fn end(self, scrape: &Scrape) {
        if self.drawn > 0 {
            print!("\x1b[{}A\r\x1b[J", self.drawn);
        }
        println!("{}", render(scrape));
    }
}

/// Cuts a text to the lines that fit above the cursor. A window of unknown size has 0 rows.
fn fitting(text: &str, rows: usize, columns: usize) -> Vec<String> {
    let whole: Vec<&str> = text.lines().collect();
    let room = if rows > 2 { rows - 1 } else { whole.len() };
    let cut = |line: &str| line.chars().take(if columns > 0 { columns } else { usize::MAX }).collect();
    if whole.len() <= room {
        return whole.into_iter().map(cut).collect();
    }
    let mut lines: Vec<String> = whole[..room - 1].iter().map(|line| cut(line)).collect();
    lines.push(cut(&format!("{} more lines: enlarge the window", whole.len() + 1 - room)));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_whole() {
        assert_eq!(fitting("a\n\nbc\n", 24, 80), ["a", "", "bc"]);
        assert_eq!(fitting("a\nbc\n", 0, 0), ["a", "bc"]);
    }

    #[test]
    fn a_small_window_says_what_it_lacks() {
        assert_eq!(fitting("1\n2\n3\n4\n", 4, 10), ["1", "2", "2 more lin"]);
        assert_eq!(fitting("1\n2\n3\n4\n", 5, 80), ["1", "2", "3", "4"]);
    }
}
