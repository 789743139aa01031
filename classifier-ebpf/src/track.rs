// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! FTP tracking at the hooks: which packets it inspects, and its effect on their outcomes.

use core::{num::NonZeroU16, ptr};

use aya_ebpf::helpers::{bpf_ktime_get_ns, generated::bpf_ktime_get_coarse_ns};
use classifier_common::{
    control::{self, PARSE_MAX, READ_MAX, Session, SessionAdmission, SessionKey, Span, find_or_begin},
    label::Label,
    location::{Location, QuotedTcp},
    outcome::Outcome,
    protocol::{Class, Protocol},
    table::recent::RecentTable as _,
    track::{Ends, data, may_be_data, may_quote_data, quoted_data},
    transport::is_flagged,
    wire::Family,
};

use crate::{
    connections::classifier_hears,
    hook::Hook,
    maps::{self, CANDIDATES, SESSIONS, Work},
    ports::Ports,
    recent::Table,
    tap::{CONFIRMED, KernelEnv},
    verifier::in_block,
};

/// Finds the learned data connection of a packet, or of the packet that an ICMP error quotes, by its packed outcome;
/// returns the packed outcome, in which it has another class.
///
/// Each part is a global function with its own call chain.
#[inline(always)]
pub fn track<H: Hook>(ctx: H, packed: u64) -> u64 {
    let mut outcome = Outcome::unpack(packed);
    if let Some(quoted_tcp) = outcome.quoted_tcp
        && may_quote_data(&outcome)
        && let Some(protocol) = ctx.quoted(quoted_tcp.number(), outcome.class.index() as u32).checked_sub(1)
    {
        outcome.quoted =
            outcome.quoted.map(|quoted| quoted.of_protocol(Protocol::from_index(protocol as usize)));
        return outcome.pack();
    }
    let Some(tracked) = outcome.tracked else { return packed };
    let at = u32::from(tracked.number().get());
    let class = outcome.class.index() as u32;
    if may_be_data(outcome.class)
        && let Some(label) = ctx.data(at, outcome.headers, class).checked_sub(1)
    {
        let label = Label::unpack(label);
        (outcome.class, outcome.evidence) = (label.class, label.evidence);
        return outcome.pack();
    }
    packed
}

/// Tracks a segment of a control connection, and returns whether [`follow`](crate::follow::follow) must see it. The fast
/// path (`is_fast`) has filled in segments that neither begin nor end a connection.
#[inline(always)]
pub fn control<H: Hook>(ctx: H, packed: u64, is_fast: bool) -> bool {
    let outcome = Outcome::unpack(packed);
    let Some(tracked) = outcome.tracked else { return false };
    let at = u32::from(tracked.number().get());
    let is_flagged = is_flagged(outcome.tcp_flags);
    let is_filled = is_fast && !is_flagged;
    if !is_filled && ctx.segment(at, outcome.headers, outcome.class.index() as u32) == 0 {
        return false;
    }
    track_segment(ctx);
    is_flagged || classifier_hears() != 0 && (!is_filled || ctx.ends(at, outcome.headers) != 0)
}

/// Tracks the segment in this CPU's work.
///
/// The session is found here, and its address is passed on: a look-up costs more than a step of the tracking.
#[inline(always)]
fn track_segment<H: Hook>(ctx: H) {
    let mut session = session();
    let mut span = ctx.accept(session, 0);
    if span == UNDECIDED {
        let admission = ctx.admit(session);
        if admission == SessionAdmission::Refused as u32 {
            return;
        }
        if admission == SessionAdmission::Begun as u32 {
            session = self::session();
        }
        span = ctx.accept(session, 1);
    }
    if span < UNDECIDED {
        let Span { from, count } = unpack(span);
        let read = match count {
            0 => 0,
            1..=PARSE_MAX => ctx.read_chunk(session, from, count),
            _ => ctx.read(session, span),
        };
        ctx.settle(session, span, read);
    }
}

