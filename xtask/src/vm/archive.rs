// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The initramfs archive: cpio in the format `newc`
//! (Documentation/driver-api/early-userspace/buffer-format.rst of the kernel).

use std::{collections::BTreeSet, path::Path};

const FOLDER: u32 = 0o040_755;
const PROGRAM: u32 = 0o100_755;

/// An archive under construction.
#[derive(Default)]
pub struct Archive {
    bytes: Vec<u8>,
    entries: u32,
    known: BTreeSet<String>,
}

impl Archive {
    /// Adds a folder and its parents.
    pub fn folder(&mut self, path: &Path) {
        if let Some(parent) = path.parent() {
            self.folder(parent);
        }
        self.add(path, FOLDER, &[]);
    }

    /// Adds an executable file and its folders. Returns false if there is one: the first file of a path wins.
    pub fn file(&mut self, path: &Path, content: &[u8]) -> bool {
        if let Some(parent) = path.parent() {
            self.folder(parent);
        }
        self.add(path, PROGRAM, content)
    }

    /// Returns the finished archive.
    pub fn finish(mut self) -> Vec<u8> {
        self.entry("TRAILER!!!", 0, &[]);
        self.bytes
    }

    fn add(&mut self, path: &Path, mode: u32, content: &[u8]) -> bool {
        let name = path.to_string_lossy();
        let name = name.trim_start_matches('/');
        let is_new = !name.is_empty() && self.known.insert(name.to_owned());
        if is_new {
            self.entry(name, mode, content);
        }
        is_new
    }

    fn entry(&mut self, name: &str, mode: u32, content: &[u8]) {
        self.entries += 1;
        let (inode, links, size, name_size) = (self.entries, 1, content.len(), name.len() + 1);
        self.bytes.extend(b"070701");
        // Inode, mode, owner and group, links, time, size, two device numbers, length of the name with its
        // NUL, checksum.
        for field in [inode, mode, 0, 0, links, 0]
            .into_iter()
            .map(|field| field as usize)
            .chain([size, 0, 0, 0, 0, name_size, 0])
        {
            self.bytes.extend(format!("{field:08x}").bytes());
        }
        self.bytes.extend(name.bytes());
        self.bytes.push(0);
        self.pad();
        self.bytes.extend(content);
        self.pad();
    }

    fn pad(&mut self) {
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_laid_out_as_the_kernel_reads_it() {
        let mut archive = Archive::default();
        archive.file(Path::new("/a/bc"), b"12345");
        archive.file(Path::new("/a/bc"), b"again");
        let bytes = archive.finish();
        let fields = ["00000001", "000041ed", "00000000", "00000000", "00000001", "00000000", "00000000"];
        let folder = format!("070701{}{}0000000200000000a\0", fields.concat(), "0".repeat(32));
        assert_eq!(String::from_utf8_lossy(&bytes[..112]), folder);
        assert_eq!(String::from_utf8_lossy(&bytes[112..134]), "07070100000002000081ed");
        assert_eq!(String::from_utf8_lossy(&bytes[222..236]), "a/bc\0\x0012345\0\0\0");
        assert!(bytes.len().is_multiple_of(4) && bytes.ends_with(b"TRAILER!!!\0\0\0\0"));
    }
}
