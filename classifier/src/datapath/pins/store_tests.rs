// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Stops every transaction after each of its calls, in a directory of files.

use std::{
    cell::Cell,
    collections::BTreeMap,
    sync::atomic::{AtomicU32, Ordering},
};

use super::*;

/// System calls of a killed process: after a number of calls, none has an effect.
struct Killed {
    left: Cell<usize>,
}

impl Killed {
    fn step(&self) -> io::Result<()> {
        match self.left.get().checked_sub(1) {
            Some(left) => {
                self.left.set(left);
                Ok(())
            }
            None => Err(io::Error::other("killed")),
        }
    }
}

impl Calls for Killed {
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.step()?;
        Kernel.rename(from, to)
    }

    fn create_folder(&self, path: &Path) -> io::Result<()> {
        self.step()?;
        Kernel.create_folder(path)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.step()?;
        Kernel.remove(path)
    }

    fn pin(&self, path: &Path, pin: impl FnOnce(&Path) -> Result<(), PinError>) -> Result<(), PinError> {
        self.step().map_err(PinError::refused("pin", path))?;
        Kernel.pin(path, pin)
    }
}

/// A directory of interfaces, whose pins are files with a number in them.
struct Scene(PathBuf);

impl Scene {
    fn new(interfaces: &[(&str, &[(&str, u64)])]) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("pin-store-{}-{number}", std::process::id()));
        fs::create_dir(&folder).expect("a new folder");
        for (name, pins) in interfaces {
            let interface = folder.join(file_name(name));
            fs::create_dir(&interface).expect("a new folder");
            for (pin, number) in *pins {
                fs::write(interface.join(pin), number.to_string()).expect("room");
            }
        }
        Self(folder)
    }

    fn store(&self) -> PinStore {
        PinStore::new(self.0.clone(), Kernel)
    }

    fn killed_after(&self, steps: usize) -> PinStore<Killed> {
        PinStore::new(self.0.clone(), Killed { left: Cell::new(steps) })
    }

    fn pins(&self, name: &str) -> BTreeMap<String, u64> {
        let pins = entries(&self.0.join(file_name(name))).expect("may be listed");
        let read = |pin: PathBuf| {
            let number = fs::read_to_string(&pin).ok()?.parse().ok()?;
            Some((pin.file_name()?.to_str()?.to_owned(), number))
        };
        pins.into_iter().filter_map(read).collect()
    }

    /// Sums the counts of each interface: every pin counts for the name that it has.
    fn counted(&self) -> BTreeMap<String, u64> {
        let all = entries(&self.0).expect("may be listed").into_iter();
        let named = all.map(|path| path.file_name().expect("a name").to_string_lossy().into_owned());
        named.map(|name| (name.clone(), self.pins(&name.replace("%25", "%")).values().sum())).collect()
    }

    /// Pins a `base` with the sum of two interfaces.
    fn sum(&self, from: &str, to: &str) -> impl FnOnce(&Path) -> Result<(), PinError> {
        let sum: u64 = self.pins(from).values().sum::<u64>() + self.pins(to).get("base").unwrap_or(&0);
        move |path| fs::write(path, sum.to_string()).map_err(PinError::refused("write", path))
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Runs a transaction that is killed after 0, 1, 2 … calls, until it completes. A fresh start must find one
/// of two states: `before` or `after`.
fn at_every_step(
    interfaces: &[(&str, &[(&str, u64)])],
    transaction: impl Fn(&Scene, &PinStore<Killed>) -> Result<(), PinError>,
    before: &[(&str, u64)],
    after: &[(&str, u64)],
) {
    let of = |counted: &[(&str, u64)]| -> BTreeMap<String, u64> {
        counted.iter().map(|(name, number)| ((*name).to_owned(), *number)).collect()
    };
    let (mut seen_before, mut seen_after) = (0, 0);
    for steps in 0.. {
        assert!(steps < 100, "it has an end");
        // The recovery is killed too, after each of its calls.
        for again in 0..20 {
            let scene = Scene::new(interfaces);
            let done = transaction(&scene, &scene.killed_after(steps));
            let _ = scene.killed_after(again).recover();
            scene.store().recover().unwrap_or_else(|error| panic!("killed after {steps}: {error}"));
            let found = scene.counted();
            assert!(found == of(before) || found == of(after), "killed after {steps}: {found:?}");
            if found == of(after) {
                seen_after += 1;
            } else {
                seen_before += 1;
                assert!(done.is_err(), "{steps}");
            }
            if done.is_ok() && again == 19 {
                assert!(seen_before > 0 && seen_after > 0);
                return;
            }
        }
    }
}

const TWO: &[(&str, &[(&str, u64)])] = &[("a", &[("counters", 1)]), ("b", &[("counters", 10), ("base", 20)])];
const THREE: &[(&str, &[(&str, u64)])] =
    &[("a", &[("counters", 1)]), ("b", &[("counters", 10)]), ("c", &[("counters", 100)])];

#[test]
fn two_names_are_swapped_or_not() {
    at_every_step(
        TWO,
        |_, store| store.rename_all(&[("a", "b"), ("b", "a")]),
        &[("a", 1), ("b", 30)],
        &[("a", 30), ("b", 1)],
    );
}

#[test]
fn three_names_are_rotated_or_not() {
    at_every_step(
        THREE,
        |_, store| store.rename_all(&[("a", "b"), ("b", "c"), ("c", "a")]),
        &[("a", 1), ("b", 10), ("c", 100)],
        &[("a", 100), ("b", 1), ("c", 10)],
    );
}

#[test]
fn names_are_shifted_in_any_order() {
    for renames in [[("a", "b"), ("b", "d")], [("b", "d"), ("a", "b")]] {
        at_every_step(
            THREE,
            |_, store| store.rename_all(&renames),
            &[("a", 1), ("b", 10), ("c", 100)],
            &[("b", 1), ("c", 100), ("d", 10)],
        );
    }
    at_every_step(
        THREE,
        |_, store| store.rename_all(&[("a", "b"), ("b", "c"), ("c", "d")]),
        &[("a", 1), ("b", 10), ("c", 100)],
        &[("b", 1), ("c", 10), ("d", 100)],
    );
}

#[test]
fn one_is_renamed_or_not() {
    at_every_step(
        TWO,
        |_, store| store.rename_all(&[("b", "%to")]),
        &[("a", 1), ("b", 30)],
        &[("a", 1), ("%25to", 30)],
    );
}

#[test]
fn what_two_have_counted_is_joined_once() {
    at_every_step(
        TWO,
        |scene, store| store.join("b", "a", scene.sum("b", "a")),
        &[("a", 1), ("b", 30)],
        &[("a", 31)],
    );
    at_every_step(
        TWO,
        |scene, store| store.join("a", "b", scene.sum("a", "b")),
        &[("a", 1), ("b", 30)],
        &[("b", 31)],
    );
}

#[test]
fn a_base_is_replaced_or_not() {
    at_every_step(
        TWO,
        |scene, store| store.replace_base("b", scene.sum("a", "b")),
        &[("a", 1), ("b", 30)],
        &[("a", 1), ("b", 31)],
    );
}

#[test]
fn nothing_is_renamed_where_another_has_the_name() {
    let scene = Scene::new(THREE);
    let refused = scene.store().rename_all(&[("a", "b"), ("b", "c")]);
    assert!(refused.is_err_and(|error| error.to_string().contains("rename pins to")));
    assert_eq!(scene.counted(), Scene::new(THREE).counted());
}
