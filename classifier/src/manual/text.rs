// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Sections of a man page, in roff.

use clap_mangen::roff::{Inline, Roff, bold, roman};

/// A line of text, in which words between backticks are bold.
pub(super) fn line(text: &str) -> Vec<Inline> {
    let part = |(nth, part): (usize, &str)| if nth % 2 == 0 { roman(part) } else { bold(part) };
    text.split('`').enumerate().map(part).collect()
}

/// The heading of a section.
pub(super) fn heading(roff: &mut Roff, name: &str) {
    roff.control("SH", [name]);
}

/// A term, and its meaning indented below it.
pub(super) fn entry(roff: &mut Roff, term: Vec<Inline>, meaning: &str) {
    roff.control("TP", []);
    roff.text(term);
    roff.text(line(meaning));
}

/// Lines as they are, indented.
pub(super) fn verbatim<'t>(roff: &mut Roff, lines: impl IntoIterator<Item = &'t str>) {
    roff.control("RS", ["4"]);
    roff.control("nf", []);
    for line in lines {
        roff.text([roman(line)]);
    }
    roff.control("fi", []);
    roff.control("RE", []);
}

/// The section of references to other pages.
pub(super) fn see_also(roff: &mut Roff, pages: &[&str]) {
    heading(roff, "SEE ALSO");
    roff.text([roman(pages.join(", "))]);
}
