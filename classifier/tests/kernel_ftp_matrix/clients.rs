//! A cell's transfers, by a client that has been told which command to use.

use std::{fs, net::IpAddr};

use testbed::{
    Host, run,
    servers::{Folder, Ftp},
};

use crate::cells::{Cell, Client, Command};

/// Bytes of a file: many segments, with fewer under way than a queue of veth holds.
const LENGTH: usize = 100_000;

/// What every cell transfers.
pub struct Transfers<'s> {
    server: &'s Ftp,
    files: Folder,
    upload: String,
}

impl<'s> Transfers<'s> {
    /// Verbs of a cell's transfers, in their order.
    pub const VERBS: [&'static str; 3] = ["LIST", "STOR", "RETR"];

    pub fn of(server: &'s Ftp) -> Self {
        server.publish("long", &vec![b'x'; LENGTH]);
        let files = Folder::new("matrix");
        let upload = files.write("upload", vec![b'y'; LENGTH]);
        Self { server, files, upload }
    }

    /// A listing, an upload, a download. The upload takes the name, which must be new.
    pub fn make(&self, host: &Host, server: IpAddr, cell: Cell, name: &str) {
        let url = match server {
            IpAddr::V4(address) => format!("ftp://{address}"),
            IpAddr::V6(address) => format!("ftp://[{address}]"),
        };
        let [list, read] = ["list", "read"].map(|name| self.files.join(name));
        match cell.client {
            Client::Curl => self.curl(host, cell.command, &url, name),
            Client::Lftp => self.lftp(host, "on", cell.command, &url, name),
            Client::LftpAhead => self.lftp(host, "off", cell.command, &url, name),
        }
        let list = fs::read_to_string(list).expect("a listing");
        assert!(list.contains("long"), "{cell}: {list}");
        assert_eq!(fs::read(read).expect("a file").len(), LENGTH, "{cell}: read");
        assert_eq!(self.server.stored(name).map(|stored| stored.len()), Some(LENGTH), "{cell}: stored");
    }

    fn curl(&self, host: &Host, command: Command, url: &str, name: &str) {
        let [list, read] = ["list", "read"].map(|name| self.files.join(name));
        let how: &[&str] = match command {
            Command::Pasv => &["--disable-epsv"],
            Command::Epsv => &[],
            Command::Port => &["--ftp-port", "-", "--disable-eprt"],
            Command::Eprt => &["--ftp-port", "-"],
        };
        let fail = ["--silent", "--show-error", "--fail", "--noproxy", "*", "--max-time", "20"];
        let always = [&fail, &["--user", self.server.login()][..], how].concat();
        let [listed, stored, file] =
            ["pub/", &format!("in/{name}"), "pub/long"].map(|at| format!("{url}/{at}"));
        // What is said before --next holds up to there.
        let transfers: [&[&str]; 3] = [
            &["--output", &list, &listed],
            &["--upload-file", &self.upload, &stored],
            &["--output", &read, &file],
        ];
        let each = transfers.map(|transfer| [&always[..], transfer].concat());
        host.run("curl", &[&["--disable"][..], &each.join(&"--next")].concat());
    }

    fn lftp(&self, host: &Host, waits: &str, command: Command, url: &str, name: &str) {
        let [list, read] = ["list", "read"].map(|name| self.files.join(name));
        let how = match command {
            Command::Pasv => "set ftp:prefer-epsv off",
            Command::Epsv => "set ftp:prefer-epsv on",
            Command::Port | Command::Eprt => "set ftp:passive-mode off",
        };
        let user = self.server.login().replace(':', ",");
        let script = format!(
            "set net:max-retries 1; set net:timeout 10; set cmd:fail-exit on; set xfer:clobber on; \
             set cache:enable off; set ftp:ssl-allow off; set ftp:use-mlsd off; \
             set ftp:auto-passive-mode off; set ftp:auto-sync-mode ''; set ftp:sync-mode {waits}; {how}; \
             open -u {user} {url}; ls pub > {list}; put {} -o in/{name}; get pub/long -o {read}; bye",
            self.upload
        );
        run(host.command("lftp").env("HOME", self.files.path()).args(["--norc", "-c", &script]));
    }
}
