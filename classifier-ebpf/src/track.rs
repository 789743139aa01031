//! The packets that the FTP tracking looks at, from the hooks to it.

use aya_ebpf::helpers::bpf_ktime_get_ns;
use classifier_common::{
    control::{self, Met, Segment, Session, Span, meet},
    label::Label,
    outcome::Outcome,
    packet::Packet,
    protocol::{Class, Protocol},
    track::{Ends, data, may_be_data},
    tracked::Tracked,
};

use crate::{
    hook::Hook,
    sessions::{self, SESSIONS, Work},
    tables::Maps,
    tap::Kernel,
};

/// Takes a packet to the part of the tracking that its class is for, each in functions that have the program's stack to
/// themselves. An outcome goes in and comes back packed.
#[inline(always)]
pub fn track<H: Hook>(ctx: H, link: u32, packed: u64) -> u64 {
    let mut outcome = Outcome::unpack(packed);
    let Some(tracked) = outcome.tracked else { return packed };
    let at = u32::from(tracked.number().get());
    let class = outcome.class.index() as u32;
    if outcome.class.protocol() == Protocol::FTP_CONTROL {
        let span = (H::RECEIVE)(ctx, at, outcome.headers, class);
        if span != NOTHING {
            (H::READ)(ctx, span);
            (H::SETTLE)(ctx, span);
        }
    } else if may_be_data(outcome.class)
        && let Some(label) = (H::DATA)(ctx, at, outcome.headers, class).checked_sub(1)
    {
        let label = Label::unpack(label);
        (outcome.class, outcome.evidence) = (label.class, label.evidence);
        if tracked.is_first_fragment() {
            outcome.unremembered |= (H::RELABEL)(ctx, link, label.pack()) == 0;
        }
        return outcome.pack();
    }
    packed
}

/// Reads the ends of a packet into this CPU's work.
#[inline(always)]
pub fn ends<P: Packet>(packet: &P, (tracked, headers): (u32, u32)) -> Option<*mut Work> {
    let work = sessions::work()?;
    let tracked = Tracked::from_number(u16::try_from(tracked).ok()?.try_into().ok()?);
    // SAFETY: this CPU's value of the map, and nobody else's.
    unsafe { (*work).ends.read(packet, tracked, headers) }.then_some(work)
}

/// What the endpoints say of a packet: a packed label, one more than it; 0 leaves it at what its ports said.
#[inline(always)]
pub fn label<H: Hook>(ctx: H, headers: (u32, u32), class: u32) -> u32 {
    let Some(tables) = Maps::open() else { return 0 };
    let class = Class::from_index(class);
    let Some(work) = ends(&ctx.linear(&tables), headers) else { return 0 };
    // SAFETY: this CPU's value of the map, and nobody else's; a clock reading has no requirements.
    let ends: &mut Ends = unsafe {
        (*work).segment.now = bpf_ktime_get_ns();
        &mut (*work).ends
    };
    let world = Kernel { packet: ctx, tables: &tables, work };
    data(&world, ends, class).map_or(0, |label| label.pack() + 1)
}

/// Nothing more is to be done with a segment.
pub const NOTHING: u64 = u64::MAX;

/// Takes a segment of a control connection: the bytes to read, or [`NOTHING`].
///
/// What is to be done with it comes in three functions, each with the program's stack to itself.
#[inline(always)]
pub fn receive<H: Hook>(ctx: H, headers: (u32, u32), class: u32) -> u64 {
    let Some(tables) = Maps::open() else { return NOTHING };
    let Some(work) = ends(&ctx.linear(&tables), headers) else { return NOTHING };
    // SAFETY: this CPU's value of the map, and nobody else's; a clock reading has no requirements.
    let segment: &mut Segment = unsafe {
        (*work).ends.segment(Class::from_index(class), bpf_ktime_get_ns(), &mut (*work).segment);
        &mut (*work).segment
    };
    let world = Kernel { packet: ctx, tables: &tables, work };
    let mut session = find(segment);
    match meet(&world, segment, session.as_deref_mut()) {
        Met::Session => {}
        Met::Begun => session = find(segment),
        Met::Nothing => return NOTHING,
    }
    let Some(session) = session else { return NOTHING };
    let Span { from, count } = control::receive(&world, segment, session);
    u64::from(from) << 32 | u64::from(count)
}

/// Reads the bytes of the segment that was received last.
#[inline(always)]
pub fn read<H: Hook>(ctx: H, span: u64) -> u32 {
    if let Some(tables) = Maps::open()
        && let Some((work, session)) = received()
    {
        let world = Kernel { packet: ctx, tables: &tables, work };
        // SAFETY: this CPU's value of the map, and nobody else's.
        world.read(unsafe { &(*work).segment }, session, unpack(span));
    }
    0
}

/// Settles the segment that was received last.
#[inline(always)]
pub fn settle<H: Hook>(ctx: H, span: u64) -> u32 {
    if let Some(tables) = Maps::open()
        && let Some((work, session)) = received()
    {
        let world = Kernel { packet: ctx, tables: &tables, work };
        // SAFETY: this CPU's value of the map, and nobody else's.
        control::settle(&world, unsafe { &(*work).segment }, session, unpack(span));
    }
    0
}

#[inline(always)]
fn received<'a>() -> Option<(*mut Work, &'a mut Session)> {
    let work = sessions::work()?;
    // SAFETY: this CPU's value of the map, and nobody else's.
    Some((work, find(unsafe { &(*work).segment })?))
}

#[inline(always)]
fn unpack(span: u64) -> Span {
    Span { from: (span >> 32) as u32, count: span as u32 }
}

#[inline(always)]
fn find<'a>(segment: &Segment) -> Option<&'a mut Session> {
    // SAFETY: the map's value; two CPUs may hold it, and each direction is claimed before it is used.
    SESSIONS.get_ptr_mut(&segment.key).map(|session| unsafe { &mut *session })
}
