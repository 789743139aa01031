// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Every trace in each of its variants, through one program.

use std::time::Instant;

use classifier_common::{
    abi::{PROGRAM_INGRESS, PROGRAM_XDP},
    fixtures::ftp_traces::{FtpCase, VARIANTS, Variant, all, run},
};
use testbed::Lab;

use crate::world::KernelWorld;

/// Least number of cases, so that none is lost on the way.
const CASES_LEAST: usize = 150;

fn run_one(world: &mut KernelWorld, case: &FtpCase, variant: Variant) -> Result<(), String> {
    run(case.trace, variant, world)?;
    world.agrees()
}

/// Runs every trace through a program.
fn every_trace_holds_in(program: &'static str, part: Option<usize>, variants: &[Variant]) -> String {
    let lab = Lab::new();
    let started = Instant::now();
    let (mut failures, mut cases, mut runs) = (Vec::new(), 0, 0);
    lab.host("harness").enter(|| {
        let mut world = KernelWorld::new(program, part);
        for (file, table) in all() {
            for case in table {
                cases += 1;
                for variant in variants.iter().copied().filter(|variant| variant.suits(&case)) {
                    runs += 1;
                    world = world.anew();
                    if let Err(failure) = run_one(&mut world, &case, variant) {
                        failures.push(format!("{file}: {}, {}: {failure}", case.name, variant.name));
                    }
                }
            }
        }
    });
    assert!(failures.is_empty(), "{program}: {} failures\n{}", failures.len(), failures.join("\n"));
    assert!(cases >= CASES_LEAST, "{cases}");
    format!("{program}: {cases} cases, {runs} runs, in {:.1} s", started.elapsed().as_secs_f64())
}

#[test]
fn every_trace_holds_in_xdp() {
    println!("{}", every_trace_holds_in(PROGRAM_XDP, None, &VARIANTS));
}

/// A driver leaves the headers in the first part of the buffer, without payload.
#[test]
fn every_trace_holds_in_xdp_behind_the_headers() {
    println!("{}", every_trace_holds_in(PROGRAM_XDP, Some(54), &VARIANTS[..1]));
}

/// A driver leaves not even the headers there.
#[test]
fn every_trace_holds_in_xdp_within_the_headers() {
    println!("{}", every_trace_holds_in(PROGRAM_XDP, Some(40), &VARIANTS[..1]));
}

#[test]
fn every_trace_holds_in_tc() {
    println!("{}", every_trace_holds_in(PROGRAM_INGRESS, None, &VARIANTS));
}
