//! `classifier pcap` over files that are made here.

mod broken;
mod command;
mod formats;
mod links;
mod output;
