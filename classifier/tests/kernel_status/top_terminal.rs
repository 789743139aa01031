// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! `classifier top` in a real terminal, provided by tmux.

use std::{
    fs,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;
use testbed::{Host, run, servers::Folder};

use crate::{
    shown::BINARY,
    top::{Wired, counted},
};

/// A terminal of 80 columns and 24 lines, with a shell in it.
struct Terminal<'h> {
    host: &'h Host,
    folder: Folder,
}

impl<'h> Terminal<'h> {
    fn new(host: &'h Host) -> Self {
        let terminal = Self { host, folder: Folder::new("terminal") };
        terminal.tmux(&["new-session", "-d", "-x", "80", "-y", "24", "sh"]);
        terminal
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.host.command("tmux");
        command.args(["-f", "/dev/null", "-u", "-S", &self.folder.join("socket")]).args(arguments);
        command.env_remove("TMUX").env_remove("NO_COLOR").env("LC_ALL", "C.UTF-8").env("PS1", "$ ");
        command
    }

    fn tmux(&self, arguments: &[&str]) -> String {
        run(&mut self.command(arguments))
    }

    fn types(&self, line: &str) {
        self.tmux(&["send-keys", "-l", line]);
        self.press("Enter");
    }

    fn press(&self, key: &str) {
        self.tmux(&["send-keys", key]);
    }

    /// Returns the screen once a condition is true.
    fn shows(&self, what: &str, is_so: impl Fn(&str) -> bool) -> String {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            let shown = self.tmux(&["capture-pane", "-p"]);
            if is_so(&shown) {
                return shown;
            }
            assert!(Instant::now() < deadline, "never {what}:\n{shown}");
            thread::sleep(Duration::from_millis(30));
        }
    }

    fn file(&self, name: &str) -> String {
        fs::read_to_string(self.folder.join(name)).unwrap_or_default()
    }

    /// Starts the command, after reading the terminal's settings.
    fn starts_top(&self, environment: &str, arguments: &str) {
        let [before, after, status] = ["before", "after", "status"].map(|name| self.folder.join(name));
        let _ = fs::remove_file(&status);
        self.types(&format!(
            "clear; stty -a > {before}; {environment} {BINARY} top --interval 0.2 {arguments}; \
             echo $? > {status}.new; stty -a > {after}; mv {status}.new {status}; echo over"
        ));
        self.shows("the screen", |shown| shown.starts_with("classifier top"));
    }

    /// Asserts a successful end, and restored settings of the terminal.
    fn is_as_before(&self) {
        let shown = self.shows("the end", |shown| shown.lines().any(|line| line == "over"));
        assert!(!shown.contains("Traffic"), "the screen before is back: {shown}");
        assert_eq!(self.file("status"), "0\n");
        assert_eq!(self.file("before"), self.file("after"));
        assert!(!self.file("before").is_empty());
        assert_eq!(
            self.tmux(&["display", "-p", "#{cursor_flag}#{alternate_on}#{mouse_any_flag}"]),
            "100\n",
            "the cursor is seen, and the mouse is free"
        );
    }
}

impl Drop for Terminal<'_> {
    fn drop(&mut self) {
        let _ = self.command(&["kill-server"]).output();
    }
}

