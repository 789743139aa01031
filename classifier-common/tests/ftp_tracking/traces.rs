// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! All FTP traces in each of their variants.

use classifier_common::fixtures::ftp_traces::{HostTraceEnv, VARIANTS, all, run};

#[test]
fn every_trace_holds_in_each_of_its_variants() {
    let (mut failures, mut runs) = (Vec::new(), 0);
    for (file, cases) in all() {
        for case in cases {
            for variant in VARIANTS.into_iter().filter(|variant| variant.suits(&case)) {
                runs += 1;
                if let Err(failure) = run(case.trace, variant, &mut HostTraceEnv::new()) {
                    failures.push(format!("{file}: {}, {}: {failure}", case.name, variant.name));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n"));
    println!("{runs} runs");
    assert!(runs > 400);
}

#[test]
fn not_a_control_port() {
    let failure = run("on c:49152 > s:2121\nC syn", VARIANTS[0], &mut HostTraceEnv::new());
    assert!(failure.is_err_and(|failure| failure.contains("is other")));
}
