// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Every server, client, command and version of IP: FTP data is counted as it is captured, at the server, at
//! the client and between them, and no other traffic is counted as FTP data.

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
mod sockets;
#[path = "../support/truth.rs"]
mod truth;
#[path = "../support/watch.rs"]
mod watch;

use testbed::servers::Ftp;

use cells::{Cell, Client, Command};
use matrix::data_is_counted_as_captured;

/// Source port of a server's active transfers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Port 20, as in RFC 959.
    Port20,
    /// Any port: the server has given up the privilege for port 20.
    AnyPort,
}

/// Lists the cells of every server.
fn all() -> Vec<Cell> {
    let commands = [Command::Pasv, Command::Epsv, Command::Port, Command::Eprt];
    Cell::of(&[Client::Curl, Client::Lftp, Client::LftpAhead], &commands)
}

/// Lists the cells of PASV over IPv6, which vsftpd answers with the address 0,0,0,0, and of its other
/// spelling.
fn other_spellings() -> Vec<Cell> {
    Cell::of(&[Client::Sockets], &[Command::Pasv, Command::HiddenPasv])
}

/// Lists the cells of a server whose replies some clients do not understand.
fn passive() -> Vec<Cell> {
    let clients = [Client::Curl, Client::Lftp, Client::LftpAhead, Client::Wget];
    Cell::of(&clients, &[Command::Pasv, Command::Epsv])
}

#[test]
fn data_of_vsftpd_is_counted_as_captured() {
    println!("{}", data_is_counted_as_captured("auto", Ftp::vsftpd, Source::Port20, all()));
}

#[test]
fn data_of_vsftpd_is_counted_as_captured_by_native_xdp() {
    println!("{}", data_is_counted_as_captured("native", Ftp::vsftpd, Source::Port20, all()));
}

#[test]
fn data_of_proftpd_is_counted_as_captured() {
    println!("{}", data_is_counted_as_captured("auto", Ftp::proftpd, Source::Port20, all()));
}

#[test]
fn data_of_proftpd_is_counted_as_captured_by_native_xdp() {
    println!("{}", data_is_counted_as_captured("native", Ftp::proftpd, Source::Port20, all()));
}

#[test]
fn data_of_proftpd_from_any_port_is_counted_as_captured() {
    println!("{}", data_is_counted_as_captured("auto", Ftp::proftpd_from_any_port, Source::AnyPort, all()));
}

#[test]
fn data_of_proftpd_from_any_port_is_counted_as_captured_by_native_xdp() {
    println!("{}", data_is_counted_as_captured("native", Ftp::proftpd_from_any_port, Source::AnyPort, all()));
}

#[test]
fn data_of_pure_ftpd_is_counted_as_captured() {
    println!("{}", data_is_counted_as_captured("auto", Ftp::pure_ftpd, Source::Port20, all()));
}

#[test]
fn data_of_pure_ftpd_is_counted_as_captured_by_native_xdp() {
    println!("{}", data_is_counted_as_captured("native", Ftp::pure_ftpd, Source::Port20, all()));
}

#[test]
fn data_of_other_spellings_is_counted_as_captured() {
    println!("{}", data_is_counted_as_captured("auto", Ftp::vsftpd, Source::Port20, other_spellings()));
}

#[test]
fn data_of_other_spellings_is_counted_as_captured_by_native_xdp() {
    println!("{}", data_is_counted_as_captured("native", Ftp::vsftpd, Source::Port20, other_spellings()));
}

#[test]
fn data_behind_replies_that_end_by_another_code_is_counted_as_captured() {
    println!(
        "{}",
        data_is_counted_as_captured("auto", Ftp::ending_by_another_code, Source::AnyPort, passive())
    );
}

#[test]
fn data_behind_replies_that_end_by_another_code_is_counted_as_captured_by_native_xdp() {
    println!(
        "{}",
        data_is_counted_as_captured("native", Ftp::ending_by_another_code, Source::AnyPort, passive())
    );
}
