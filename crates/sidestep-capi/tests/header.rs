//! The committed header is what the source gives, says the version of the package, and compiles
//! without a warning wherever a C or C++ compiler is.

#![allow(clippy::print_stdout, reason = "says what it skips, and what it measured")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The committed header. Under `UPDATE_HEADER` it is first written anew, once: the tests of one run go
/// at the same time, and all are to see the new one.
fn committed() -> &'static str {
    static HEADER: LazyLock<String> = LazyLock::new(|| {
        let path = root().join("include/sidestep.h");
        if std::env::var_os("UPDATE_HEADER").is_some() {
            fs::write(&path, made()).expect("the header can be written");
        }
        fs::read_to_string(path).expect("the header is there")
    });
    &HEADER
}

/// The header that the source gives.
fn made() -> String {
    let config =
        cbindgen::Config::from_file(root().join("cbindgen.toml")).expect("a configuration");
    let mut made = Vec::new();
    cbindgen::Builder::new()
        .with_crate(root())
        .with_config(config)
        .generate()
        .expect("the source is read")
        .write(&mut made);
    String::from_utf8(made).expect("text")
}

#[test]
fn the_header_is_what_the_source_gives() {
    assert!(
        made() == committed(),
        "the header is out of date: UPDATE_HEADER=1 cargo test -p sidestep-capi --test header"
    );
}

#[test]
fn the_header_says_the_version_of_the_package() {
    let header = committed();
    let number = |name: &str| {
        let line = header.lines().find(|line| line.starts_with(&format!("#define {name} ")));
        let line = line.unwrap_or_else(|| panic!("{name} is not defined"));
        line.rsplit(' ').next().expect("a value").to_owned()
    };
    let version =
        ["MAJOR", "MINOR", "PATCH"].map(|part| number(&format!("SIDESTEP_VERSION_{part}")));
    assert_eq!(version.join("."), env!("CARGO_PKG_VERSION"));
    assert_eq!(number("SIDESTEP_ABI_VERSION"), sidestep_capi::SIDESTEP_ABI_VERSION.to_string());
}

#[test]
fn every_exported_function_is_on_the_list() {
    let list = fs::read_to_string(root().join("symbols.txt")).expect("the list is there");
    let listed: Vec<&str> = list.lines().collect();
    assert!(listed.is_sorted(), "symbols.txt is in order");
    // In the header: a name before a parenthesis at the beginning of a declaration.
    let header = committed();
    let code: Vec<&str> = header.lines().filter(|line| !line.starts_with("//")).collect();
    let mut declared: Vec<&str> = code
        .iter()
        .filter(|line| !line.starts_with(' ') && !line.starts_with("typedef"))
        .filter_map(|line| line.split_once('('))
        .filter_map(|(before, _)| before.rsplit([' ', '*']).next())
        .filter(|name| name.starts_with("sidestep_"))
        .collect();
    declared.sort_unstable();
    assert_eq!(declared, listed, "the header declares what symbols.txt lists");
}

#[test]
fn the_header_compiles_without_a_warning() {
    // Not before it is written, where it is to be.
    let _ = committed();
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("use.c");
    fs::write(&source, "#include \"sidestep.h\"\n#include \"sidestep.h\"\nint main(void) { return SIDESTEP_OK; }\n")
        .expect("a file can be written");
    let both = folder.path().join("use.cpp");
    fs::copy(&source, &both).expect("a file can be written");
    let mut compiled = 0;
    for (compiler, standard, source) in [
        ("cc", "c99", &source),
        ("gcc", "c99", &source),
        ("clang", "c99", &source),
        ("gcc", "c17", &source),
        ("c++", "c++17", &both),
        ("g++", "c++17", &both),
        ("clang++", "c++17", &both),
    ] {
        compiled += u32::from(compile(compiler, standard, source));
    }
    assert!(compiled >= 2, "a C and a C++ compiler are needed");
}

/// Compiles one file with warnings denied; false where the compiler is not there.
fn compile(compiler: &str, standard: &str, source: &Path) -> bool {
    let done = Command::new(compiler)
        .args(["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only"])
        .arg(format!("-std={standard}"))
        .arg("-I")
        .arg(root().join("include"))
        .arg(source)
        .output();
    match done {
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{compiler} -std={standard}: {said}");
            true
        }
        Err(_) => {
            println!("{compiler} is not there: skipped");
            false
        }
    }
}
