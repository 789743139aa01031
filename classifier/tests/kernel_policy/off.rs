// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Without a policy, nothing of it is loaded.

use classifier::{config::FtpSettings, datapath::Datapath};
use classifier_common::abi::{
    MAP_DRY_RUN, MAP_PREFIXES, PROGRAM_EGRESS, PROGRAM_INGRESS, PROGRAM_POLICY_EGRESS,
    PROGRAM_POLICY_INGRESS, PROGRAM_POLICY_XDP, PROGRAM_XDP,
};

/// Lists the names of a program's maps.
fn maps(datapath: &mut Datapath, program: &'static str) -> Vec<String> {
    let ids = datapath.program(program).unwrap().info().unwrap().map_ids().unwrap().unwrap();
    let name = |id: &u32| {
        let map = aya::maps::MapInfo::from_id(*id).unwrap();
        String::from_utf8_lossy(map.name()).into_owned()
    };
    ids.iter().map(name).collect()
}

#[test]
fn programs_without_a_policy_know_nothing_of_one() {
    let (mut datapath, _tracking) = Datapath::load(false, &FtpSettings::default()).unwrap();
    let plain = [PROGRAM_XDP, PROGRAM_INGRESS, PROGRAM_EGRESS];
    let evaluating = [PROGRAM_POLICY_XDP, PROGRAM_POLICY_INGRESS, PROGRAM_POLICY_EGRESS];
    for (plain, evaluating) in plain.into_iter().zip(evaluating) {
        let (without, with) = (maps(&mut datapath, plain), maps(&mut datapath, evaluating));
        for map in [MAP_DRY_RUN, MAP_PREFIXES] {
            assert!(!without.iter().any(|name| name == map), "{plain}: {without:?}");
            assert!(with.iter().any(|name| name == map), "{evaluating}: {with:?}");
        }
        assert_eq!(without.len() + 2, with.len(), "{plain}: nothing else");
        let size = |name| datapath_size(&mut datapath, name);
        let [small, large] = [plain, evaluating].map(size);
        assert!(small < large, "{plain}: {small} instructions, with a policy {large}");
    }
}

fn datapath_size(datapath: &mut Datapath, program: &'static str) -> u32 {
    datapath.program(program).unwrap().info().unwrap().size_translated().unwrap() / 8
}
