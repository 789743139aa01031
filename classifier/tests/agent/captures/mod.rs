//! `classifier pcap` over files that are made here.

mod broken;
mod changed;
mod command;
mod formats;
mod links;
mod output;
mod progress;
mod uncut;
mod versions;