#[test]
fn keys_resizes_and_signals_work_in_a_terminal_which_is_given_back_as_it_was() {
    let wired = Wired::new();
    let agent = wired.agent(&[]);
    wired.send(20);
    let terminal = Terminal::new(&wired.counted);
    terminal.starts_top("", &format!("--pin-dir {}", wired.folder));
    let shown = terminal.shows("the row", |shown| shown.contains("smtp") && shown.contains("last minute"));
    assert!(shown.contains(&format!("agent {}", agent.id())) && shown.contains("1/1 attached"), "{shown}");
    let escapes = terminal.tmux(&["capture-pane", "-p", "-e"]);
    assert!(escapes.contains("38;5;6m"), "the title is cyan: {escapes:?}");
    assert_eq!(terminal.tmux(&["display", "-p", "#{mouse_any_flag}"]), "1\n", "its wheel scrolls");
    terminal.press("7");
    terminal.shows("the dry run", |shown| shown.contains("no policy has decided on a packet"));
    terminal.press("3");
    terminal.shows("the tab", |shown| shown.contains("no FTP control connection is tracked"));
    terminal.press("BTab");
    terminal.shows("the tab before", |shown| shown.contains("no ICMP message so far"));
    terminal.press("5");
    terminal.shows("the sources", |shown| shown.contains("no connection with an outcome so far"));
    terminal.press("1");
    terminal.tmux(&["send-keys", "-l", "/udp"]);
    let filtered =
        terminal.shows("the filter", |shown| shown.contains("filter: udp_") && !shown.contains("smtp"));
    assert!(filtered.contains("udp_other"), "{filtered}");
    terminal.press("Escape");
    terminal.shows("all", |shown| shown.contains("smtp"));
    terminal.press("?");
    terminal.shows("the help", |shown| shown.contains("this help"));
    terminal.press("?");
    terminal.press("p");
    terminal.shows("that it is paused", |shown| {
        shown.lines().next().is_some_and(|line| line.ends_with("paused"))
    });
    terminal.press("p");

    terminal.tmux(&["resize-window", "-x", "120", "-y", "30"]);
    terminal.shows("more columns, down to the last line", |shown| {
        let columns = [" bytes ", " packets "].into_iter().all(|column| shown.contains(column));
        columns && shown.trim_end().lines().count() == 30
    });
    terminal.tmux(&["resize-window", "-x", "20", "-y", "5"]);
    terminal.shows("that it is too small", |shown| shown.starts_with("too small: 20x5"));
    terminal.tmux(&["resize-window", "-x", "80", "-y", "24"]);
    terminal.shows("the table", |shown| shown.contains("smtp"));

    agent.leave();
    terminal.shows("that the agent is gone", |shown| shown.contains("no agent process uses this directory"));
    wired.send(20);
    terminal.press("q");
    terminal.is_as_before();

    // A signal, and no colours.
    terminal.starts_top("NO_COLOR=1", &format!("--pin-dir {}", wired.folder));
    terminal.shows("the row", |shown| shown.contains("smtp"));
    let escapes = terminal.tmux(&["capture-pane", "-p", "-e"]);
    assert!(escapes.contains("\u{1b}[1m") && !escapes.contains("38;5"), "bold, and no colour: {escapes:?}");
    wired.counted.run(BINARY, &["detach", "--pin-dir", &wired.folder]);
    terminal.shows("the reason", |shown| shown.contains("nothing is pinned in") && shown.contains("old"));
    let shell = terminal.tmux(&["display", "-p", "#{pane_pid}"]);
    let shell = shell.trim();
    let children = fs::read_to_string(format!("/proc/{shell}/task/{shell}/children")).expect("it lives");
    let [top] = children.split_whitespace().collect::<Vec<_>>()[..] else { panic!("{children}") };
    run(Command::new("kill").args(["-TERM", top]));
    terminal.is_as_before();
}

#[test]
fn a_recording_of_the_screen_is_shown_again_with_its_numbers() {
    let wired = Wired::new();
    let _agent = wired.agent(&[]);
    wired.send(20);
    let terminal = Terminal::new(&wired.counted);
    let file = terminal.folder.join("incident.jsonl");
    terminal.starts_top("", &format!("--pin-dir {} --record {file}", wired.folder));
    terminal.shows("the row", |shown| shown.contains("smtp"));
    wired.send(20);
    thread::sleep(Duration::from_secs(3));
    terminal.press("q");
    terminal.is_as_before();

    let recorded = fs::read_to_string(&file).expect("it was recorded");
    let last: Value = serde_json::from_str(recorded.lines().last().expect("a line")).expect("an object");
    assert!(recorded.lines().count() > 2 && !counted(&last).is_empty());
    assert!(last["sources"].is_array(), "also while another tab is open");
    let replayed = wired.counted.run(BINARY, &["top", "--replay", &file, "--once", "--format", "json"]);
    let replayed: Value = serde_json::from_str(&replayed).expect("an object");
    assert_eq!(counted(&replayed), counted(&last));
    assert_eq!(replayed["at"], last["at"]);
    // As many objects again, but for the first, which has no rates, at the pace of the recording.
    let streamed = wired.counted.run(BINARY, &["top", "--replay", &file, "--format", "json"]);
    assert_eq!(streamed.lines().count(), recorded.lines().count(), "{streamed}");

    terminal.starts_top("", &format!("--replay {file}"));
    terminal.shows("when it was recorded", |shown| shown.contains("recorded 20") && shown.contains("smtp"));
    terminal.shows("its end", |shown| shown.contains("the recording has ended") && shown.contains("smtp"));
    terminal.press("q");
    terminal.is_as_before();
    terminal.types(&format!("clear; {BINARY} top --pin-dir {} --record {file}", wired.folder));
    terminal.shows("the refusal", |shown| shown.contains("cannot record to"));
}
