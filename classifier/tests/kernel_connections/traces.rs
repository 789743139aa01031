// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The traces of connections (`classifier_common::fixtures::connection_traces`), through the loaded programs
//! of both hooks: the counts are those that each trace states, as in the userspace build.

use classifier_common::{
    abi::{PROGRAM_INGRESS, PROGRAM_XDP},
    fixtures::connection_traces::{VARIANTS, cases, run},
};
use testbed::Lab;

use crate::kernel_world::KernelWorld;

fn every_trace_holds_in(ingress: &'static str, part: Option<usize>) {
    let lab = Lab::new();
    let (mut failures, mut runs) = (Vec::new(), 0);
    lab.host("harness").enter(|| {
        let mut world = KernelWorld::new(ingress, part);
        for case in cases() {
            for variant in VARIANTS.into_iter().filter(|variant| variant.suits(case.trace)) {
                runs += 1;
                world.forget();
                if let Err(failure) = run(case.trace, variant, &mut world) {
                    failures.push(format!("{}, {}: {failure}", case.name, variant.name));
                }
            }
        }
    });
    assert!(failures.is_empty(), "{ingress}: {} failures\n{}", failures.len(), failures.join("\n"));
    assert!(runs > 220, "{runs}");
}

#[test]
fn every_trace_holds_in_xdp() {
    every_trace_holds_in(PROGRAM_XDP, None);
}

#[test]
fn every_trace_holds_in_xdp_whose_first_part_is_headers_or_less() {
    for part in [40, 54, 74] {
        every_trace_holds_in(PROGRAM_XDP, Some(part));
    }
}

#[test]
fn every_trace_holds_in_tc() {
    every_trace_holds_in(PROGRAM_INGRESS, None);
}
