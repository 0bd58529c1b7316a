//! C and C++ programs, built against the library and run: the examples, the test of the ABI, plain,
//! under the sanitizers of the C compiler and under valgrind.

#![allow(clippy::print_stdout, reason = "says what it skips, and what it measured")]

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use sidestep::alert::AlertState;
use sidestep::{Config, Engine};
use sidestep_formats::{ExportFormat, ExportOptions, LogReader, ReadOptions, write_alerts};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Where cargo puts the libraries that it built for this test.
fn libraries() -> PathBuf {
    let test = std::env::current_exe().expect("a test has a path");
    test.parent().expect("a test lies in a folder").to_owned()
}

/// What a static library of Rust needs of the system.
const SYSTEM: [&str; 4] = ["-lpthread", "-ldl", "-lm", "-lgcc_s"];

/// How a program is linked with the library.
#[derive(Clone, Copy)]
enum Link {
    Shared,
    Static,
}

fn output(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?}: {}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

/// Builds one program into `folder`, warnings denied.
fn build(source: &str, link: Link, flags: &[&str], folder: &Path) -> PathBuf {
    let program = folder.join("program");
    let is_cpp = source.ends_with(".cpp");
    let mut compiler = Command::new(if is_cpp { "c++" } else { "cc" });
    compiler
        .arg(if is_cpp { "-std=c++17" } else { "-std=c99" })
        .args(["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-g"])
        .args(flags)
        .arg("-I")
        .arg(root().join("crates/sidestep-capi/include"))
        .arg(root().join(source))
        .arg("-o")
        .arg(&program);
    if cfg!(feature = "panic-test") {
        compiler.arg("-DPANIC_TEST");
    }
    match link {
        Link::Shared => {
            compiler.arg("-L").arg(libraries()).arg("-lsidestep_capi");
            compiler.arg(format!("-Wl,-rpath,{}", libraries().display()));
        }
        Link::Static => {
            compiler.arg(libraries().join("libsidestep_capi.a")).args(SYSTEM);
        }
    }
    output(&mut compiler);
    program
}

/// The alerts of the sample log, in their last state, as Rust writes them.
fn by_rust(log: &Path) -> Vec<u8> {
    let mut engine = Engine::new(Config::default());
    let mut alerts = Vec::new();
    let file = std::fs::File::open(log).expect("the sample is there");
    let mut sink = |event: sidestep::event::Event<'_>| {
        alerts.extend(engine.process(event));
        ControlFlow::Continue(())
    };
    let _ =
        LogReader::new(ReadOptions::default()).read(file, "log", &mut sink).expect("it is read");
    alerts.extend(engine.finish());
    alerts.retain(|alert| alert.state == AlertState::Closed);
    let mut bytes = Vec::new();
    write_alerts(&mut bytes, &alerts, ExportFormat::Json, &ExportOptions::default())
        .expect("written");
    bytes
}

#[test]
fn c_and_cpp_give_the_alerts_that_rust_gives_byte_for_byte() {
    let log = root().join("examples/data/office.csv.gz");
    let expected = by_rust(&log);
    assert!(!expected.is_empty(), "the sample has alerts");
    for source in ["examples/c/detect.c", "examples/c/detect.cpp"] {
        for link in [Link::Shared, Link::Static] {
            let folder = tempfile::tempdir().expect("a folder");
            let program = build(source, link, &["-O1"], folder.path());
            let found = output(Command::new(program).arg(&log)).stdout;
            assert!(found == expected, "{source} gives other alerts than Rust");
        }
    }
}

#[test]
fn the_other_examples_run() {
    for source in ["examples/c/embed.c", "examples/c/arrow.c"] {
        for link in [Link::Shared, Link::Static] {
            let folder = tempfile::tempdir().expect("a folder");
            output(&mut Command::new(build(source, link, &[], folder.path())));
        }
    }
}

const ABI: &str = "crates/sidestep-capi/tests/c/abi.c";

#[test]
fn what_is_promised_to_c_holds() {
    for link in [Link::Shared, Link::Static] {
        let folder = tempfile::tempdir().expect("a folder");
        output(&mut Command::new(build(ABI, link, &[], folder.path())));
    }
}

#[test]
fn the_sanitizers_of_the_c_compiler_find_nothing() {
    for source in [ABI, "examples/c/embed.c", "examples/c/arrow.c"] {
        let folder = tempfile::tempdir().expect("a folder");
        let flags = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
        output(&mut Command::new(build(source, Link::Static, &flags, folder.path())));
    }
}

#[test]
fn valgrind_finds_no_error_and_no_leak() {
    if Command::new("valgrind").arg("--version").output().is_err() {
        println!("valgrind is not there: skipped");
        return;
    }
    for source in [ABI, "examples/c/embed.c", "examples/c/arrow.c"] {
        let folder = tempfile::tempdir().expect("a folder");
        let program = build(source, Link::Static, &[], folder.path());
        output(
            Command::new("valgrind")
                .args(["--quiet", "--error-exitcode=9", "--leak-check=full"])
                .args(["--errors-for-leak-kinds=definite,indirect"])
                .arg(program),
        );
    }
}

#[test]
fn helgrind_finds_no_race_between_threads_that_own_or_share_an_engine() {
    if Command::new("valgrind").arg("--version").output().is_err() {
        println!("valgrind is not there: skipped");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let program = build(ABI, Link::Static, &["-DHELGRIND"], folder.path());
    output(
        Command::new("valgrind")
            .args(["--tool=helgrind", "--quiet", "--error-exitcode=9"])
            .arg(program),
    );
}

#[test]
fn the_shared_library_exports_what_is_on_the_list_and_no_more() {
    let Ok(output) = Command::new("nm")
        .args(["--dynamic", "--defined-only", "--format=posix"])
        .arg(libraries().join("libsidestep_capi.so"))
        .output()
    else {
        println!("nm is not there: skipped");
        return;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let symbols = String::from_utf8(output.stdout).expect("names");
    let mut found: Vec<&str> = symbols
        .lines()
        .filter_map(|line| line.split(' ').next())
        .filter(|name| *name != "sidestep_test_panic_in")
        .collect();
    found.sort_unstable();
    let list = std::fs::read_to_string(root().join("crates/sidestep-capi/symbols.txt"))
        .expect("the list is there");
    assert_eq!(found, list.lines().collect::<Vec<_>>());
}
