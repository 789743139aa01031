// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Comparison with recorded texts, and with the generated parts of pages.

use std::{env, fs, path::Path};

/// End of a generated part of a page.
const END: &str = "<!-- end of what is generated -->";

/// Compares with a recorded text; with `UPDATE_GOLDEN` set, records the text instead.
pub fn assert_golden(name: &str, written: &str, expected: &str) {
    assert_recorded(&format!("tests/agent/golden/{name}"), written, expected);
}

/// Compares each generated part of a page, named from `docs` on, with the text for the part's name, and returns the page.
/// With `UPDATE_GOLDEN` set, the parts are written instead.
pub fn assert_page(name: &str, generated: impl Fn(&str) -> String) -> String {
    let file = format!("../docs/{name}");
    let page =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(&file)).expect("the page exists");
    let mut parts = page.split("<!-- generated: ");
    let mut written = parts.next().expect("a page has a beginning").to_owned();
    for part in parts {
        let (of, rest) = part.split_once(" -->").expect("the name of the part ends");
        let (_, after) = rest.split_once(END).unwrap_or_else(|| panic!("{of} has no end"));
        written.extend(["<!-- generated: ", of, " -->\n", &generated(of), END, after]);
    }
    assert_recorded(&file, &written, &page);
    written
}

/// Compares with a recorded file of the repository, or records it.
pub fn assert_recorded(file: &str, written: &str, recorded: &str) {
    if env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join(file), written)
            .expect("the work tree is writable");
        return;
    }
    let remedy = concat!("UPDATE_GOLDEN=1 cargo test -p classifier --test ", env!("CARGO_CRATE_NAME"));
    for (number, (written, recorded)) in written.lines().zip(recorded.lines()).enumerate() {
        assert_eq!(written, recorded, "{file}, line {}: {remedy}", number + 1);
    }
    assert_eq!(written, recorded, "{file}: {remedy}");
}
