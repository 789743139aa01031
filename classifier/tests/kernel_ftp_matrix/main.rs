//! Every server, client, command and version of IP: FTP data is counted as it is captured, at the server, at
//! the client and between them, and nothing else is counted as such.

mod cell_truth;
mod cells;
mod clients;
#[path = "../support/counts.rs"]
mod counts;
mod decoys;
#[path = "../support/endpoints.rs"]
mod endpoints;
mod matrix;
#[path = "../support/network.rs"]
mod network;
mod run;
mod session;
#[path = "../support/truth.rs"]
mod truth;
#[path = "../support/watch.rs"]
mod watch;

use testbed::servers::Ftp;

use matrix::data_is_counted_as_captured;

/// Where a server's active transfers come from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// As RFC 959 has it.
    Port20,
    /// Where the server has given up the privilege that port 20 needs.
    AnyPort,
}

#[test]
fn data_of_vsftpd_is_counted_as_captured() {
    println!("{}", data_is_counted_as_captured("auto", Ftp::vsftpd, Source::Port20));
}

#[test]
fn data_of_vsftpd_is_counted_as_captured_by_native_xdp() {
    println!("{}", data_is_counted_as_captured("native", Ftp::vsftpd, Source::Port20));
}

#[test]
fn data_of_proftpd_is_counted_as_captured() {
    println!("{}", data_is_counted_as_captured("auto", Ftp::proftpd, Source::Port20));
}

#[test]
fn data_of_proftpd_is_counted_as_captured_by_native_xdp() {
    println!("{}", data_is_counted_as_captured("native", Ftp::proftpd, Source::Port20));
}

#[test]
fn data_of_proftpd_from_any_port_is_counted_as_captured() {
    println!("{}", data_is_counted_as_captured("auto", Ftp::proftpd_from_any_port, Source::AnyPort));
}

#[test]
fn data_of_proftpd_from_any_port_is_counted_as_captured_by_native_xdp() {
    println!("{}", data_is_counted_as_captured("native", Ftp::proftpd_from_any_port, Source::AnyPort));
}

#[test]
fn data_of_pure_ftpd_is_counted_as_captured() {
    println!("{}", data_is_counted_as_captured("auto", Ftp::pure_ftpd, Source::Port20));
}

#[test]
fn data_of_pure_ftpd_is_counted_as_captured_by_native_xdp() {
    println!("{}", data_is_counted_as_captured("native", Ftp::pure_ftpd, Source::Port20));
}
