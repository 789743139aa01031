// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! All connection traces in each of their variants.

use classifier_common::fixtures::connection_traces::{HostConnEnv, VARIANTS, cases, run};

#[test]
fn every_trace_holds_in_each_of_its_variants() {
    let (mut failures, mut runs) = (Vec::new(), 0);
    for case in cases() {
        for variant in VARIANTS.into_iter().filter(|variant| variant.suits(case.trace)) {
            runs += 1;
            if let Err(failure) = run(case.trace, variant, &mut HostConnEnv::new()) {
                failures.push(format!("{}, {}: {failure}", case.name, variant.name));
            }
        }
    }
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n"));
    assert!(runs > 220, "{runs}");
}
