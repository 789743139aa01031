// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Runs a cell's transfers, by a client with an option for the command.

use std::{fs, net::IpAddr};

use testbed::{
    Host, run,
    servers::{Folder, Ftp},
};

use crate::{
    cells::{Cell, Client, Command},
    sockets::Session,
};

/// Bytes of a file: many segments, with fewer in flight than a queue of veth holds.
const LENGTH: usize = 100_000;

/// Transfers of every cell.
pub struct Transfers<'s> {
    server: &'s Ftp,
    files: Folder,
    upload: String,
}

impl<'s> Transfers<'s> {
    pub fn of(server: &'s Ftp) -> Self {
        server.publish("long", &vec![b'x'; LENGTH]);
        let files = Folder::new("matrix");
        let upload = files.write("upload", vec![b'y'; LENGTH]);
        Self { server, files, upload }
    }

    /// Makes a listing, an upload if the client can, and a download. The upload takes the name, which must be
    /// new.
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
            Client::Wget => self.wget(host, &url),
            Client::Sockets => self.sockets(host, cell.command, server, name),
        }
        let list = fs::read_to_string(list).expect("a listing");
        assert!(list.contains("long"), "{cell}: {list}");
        assert_eq!(fs::read(read).expect("a file").len(), LENGTH, "{cell}: read");
        if cell.client.verbs().contains(&"STOR") {
            assert_eq!(self.server.stored(name).map(|stored| stored.len()), Some(LENGTH), "{cell}: stored");
        }
    }

    fn curl(&self, host: &Host, command: Command, url: &str, name: &str) {
        let [list, read] = ["list", "read"].map(|name| self.files.join(name));
        let how: &[&str] = match command {
            Command::Pasv | Command::HiddenPasv => &["--disable-epsv"],
            Command::Epsv => &[],
            Command::Port => &["--ftp-port", "-", "--disable-eprt"],
            Command::Eprt => &["--ftp-port", "-"],
        };
        let fail = ["--silent", "--show-error", "--fail", "--noproxy", "*", "--max-time", "20"];
        let always = [&fail, &["--user", self.server.login()][..], how].concat();
        let [listed, stored, file] =
            ["pub/", &format!("in/{name}"), "pub/long"].map(|at| format!("{url}/{at}"));
        // Options before --next apply up to there.
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
            Command::Pasv | Command::HiddenPasv => "set ftp:prefer-epsv off",
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

    /// Downloads a directory with its content, over one control connection.
    fn wget(&self, host: &Host, url: &str) {
        let (user, password) = self.server.login().split_once(':').expect("name and password");
        let folder = self.files.join("tree");
        let [user, password] = [format!("--user={user}"), format!("--password={password}")];
        let where_to = ["--directory-prefix", &folder, "--no-host-directories", "--no-remove-listing"];
        let what = ["--no-config", "--no-proxy", "--tries=1", "--timeout=10", "--no-verbose", "--recursive"];
        host.run("wget", &[&what[..], &where_to, &[&user, &password, &format!("{url}/pub/")]].concat());
        for (from, to) in [("tree/pub/.listing", "list"), ("tree/pub/long", "read")] {
            fs::rename(self.files.join(from), self.files.join(to)).expect("it was read");
        }
    }

    fn sockets(&self, host: &Host, command: Command, server: IpAddr, name: &str) {
        let [list, read, upload] = [self.files.join("list"), self.files.join("read"), self.upload.clone()];
        host.enter(|| {
            let mut session = Session::begin(server, self.server.login());
            fs::write(list, session.read(command.word(), "LIST pub")).expect("it is ours");
            session.write(command.word(), &format!("STOR in/{name}"), &fs::read(upload).expect("a file"));
            fs::write(read, session.read(command.word(), "RETR pub/long")).expect("it is ours");
        });
    }
}
