//! Attackers that prepare and changes of an organisation, simulated and evaluated by the command.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::process::{Command, Output};

use tempfile::TempDir;

fn sidestep(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sidestep")).args(args).output().expect("the command runs")
}

fn out(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).expect("the output is UTF-8")
}

const SMALL: [&str; 6] = ["--accounts", "60", "--days", "20", "--learn-days", "4"];

#[test]
fn a_prepared_attack_is_marked_in_the_truth_and_judged() {
    let dir = TempDir::new().unwrap();
    let folder = dir.path().to_str().unwrap();
    let words = ["simulate", folder, "--attacks", "2", "--adversary", "repeat"];
    out(&sidestep(&[&words[..], &SMALL].concat()));
    let truth = fs::read_to_string(dir.path().join("truth.csv")).unwrap();
    assert!(truth.starts_with("time,account,src_host,dst_host,attack_id,phase\n"), "{truth}");
    assert!(truth.contains(",preparation\n") && truth.contains(",attack\n"), "{truth}");
    let judged = out(&sidestep(&["evaluate", folder, "--learn-days", "4", "--json"]));
    assert!(judged.contains("\"attack_id\":\"attack-001\""), "{judged}");
}

#[test]
fn adversaries_and_changes_are_compared_in_a_table() {
    let words = ["evaluate", "--seeds", "2", "--adversary", "slow-ramp,mimic-then-strike"];
    let table = out(&sidestep(&[&words[..], &SMALL].concat()));
    for part in ["again: sidestep evaluate --seeds 2", "unprepared", "slow-ramp", "mimic-then"] {
        assert!(table.contains(part), "{table}");
    }
    let words = ["evaluate", "--seeds", "2", "--change", "merger", "--change-day", "9", "--json"];
    let json: serde_json::Value =
        serde_json::from_str(&out(&sidestep(&[&words[..], &SMALL].concat()))).unwrap();
    assert_eq!(json["rows"][1]["change"], "merger");
    assert_eq!(json["rows"][1]["raised_by_day"].as_array().map(Vec::len), Some(16));
}
