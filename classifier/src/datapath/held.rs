//! Whether the programs still hang where they were attached: a link can be cut, and a filter deleted, from outside.
#![expect(
    unsafe_code,
    reason = "aya tells the programs of a hook only to who may look every program up by number"
)]

use std::io;

use classifier_common::abi::{Direction, PROGRAM_EGRESS, PROGRAM_INGRESS, PROGRAM_XDP};
use rustix::io::Errno;

use super::{Attached, Datapath, syscall::bpf};
use crate::hook::{self, Attachment};

/// `BPF_PROG_QUERY`
const QUERY: libc::c_int = 16;
/// `BPF_TCX_INGRESS`
const TCX_INGRESS: u32 = 46;
/// `BPF_TCX_EGRESS`
const TCX_EGRESS: u32 = 47;
/// A hook has no more (`BPF_MPROG_MAX`).
const PROGRAMS: usize = 64;

/// Of `union bpf_attr`, what `BPF_PROG_QUERY` reads and writes.
#[repr(C)]
struct Query {
    interface: u32,
    attach_type: u32,
    flags: u32,
    attach_flags: u32,
    programs: u64,
    count: u32,
    padding: u32,
    program_flags: u64,
    links: u64,
    link_flags: u64,
    revision: u64,
}

impl Datapath {
    /// Whether both programs of an interface hang on it. XDP programs and filters are looked for among `seen`, what
    /// rtnetlink tells of them; TCX programs are asked for.
    ///
    /// # Errors
    ///
    /// When the kernel does not tell.
    pub fn holds(&self, attached: &Attached, seen: &[Attachment]) -> io::Result<bool> {
        let index = attached.interface.index;
        let ingress = match attached.hooks.ingress {
            hook::TCX | hook::TC => PROGRAM_INGRESS,
            _ => PROGRAM_XDP,
        };
        let hooks = [
            (Direction::Ingress, attached.hooks.ingress, ingress),
            (Direction::Egress, attached.hooks.egress, PROGRAM_EGRESS),
        ];
        for (direction, hook, program) in hooks {
            let Some(program) = self.programs.id(program).filter(|_| hook != hook::NONE) else { continue };
            let found = if hook == hook::TCX {
                tcx(index, direction)?.contains(&program)
            } else {
                let is_it = |one: &Attachment| {
                    (one.interface, one.direction, one.program) == (index, direction, program)
                };
                seen.iter().any(is_it)
            };
            if !found {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// The numbers of the TCX programs on an interface; none where it is gone.
fn tcx(interface: u32, direction: Direction) -> io::Result<Vec<u32>> {
    let mut programs = [0_u32; PROGRAMS];
    let attach_type = match direction {
        Direction::Ingress => TCX_INGRESS,
        Direction::Egress => TCX_EGRESS,
    };
    let mut query = Query {
        interface,
        attach_type,
        flags: 0,
        attach_flags: 0,
        programs: programs.as_mut_ptr().expose_provenance() as u64,
        count: u32::try_from(PROGRAMS).map_err(io::Error::other)?,
        padding: 0,
        program_flags: 0,
        links: 0,
        link_flags: 0,
        revision: 0,
    };
    // SAFETY: the command reads a `Query`, writes its numbers, and at most `count` numbers to `programs`, which is as long
    // and lives until after the call.
    match unsafe { bpf(QUERY, &mut query) } {
        Ok(_) => Ok(programs.into_iter().take(query.count as usize).collect()),
        Err(error) if error.raw_os_error() == Some(Errno::NODEV.raw_os_error()) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}
