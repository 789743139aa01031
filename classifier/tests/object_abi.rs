// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The built kernel object agrees with `abi.rs`: no name, size or type is written twice.
#![expect(clippy::unwrap_used, reason = "clippy takes only functions that are marked for tests")]

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use aya_obj::{
    Map, Object, ProgramSection,
    generated::{BPF_CALL, BPF_JMP, BPF_PSEUDO_CALL, bpf_map_type},
};
use classifier::datapath::{Feature, OBJECT};
use classifier_common::abi::{
    COUNTERS_SIZE, Direction, MAP_CONNECTIONS, MAP_COUNTERS, MAP_DRY_RUN, MAP_ENCRYPTED, MAP_ENDPOINTS,
    MAP_EVENTS, MAP_FRAGMENTS, MAP_LISTENERS, MAP_POLICY, MAP_PORTS, MAP_PREFIXES, MAP_REMEMBERED, MAP_SEEN,
    MAP_SERVICES, MAP_SESSIONS, MAP_SLOTS, MAP_SOURCES, MAP_TAGS, MAP_TALLIES, MAP_UNATTRIBUTED, MAP_WAITING,
    MAPS, PROGRAMS,
};

/// Maps that userspace never opens by name, with their purpose.
const PRIVATE: [(&str, &str); 7] = [
    ("HEADERS", "room to copy headers to, a frame at a time"),
    ("WORK", "room for what the tracking works at"),
    ("CANDIDATES", "control connections of which one side was heard"),
    ("RATES", "what sources have had handed to the agent"),
    ("FLOWS", "UDP flows that were seen last"),
    ("AYA_LOGS", "debug messages: aya-log's own"),
    (".rodata", "constants, among them the level of debug messages"),
];

const TYPES: [(&str, bpf_map_type); 21] = [
    (MAP_SLOTS, bpf_map_type::BPF_MAP_TYPE_HASH),
    (MAP_COUNTERS, bpf_map_type::BPF_MAP_TYPE_ARRAY_OF_MAPS),
    (MAP_PORTS, bpf_map_type::BPF_MAP_TYPE_ARRAY),
    (MAP_FRAGMENTS, bpf_map_type::BPF_MAP_TYPE_ARRAY),
    (MAP_REMEMBERED, bpf_map_type::BPF_MAP_TYPE_ARRAY),
    (MAP_UNATTRIBUTED, bpf_map_type::BPF_MAP_TYPE_PERCPU_ARRAY),
    (MAP_ENDPOINTS, bpf_map_type::BPF_MAP_TYPE_ARRAY),
    (MAP_SESSIONS, bpf_map_type::BPF_MAP_TYPE_HASH),
    (MAP_POLICY, bpf_map_type::BPF_MAP_TYPE_ARRAY),
    (MAP_ENCRYPTED, bpf_map_type::BPF_MAP_TYPE_HASH),
    (MAP_TALLIES, bpf_map_type::BPF_MAP_TYPE_PERCPU_ARRAY),
    (MAP_CONNECTIONS, bpf_map_type::BPF_MAP_TYPE_ARRAY),
    (MAP_TAGS, bpf_map_type::BPF_MAP_TYPE_ARRAY),
    (MAP_WAITING, bpf_map_type::BPF_MAP_TYPE_ARRAY),
    (MAP_LISTENERS, bpf_map_type::BPF_MAP_TYPE_ARRAY),
    (MAP_EVENTS, bpf_map_type::BPF_MAP_TYPE_RINGBUF),
    (MAP_SOURCES, bpf_map_type::BPF_MAP_TYPE_PERCPU_ARRAY),
    (MAP_SERVICES, bpf_map_type::BPF_MAP_TYPE_PERCPU_ARRAY),
    (MAP_SEEN, bpf_map_type::BPF_MAP_TYPE_PERCPU_ARRAY),
    (MAP_DRY_RUN, bpf_map_type::BPF_MAP_TYPE_ARRAY),
    (MAP_PREFIXES, bpf_map_type::BPF_MAP_TYPE_LPM_TRIE),
];

fn object() -> Object {
    Object::parse(OBJECT).unwrap()
}

