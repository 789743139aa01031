// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Random dialogues, and random events of the network.

use proptest::prelude::*;

use super::{Exchange, Operation};

/// Returns the dialogues of one or two clients.
pub fn dialogues() -> impl Strategy<Value = Vec<Vec<Exchange>>> {
    let exchange = prop_oneof![
        any::<bool>().prop_map(|is_long| Exchange::Plain { is_long }),
        any::<bool>().prop_map(|is_extended| Exchange::Passive { is_extended }),
        any::<bool>().prop_map(|is_extended| Exchange::Unused { is_extended }),
        any::<(bool, bool)>()
            .prop_map(|(is_extended, is_from_20)| Exchange::Active { is_extended, is_from_20 }),
        any::<bool>().prop_map(|is_extended| Exchange::Refused { is_extended }),
    ];
    prop::collection::vec(prop::collection::vec(exchange, 1..5), 1..3)
}

/// Returns what the network does: more passes than is lost, and some of it late.
pub fn operations() -> impl Strategy<Value = Vec<Operation>> {
    let length = prop_oneof![Just(u8::MAX), 0..4_u8, 0..30_u8];
    let back = prop_oneof![3 => Just(0), 1 => 0..30_u8];
    let send = (any::<u8>(), any::<u8>(), back, length)
        .prop_map(|(connection, side, back, length)| Operation::Send { connection, side, back, length });
    let of = any::<(u8, u8)>();
    let operation = prop_oneof![
        6 => send,
        8 => of.prop_map(|(hop, packet)| Operation::Pass { hop, packet }),
        2 => of.prop_map(|(hop, packet)| Operation::Repeat { hop, packet }),
        1 => of.prop_map(|(hop, packet)| Operation::Lose { hop, packet }),
    ];
    prop::collection::vec(operation, 0..600)
}
