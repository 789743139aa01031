// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Build script: builds the programs for comparison, which the benchmarks embed.

#[path = "../classifier/build/object.rs"]
mod object;
#[path = "../xtask/src/toolchain/record.rs"]
mod record;

fn main() {
    if let Err(error) = object::embed("bench-ebpf", &["bench-ebpf"], "BENCH_OBJECT") {
        println!("cargo::error={error}");
    }
}
