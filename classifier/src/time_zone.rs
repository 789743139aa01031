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
