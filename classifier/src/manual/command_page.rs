// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The man page of a command: clap's sections, and those that no flag has.

use std::{fs::File, io, path::Path};

use clap::Command;
use clap_mangen::{
    Man,
    roff::{Roff, bold, roman},
};

use super::text::{entry, heading, see_also, verbatim};
use crate::cli::{Sections, sections_of};

/// Writes the page of a command that is built.
pub(super) fn write(command: &Command, folder: &Path) -> io::Result<()> {
    let page = Man::new(command.clone());
    let page = page.source(concat!("classifier ", env!("CARGO_PKG_VERSION"))).manual("classifier");
    let file = &mut File::create(folder.join(page.get_filename()))?;
    page.render_title(file)?;
    page.render_name_section(file)?;
    page.render_synopsis_section(file)?;
    page.render_description_section(file)?;
    page.render_options_section(file)?;
    if command.has_subcommands() {
        page.render_subcommands_section(file)?;
    }
    let name = if command.has_subcommands() { "" } else { command.get_name() };
    match sections_of(name) {
        Some(sections) => further(sections).to_writer(file),
        None => Ok(()),
    }
}

fn further(sections: &Sections) -> Roff {
    let mut roff = Roff::new();
    heading(&mut roff, "EXAMPLES");
    for example in sections.examples {
        roff.control("PP", []);
        roff.text([roman(format!("{}:", example.purpose))]);
        verbatim(&mut roff, [example.line]);
    }
    if !sections.files.is_empty() {
        heading(&mut roff, "FILES");
        for (path, content) in sections.files {
            entry(&mut roff, vec![bold(*path)], content);
        }
    }
    heading(&mut roff, "EXIT STATUS");
    for (status, meaning) in sections.exit_status {
        entry(&mut roff, vec![bold(*status)], meaning);
    }
    see_also(&mut roff, sections.see_also);
    roff
}
