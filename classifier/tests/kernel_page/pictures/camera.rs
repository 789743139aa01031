// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Takes pictures of the page of a host.

use std::{fs, path::Path, process::Command};

use testbed::{Browser, Host, run};

use super::WALL;
use crate::scene::PAGE;

/// A browser on a host.
pub struct Camera(Browser);

/// Height of the highest picture: that of a screen on a wall, for which its width is made.
const fn highest(width: u32) -> u32 {
    if width == WALL { 1080 } else { 2400 }
}

impl Camera {
    pub fn of(host: &Host) -> Self {
        Self(Browser::start(host))
    }

    /// Writes a picture of the page, from the first selected element to the last one.
    pub fn take(&self, name: &str, width: u32, dark: bool, [first, last]: [&str; 2]) {
        self.0.look(width, dark);
        self.0.go(PAGE);
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/images").join(format!("{name}.png"));
        fs::write(&path, self.0.picture(first, last, highest(width))).expect("the work tree is writable");
        // Few colours are enough for a page of few colours.
        run(Command::new("pngquant")
            .args(["--force", "--strip", "--speed", "1", "--ext", ".png", "64"])
            .arg(path));
    }
}
