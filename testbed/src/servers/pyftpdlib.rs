//! pyftpdlib, for one user.

use super::{Ftp, PASSWORD, USER, ftp::ready, program};
use crate::Host;

impl Ftp {
    /// Starts pyftpdlib. It dials the client from any port as soon as it is told a port, and answers the
    /// command once the client has taken the connection.
    #[must_use]
    pub fn pyftpdlib(host: &Host) -> Self {
        let (folder, root) = ready("pyftpdlib");
        let python = program("python3-pyftpdlib", "usr/bin/python3");
        // `::` takes IPv4, too.
        let options = ["-i", "::", "-p", "21", "-w", "-d", &root, "-u", USER, "-P", PASSWORD];
        let arguments = [&["-m", "pyftpdlib"], &options[..]].concat();
        Self::start(host, folder, "tester:secret", &python, &arguments)
    }
}
