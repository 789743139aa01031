// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The fast path by itself: the shapes of packets that it decides, what it tells its sink, and what it asks of tables
//! that see connections, as the kernel's do.

mod asked;
mod data;
mod seeing;
mod shapes;
mod sink;
