// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Pin directory of the settings.

use std::path::{Path, PathBuf};

use super::ConfigError;

/// Default pin directory.
pub const DEFAULT: &str = "/sys/fs/bpf/classifier";

/// Word for no pin directory, since an empty environment variable counts as unset.
const NONE: &str = "none";

/// Checks the path of a pin directory; `None` for `none` and the empty path, without pins.
///
/// # Errors
///
/// When the path is not absolute, or has a name that a bpf filesystem rejects (`bpf_lookup` in
/// `kernel/bpf/inode.c`).
pub fn folder(path: &Path) -> Result<Option<PathBuf>, ConfigError> {
    if path.as_os_str().is_empty() || path == Path::new(NONE) {
        return Ok(None);
    }
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
    if path.is_absolute() && name.is_some_and(|name| !name.contains('.')) {
        Ok(Some(path.to_owned()))
    } else {
        Err(ConfigError::PinDir(path.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_absolute_and_has_no_dot() {
        let folder = |text: &str| folder(Path::new(text));
        for nothing in ["", "none"] {
            assert_eq!(folder(nothing).expect("no folder"), None);
        }
        assert_eq!(folder(DEFAULT).expect("a folder"), Some(DEFAULT.into()));
        for text in ["classifier", "./a", "./none", "/sys/fs/bpf/a.b", "/", "/sys/fs/bpf/.."] {
            let error = folder(text).expect_err(text).to_string();
            assert!(error.contains(&format!("`{text}`")) && error.contains("bpf"), "{error}");
        }
    }
}
