// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Time zone of the host, as the C library knows it.
#![expect(unsafe_code, reason = "the C library's own verb")]

use std::mem::MaybeUninit;

/// Loads the time zone. The C library reads its file once, and a sandbox makes the file unreadable: call this
/// before it.
pub(crate) fn load() {
    let _ = utc_offset(0);
}

/// Returns the seconds by which local time is ahead of UTC, at this time since the epoch; 0 without a known
/// time zone.
pub(crate) fn utc_offset(seconds: i64) -> i64 {
    let mut parts = MaybeUninit::<libc::tm>::zeroed();
    // SAFETY: both pointers are valid for the call, and all bits zero is a valid `tm`. The call reads the
    // environment, which this process never changes.
    let parts = unsafe {
        libc::localtime_r(&raw const seconds, parts.as_mut_ptr());
        parts.assume_init()
    };
    parts.tm_gmtoff
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn the_offset_is_the_one_that_date_prints() {
        for seconds in [1_767_225_600, 1_782_864_000] {
            let date = Command::new("date").args(["-d", &format!("@{seconds}"), "+%z"]).output();
            let printed = String::from_utf8(date.expect("coreutils has it").stdout).expect("digits");
            let minutes = utc_offset(seconds) / 60;
            let sign = if minutes < 0 { '-' } else { '+' };
            let minutes = minutes.abs();
            assert_eq!(format!("{sign}{:02}{:02}", minutes / 60, minutes % 60), printed.trim());
        }
    }
}
