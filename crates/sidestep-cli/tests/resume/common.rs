//! What these tests have in common.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

/// The command, silent and without input.
pub(crate) fn command<A: AsRef<std::ffi::OsStr>>(args: &[A]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sidestep"));
    command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

pub(crate) fn sidestep<A: AsRef<std::ffi::OsStr>>(args: &[A]) -> Output {
    command(args).output().expect("the command starts")
}

pub(crate) fn code(output: &Output) -> i32 {
    output.status.code().expect("it ends by itself")
}

pub(crate) fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub(crate) fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub(crate) fn arg(path: &Path) -> String {
    path.to_str().expect("the name is UTF-8").to_owned()
}

/// Runs the command and fails where it does.
pub(crate) fn done<A: AsRef<std::ffi::OsStr>>(args: &[A]) -> Output {
    let output = sidestep(args);
    assert_eq!(code(&output), 0, "{}", err(&output));
    output
}

/// Sends a signal, and waits for the end.
pub(crate) fn stopped(child: Child) -> Output {
    let kill = Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
    assert!(kill.expect("there is a program `kill`").success());
    child.wait_with_output().expect("it ends")
}

/// A folder with a simulated log that has alerts.
pub(crate) fn simulated(days: u32) -> (TempDir, PathBuf) {
    let dir = TempDir::new().expect("a folder can be made");
    let made = arg(&dir.path().join("sim"));
    let days = days.to_string();
    done(&[
        "simulate",
        &made,
        "--seed",
        "3",
        "--accounts",
        "200",
        "--days",
        &days,
        "--learn-days",
        "7",
        "--telemetry",
        "complete",
        "--attacks",
        "8",
    ]);
    let log = dir.path().join("sim/auth.csv");
    (dir, log)
}

/// A log of plain logins.
pub(crate) fn quiet_log(lines: usize) -> String {
    (0..lines)
        .map(|n| format!("{n},U{0}@D,U{0}@D,C{0},C7,Kerberos,Network,LogOn,Success\n", n % 9))
        .collect()
}

pub(crate) fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Numbers that look like chance and are the same in every run.
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end.max(1)
    }
}

/// How often to do something: what the variable says, or else `few`.
pub(crate) fn times(variable: &str, few: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(few)
}
