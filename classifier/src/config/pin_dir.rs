//! Where programs and counters outlive the agent.

use std::path::{Path, PathBuf};

use super::ConfigError;

/// The folder unless another is named.
pub const DEFAULT: &str = "/sys/fs/bpf/classifier";

/// The folder that a path means; `None` for the empty one, by which nothing is pinned.
///
/// # Errors
///
/// When it is not absolute, or has a name that a bpf filesystem does not take (`bpf_lookup` in `kernel/bpf/inode.c`).
pub fn folder(path: &Path) -> Result<Option<PathBuf>, ConfigError> {
    if path.as_os_str().is_empty() {
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
        assert_eq!(folder("").expect("no folder"), None);
        assert_eq!(folder(DEFAULT).expect("a folder"), Some(DEFAULT.into()));
        for text in ["classifier", "./a", "/sys/fs/bpf/a.b", "/", "/sys/fs/bpf/.."] {
            let error = folder(text).expect_err(text).to_string();
            assert!(error.contains(&format!("`{text}`")) && error.contains("bpf"), "{error}");
        }
    }
}
