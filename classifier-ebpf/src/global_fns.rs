// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Global functions of BPF: the verifier checks each of them once, and not again for every path that calls
//! it.
//!
//! A global function cannot be generic, because its signature names the kernel's context type. Each row
//! therefore becomes one function per hook, with the hook's prefix. Every argument must be used: LLVM leaves
//! the register of an unused one uninitialised, and the verifier rejects the call. The context always counts
//! as used.

use classifier_common::{control::Session, counter::Counters};

use crate::maps::Work;

/// Table of the global functions that exist once per hook: expands `$with!` with its arguments and the rows.
///
/// A row is the name, the arguments behind the context, the result, and the generic function that does the
/// work. Types and functions are resolved where a hook expands the table.
macro_rules! rows {
    ($with:ident $($arguments:tt)*) => {
        $with! {
            $($arguments)*

            /// Counts a packet on the slow path and returns its packed outcome.
            other(direction: u32) -> u64 = slow_path::count::<_, Off>;
            /// Counts a packet on the slow path, evaluates the policy, and returns the packed outcome.
            dry_run(direction: u32) -> u64 = slow_path::count::<_, On>;
            /// Classifies an ICMP error by its quote; returns the packed outcome, or 0 for a shape of the slow path.
            quoting(is_v6: u32, length: u32, offset: u32) -> u64 = counting::quoting;
            /// Classifies a packet by its linear part and returns the packed outcome.
            walk(link: u32) -> u64 = slow_path::walk;
            /// Reads the ends of a TCP packet into this CPU's work; returns 0 if its headers are not there.
            ends(tracked: u32, headers: u32) -> u32 = track::ends;
            /// Reads the ends of a UDP packet, or of the packet that an ICMP error quotes, in the same way.
            quoted_ends(quoted_tcp: u32, is_v6: u32) -> u32 = track::quoted_ends;
            /// Reads a segment of a control connection into this CPU's work; returns 0 if its headers are not there.
            segment(tracked: u32, headers: u32, class: u32) -> u32 = track::segment;
            /// Finds or begins the session of the segment.
            admit(session: *mut Session) -> u32 = track::admit;
            /// Accepts the segment and returns the span of bytes to read.
            accept(session: *mut Session, admitted: u32) -> u64 = track::accept;
            /// Reads a span of the segment.
            read(session: *mut Session, span: u64) -> u32 = track::read;
            /// Reads up to `PARSE_MAX` bytes of the segment; returns how many were there.
            read_chunk(session: *mut Session, from: u32, count: u32) -> u32 = track::read_chunk;
            /// Reads a block of the chunk.
            read_block(work: *mut Work, session: *mut Session, from: u32, count: u32) -> u32 = track::read_block;
            /// Reads a byte of the chunk.
            read_byte(work: *mut Work, session: *mut Session, index: u32) -> u32 = track::read_byte;
            /// Finishes a segment after the bytes of its span were read.
            settle(session: *mut Session, span: u64, read: u32) -> u32 = track::settle;
            /// Returns the packed label of an announced data connection's packet, plus one; 0 for any other packet.
            data(tracked: u32, headers: u32, class: u32) -> u32 = track::label;
            /// Finds the endpoint of the packet described in this CPU's work; returns the packed hit, plus one, or 0.
            look(work: *mut Work) -> u32 = track::look;
            /// Returns the protocol of a learned data connection's packet that an ICMP error quotes, plus one; 0 for any other.
            quoted(quoted_tcp: u32, class: u32) -> u32 = track::quoted;
            /// Notes the sender of an ICMP redirect.
            redirect(link: u32, direction: u32) -> u32 = slow_path::redirect;
            /// Returns 1 if a TCP packet changes the state of its connection.
            inspect_tcp(tracked: u32, headers: u32, class: u32, direction: u32) -> u32 = follow::inspect_tcp;
            /// Follows the flow of a UDP packet; returns 0.
            datagram(tracked: u32, headers: u32, direction: u32) -> u32 = flows::datagram;
            /// Returns 1 if an ICMP error rejects a connection.
            rejection(quoted_tcp: u32, class: u32, direction: u32) -> u32 = follow::rejection;
            /// Passes a part of the segment to the listener of this CPU's event.
            listen() -> u32 = listen::listen;
            /// Counts packets under the rules of the policy that decide about them.
            policy(facts: u32, packets: u32, counters: *mut Counters) -> u32 = dry_run::decide;
        }
    };
}
pub(crate) use rows;

macro_rules! declare {
    ($(
        $(#[$doc:meta])*
        $name:ident($($argument:ident: $type:ty),*) -> $result:ty = $body:path;
    )*) => {
        /// The global functions of a hook, called on its context.
        pub trait GlobalFns: Copy {
            $(
                $(#[$doc])*
                fn $name(self, $($argument: $type),*) -> $result;
            )*
        }
    };
}
rows!(declare);

/// Defines the global functions of one hook: `global_fns!(TYPE OF CONTEXT, PREFIX)`.
macro_rules! global_fns {
    ($hook:ty, $prefix:ident) => {
        $crate::global_fns::rows!(define $hook, $prefix;);
    };
}
pub(crate) use global_fns;

macro_rules! define {
    ($hook:ty, $prefix:ident; $(
        $(#[$doc:meta])*
        $name:ident($($argument:ident: $type:ty),*) -> $result:ty = $body:path;
    )*) => {
        $(
            $(#[$doc])*
            #[unsafe(no_mangle)]
            #[inline(never)]
            extern "C" fn ${concat($prefix, _, $name)}(ctx: $hook, $($argument: $type),*) -> $result {
                $body($crate::verifier::keep(ctx), $($argument),*)
            }
        )*

        impl $crate::global_fns::GlobalFns for $hook {
            $(
                #[inline(always)]
                fn $name(self, $($argument: $type),*) -> $result {
                    ${concat($prefix, _, $name)}(self, $($argument),*)
                }
            )*
        }
    };
}
pub(crate) use define;