fn sizes(map: &Map) -> (usize, usize, usize) {
    (map.key_size() as usize, map.value_size() as usize, map.max_entries() as usize)
}

/// The object has lines of source code for the verifier's log, and none of them says where it was built.
#[test]
fn the_object_has_no_path_of_the_machine_that_built_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_str().unwrap();
    let holds = |path: &str| OBJECT.windows(path.len()).any(|bytes| bytes == path.as_bytes());
    assert!(holds("/classifier/classifier-ebpf/src/xdp.rs"), "no line of source code");
    assert!(!holds(&format!("{root}/")), "{root}");
    assert!(!holds("/.cargo/") && !holds("/.rustup/"), "cargo's or rustup's folder");
}

/// Every map that userspace opens is in the object, with the shape and type that the agent was built for.
#[test]
fn every_map_has_the_shape_that_abi_says() {
    let maps = object().maps;
    for shape in MAPS {
        let map = maps.get(shape.name).unwrap_or_else(|| panic!("no map {}", shape.name));
        assert_eq!(sizes(map), (shape.key, shape.value, shape.entries), "{}", shape.name);
    }
    let types: BTreeMap<_, _> = MAPS.iter().map(|shape| (shape.name, maps[shape.name].map_type())).collect();
    assert_eq!(types, TYPES.into_iter().map(|(name, kind)| (name, kind as u32)).collect());
}

/// An interface's counters are a per-CPU block for each direction.
#[test]
fn the_counters_of_an_interface_are_a_block_for_each_direction() {
    let inner = object().maps[MAP_COUNTERS].inner().expect("it holds maps");
    assert_eq!(sizes(&inner), (4, COUNTERS_SIZE, Direction::ALL.len()));
    assert_eq!(inner.map_type(), bpf_map_type::BPF_MAP_TYPE_PERCPU_ARRAY as u32);
}

/// A map that `abi.rs` lacks fails here, and so does one that no longer exists.
#[test]
fn the_object_has_no_other_map() {
    let known = MAPS.iter().map(|shape| shape.name).chain(PRIVATE.iter().map(|(name, _)| *name));
    let maps = object().maps;
    // Constants whose address is taken, such as a key: the compiler decides whether they have a section of
    // their own.
    let named = maps.keys().map(String::as_str).filter(|name| !name.starts_with(".rodata.cst"));
    assert_eq!(named.collect::<BTreeSet<_>>(), known.collect());
}

/// Every program has its name, and the section of its type, and there is no other.
#[test]
fn every_program_has_the_section_that_abi_says() {
    let object = object();
    #[expect(clippy::wildcard_enum_match_arm, reason = "the other thirty are wrong alike")]
    let section = |section: &ProgramSection| match section {
        ProgramSection::Xdp { frags: true, .. } => "xdp.frags".to_owned(),
        ProgramSection::SchedClassifier => "classifier".to_owned(),
        other => format!("{other:?}"),
    };
    let built: BTreeMap<_, _> =
        object.programs.iter().map(|(name, program)| (name.as_str(), section(&program.section))).collect();
    let expected: BTreeMap<_, _> =
        PROGRAMS.into_iter().map(|(name, section)| (name, section.to_owned())).collect();
    assert_eq!(built, expected);
}

/// A helper that is newer than the ring buffer belongs to a feature that is probed: a kernel without it is
/// named by the feature.
#[test]
fn every_newer_helper_that_a_program_calls_is_probed() {
    let probed: BTreeSet<u32> =
        Feature::ALL.iter().flat_map(|feature| feature.helpers()).map(|(_, helper)| *helper as u32).collect();
    let first = Feature::RingBuffer.helpers()[0].1 as u32;
    let object = object();
    let instructions = object.functions.values().flat_map(|function| &function.instructions);
    // The call of a function of the object is none of a helper.
    let calls = instructions.filter(|one| u32::from(one.code) == BPF_JMP | BPF_CALL);
    let helpers = calls.filter(|one| u32::from(one.src_reg()) < BPF_PSEUDO_CALL);
    let newer: BTreeSet<u32> =
        helpers.map(|one| one.imm.cast_unsigned()).filter(|helper| *helper >= first).collect();
    assert_eq!(newer, probed);
}