/// Reads the ends of a packet into this CPU's work; returns 0 if its headers are not there.
#[inline(always)]
pub fn ends<H: Hook>(ctx: H, tracked: u32, headers: u32) -> u32 {
    let (Some(ports), Some(work)) = (Ports::open(), maps::work()) else { return 0 };
    let Some(number) = NonZeroU16::new(tracked as u16) else { return 0 };
    let tracked = Location::from_number(number);
    // SAFETY: this CPU's value of the map, and nobody else's.
    ctx.headers(&ports).is_some_and(|packet| unsafe { (*work).ends.read(&packet, tracked, headers) }).into()
}

/// Returns this CPU's work with the ends of a packet of this class. [`track`] has read them of control connections and
/// of port 20.
#[inline(always)]
pub fn tracked_ends<H: Hook>(ctx: H, tracked: u32, headers: u32, class: Class) -> Option<*mut Work> {
    if [Protocol::FTP_CONTROL, Protocol::FTP_DATA_ACTIVE].contains(&class.protocol()) {
        maps::work()
    } else {
        read_ends(ctx, tracked, headers)
    }
}

/// Reads the ends of a packet into this CPU's work, and returns it.
#[inline(always)]
fn read_ends<H: Hook>(ctx: H, tracked: u32, headers: u32) -> Option<*mut Work> {
    if ctx.ends(tracked, headers) == 0 { None } else { maps::work() }
}

/// Returns the packed label of a learned data connection's packet, plus one; 0: the packet keeps the class of
/// its ports.
#[inline(always)]
pub fn label<H: Hook>(ctx: H, tracked: u32, headers: u32, class: u32) -> u32 {
    let Some(ports) = Ports::open() else { return 0 };
    let class = Class::from_index(class);
    let Some(work) = read_ends(ctx, tracked, headers) else { return 0 };
    // SAFETY: this CPU's value of the map, and nobody else's; a clock reading has no requirements.
    let ends: &mut Ends = unsafe {
        (*work).segment.now = bpf_ktime_get_ns();
        &mut (*work).ends
    };
    let env = KernelEnv { packet: ctx, ports: &ports, work };
    data(&env, ends, class).map_or(0, |label| label.pack() + 1)
}

/// Finds the endpoint of the packet that this CPU's work describes, and advances its state; returns the kind and
/// [`CONFIRMED`], plus one, or 0.
#[inline(always)]
pub fn look<H: Hook>(ctx: H, work: *mut Work) -> u32 {
    let Some(ports) = Ports::open() else { return 0 };
    if work.is_null() {
        return 0;
    }
    let env = KernelEnv { packet: ctx, ports: &ports, work };
    // SAFETY: this CPU's value of the map, and nobody else's.
    let hit = control::look(&env, unsafe { &(*work).query });
    hit.map_or(0, |hit| (u32::from(hit.kind.number()) | if hit.confirmed { CONFIRMED } else { 0 }) + 1)
}

/// Returns the protocol of a packet that an ICMP error of this class quotes, plus one; 0: the quote keeps the
/// protocol of its ports.
#[inline(always)]
pub fn quoted<H: Hook>(ctx: H, quoted_tcp: u32, class: u32) -> u32 {
    let Some(ports) = Ports::open() else { return 0 };
    let Some(work) = read_quoted_ends(ctx, quoted_tcp, class) else { return 0 };
    let env = KernelEnv { packet: ctx, ports: &ports, work };
    // SAFETY: this CPU's value of the map, and nobody else's.
    let protocol = quoted_data(&env, unsafe { &(*work).ends });
    protocol.map_or(0, |protocol| protocol.index() as u32 + 1)
}

