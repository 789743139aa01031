// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Sources in fixed memory: bounds hold for every stream, and are useful for a skewed one.

mod any_stream;
mod million;
mod services;
mod truth;
