//! Logs and options that are not those of the checkpoint.

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use crate::common::{arg, code, done, err, quiet_log, read, sidestep};

struct Run {
    dir: TempDir,
    log: PathBuf,
    state: PathBuf,
    output: PathBuf,
}

impl Run {
    fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let [log, state, output] = ["log.csv", "state", "alerts"].map(|name| dir.path().join(name));
        fs::write(&log, quiet_log(300)).unwrap();
        let run = Self { dir, log, state, output };
        done(&run.args(&[]));
        run
    }

    fn args(&self, more: &[&str]) -> Vec<String> {
        let mut args: Vec<String> = vec!["detect".into(), arg(&self.log)];
        args.extend(["--state".into(), arg(&self.state), "--output".into(), arg(&self.output)]);
        args.extend(more.iter().map(|more| (*more).to_owned()));
        args
    }

    /// What the command says, which has to be an error that leaves the state as it is.
    fn refused(&self, more: &[&str], status: i32) -> String {
        let before = fs::read(&self.state).unwrap();
        let output = sidestep(&self.args(more));
        assert_eq!(code(&output), status, "{}", err(&output));
        assert!(fs::read(&self.state).unwrap() == before);
        err(&output)
    }
}

#[test]
fn other_options_are_refused() {
    let run = Run::new();
    for (more, named) in [
        (&["--format", "lanl"][..], "--format"),
        (&["--zone", "+01:00"], "--zone"),
        (&["--learn-days", "3"], "--learn-days"),
        (&["--reorder-minutes", "5"], "--reorder-minutes"),
        (&["--emit", "ocsf"], "--emit"),
    ] {
        let said = run.refused(more, 2);
        assert!(said.contains(&format!("{named} is not what it was")), "{said}");
    }
    for (more, named) in [
        (&["--checkpoint", "5"][..], "such as 30s, 5m or 1h"),
        (&["--follow", "--in-order"], "--in-order"),
        (&["--explain-coverage"], "--explain-coverage"),
    ] {
        let said = run.refused(more, 2);
        assert!(said.contains(named), "{said}");
    }
    let graph = sidestep(&["detect", &arg(&run.log), "--follow", "--emit", "dot"]);
    assert_eq!(code(&graph), 2);
    assert!(err(&graph).contains("json, ocsf or ecs"), "{}", err(&graph));
    let alone = sidestep(&["detect", &arg(&run.log), "--checkpoint", "5m"]);
    assert_eq!(code(&alone), 2);
    assert!(err(&alone).contains("--state"), "{}", err(&alone));
}

#[test]
fn a_log_that_is_another_is_refused() {
    let run = Run::new();
    let text = read(&run.log);
    fs::write(&run.log, &text[..text.len() / 2]).unwrap();
    assert!(run.refused(&[], 1).contains("log.csv: is shorter than what was read"));
    fs::write(&run.log, text.replacen("C7", "C8", 1)).unwrap();
    assert!(run.refused(&[], 1).contains("log.csv: does not begin with"));
    fs::write(&run.log, text.replacen("U8", "U7", 30)).unwrap();
    assert!(run.refused(&[], 1).contains("log.csv: does not begin with"));
    // The same log copied back is the same log, and may have grown.
    let more = quiet_log(400);
    fs::remove_file(&run.log).unwrap();
    fs::write(&run.log, &more).unwrap();
    let went_on = done(&run.args(&[]));
    assert!(err(&went_on).starts_with("events   400 in"), "{}", err(&went_on));
    // A log that was judged to its end may go, and another come.
    fs::remove_file(&run.log).unwrap();
    let other = run.dir.path().join("other.csv");
    fs::write(&other, quiet_log(50).replace("C7", "C9")).unwrap();
    let mut args = run.args(&[]);
    args[1] = arg(&other);
    let went_on = done(&args);
    assert!(err(&went_on).starts_with("events   450 in"), "{}", err(&went_on));
}

#[test]
fn an_output_that_is_cut_is_refused_and_one_that_is_gone_is_begun() {
    let (dir, log) = crate::common::simulated(12);
    let run = Run { state: dir.path().join("state"), output: dir.path().join("alerts"), log, dir };
    done(&run.args(&["--learn-days", "7"]));
    let alerts = read(&run.output);
    assert!(alerts.lines().count() > 1);
    fs::write(&run.output, &alerts[..10]).unwrap();
    let said = run.refused(&["--learn-days", "7"], 1);
    assert!(said.contains("is shorter than what was written to it"), "{said}");
    fs::remove_file(&run.output).unwrap();
    done(&run.args(&["--learn-days", "7"]));
    // Only what was still open, and is ended by the end of the log, is written again.
    assert!(read(&run.output).len() < alerts.len());
}
