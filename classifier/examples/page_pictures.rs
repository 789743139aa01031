//! Pictures of the page in every state, for its documentation: `cargo xtask screenshots`.

use std::{env, fs, io, path::PathBuf, process::Command};

use classifier::page::Page;
use testbed::{Browser, Lab, run, servers::Folder};

#[expect(dead_code, reason = "there is no picture of a crowd")]
#[path = "../tests/support/page_states/mod.rs"]
mod page_states;

/// A picture: its name, the page, how wide the window is, whether it is dark, how much of the page is on it.
struct Picture {
    name: &'static str,
    page: Page<'static>,
    width: u32,
    dark: bool,
    height: u32,
}

fn main() -> io::Result<()> {
    let folder = env::args_os().nth(1).map(PathBuf::from).ok_or(io::ErrorKind::InvalidInput)?;
    let picture = |name, page, width, dark, height| Picture { name, page, width, dark, height };
    let pictures = [
        picture("page-busy", page_states::busy(), 1100, false, 1702),
        picture("page-busy-dark", page_states::busy(), 1100, true, 1236),
        picture("page-busy-phone", page_states::busy(), 360, false, 1424),
        picture("page-idle", page_states::idle(), 1100, false, 965),
        picture("page-broken", page_states::broken(), 1100, false, 1400),
    ];
    fs::create_dir_all(&folder)?;
    let browser = Browser::start(&Lab::new().host("desk"));
    let pages = Folder::new("pages");
    for Picture { name, page, width, dark, height } in pictures {
        let address = pages.write(&format!("{name}.html"), page.render());
        browser.look(width, dark);
        browser.go(&format!("file://{address}"));
        let path = folder.join(format!("{name}.png"));
        fs::write(&path, browser.picture(height))?;
        // Few colours are enough for a page of few colours.
        run(Command::new("pngquant")
            .args(["--force", "--strip", "--speed", "1", "--ext", ".png", "64"])
            .arg(path));
    }
    Ok(())
}
