// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The programs for comparison and the replay programs, embedded in this binary.
#![expect(unsafe_code, reason = "aya reads the maps' values as bytes")]

use anyhow::{Context as _, Result, bail};
use aya::{
    Ebpf, Pod,
    maps::{Array, PerCpuArray, PerCpuValues, ProgramArray},
    programs::{Program, ProgramFd, XdpMode},
};
use testbed::End;

#[path = "../../bench-ebpf/src/abi.rs"]
#[expect(dead_code, reason = "the programs alone make the maps")]
pub mod abi;

use abi::{Block, KEPT, Packet, Replay};

/// The object with all of these programs.
pub static OBJECT: &[u8] = aya::include_bytes_aligned!(env!("BENCH_OBJECT"));

// SAFETY: integers and bytes without padding, for which any bytes are a valid value.
unsafe impl Pod for Packet {}
// SAFETY: as above.
unsafe impl Pod for Replay {}
// SAFETY: as above.
unsafe impl Pod for Block {}

impl Packet {
    /// Creates a packet that is sent unchanged.
    pub fn new(frame: &[u8]) -> Result<Self> {
        let length = u32::try_from(frame.len())?;
        let mut bytes = [0; KEPT];
        bytes.iter_mut().zip(frame).for_each(|(kept, byte)| *kept = *byte);
        Ok(Self { length, step: 0, number: 0, number_at: 0, varied_at: 0, varied: 0, bytes })
    }
}

/// The loaded object.
pub struct Yardsticks(Ebpf);

impl Yardsticks {
    /// Loads all programs. The counter-only programs know this interface.
    pub fn load(ifindex: u32) -> Result<Self> {
        let mut object = Ebpf::load(OBJECT).context("cannot load the programs to compare with")?;
        for (name, program) in object.programs_mut() {
            let loaded = if let Program::Xdp(xdp) = program {
                xdp.load()
            } else if let Program::SchedClassifier(classifier) = program {
                classifier.load()
            } else {
                continue;
            };
            loaded.with_context(|| format!("cannot load {name}"))?;
        }
        let mut yardsticks = Self(object);
        yardsticks.count(ifindex)?;
        Ok(yardsticks)
    }

    fn count(&mut self, ifindex: u32) -> Result<()> {
        let cpus = aya::util::nr_cpus().map_err(|(_, error)| error).context("cannot count the processors")?;
        let block = PerCpuValues::try_from(vec![Block { ifindex, reserved: 0, packets: 0 }; cpus])?;
        let map = self.0.map_mut(abi::MAP_BLOCKS).context("no map of blocks")?;
        PerCpuArray::try_from(map)?.set(ifindex, block, 0).context("cannot write a block")
    }

    /// Attaches an XDP program, which speeds up test runs. The test run of an unattached program has the
    /// kernel patch its dispatcher before and after (`bpf_prog_change_xdp`), which takes milliseconds.
    pub fn attach(&mut self, name: &str, interface: &End) -> Result<()> {
        let Some(Program::Xdp(xdp)) = self.0.program_mut(name) else { bail!("no XDP program {name}") };
        xdp.attach_to_if_index(interface.index, XdpMode::Driver)
            .with_context(|| format!("cannot attach {name} to {}", interface.name))?;
        Ok(())
    }

    /// Returns one of the programs.
    pub fn program(&self, name: &str) -> Result<&Program> {
        self.0.program(name).with_context(|| format!("no program {name}"))
    }

    /// Sets the programs that drawn packets are passed to, by index.
    pub fn set_targets(&mut self, map: &str, targets: &[ProgramFd]) -> Result<()> {
        let map = self.0.map_mut(map).with_context(|| format!("no map {map}"))?;
        let mut programs = ProgramArray::try_from(map)?;
        for (target, place) in targets.iter().zip(0..) {
            programs.set(place, target, 0).context("cannot hand packets on")?;
        }
        Ok(())
    }

    /// Sets the packets of the replay, and the index of their target.
    pub fn replay(&mut self, packets: &[Packet], seed: u64, target: u32) -> Result<()> {
        let map = self.0.map_mut(abi::MAP_PACKETS).context("no map of packets")?;
        let mut array = Array::<_, Packet>::try_from(map)?;
        for (packet, place) in packets.iter().zip(0..) {
            array.set(place, packet, 0).context("cannot write a packet")?;
        }
        let mask = u32::try_from(packets.len() - 1)?;
        let map = self.0.map_mut(abi::MAP_REPLAY).context("no map of the replay")?;
        let replay = Replay { random: seed.max(1), mask, target, drain: 0 };
        Array::try_from(map)?.set(0, replay, 0).context("cannot begin a replay")
    }

    /// Returns a packet in its current state.
    pub fn packet(&self, place: u32) -> Result<Packet> {
        let map = self.0.map(abi::MAP_PACKETS).context("no map of packets")?;
        Array::try_from(map)?.get(&place, 0).context("cannot read a packet")
    }
}
