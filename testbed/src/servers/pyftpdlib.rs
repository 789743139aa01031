// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! pyftpdlib, for one user.

use super::{Ftp, PASSWORD, USER, ftp::ready, program};
use crate::Host;

/// The server module, in which replies before a transfer end with another code than they begin with.
const ENDING_BY_ANOTHER_CODE: &str = r#"
from pyftpdlib import __main__, handlers


class Handler(handlers.FTPHandler):
    def respond(self, response, *arguments, **more):
        if response.startswith("1"):
            response = "553-It may take a while.\r\n150" + response[3:]
        super().respond(response, *arguments, **more)


__main__.FTPHandler = Handler
__main__.main()
"#;

impl Ftp {
    /// Starts pyftpdlib. It connects to the client from any port as soon as PORT or EPRT arrives, and replies
    /// once the client has accepted the connection.
    #[must_use]
    pub fn pyftpdlib(host: &Host) -> Self {
        Self::start_pyftpdlib(host, &["-m", "pyftpdlib"])
    }

    /// Starts pyftpdlib with multi-line replies before transfers, which begin with one code and end with
    /// another, as some servers send them (`553-…`, `150 …`).
    #[must_use]
    pub fn ending_by_another_code(host: &Host) -> Self {
        // A fixed range makes ports available again as soon as their connection has ended.
        Self::start_pyftpdlib(host, &["-c", ENDING_BY_ANOTHER_CODE, "-r", "40000-60000"])
    }

    fn start_pyftpdlib(host: &Host, program_of_python: &[&str]) -> Self {
        let (folder, root) = ready("pyftpdlib");
        let python = program("python3-pyftpdlib", "usr/bin/python3");
        // `::` accepts IPv4 too.
        let options = ["-i", "::", "-p", "21", "-w", "-d", &root, "-u", USER, "-P", PASSWORD];
        let arguments = [program_of_python, &options[..]].concat();
        Self::start(host, folder, "tester:secret", &python, &arguments)
    }
}
