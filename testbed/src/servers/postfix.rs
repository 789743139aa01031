// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Postfix, delivering into maildirs.

use std::{
    fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use super::{DAEMON, USER, folder::Folder, process::Process};
use crate::Host;

const SERVICES: &str = "\
smtp      inet       n - n - - smtpd
cleanup   unix       n - n - 0 cleanup
qmgr      unix       n - n 300 1 qmgr
rewrite   unix       - - n - - trivial-rewrite
bounce    unix       - - n - 0 bounce
defer     unix       - - n - 0 bounce
trace     unix       - - n - 0 bounce
proxymap  unix       - - n - - proxymap
error     unix       - - n - - error
virtual   unix       - n n - - virtual
anvil     unix       - - n - 1 anvil
tlsmgr    unix - - n 1000? 1 tlsmgr
postlog   unix-dgram n - n - 1 postlogd
";

/// Service of submission (RFC 6409).
const SUBMISSION: &str = "587 inet n - n - - smtpd\n";

/// A real mail server on port 25 that takes mail for [`Postfix::ADDRESS`].
pub struct Postfix {
    process: Process,
    folder: Folder,
}

impl Postfix {
    /// Address of the one mailbox.
    pub const ADDRESS: &str = "tester@example.test";

    /// Starts the server.
    #[must_use]
    pub fn start(host: &Host) -> Self {
        Self::start_in(host, Folder::new("postfix"), "", "")
    }

    /// Starts the server with optional TLS, on port 587 too.
    #[must_use]
    pub fn start_with_tls(host: &Host) -> Self {
        let folder = Folder::new("postfix-tls");
        let [key, certificate] = folder.certificate();
        let settings = format!(
            "smtpd_tls_security_level = may\n\
             smtpd_tls_key_file = {key}\n\
             smtpd_tls_cert_file = {certificate}\n"
        );
        Self::start_in(host, folder, &settings, SUBMISSION)
    }

    fn start_in(host: &Host, folder: Folder, more: &str, services: &str) -> Self {
        // The id of postfix's user differs between machines.
        let user = fs::metadata("/var/lib/postfix").map_or(0, |data| data.uid());
        let (queue, data, boxes) =
            (folder.add("queue"), folder.add_for(user, "data"), folder.add_for(DAEMON, "boxes"));
        let (top, log) = (folder.join(""), folder.join("log"));
        let settings = format!(
            "compatibility_level = 3.6\n\
             queue_directory = {queue}\n\
             data_directory = {data}\n\
             maillog_file = {log}\n\
             maillog_file_prefixes = {top}\n\
             inet_interfaces = all\n\
             inet_protocols = all\n\
             myhostname = mail.example.test\n\
             mydestination =\n\
             alias_maps =\n\
             alias_database =\n\
             local_recipient_maps =\n\
             virtual_mailbox_domains = example.test\n\
             virtual_mailbox_base = {boxes}\n\
             virtual_mailbox_maps = inline:{{ {}={USER}/ }}\n\
             virtual_uid_maps = static:{DAEMON}\n\
             virtual_gid_maps = static:{DAEMON}\n\
             virtual_minimum_uid = {DAEMON}\n\
             smtpd_peername_lookup = no\n\
             smtpd_relay_restrictions = reject_unauth_destination\n\
             {more}",
            Self::ADDRESS
        );
        folder.write("main.cf", settings);
        folder.write("master.cf", format!("{SERVICES}{services}"));
        let mut process = Process::start(
            host,
            Path::new("/usr/sbin/postfix"),
            &["-c", top.trim_end_matches('/'), "start-fg"],
        );
        process.wait_for_greeting(25);
        Self { process, folder }
    }

    /// Returns the folder of the mailboxes.
    #[must_use]
    pub fn mailboxes(&self) -> PathBuf {
        self.folder.path().join("boxes")
    }

    /// Waits until this many mails have been delivered.
    pub fn wait_for_mails(&mut self, count: usize) {
        // Opening a mailbox moves its new mails.
        let folders = ["new", "cur"].map(|name| self.mailboxes().join(USER).join(name));
        let mails = |folder| fs::read_dir(folder).map_or(0, Iterator::count);
        let delivered = |_: &Host| folders.iter().map(mails).sum::<usize>() >= count;
        self.process.wait_until("delivered", delivered);
    }
}