/// Reads the addresses and ports of a UDP packet, or of the packet that an ICMP error quotes, into this CPU's work;
/// returns 0 if they are not there.
#[inline(always)]
pub fn quoted_ends<H: Hook>(ctx: H, quoted_tcp: u32, is_v6: u32) -> u32 {
    let (Some(ports), Some(work)) = (Ports::open(), maps::work()) else { return 0 };
    let Some(quoted_tcp) = QuotedTcp::from_number(quoted_tcp) else { return 0 };
    let family = if is_v6 == 0 { Family::V4 } else { Family::V6 };
    // SAFETY: this CPU's value of the map, and nobody else's.
    ctx.headers(&ports)
        .is_some_and(|packet| unsafe { (*work).ends.read_quote(&packet, family, quoted_tcp) })
        .into()
}

/// Reads the ends of a quoted packet into this CPU's work, and returns it.
#[inline(always)]
pub fn read_quoted_ends<H: Hook>(ctx: H, quoted_tcp: u32, class: u32) -> Option<*mut Work> {
    let is_v6 = Outcome::of(Class::from_index(class)).family() == Family::V6;
    if ctx.quoted_ends(quoted_tcp, is_v6.into()) == 0 { None } else { maps::work() }
}

/// Span of a segment that needs no more work.
const NOTHING: u64 = u64::MAX;

/// Span of a segment whose session [`admit`] must find or begin.
const UNDECIDED: u64 = u64::MAX - 1;

/// Reads a segment of a control connection into this CPU's work; returns 0 if its headers are not there.
#[inline(always)]
pub fn segment<H: Hook>(ctx: H, tracked: u32, headers: u32, class: u32) -> u32 {
    let Some(work) = read_ends(ctx, tracked, headers) else { return 0 };
    // SAFETY: this CPU's value of the map, and nobody else's.
    unsafe {
        let of_client = Class::from_index(class) == Protocol::FTP_CONTROL.to_server();
        (*work).ends.segment(of_client, 0, &mut (*work).segment);
    }
    1
}

/// Finds or begins the session of the segment in this CPU's work, given the session of its ports, if there is one;
/// returns a [`SessionAdmission`].
#[inline(always)]
pub fn admit<H: Hook>(ctx: H, session: *mut Session) -> u32 {
    let (Some(ports), Some(work)) = (Ports::open(), maps::work()) else { return 0 };
    let env = KernelEnv { packet: ctx, ports: &ports, work };
    // SAFETY: this CPU's value of the map, and nobody else's; null, for which the verifier demands a check, or the
    // session's value, as for [`session`].
    unsafe { find_or_begin(&env, &mut (*work).segment, session.as_mut()) as u32 }
}

/// Accepts the segment in this CPU's work, and returns the bytes to read, [`NOTHING`] or, unless it was `admitted` to a
/// session, [`UNDECIDED`].
#[inline(always)]
pub fn accept<H: Hook>(ctx: H, session: *mut Session, admitted: u32) -> u64 {
    let (Some(ports), Some(work)) = (Ports::open(), maps::work()) else { return NOTHING };
    let env = KernelEnv { packet: ctx, ports: &ports, work };
    // SAFETY: as above.
    let segment = unsafe { &mut (*work).segment };
    // SAFETY: as above.
    let Some(session) = (unsafe { session.as_mut() }) else { return UNDECIDED };
    if admitted == 0 {
        if !session.has(segment) {
            return UNDECIDED;
        }
        // SAFETY: a clock reading has no requirements.
        segment.now = unsafe { bpf_ktime_get_coarse_ns() };
    }
    let span = control::accept_segment(&env, segment, session);
    span.map_or(NOTHING, |Span { from, count }| u64::from(from) << 32 | u64::from(count))
}

/// Chunks of the longest payload that is read.
const CHUNKS: u32 = READ_MAX / PARSE_MAX;

/// Reads a span of the accepted segment, chunk by chunk; returns how many of its bytes were there.
#[inline(always)]
pub fn read<H: Hook>(ctx: H, session: *mut Session, span: u64) -> u32 {
    let Span { from, count } = unpack(span);
    let mut read = 0;
    for _ in 0..CHUNKS {
        if read >= count {
            break;
        }
        let chunk = ctx.read_chunk(session, from + read, (count - read).min(PARSE_MAX));
        if chunk == 0 {
            break;
        }
        read += chunk;
    }
    read
}

