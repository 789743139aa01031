//! Packets that say something about a connection, from the hooks to the table and the counters.

use aya_ebpf::helpers::bpf_ktime_get_ns;
use classifier_common::{
    abi::Direction,
    connection::{BEGINNING, Rejection, Seen, Signal, Vantage, concerns, said, step},
    control::Tally,
    family::Family,
    outcome::Outcome,
    protocol::{Class, Protocol},
};

use crate::{
    connections::Connections,
    counters,
    hook::Hook,
    sessions::{self, TALLIES},
    sources,
    tables::Maps,
    tap::at_least_one,
    track::ends,
    verifier::opaque,
};

/// Follows the connection that a packet says something about, by its outcome, packed.
#[inline(always)]
pub fn follow<H: Hook>(ctx: H, direction: Direction, outcome: u64) {
    if Outcome::may_concern(outcome) && (H::LOOK)(ctx, outcome, direction as u32) != 0 {
        classifier_connection();
    }
}

/// Looks at what a packet says about a connection; 1 if that is anything.
#[inline(always)]
pub fn look<H: Hook>(ctx: H, outcome: u64, direction: u32) -> u32 {
    let outcome = Outcome::unpack(outcome);
    let class = outcome.class.index() as u32;
    if let Some(rejection) = outcome.rejection {
        (H::REJECTION)(ctx, rejection.number(), class, direction)
    } else if let Some(tracked) = outcome.tracked
        && concerns(outcome.class, outcome.tcp_flags)
    {
        (H::SIGNAL)(ctx, u32::from(tracked.number().get()), outcome.headers, class, direction)
    } else {
        0
    }
}

/// Looks at what a TCP packet says about its connection.
#[inline(always)]
pub fn signal<H: Hook>(ctx: H, headers: (u32, u32), class: u32, direction: u32) -> u32 {
    let Some(tables) = Maps::open() else { return 0 };
    let vantage = Vantage::hook(ctx.ifindex(), Direction::from_raw(direction));
    let Some(work) = ends(&ctx.linear(&tables), headers) else { return 0 };
    // SAFETY: this CPU's value of the map, and nobody else's; a clock reading has no requirements.
    let (ends, seen) = unsafe {
        (*work).seen.now = bpf_ktime_get_ns();
        (&(*work).ends, &mut (*work).seen)
    };
    if !seen.read_segment(ends, Class::from_index(class), vantage) {
        return 0;
    }
    if seen.signal == Signal::Spoken {
        // On the stack, which is nobody's map: among these bytes may be a password.
        let mut bytes = [0; BEGINNING];
        let length = at_least_one::<BEGINNING>(ends.length.min(BEGINNING as u32));
        if !ctx.copy(ends.payload, bytes.as_mut_ptr().cast(), length) {
            return 0;
        }
        seen.said = said(seen.protocol, &bytes);
    }
    1
}

/// Looks at whose connection an ICMP error rejects.
#[inline(always)]
pub fn rejection<H: Hook>(ctx: H, rejection: u32, class: u32, direction: u32) -> u32 {
    let Some(tables) = Maps::open() else { return 0 };
    let vantage = Vantage::hook(ctx.ifindex(), Direction::from_raw(direction));
    let Some(rejection) = Rejection::from_number(rejection) else { return 0 };
    let Some(work) = sessions::work() else { return 0 };
    // SAFETY: as above.
    let seen: &mut Seen = unsafe {
        (*work).seen.now = bpf_ktime_get_ns();
        &mut (*work).seen
    };
    let v6 = Class::from_index(class).protocol() == Protocol::ICMPV6;
    let family = if v6 { Family::V6 } else { Family::V4 };
    seen.read_rejection(&ctx.linear(&tables), family, rejection, vantage).into()
}

/// Takes in what was seen last. Apart, as the general way is: it is the same for every hook.
#[unsafe(no_mangle)]
#[inline(never)]
pub extern "C" fn classifier_connection() -> u32 {
    if let Some(work) = sessions::work() {
        // SAFETY: this CPU's value of the map, and nobody else's.
        step(&Connections, unsafe { &mut (*work).seen });
    }
    0
}

/// Counts what is known of a connection where its interface counts.
#[unsafe(no_mangle)]
#[inline(never)]
pub extern "C" fn classifier_ended() -> u32 {
    let Some(work) = sessions::work() else { return 0 };
    // SAFETY: this CPU's value of the map, and nobody else's.
    let ended = unsafe { &(*work).ended };
    if let Some(finding) = ended.finding() {
        sources::note(&finding);
    }
    if let Some(counters) = counters::of(ended.interface, ended.direction) {
        counters.count_ended(ended, opaque);
    } else if let Some(tallies) = TALLIES.get_ptr_mut(0) {
        // SAFETY: this CPU's value; a tally is a number below its length.
        unsafe { (*tallies)[Tally::ConnectionsLost as usize] += 1 };
    }
    0
}
