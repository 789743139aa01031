//! vsftpd, for anonymous users.

use super::{Ftp, ftp::ready, program};
use crate::Host;

impl Ftp {
    /// Starts vsftpd.
    #[must_use]
    pub fn vsftpd(host: &Host) -> Self {
        let (folder, root) = ready("vsftpd");
        let empty = folder.add("empty");
        // Any number of sessions from one address. Its sandbox knows the system calls of its own day only; the user must have a home that exists.
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
             max_per_ip=0\n"
        );
        let file = folder.write("vsftpd.conf", configuration);
        Self::start(host, folder, "anonymous:nobody@", &program("vsftpd", "usr/sbin/vsftpd"), &[&file])
    }
}
