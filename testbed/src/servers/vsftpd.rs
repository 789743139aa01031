// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! vsftpd, for anonymous users.

use super::{Ftp, ftp::ready, program};
use crate::Host;

impl Ftp {
    /// Starts vsftpd.
    #[must_use]
    pub fn vsftpd(host: &Host) -> Self {
        Self::vsftpd_set(host, "")
    }

    /// Starts vsftpd with these ports alone for passive data connections.
    #[must_use]
    pub fn vsftpd_within(host: &Host, ports: [u16; 2]) -> Self {
        let [low, high] = ports;
        Self::vsftpd_set(host, &format!("pasv_min_port={low}\npasv_max_port={high}\n"))
    }

    fn vsftpd_set(host: &Host, settings: &str) -> Self {
        let (folder, root) = ready("vsftpd");
        let empty = folder.add("empty");
        // Unlimited sessions per address. The sandbox is off because it only knows the system calls of its
        // time. The user must have a home that exists.
        let configuration = format!(
            "background=NO\n\
             listen=NO\n\
             listen_ipv6=YES\n\
             anonymous_enable=YES\n\
             local_enable=NO\n\
             ftp_username=daemon\n\
             nopriv_user=nobody\n\
             anon_root={root}\n\
             secure_chroot_dir={empty}\n\
             write_enable=YES\n\
             anon_upload_enable=YES\n\
             anon_umask=022\n\
             connect_from_port_20=YES\n\
             isolate_network=NO\n\
             seccomp_sandbox=NO\n\
             xferlog_enable=NO\n\
             max_clients=0\n\
             max_per_ip=0\n\
             {settings}"
        );
        let file = folder.write("vsftpd.conf", configuration);
        Self::start(host, folder, "anonymous:nobody@", &program("vsftpd", "usr/sbin/vsftpd"), &[&file])
    }
}
