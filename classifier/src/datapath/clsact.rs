//! The qdisc that TC programs hang on where the kernel has no TCX.

use std::{fs, io, path::Path};

use aya::programs::tc::{TcError, qdisc_add_clsact};

use super::{DatapathError, PinError};

/// Adds clsact to an interface that has none, and notes that by a folder among its pins. It has no queue and no cost of its own, and stays when the
/// agent ends: others may have hung filters on it by then.
pub(super) fn ensure(interface: &str, added: Option<&Path>) -> Result<(), DatapathError> {
    match qdisc_add_clsact(interface) {
        Ok(()) => added
            .map_or(Ok(()), |pin| fs::create_dir_all(pin).map_err(PinError::refused("create", pin)))
            .map_err(Into::into),
        Err(TcError::AlreadyAttached) => Ok(()),
        Err(cause) => match super::os_error::os_error(&cause) {
            Some(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            error => Err(DatapathError::Attach {
                interface: interface.to_owned(),
                hook: "the clsact qdisc",
                cause: error.unwrap_or_else(|| io::Error::other(cause.to_string())),
                remedy: "the kernel needs CONFIG_NET_SCH_INGRESS",
            }),
        },
    }
}
