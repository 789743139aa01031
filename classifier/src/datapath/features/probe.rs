// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Probes of the kernel by bpf(2): programs of a few instructions, and a query of no interface.
#![expect(unsafe_code, reason = "aya loads whole programs alone")]

use std::{
    io, mem,
    os::fd::{AsFd as _, BorrowedFd, OwnedFd},
};

use aya::{
    programs::ProgramType,
    sys::{BpfHelper, is_helper_supported},
};
use aya_obj::generated::{
    BPF_ALU64, BPF_ATOMIC, BPF_CMPXCHG, BPF_DW, BPF_EXIT, BPF_F_XDP_HAS_FRAGS, BPF_JMP, BPF_K, BPF_MEM,
    BPF_MOV, BPF_ST, BPF_STX, bpf_cmd, bpf_insn, bpf_prog_info, bpf_prog_type,
};
use classifier_common::abi::Direction;
use rustix::io::Errno;

use crate::datapath::syscall::{NOT_SUPPORTED, attributes, bpf, describe, open, tcx as tcx_hook};

/// Tells whether programs are compiled. The setting of the JIT is in the initial network namespace alone; a loaded
/// program tells in every one.
pub(super) fn jit() -> io::Result<bool> {
    is_compiled(&load(bpf_prog_type::BPF_PROG_TYPE_SCHED_CLS, 0, &[zero(0), exit()])?)
}

/// Tells whether programs of these types may call all of these helpers.
pub(super) fn helpers(helpers: &[(ProgramType, BpfHelper)]) -> io::Result<bool> {
    for (kind, helper) in helpers {
        if !is_helper_supported(*kind, *helper).map_err(io::Error::other)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Tells whether programs may compare and exchange, and whether a JIT compiles that: the JIT of arm64
/// learned the instruction later than the verifier.
pub(super) fn compare_exchange() -> io::Result<bool> {
    let exchange = [
        zero(0),
        instruction(BPF_ST | BPF_DW | BPF_MEM, (FRAME, 0), -8, 0),
        zero(1),
        instruction(BPF_STX | BPF_DW | BPF_ATOMIC, (FRAME, 1), -8, BPF_CMPXCHG.cast_signed()),
        zero(0),
        exit(),
    ];
    let Some(program) = accepted(load(bpf_prog_type::BPF_PROG_TYPE_SCHED_CLS, 0, &exchange))? else {
        return Ok(false);
    };
    Ok(is_compiled(&program)? || !jit()?)
}

/// Tells whether XDP programs may take packets in several fragments, and read them by these helpers.
pub(super) fn xdp_fragments(read_by: &[(ProgramType, BpfHelper)]) -> io::Result<bool> {
    const PASS: i32 = 2;
    let pass = [instruction(BPF_ALU64 | BPF_MOV | BPF_K, (0, 0), 0, PASS), exit()];
    let loaded = accepted(load(bpf_prog_type::BPF_PROG_TYPE_XDP, BPF_F_XDP_HAS_FRAGS, &pass))?;
    Ok(loaded.is_some() && helpers(read_by)?)
}

/// Tells whether the kernel knows TCX hooks: it looks for the interface 0, which does not exist. A kernel
/// without TCX refuses the type of the hook.
pub(super) fn tcx() -> io::Result<bool> {
    let mut attributes = attributes();
    attributes.query.attach_type = tcx_hook(Direction::Ingress);
    // SAFETY: the command reads the attributes alone: without an interface it writes nothing.
    match unsafe { bpf(bpf_cmd::BPF_PROG_QUERY, &mut attributes) } {
        Err(error) if error.raw_os_error() == Some(Errno::NODEV.raw_os_error()) => Ok(true),
        other => accepted(other).map(|_| false),
    }
}

/// Returns `None` for an answer by which the kernel says that it does not know the request.
fn accepted<T>(answer: io::Result<T>) -> io::Result<Option<T>> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.raw_os_error() == Some(Errno::INVAL.raw_os_error()) => Ok(None),
        Err(error) if error.raw_os_error() == Some(NOT_SUPPORTED) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Register of the stack frame.
const FRAME: u8 = 10;

fn zero(register: u8) -> bpf_insn {
    instruction(BPF_ALU64 | BPF_MOV | BPF_K, (register, 0), 0, 0)
}

fn exit() -> bpf_insn {
    instruction(BPF_JMP | BPF_EXIT, (0, 0), 0, 0)
}

fn instruction(code: u32, (to, from): (u8, u8), offset: i16, immediate: i32) -> bpf_insn {
    #[expect(clippy::cast_possible_truncation, reason = "codes have eight bits")]
    let code = code as u8;
    let registers = bpf_insn::new_bitfield_1(to, from);
    bpf_insn { code, _bitfield_align_1: [], _bitfield_1: registers, off: offset, imm: immediate }
}

fn load(kind: bpf_prog_type, flags: u32, instructions: &[bpf_insn]) -> io::Result<OwnedFd> {
    let mut attributes = attributes();
    attributes.__bindgen_anon_3.prog_type = kind as u32;
    attributes.__bindgen_anon_3.prog_flags = flags;
    attributes.__bindgen_anon_3.insns = instructions.as_ptr().expose_provenance() as u64;
    attributes.__bindgen_anon_3.insn_cnt = u32::try_from(instructions.len()).map_err(io::Error::other)?;
    attributes.__bindgen_anon_3.license = c"GPL".as_ptr().expose_provenance() as u64;
    // SAFETY: the command reads as many instructions as the count says, and a licence that ends with a zero.
    // It returns a descriptor.
    unsafe { open(bpf_cmd::BPF_PROG_LOAD, &mut attributes) }
}

fn is_compiled(program: &OwnedFd) -> io::Result<bool> {
    Ok(info(program.as_fd())?.jited_prog_len > 0)
}

fn info(program: BorrowedFd<'_>) -> io::Result<bpf_prog_info> {
    // SAFETY: the structure consists of integers, for which 0 is a value.
    let mut info: bpf_prog_info = unsafe { mem::zeroed() };
    // SAFETY: it is the structure of a program. Its lengths of lists are 0: the command writes no list.
    unsafe { describe(program, &mut info) }?;
    Ok(info)
}
