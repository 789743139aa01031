//! Texts as they were recorded.

use std::{env, fs, path::Path};

/// With `UPDATE_GOLDEN` set, what is written becomes what is expected.
pub fn assert_golden(name: &str, written: &str, expected: &str) {
    if env::var_os("UPDATE_GOLDEN").is_some() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/agent/golden").join(name);
        fs::write(path, written).expect("the work tree is writable");
        return;
    }
    for (number, (written, expected)) in written.lines().zip(expected.lines()).enumerate() {
        assert_eq!(written, expected, "{name}, line {}", number + 1);
    }
    assert_eq!(written.lines().count(), expected.lines().count(), "{name}");
}
