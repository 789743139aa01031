//! `classifier pcap` over files that are made here.

mod command;
mod formats;
mod links;
