//! Every trace in each of its variants, through one program.

use std::time::Instant;

use classifier_common::{
    abi::{PROGRAM_INGRESS, PROGRAM_XDP},
    fixtures::ftp_traces::{Case, VARIANTS, Variant, all, run},
};
use testbed::Lab;

use crate::world::KernelWorld;

/// Fewer have been lost on the way here.
const CASES_LEAST: usize = 150;

fn run_one(program: &'static str, case: &Case, variant: Variant) -> Result<(), String> {
    let mut world = KernelWorld::new(program);
    run(case.trace, variant, &mut world)?;
    world.agrees()
}

fn every_trace_holds_in(program: &'static str) {
    let lab = Lab::new();
    let started = Instant::now();
    let (mut failures, mut cases, mut runs) = (Vec::new(), 0, 0);
    lab.host("harness").enter(|| {
        for (file, table) in all() {
            for case in table {
                cases += 1;
                for variant in VARIANTS.into_iter().take(1).filter(|variant| variant.suits(&case)) {
                    runs += 1;
                    if let Err(failure) = run_one(program, &case, variant) {
                        failures.push(format!("{file}: {}, {}: {failure}", case.name, variant.name));
                    }
                }
            }
        }
    });
    println!("{program}: {cases} cases, {runs} runs, in {:.1} s", started.elapsed().as_secs_f64());
    assert!(failures.is_empty(), "{program}: {} failures\n{}", failures.len(), failures.join("\n"));
    assert!(cases >= CASES_LEAST, "{cases}");
}

#[test]
fn every_trace_holds_in_xdp() {
    every_trace_holds_in(PROGRAM_XDP);
}

#[test]
fn every_trace_holds_in_tc() {
    every_trace_holds_in(PROGRAM_INGRESS);
}
