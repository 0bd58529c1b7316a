//! States that are damaged, and disks that do not take one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::common::{arg, code, done, err, quiet_log, sidestep};

/// A folder with a log, its checkpoint, and a state of --save-state.
fn states() -> (TempDir, String, PathBuf, PathBuf) {
    let dir = TempDir::new().unwrap();
    let log = dir.path().join("log.csv");
    fs::write(&log, quiet_log(200)).unwrap();
    let (checkpoint, state) = (dir.path().join("checkpoint"), dir.path().join("state"));
    let log = arg(&log);
    done(&["detect", &log, "--state", &arg(&checkpoint), "--save-state", &arg(&state)]);
    (dir, log, checkpoint, state)
}

/// What the command says to a state, which must be an error and leave the file as it is.
fn refused(option: &str, path: &Path, log: &str, bytes: &[u8]) -> String {
    fs::write(path, bytes).unwrap();
    let output = sidestep(&["detect", log, option, &arg(path)]);
    assert_eq!(code(&output), 1, "{option}: {}", err(&output));
    assert!(fs::read(path).unwrap() == bytes, "{option} changed the file");
    let said = err(&output);
    assert!(said.starts_with("error: ") && said.contains(&arg(path)), "{said}");
    said
}

#[test]
fn a_damaged_state_is_refused_and_left_alone() {
    let (dir, log, checkpoint, state) = states();
    let bad = dir.path().join("bad");
    for (option, file) in
        [("--state", &checkpoint), ("--state", &state), ("--load-state", &checkpoint)]
    {
        let whole = fs::read(file).unwrap();
        assert!(whole.len() > 1000, "{}", whole.len());
        for length in (100..whole.len()).step_by(100).chain([1, 9, 31, whole.len() - 1]) {
            refused(option, &bad, &log, &whole[..length]);
        }
        for bit in (0..8 * whole.len()).step_by(100) {
            let mut flipped = whole.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            refused(option, &bad, &log, &flipped);
        }
        let mut longer = whole.clone();
        longer.push(0);
        refused(option, &bad, &log, &longer);
    }
    let mut newer = fs::read(&checkpoint).unwrap();
    newer[8] = 99;
    let said = refused("--state", &bad, &log, &newer);
    assert!(said.contains("version 99") && said.contains("reads version"), "{said}");
    refused("--state", &bad, &log, b"PK\x03\x04 of another program");
    refused("--state", &bad, &log, b"");
    // Where there is one before it, that is named.
    fs::copy(&checkpoint, dir.path().join("bad.prev")).unwrap();
    assert!(refused("--state", &bad, &log, b"x").contains("bad.prev"));
}

#[test]
fn states_of_both_kinds_serve_both_options() {
    let (dir, log, checkpoint, state) = states();
    done(&["detect", &log, "--load-state", &arg(&checkpoint)]);
    let taken = dir.path().join("taken");
    fs::copy(&state, &taken).unwrap();
    done(&["detect", &log, "--state", &arg(&taken)]);
    assert_eq!(fs::read(dir.path().join("taken.prev")).unwrap(), fs::read(&state).unwrap());
    let refused = sidestep(&["detect", &log, "--state", &arg(&state), "--learn-days", "3"]);
    assert_eq!(code(&refused), 2, "{}", err(&refused));
}

#[test]
fn the_state_before_is_kept() {
    let (dir, log, checkpoint, _) = states();
    let first = fs::read(&checkpoint).unwrap();
    fs::write(&log, quiet_log(300)).unwrap();
    done(&["detect", &log, "--state", &arg(&checkpoint)]);
    assert_ne!(fs::read(&checkpoint).unwrap(), first);
    assert_eq!(fs::read(dir.path().join("checkpoint.prev")).unwrap(), first);
    assert!(!dir.path().join("checkpoint.tmp").exists());
}

#[test]
fn a_full_disk_leaves_the_old_state() {
    let (dir, log, checkpoint, state) = states();
    fs::write(&log, quiet_log(300)).unwrap();
    for (option, file) in [("--state", &checkpoint), ("--save-state", &state)] {
        let before = fs::read(file).unwrap();
        // Files may have one block, and whoever writes more is not killed for it.
        let script = "trap '' XFSZ; ulimit -f 1; exec \"$0\" \"$@\"";
        let output = Command::new("sh")
            .args(["-c", script, env!("CARGO_BIN_EXE_sidestep"), "detect", &log, option])
            .arg(file)
            .output()
            .unwrap();
        assert_eq!(code(&output), 1, "{}", err(&output));
        let said = err(&output);
        assert!(said.contains("cannot be written") && said.contains("still there"), "{said}");
        assert!(fs::read(file).unwrap() == before);
        assert!(
            !dir.path().join("checkpoint.tmp").exists() && !dir.path().join("state.tmp").exists()
        );
    }
    if Path::new("/dev/full").exists() {
        let output = sidestep(&["detect", &log, "--save-state", "/dev/full"]);
        assert_eq!(code(&output), 1, "{}", err(&output));
        assert!(
            err(&output).contains("/dev/full: the state cannot be written"),
            "{}",
            err(&output)
        );
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_said_at_once() {
    let (dir, log, ..) = states();
    // No one can make a file here, not even who may do everything elsewhere.
    let mut places = vec![dir.path().join("nowhere/state")];
    if Path::new("/proc/self").exists() {
        places.push("/proc/self/state".into());
    }
    for place in &places {
        for option in ["--state", "--save-state"] {
            let output = sidestep(&["detect", &log, option, &arg(place)]);
            assert_eq!(code(&output), 1, "{}", err(&output));
            assert!(err(&output).contains("the state cannot be written"), "{}", err(&output));
            assert!(!err(&output).contains("events "), "{}", err(&output));
        }
    }
    let kept = dir.path().join("kept");
    fs::create_dir(&kept).unwrap();
    let state = kept.join("state");
    done(&["detect", &log, "--state", &arg(&state)]);
    let before = fs::read(&state).unwrap();
    let mut permissions = fs::metadata(&kept).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&kept, permissions).unwrap();
    // Who may do everything is not stopped by permissions.
    if fs::write(kept.join("probe"), "").is_err() {
        let output = sidestep(&["detect", &log, "--state", &arg(&state)]);
        assert_eq!(code(&output), 1, "{}", err(&output));
        assert!(err(&output).contains("still there"), "{}", err(&output));
    }
    assert!(fs::read(&state).unwrap() == before || fs::read(kept.join("state.prev")).is_ok());
    let mut permissions = fs::metadata(&kept).unwrap().permissions();
    #[allow(clippy::permissions_set_readonly_false, reason = "it is taken away at once")]
    permissions.set_readonly(false);
    fs::set_permissions(&kept, permissions).unwrap();
}
