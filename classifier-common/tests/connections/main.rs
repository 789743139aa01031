// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Outcomes of connections and sessions in the userspace build: the traces of `fixtures::connection_traces`,
//! and exactness under repetition and mixing.

mod exactness;
mod interfaces;
mod rejected;
mod traces;
