// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Random sequences of events of interfaces and agents, compared with a model.

mod group;
mod model;
mod scene;

use scene::Scene;

/// Modes of counting ingress: by TC, and by XDP.
const MODES: [&str; 2] = ["off", "native"];

/// Parallel sequences, with one agent.
const GROUPS: usize = 25;
/// Events of a sequence.
const STEPS: usize = 8;

/// Returns the random seed: `CLASSIFIER_SEED`, or any.
fn seed() -> u64 {
    let given = std::env::var("CLASSIFIER_SEED").ok();
    given.map_or_else(|| fastrand::u64(..), |seed| seed.parse().expect("a number"))
}

/// Runs this many rounds in each mode, each of [`GROUPS`] sequences.
fn rounds(rounds: usize, seed: u64) {
    let mut random = fastrand::Rng::with_seed(seed);
    for mode in MODES {
        let mut scene = Scene::new(mode, GROUPS);
        for _ in 0..rounds {
            for _ in 0..STEPS {
                scene.step(&mut random);
            }
            scene.end();
        }
        scene.leave();
    }
}

#[test]
fn fifty_sequences_are_counted_as_the_model_says() {
    let seed = seed();
    println!("CLASSIFIER_SEED={seed}");
    rounds(1, seed);
}

#[test]
#[ignore = "takes minutes"]
fn five_hundred_sequences_are_counted_as_the_model_says() {
    let seed = seed();
    println!("CLASSIFIER_SEED={seed}");
    rounds(10, seed);
}
