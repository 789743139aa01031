// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Connection tracking in the kernel: from a packet's event to the table and the counters.

use aya_ebpf::helpers::bpf_ktime_get_ns;
use classifier_common::{
    abi::Direction,
    connection::{HookPoint, STEPS, Speech, Step, concerns, is_of_client, step},
    control::Tally,
    outcome::Outcome,
    ports::Transport,
    protocol::Class,
    transport::is_flagged,
};

use crate::{
    connections::{Connections, inspects},
    counters,
    hook::Hook,
    maps::{self, TALLIES},
    ports::Ports,
    sources,
    track::{read_quoted_ends, tracked_ends},
    verifier::barrier_var,
};

/// Follows the connection of a packet, given its packed outcome.
#[inline(always)]
pub fn follow<H: Hook>(ctx: H, direction: Direction, outcome: u64) {
    if !Outcome::may_concern(outcome) || inspect(ctx, outcome, direction as u32) == 0 {
        return;
    }
    for _ in 0..STEPS {
        let step = classifier_connection();
        if step == Step::Listen as u32 {
            ctx.listen();
        }
        if step == Step::LastReport as u32 || step == Step::Report as u32 {
            classifier_report();
        }
        if step == Step::Over as u32 || step == Step::LastReport as u32 {
            break;
        }
    }
}

/// Reads the event of a packet into this CPU's work; returns 1 if the packet changes the state of a connection.
#[inline(always)]
fn inspect<H: Hook>(ctx: H, outcome: u64, direction: u32) -> u32 {
    let outcome = Outcome::unpack(outcome);
    let class = outcome.class.index() as u32;
    if let Some(quoted_tcp) = outcome.quoted_tcp {
        if quoted_tcp.rejects() { ctx.rejection(quoted_tcp.number(), class, direction) } else { 0 }
    } else if let Some(tracked) = outcome.tracked {
        let at = tracked.number().get().into();
        if outcome.class == Transport::Udp.other() {
            ctx.datagram(at, outcome.headers, direction)
        } else if concerns(outcome.class, outcome.tcp_flags) {
            ctx.inspect_tcp(at, outcome.headers, class, direction)
        } else {
            0
        }
    } else {
        0
    }
}

/// Reads the event of a TCP packet into this CPU's work; returns 1 if the packet changes the state of its connection.
///
/// Most segments in the midst of a connection do not, and are told first: an event takes an exact time and a search.
#[inline(always)]
pub fn inspect_tcp<H: Hook>(ctx: H, tracked: u32, headers: u32, class: u32, direction: u32) -> u32 {
    let hook = HookPoint::hook(ctx.ifindex(), Direction::from_raw(direction));
    let class = Class::from_index(class);
    let (Some(work), Some(ports)) = (tracked_ends(ctx, tracked, headers, class), Ports::open()) else {
        return 0;
    };
    // SAFETY: this CPU's value of the map, and nobody else's.
    let ends = unsafe { &(*work).ends };
    if !is_flagged(ends.flags) && !inspects(&Speech::of(ends, is_of_client(class))) {
        return 0;
    }
    // SAFETY: as above; a clock reading has no requirements.
    unsafe {
        let speaks = ports.port(Transport::Tcp, ends.server_port(class)).speaks();
        let concerns = (*work).event.read_segment(ends, class, speaks, hook);
        if concerns {
            (*work).event.now = bpf_ktime_get_ns();
        }
        concerns.into()
    }
}

/// Reads the connection that an ICMP error rejects into this CPU's work; returns 1 if there is one.
#[inline(always)]
pub fn rejection<H: Hook>(ctx: H, quoted_tcp: u32, class: u32, direction: u32) -> u32 {
    let hook = HookPoint::hook(ctx.ifindex(), Direction::from_raw(direction));
    let Some(work) = read_quoted_ends(ctx, quoted_tcp, class) else { return 0 };
    // SAFETY: this CPU's value of the map, and nobody else's; a clock reading has no requirements.
    unsafe {
        (*work).event.now = bpf_ktime_get_ns();
        (*work).event.read_rejection(&(*work).ends, hook);
    }
    1
}

/// Applies the event in this CPU's work; returns a [`Step`].
///
/// A global function like the slow path, because it is the same for every hook.
#[unsafe(no_mangle)]
#[inline(never)]
pub extern "C" fn classifier_connection() -> u32 {
    let Some(work) = maps::work() else { return 0 };
    // SAFETY: this CPU's value of the map, and nobody else's.
    let (event, report) = unsafe { (&mut (*work).event, &mut (*work).report) };
    step(&Connections, event, report) as u32
}

/// Counts the report in this CPU's work, in the counter block of its interface.
#[unsafe(no_mangle)]
#[inline(never)]
pub extern "C" fn classifier_report() -> u32 {
    let Some(work) = maps::work() else { return 0 };
    // SAFETY: this CPU's value of the map, and nobody else's.
    let report = unsafe { &(*work).report };
    if let Some(finding) = report.finding() {
        sources::note(&finding);
    }
    if let Some(counters) = counters::of(report.interface(), report.direction()) {
        counters.count_report(report, barrier_var);
    } else if let Some(tallies) = TALLIES.get_ptr_mut(0) {
        // SAFETY: this CPU's value; a tally is a number below its length.
        unsafe { (*tallies)[Tally::ConnectionsLost as usize] += 1 };
    }
    0
}
