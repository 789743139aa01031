//! Pictures of the page in every state, for its documentation: `cargo xtask screenshots`.

use std::{env, fs, io, path::PathBuf, process::Command};

use classifier::page::Page;
use testbed::{Browser, Lab, run, servers::Folder};

#[expect(dead_code, reason = "there is no picture of a crowd")]
#[path = "../tests/support/page_states/mod.rs"]
mod page_states;

/// A picture of a part of a page.
struct Picture {
    name: &'static str,
    page: Page<'static>,
    /// Width of the window.
    width: u32,
    dark: bool,
    /// Selectors of the first and the last element.
    part: [&'static str; 2],
}

/// Height of the highest picture: that of a screen on a wall, for which its width is made.
const fn highest(width: u32) -> u32 {
    if width == WALL { 1080 } else { 2400 }
}

/// Width of a screen on a wall.
const WALL: u32 = 1920;

fn main() -> io::Result<()> {
    let folder = env::args_os().nth(1).map(PathBuf::from).ok_or(io::ErrorKind::InvalidInput)?;
    let picture = |name, page, width, dark, part| Picture { name, page, width, dark, part };
    let pictures = [
        picture("page-busy", page_states::busy(), 960, false, ["body", ".totals"]),
        picture("page-busy-dark", page_states::busy(), 1100, true, ["body", ".totals"]),
        picture("page-busy-phone", page_states::busy(), 360, false, ["body", "#services"]),
        picture("page-busy-wall", page_states::busy(), WALL, true, ["body", "body"]),
        picture("page-ftp", page_states::busy(), 1100, false, ["#ftp", "footer"]),
        picture("page-idle", page_states::idle(), 1100, false, ["body", ".totals"]),
        picture("page-broken", page_states::broken(), 1100, false, ["body", "#interfaces"]),
    ];
    fs::create_dir_all(&folder)?;
    let browser = Browser::start(&Lab::new().host("desk"));
    let pages = Folder::new("pages");
    for Picture { name, page, width, dark, part: [first, last] } in pictures {
        let address = pages.write(&format!("{name}.html"), page.render());
        browser.look(width, dark);
        browser.go(&format!("file://{address}"));
        let path = folder.join(format!("{name}.png"));
        fs::write(&path, browser.picture(first, last, highest(width)))?;
        // Few colours are enough for a page of few colours.
        run(Command::new("pngquant")
            .args(["--force", "--strip", "--speed", "1", "--ext", ".png", "64"])
            .arg(path));
    }
    Ok(())
}