/// Reads up to [`PARSE_MAX`] bytes of the accepted segment; returns how many were there.
#[inline(always)]
pub fn read_chunk<H: Hook>(ctx: H, session: *mut Session, from: u32, count: u32) -> u32 {
    let (Some(ports), Some(work)) = (Ports::open(), maps::work()) else { return 0 };
    if session.is_null() {
        return 0;
    }
    let env = KernelEnv { packet: ctx, ports: &ports, work };
    // SAFETY: this CPU's value of the map, and nobody else's.
    let segment = unsafe { &(*work).segment };
    env.read_chunk(segment, from, count, |from, count| {
        // Most lines end in the first block, and a call costs as much as a byte.
        if from == 0 {
            read_block(ctx, work, session, from, count);
        } else {
            ctx.read_block(work, session, from, count);
        }
    })
}

/// Reads the bytes of the chunk from its byte `from`, at most a block, up to `count`.
#[inline(always)]
pub fn read_block<H: Hook>(ctx: H, work: *mut Work, session: *mut Session, from: u32, count: u32) -> u32 {
    in_block(from, count, |index| ctx.read_byte(work, session, index))
}

/// Reads a byte of the chunk; returns 1.
#[inline(always)]
pub fn read_byte<H: Hook>(ctx: H, work: *mut Work, session: *mut Session, index: u32) -> u32 {
    // SAFETY: null, for which the verifier demands a check, or this CPU's value of its map and the session's value, of which one
    // direction is claimed.
    let (segment, session) = unsafe { (work.as_ref().map(|work| &work.segment), session.as_mut()) };
    if let (Some(segment), Some(session)) = (segment, session)
        && let Some(ports) = Ports::open()
    {
        KernelEnv { packet: ctx, ports: &ports, work }.read_byte(segment, session, index);
    }
    1
}

/// Finishes the accepted segment.
#[inline(always)]
pub fn settle<H: Hook>(ctx: H, session: *mut Session, span: u64, read: u32) -> u32 {
    if let (Some(ports), Some(work)) = (Ports::open(), maps::work())
        // SAFETY: as for `accept`.
        && let Some(session) = (unsafe { session.as_mut() })
    {
        let env = KernelEnv { packet: ctx, ports: &ports, work };
        // SAFETY: this CPU's value of the map, and nobody else's.
        control::finish_segment(&env, unsafe { &(*work).segment }, session, unpack(span), read);
    }
    0
}

/// Applies the segment in this CPU's work, which has no payload, to its control connection; returns 0 if the tracking
/// must decide. A global function, because it is the same for every hook.
#[unsafe(no_mangle)]
#[inline(never)]
pub extern "C" fn classifier_acknowledge() -> u32 {
    let Some(work) = maps::work() else { return 0 };
    // SAFETY: this CPU's value of the map, and nobody else's.
    let segment = unsafe { &mut (*work).segment };
    // SAFETY: null or the session's value, as for `session`.
    let find = |_: &SessionKey| unsafe { session().as_mut() };
    // SAFETY: a clock reading has no requirements.
    let now = || unsafe { bpf_ktime_get_coarse_ns() };
    control::acknowledge(segment, |key| Table(&CANDIDATES).recall(key), find, now).into()
}

/// Finds the session of the segment in this CPU's work; null if there is none. Two CPUs may hold it, and each
/// direction is claimed before it is used.
#[inline(always)]
fn session() -> *mut Session {
    let found = maps::work().and_then(|work| {
        // SAFETY: this CPU's value of the map, and nobody else's.
        SESSIONS.get_ptr_mut(unsafe { &(*work).segment.key })
    });
    found.unwrap_or(ptr::null_mut())
}

#[inline(always)]
fn unpack(span: u64) -> Span {
    Span { from: (span >> 32) as u32, count: span as u32 }
}
