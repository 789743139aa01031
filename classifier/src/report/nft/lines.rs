//! Indented lines.

/// Text that grows by lines.
#[derive(Default)]
pub(super) struct Lines {
    pub(super) text: String,
    depth: usize,
}

impl Lines {
    /// Lines that will stand in a block.
    pub(super) fn within() -> Self {
        Self { text: String::new(), depth: 1 }
    }

    pub(super) fn line(&mut self, line: &str) {
        self.text.extend(["\t".repeat(self.depth).as_str(), line, "\n"]);
    }

    pub(super) fn open(&mut self, line: &str) {
        self.line(&format!("{line} {{"));
        self.depth += 1;
    }

    pub(super) fn close(&mut self) {
        self.depth -= 1;
        self.line("}");
    }

    pub(super) fn append(&mut self, other: &Self) {
        self.text.push_str(&other.text);
    }
}
