// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Classifies captured packets, with the userspace build or with the loaded program.

use classifier_common::{counter::Counters, protocol::Class};

use super::{Engine, OfflineError, Packet};
use crate::snapshot::FtpSnapshot;

/// Classifies packets one by one.
pub(super) trait Classify {
    /// Returns the class of a packet; `None` for an unsupported link type.
    fn classify(&mut self, packet: &Packet<'_>) -> Result<Option<Class>, OfflineError>;

    /// Returns the time of the last packet.
    fn now(&self) -> u64;

    /// Takes the counts since the last call.
    fn take_counters(&mut self) -> Result<Box<Counters>, OfflineError>;

    /// Returns the observations of FTP.
    fn ftp(&mut self) -> Result<FtpSnapshot, OfflineError>;
}

impl Classify for Engine {
    #[inline]
    fn classify(&mut self, packet: &Packet<'_>) -> Result<Option<Class>, OfflineError> {
        Ok(Self::classify(self, packet))
    }

    fn now(&self) -> u64 {
        Self::now(self)
    }

    fn take_counters(&mut self) -> Result<Box<Counters>, OfflineError> {
        Ok(Self::take_counters(self))
    }

    fn ftp(&mut self) -> Result<FtpSnapshot, OfflineError> {
        Ok(Self::ftp(self))
    }
}
