//! A firewall policy that is tried in the kernel: what it would do is what a firewall does, and nothing else changes.
#![expect(clippy::unwrap_used, reason = "clippy takes only functions that are marked for tests")]

mod agreement;
mod enforced;
mod nft;
mod off;
mod reloaded;
mod restarted;
mod scene;
mod traffic;
