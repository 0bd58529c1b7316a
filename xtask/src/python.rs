//! The Python package: its tests, its linter and its wheel.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::step::{output, run};
use crate::tools::{environment, pip, python, target_dir};

/// The environment of the tests.
const TESTS: &str = "python-venv";
/// What puts the package into it.
const SCRIPT: &str = "xtask/src/environment.py";
/// No wheel may be as large as this.
const MOST_BYTES: u64 = 15_000_000;

/// Installs everything that the tests import, but not the package itself.
pub(crate) fn packages(root: &Path) -> Result<(), String> {
    let programs = environment(root, TESTS)?;
    let needed = output(python(&programs).arg(root.join(SCRIPT)).arg("requirements"))?;
    // What is compiled here and never imported costs more than it saves.
    run(pip(&programs, "install").arg("--no-compile").args(needed.lines()))
}

/// Runs every test of Python on the extension that the Rust steps have built. A wheel would be built
/// with other features and in another profile, which takes minutes; [`wheel`] does.
pub(crate) fn test(root: &Path) -> Result<(), String> {
    let programs = environment(root, TESTS)?;
    let extension = target_dir(root).join(format!("debug/{DLL_PREFIX}_native{DLL_SUFFIX}"));
    run(python(&programs).arg(root.join(SCRIPT)).arg("install").arg(extension))?;
    // Everything is installed, so that a test that skips itself is a test that is broken.
    run(python(&programs)
        .args(["-m", "pytest", "-q", "--no-skips", "--durations=5", "--rootdir"])
        .arg(root)
        .arg("-c")
        .arg(root.join("pyproject.toml"))
        .arg(root.join("python/tests"))
        .current_dir(root))
}

/// Checks the style of everything that is Python.
pub(crate) fn lint(root: &Path) -> Result<(), String> {
    let programs = environment(root, "tools/venv")?;
    run(pip(&programs, "install").arg("ruff>=0.17,<0.18"))?;
    let ruff = programs.join("ruff");
    run(Command::new(&ruff).args(["check", "."]).current_dir(root))?;
    run(Command::new(&ruff).args(["format", "--check", "."]).current_dir(root))
}

/// Makes the wheel as it is published, and uses it in an environment that holds nothing else.
pub(crate) fn wheel(root: &Path) -> Result<(), String> {
    let programs = environment(root, "wheel-venv")?;
    let folder = target_dir(root).join("wheels");
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    run(pip(&programs, "wheel").args(["--no-deps", "--wheel-dir"]).arg(&folder).arg(root))?;
    let wheel = only_file(&folder)?;
    check(&wheel)?;
    run(pip(&programs, "install").args(["--no-deps", "--force-reinstall"]).arg(&wheel))?;
    let log = root.join("examples/data/office.csv.gz");
    let program = "import sidestep, sys; engine = sidestep.Engine(); engine.process(sys.argv[1]); \
                   engine.finish(); assert engine.alerts; print(sidestep.__version__)";
    run(python(&programs).args(["-c", program]).arg(&log))?;
    output(Command::new(programs.join("sidestep")).arg("detect").arg(&log)).map(drop)
}

/// One wheel serves every Python from 3.10 on, and is not large.
fn check(wheel: &Path) -> Result<(), String> {
    let bytes = fs::metadata(wheel).map_err(|error| format!("{}: {error}", wheel.display()))?.len();
    println!("{}: {bytes} bytes", wheel.display());
    if !wheel.to_string_lossy().contains("-cp310-abi3-") {
        return Err(format!("the wheel is not for cp310-abi3: {}", wheel.display()));
    }
    if bytes >= MOST_BYTES {
        return Err(format!("the wheel is not below {MOST_BYTES} bytes: {}", wheel.display()));
    }
    Ok(())
}

fn only_file(folder: &Path) -> Result<PathBuf, String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    match files.as_slice() {
        [file] => Ok(file.clone()),
        _ => Err(format!("{}: {} files, expected one wheel", folder.display(), files.len())),
    }
}
