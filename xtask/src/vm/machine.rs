// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A virtual machine, from its start to its last line.

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use super::{architecture::Architecture, guest, kernels::Kernel};
use crate::{cargo_test::Count, process::line, workspace};

/// Time limit of a machine, after which it has failed.
const LIMIT: Duration = Duration::from_mins(15);

/// Boot of a machine.
pub struct Boot<'a> {
    pub kernel: &'a Kernel,
    /// Root file system.
    pub files: &'a [u8],
    /// Memory, as QEMU reads it.
    pub memory: &'static str,
    /// Words for the kernel and the first process.
    pub words: String,
}

/// Boots a machine, and counts the test results.
pub fn run(architecture: &Architecture, boot: &Boot<'_>) -> Result<Count> {
    let kernel = boot.kernel;
    let files = workspace::tools().join("kernels").join(format!("{}.cpio", kernel.release));
    fs::write(&files, boot.files).with_context(|| format!("cannot write {}", files.display()))?;
    let began = Instant::now();
    let mut command = command(architecture, boot, &files)?;
    let mut child = command.spawn().with_context(|| format!("cannot start {}", line(&command)))?;
    let console = child.stdout.take().context("a machine has a console")?;
    let count = listen(&lines(console), began + LIMIT);
    let ended = end(&mut child);
    fs::remove_file(&files).with_context(|| format!("cannot remove {}", files.display()))?;
    let count = count?;
    ended?;
    println!("--- Linux {}: {count} in {:.0?}", kernel.release, began.elapsed());
    Ok(count)
}

fn command(architecture: &Architecture, boot: &Boot<'_>, files: &Path) -> Result<Command> {
    let mut command = match boot.kernel.program() {
        Some(program) => of_user_mode(&program, files, boot),
        None => of_emulator(architecture, files, boot)?,
    };
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    Ok(command)
}

/// Returns the command of a kernel that is a program of this machine, with its console.
fn of_user_mode(program: &Path, files: &Path, boot: &Boot<'_>) -> Command {
    let mut command = Command::new(program);
    command.arg(format!("mem={}", boot.memory)).arg(format!("initrd={}", files.display()));
    // Without the last two it appends others to the words of the first process.
    command
        .args(["con=null", "con0=fd:0,fd:1", "console=tty0", "root=none"])
        .args(boot.words.split_whitespace());
    command
}

fn of_emulator(architecture: &Architecture, files: &Path, boot: &Boot<'_>) -> Result<Command> {
    let emulator = architecture.find_emulator()?;
    let Architecture { console, words, .. } = architecture;
    let words = format!("console={console} {words} loglevel=4 panic=-1 {}", boot.words);
    let mut command = Command::new(&emulator.program);
    command
        .args(&emulator.arguments)
        .args(["-accel", "tcg", "-m", boot.memory, "-smp", "2"])
        .args(architecture.board);
    command.args(["-nodefaults", "-display", "none", "-serial", "stdio", "-no-reboot", "-kernel"]);
    command.arg(boot.kernel.image()).arg("-initrd").arg(files).args(["-append", &words]);
    if let Some(modules) = &emulator.modules {
        command.env("QEMU_MODULE_DIR", modules);
    }
    Ok(command)
}

fn lines(console: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for line in BufReader::new(console).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).trim_end().to_owned();
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    receiver
}

/// Reads lines up to the machine's last line. A machine that stops or exceeds the deadline has failed.
fn listen(lines: &Receiver<String>, deadline: Instant) -> Result<Count> {
    let mut count = Count::default();
    loop {
        match lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(line) => {
                println!("{line}");
                count.add(&line);
                if let Some(failed) = line.strip_prefix(guest::LAST_WORDS) {
                    count.succeeded = failed == "0";
                    return Ok(count);
                }
            }
            Err(RecvTimeoutError::Timeout) => bail!("the machine has not finished after {LIMIT:?}"),
            Err(RecvTimeoutError::Disconnected) => bail!("the machine ended without its last line"),
        }
    }
}

/// Waits for the machine to power off after its last line, and kills a machine that does not.
fn end(child: &mut Child) -> Result<()> {
    let deadline = Instant::now() + Duration::from_secs(5);
    while child.try_wait().context("cannot wait for the machine")?.is_none() {
        if Instant::now() > deadline {
            child.kill().context("cannot kill the machine")?;
            child.wait().context("cannot wait for the machine")?;
            break;
        }
        thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}
