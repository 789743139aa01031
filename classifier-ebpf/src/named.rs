//! Functions with names of their own: the verifier checks each once, by itself, not anew for each way that leads to it.
//! They have to name the kernel's type of a context, so that there is one for each hook. What they are given they use: the
//! compiler leaves undefined what it need not hand over, and the verifier refuses that.

use classifier_common::counter::Counters;

/// Those of a hook that are called from what all hooks share.
pub trait Named: Copy {
    const OTHER: extern "C" fn(Self, u32) -> u64;
    const TRIED: extern "C" fn(Self, u32) -> u64;
    const WALK: extern "C" fn(Self, u32) -> u64;
    const RECEIVE: extern "C" fn(Self, u32, u32, u32) -> u64;
    const READ: extern "C" fn(Self, u64) -> u32;
    const SETTLE: extern "C" fn(Self, u64) -> u32;
    const DATA: extern "C" fn(Self, u32, u32, u32) -> u32;
    const RELABEL: extern "C" fn(Self, u32, u32) -> u32;
    const REDIRECT: extern "C" fn(Self, u32, u32) -> u32;
    const LOOK: extern "C" fn(Self, u64, u32) -> u32;
    const SIGNAL: extern "C" fn(Self, u32, u32, u32, u32) -> u32;
    const REJECTION: extern "C" fn(Self, u32, u32, u32) -> u32;
    const POLICY: extern "C" fn(Self, u32, u32, *mut Counters) -> u32;
}

/// Writes all of a hook, given its pointer to a context and their names.
macro_rules! named {
    (
        $hook:ty,
        other = $other:ident,
        tried = $tried:ident,
        walk = $walk:ident,
        receive = $receive:ident,
        read = $read:ident,
        settle = $settle:ident,
        data = $data:ident,
        relabel = $relabel:ident,
        redirect = $redirect:ident,
        look = $look:ident,
        signal = $signal:ident,
        rejection = $rejection:ident,
        policy = $policy:ident,
    ) => {
        /// Counts a packet that is of none of the commonest shapes: its outcome, packed.
        #[unsafe(no_mangle)]
        #[inline(never)]
        extern "C" fn $other(ctx: $hook, direction: u32) -> u64 {
            $crate::general::count(ctx, direction, $crate::trial::Untried)
        }

        /// The same, and tries the policy on it.
        #[unsafe(no_mangle)]
        #[inline(never)]
        extern "C" fn $tried(ctx: $hook, direction: u32) -> u64 {
            $crate::general::count(ctx, direction, $crate::trial::Tried(direction))
        }

        /// Judges a packet by its first part: its outcome, packed.
        #[unsafe(no_mangle)]
        #[inline(never)]
        extern "C" fn $walk(ctx: $hook, link: u32) -> u64 {
            $crate::general::walk(ctx, link)
        }

        /// Takes a segment of a control connection: the bytes to read.
        #[unsafe(no_mangle)]
        #[inline(never)]
        extern "C" fn $receive(ctx: $hook, tracked: u32, headers: u32, class: u32) -> u64 {
            $crate::track::receive(ctx, (tracked, headers), class)
        }

        /// Reads these bytes of it.
        #[unsafe(no_mangle)]
        #[inline(never)]
        extern "C" fn $read(ctx: $hook, span: u64) -> u32 {
            $crate::track::read(ctx, span)
        }

        /// Settles it.
        #[unsafe(no_mangle)]
        #[inline(never)]
        extern "C" fn $settle(ctx: $hook, span: u64) -> u32 {
            $crate::track::settle(ctx, span)
        }

        /// Whether a packet is of an announced data connection.
        #[unsafe(no_mangle)]
        #[inline(never)]
        extern "C" fn $data(ctx: $hook, tracked: u32, headers: u32, class: u32) -> u32 {
            $crate::track::label(ctx, (tracked, headers), class)
        }

        /// Keeps another label for the later fragments of this one's datagram; 0 if there was no room.
        #[unsafe(no_mangle)]
        #[inline(never)]
        extern "C" fn $relabel(ctx: $hook, link: u32, label: u32) -> u32 {
            $crate::general::relabel(ctx, link, label)
        }

        /// Notes who sent an ICMP redirect.
        #[unsafe(no_mangle)]
        #[inline(never)]
        extern "C" fn $redirect(ctx: $hook, link: u32, direction: u32) -> u32 {
            $crate::general::redirect(ctx, link, direction)
        }

        /// Looks at what a packet says about a connection; 1 if that is anything.
        #[unsafe(no_mangle)]
        #[inline(never)]
        extern "C" fn $look(ctx: $hook, outcome: u64, direction: u32) -> u32 {
            $crate::follow::look(ctx, outcome, direction)
        }

        /// The same, of a TCP packet and its own.
        #[unsafe(no_mangle)]
        #[inline(never)]
        extern "C" fn $signal(ctx: $hook, tracked: u32, headers: u32, class: u32, direction: u32) -> u32 {
            $crate::follow::signal(ctx, (tracked, headers), class, direction)
        }

        /// The same, of an ICMP error and the one that it rejects.
        #[unsafe(no_mangle)]
        #[inline(never)]
        extern "C" fn $rejection(ctx: $hook, rejection: u32, class: u32, direction: u32) -> u32 {
            $crate::follow::rejection(ctx, rejection, class, direction)
        }

        /// Counts packets under the rules of the policy that decide about them.
        #[unsafe(no_mangle)]
        #[inline(never)]
        extern "C" fn $policy(
            ctx: $hook,
            facts: u32,
            packets: u32,
            counters: *mut classifier_common::counter::Counters,
        ) -> u32 {
            $crate::shadow::decide(ctx, facts, packets, counters)
        }

        impl $crate::named::Named for $hook {
            const OTHER: extern "C" fn(Self, u32) -> u64 = $other;
            const TRIED: extern "C" fn(Self, u32) -> u64 = $tried;
            const WALK: extern "C" fn(Self, u32) -> u64 = $walk;
            const RECEIVE: extern "C" fn(Self, u32, u32, u32) -> u64 = $receive;
            const READ: extern "C" fn(Self, u64) -> u32 = $read;
            const SETTLE: extern "C" fn(Self, u64) -> u32 = $settle;
            const DATA: extern "C" fn(Self, u32, u32, u32) -> u32 = $data;
            const RELABEL: extern "C" fn(Self, u32, u32) -> u32 = $relabel;
            const REDIRECT: extern "C" fn(Self, u32, u32) -> u32 = $redirect;
            const LOOK: extern "C" fn(Self, u64, u32) -> u32 = $look;
            const SIGNAL: extern "C" fn(Self, u32, u32, u32, u32) -> u32 = $signal;
            const REJECTION: extern "C" fn(Self, u32, u32, u32) -> u32 = $rejection;
            const POLICY: extern "C" fn(Self, u32, u32, *mut classifier_common::counter::Counters) -> u32 =
                $policy;
        }
    };
}
pub(crate) use named;
