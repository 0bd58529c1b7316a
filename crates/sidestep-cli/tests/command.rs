//! The built command, from its arguments to its exit status.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

fn sidestep(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sidestep"))
        .args(args)
        .stdin(Stdio::null())
        .output()
        .expect("the command starts")
}

fn sidestep_reading(args: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_sidestep"))
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    child.stdin.take().expect("it has an input").write_all(input).expect("it reads");
    child.wait_with_output().expect("it ends")
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("it ends by itself")
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("it writes UTF-8")
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("it writes UTF-8")
}

/// A folder with a simulated log and its truth.
fn simulated() -> (TempDir, PathBuf) {
    let dir = TempDir::new().expect("a folder can be made");
    let path = dir.path().to_str().expect("its name is UTF-8");
    let made = sidestep(&[
        "simulate",
        path,
        "--seed",
        "3",
        "--accounts",
        "200",
        "--days",
        "12",
        "--learn-days",
        "7",
        "--telemetry",
        "complete",
        "--attacks",
        "4",
    ]);
    assert_eq!(code(&made), 0, "{}", err(&made));
    assert!(err(&made).contains("4 attacks"), "{}", err(&made));
    let log = dir.path().join("auth.csv");
    (dir, log)
}

fn arg(path: &Path) -> &str {
    path.to_str().expect("the name is UTF-8")
}

/// A log of plain logins.
fn quiet_log(lines: usize) -> String {
    (0..lines)
        .map(|n| format!("{},U{}@D,U{}@D,C1,C7,Kerberos,Network,LogOn,Success\n", n, n % 9, n % 9))
        .collect()
}

#[test]
fn help_names_the_commands_and_the_exit_status() {
    let help = sidestep(&["--help"]);
    assert_eq!(code(&help), 0);
    for word in ["detect", "simulate", "evaluate", "Exit status"] {
        assert!(out(&help).contains(word), "{word}");
    }
    for command in ["detect", "simulate", "evaluate"] {
        assert_eq!(code(&sidestep(&[command, "--help"])), 0);
    }
    assert!(out(&sidestep(&["--version"])).starts_with("sidestep "));
}

#[test]
fn a_syslog_without_years_is_dated_by_the_clock() {
    let log = "Dec 10 06:55:46 web1 sshd[1]: Accepted password for bob from 10.0.0.5 port 9 ssh2\n";
    let output = sidestep_reading(&["detect", "-"], log.as_bytes());
    assert_eq!(code(&output), 0, "{}", err(&output));
    assert!(err(&output).starts_with("events   1 in"), "{}", err(&output));
}

#[test]
fn wrong_arguments_exit_with_2() {
    let dir = TempDir::new().unwrap();
    let log = dir.path().join("log.csv");
    fs::write(&log, quiet_log(3)).unwrap();
    let log = arg(&log);
    for (args, named) in [
        (&["detect"][..], "INPUT"),
        (&["detect", log, "--format", "xml"], "auto, lanl"),
        (&["detect", log, "--zone", "Mars"], "time zone `Mars`"),
        (&["detect", log, "--year", "23"], "--year"),
        (&["detect", log, "--map", "who=x"], "field `who`"),
        (&["detect", log, "--alerts-per-day", "0"], "--alerts-per-day"),
        (&["detect", log, "--memory-limit", "63"], "--memory-limit"),
        (&["detect", log, "--learn-days", "0"], "--learn-days"),
        (&["detect", log, "--learn", log, "--learn-days", "3"], "--learn-days"),
        (&["detect", log, "--output", log], "is read as a log"),
        (&["detect", log, "--emit", "xml"], "navigator, graphml, dot or cytoscape"),
        (&["detect", log, "--ocsf-version", "2"], "1.1.0, 1.6.0 or 1.8.0"),
        (&["detect", log, "--graph", "logins.txt"], ".graphml, .dot, .gv or .json"),
        (&["detect", "-", "-"], "only once"),
        (&["evaluate", "--seeds", "9-1"], "backwards"),
        (&["evaluate", "folder", "--seeds", "1"], "--seeds"),
        (&["simulate", "dir", "--accounts", "1"], "accounts"),
        (&["simulate", "dir", "--scenario", "soft"], "scenario"),
        (&["simulate", "dir", "--adversary", "polite"], "mimic-then-strike"),
        (&["simulate", "dir", "--change", "merger"], "--change-day"),
        (&["simulate", "dir", "--change", "merger", "--change-day", "30"], "change_day"),
        (&["simulate", "dir", "--attacks-from", "3"], "attacks_from"),
        (&["evaluate", "--change", "merger"], "--change-day"),
        (&["evaluate", "--memory-limit", "64"], "--adversary"),
    ] {
        let output = sidestep(args);
        assert_eq!(code(&output), 2, "{args:?}: {}", err(&output));
        assert!(err(&output).contains(named), "{args:?}: {}", err(&output));
        assert_eq!(out(&output), "");
    }
    assert_eq!(fs::read_to_string(log).unwrap(), quiet_log(3), "the log is as it was");
}

#[test]
fn what_cannot_be_read_exits_with_1() {
    let dir = TempDir::new().unwrap();
    let missing = dir.path().join("missing.csv");
    let output = sidestep(&["detect", arg(&missing)]);
    assert_eq!(code(&output), 1);
    assert!(err(&output).contains("missing.csv: cannot be opened"), "{}", err(&output));

    let xml = dir.path().join("log.xml");
    fs::write(&xml, "<log/>\n").unwrap();
    let output = sidestep(&["detect", arg(&xml)]);
    assert_eq!(code(&output), 1);
    assert!(err(&output).contains("--map"), "{}", err(&output));

    let state = dir.path().join("state");
    let output = sidestep(&["detect", arg(&xml), "--save-state", arg(&state)]);
    assert_eq!(code(&output), 1);
    assert!(!state.exists(), "a run that fails leaves no state");

    let output = sidestep(&["detect", arg(&xml), "--load-state", arg(&xml)]);
    assert_eq!(code(&output), 1);
    assert!(err(&output).contains("not a sidestep state"), "{}", err(&output));

    let output = sidestep(&["evaluate", arg(dir.path())]);
    assert_eq!(code(&output), 1);
    assert!(err(&output).contains("truth.csv: cannot be opened"), "{}", err(&output));
}

#[test]
fn more_than_one_bad_line_in_a_hundred_exits_with_3() {
    let dir = TempDir::new().unwrap();
    let log = dir.path().join("log.csv");
    fs::write(&log, quiet_log(99) + "bad\n").unwrap();
    let output = sidestep(&["detect", arg(&log)]);
    assert_eq!(code(&output), 0, "one in a hundred is borne");
    assert!(err(&output).contains("skipped  1 line (1.0 %)"), "{}", err(&output));

    fs::write(&log, quiet_log(98) + "bad\n\u{1b}[2J,bad\n").unwrap();
    let output = sidestep(&["detect", arg(&log)]);
    assert_eq!(code(&output), 3);
    assert!(err(&output).contains("log.csv:99: has 1 column "), "{}", err(&output));
    assert!(!err(&output).contains('\u{1b}'), "a log does not drive the terminal");

    let output = sidestep(&["detect", "--on-error", "stop", arg(&log)]);
    assert_eq!(code(&output), 1);
    assert!(err(&output).contains("error: ") && err(&output).contains("log.csv:99: "));
}

#[test]
fn a_folder_is_read_whole_and_what_is_no_log_is_named() {
    let dir = TempDir::new().unwrap();
    fs::create_dir(dir.path().join("more")).unwrap();
    fs::write(dir.path().join("1.csv"), quiet_log(40)).unwrap();
    fs::write(dir.path().join("more/2.csv"), quiet_log(10)).unwrap();
    fs::write(dir.path().join("readme.txt"), "Read me first.\n").unwrap();
    let output = sidestep(&["detect", arg(dir.path())]);
    assert_eq!(code(&output), 0, "{}", err(&output));
    assert!(err(&output).contains("events   50 in "), "{}", err(&output));
    assert!(err(&output).contains("files    2 read, 1 not:"), "{}", err(&output));
    assert!(err(&output).contains("readme.txt: the format cannot be told"), "{}", err(&output));

    fs::write(dir.path().join("cut.zip"), b"PK\x03\x04").unwrap();
    let output = sidestep(&["detect", arg(dir.path())]);
    assert_eq!(code(&output), 3, "a damaged file is not passed over in silence");
    assert!(err(&output).contains("cut.zip: the archive cannot be read"), "{}", err(&output));

    let output = sidestep_reading(&["detect", "-"], b"PK\x03\x04");
    assert_eq!(code(&output), 1);
    assert!(err(&output).contains("<stdin>: this is a zip archive"), "{}", err(&output));
}

#[test]
fn what_was_passed_over_is_told_by_its_kind() {
    let dir = TempDir::new().unwrap();
    let log = dir.path().join("log.json");
    let event = |id: u32, more: &str| {
        format!(
            "{{\"EventID\":{id},\"SourceName\":\"Microsoft-Windows-Security-Auditing\",\
             \"Hostname\":\"DC1\",\"EventTime\":\"2024-05-01T08:00:00Z\"{more}}}\n"
        )
    };
    let logon = event(4624, ",\"TargetUserName\":\"alice\",\"IpAddress\":\"10.0.0.5\"");
    let process = event(4688, ",\"NewProcessName\":\"cmd.exe\"");
    let mut text = logon + &process;
    for (index, id) in [5156, 5158, 4673, 4674, 4689, 4690, 4656].into_iter().enumerate() {
        text += &event(id, "").repeat(12 - index);
    }
    fs::write(&log, text).unwrap();
    let output = sidestep(&["detect", arg(&log)]);
    assert_eq!(code(&output), 0, "{}", err(&output));
    for line in [
        "events   2 in ",
        "           of these 1 companion record of what hosts did\n",
        "other    63 records passed over, for they are not about logins:\n",
        "           12  Windows event 5156 of Microsoft-Windows-Security-Auditing\n",
        "            8  Windows event 4689 of Microsoft-Windows-Security-Auditing\n",
        "           13  of 2 other kinds\n",
        "skipped  nothing\n",
    ] {
        assert!(err(&output).contains(line), "{line}: {}", err(&output));
    }
    assert!(!err(&output).contains("late:"), "{}", err(&output));
}

#[test]
fn logs_out_of_order_are_put_in_order() {
    let dir = TempDir::new().unwrap();
    let at = |time: u32| quiet_log(20).replace(",U", &format!("{time:06},U"));
    fs::write(dir.path().join("1.csv"), at(900_000)).unwrap();
    fs::write(dir.path().join("2.csv"), at(1)).unwrap();
    let output = sidestep(&["detect", "--in-order", arg(dir.path())]);
    assert_eq!(code(&output), 0, "{}", err(&output));
    assert!(err(&output).contains(" a second), 0 late"), "{}", err(&output));
    assert!(err(&output).contains("read again and put in order"), "{}", err(&output));
}

#[test]
fn what_is_lost_for_its_order_is_said() {
    // More than can be held of standard input, and then what is a day older.
    let log = |first: u32, count: u32| -> String {
        (first..first + count)
            .map(|time| format!("{time},U1@D,U1@D,C1,C2,?,Network,LogOn,Success\n"))
            .collect()
    };
    let (new, old) = (log(86_400, 70_000), log(1, 2000));
    let output = sidestep_reading(&["detect", "-"], (new.clone() + &old).as_bytes());
    assert_eq!(code(&output), 3, "{}", err(&output));
    assert!(err(&output).contains("late: 2,000 events lost"), "{}", err(&output));
    assert!(err(&output).contains("give the logs as files"), "{}", err(&output));
    // Held back, the older ones come in time.
    let fewer = log(86_400, 60_000) + &old;
    let output = sidestep_reading(&["detect", "-"], fewer.as_bytes());
    assert_eq!(code(&output), 0, "{}", err(&output));
    assert!(err(&output).contains(" a second), 0 late"), "{}", err(&output));
}

#[test]
fn a_clock_that_is_set_wrong_makes_nobody_late() {
    let line = |time: u64, at: u64| {
        format!("{time},U{0}@D,U{0}@D,C{0},C9,Kerberos,Network,LogOn,Success\n", at % 5)
    };
    let mut lines: Vec<String> = (0..2000).map(|at| line(at * 60, at)).collect();
    // Ten years ahead, twice.
    lines.insert(700, line(315_000_000, 1));
    lines.insert(1500, line(315_000_060, 2));
    let dir = TempDir::new().unwrap();
    let log = dir.path().join("auth.csv");
    fs::write(&log, lines.concat()).unwrap();
    let output = sidestep(&["detect", "--format", "lanl", arg(&log)]);
    let (said, code) = (err(&output), code(&output));
    assert_eq!(code, 0, "{said}");
    assert!(!said.contains("late:"), "{said}");
    assert!(said.contains("future: 2 events left out"), "{said}");
}

#[test]
fn a_log_too_short_to_learn_from_says_so() {
    let output = sidestep_reading(&["detect", "-"], quiet_log(50).as_bytes());
    assert_eq!(code(&output), 0);
    assert!(err(&output).contains("too little to learn from"), "{}", err(&output));
    assert!(err(&output).contains("events   50 in "), "{}", err(&output));
    let output = sidestep_reading(&["detect", "-", "--learn-days", "2"], quiet_log(9).as_bytes());
    assert!(err(&output).contains("at the end of the days to learn from"), "{}", err(&output));
}

#[test]
fn a_cut_archive_is_judged_as_far_as_it_goes() {
    let dir = TempDir::new().unwrap();
    let log = dir.path().join("log.csv.zst");
    let packed = zstd::encode_all(quiet_log(200_000).as_bytes(), 1).unwrap();
    fs::write(&log, &packed[..packed.len() - 50]).unwrap();
    let output = sidestep(&["detect", arg(&log)]);
    assert_eq!(code(&output), 1);
    assert!(err(&output).contains("reading broke off after line "), "{}", err(&output));
    assert!(err(&output).contains("events   1"), "{}", err(&output));
}

#[test]
fn alerts_are_the_same_however_the_log_comes() {
    let (dir, log) = simulated();
    let whole = fs::read(&log).unwrap();
    let args = ["detect", "--learn-days", "7", "--output", "-"];
    let lines = sidestep(&[&args[..], &[arg(&log)]].concat());
    assert_eq!(code(&lines), 0, "{}", err(&lines));
    let lines = out(&lines);
    assert!(!lines.is_empty(), "four attacks in five days raise some alert");

    let gzip = dir.path().join("log.gz");
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(&whole).unwrap();
    fs::write(&gzip, encoder.finish().unwrap()).unwrap();
    let zstd = dir.path().join("log.zst");
    fs::write(&zstd, zstd::encode_all(&whole[..], 1).unwrap()).unwrap();
    for packed in [&gzip, &zstd] {
        assert_eq!(out(&sidestep(&[&args[..], &[arg(packed)]].concat())), lines);
    }
    assert_eq!(out(&sidestep_reading(&[&args[..], &["-"]].concat(), &whole)), lines);

    // As two files, cut between lines.
    let half = whole.len() / 2;
    let cut = half + whole[half..].iter().position(|b| *b == b'\n').unwrap() + 1;
    let (first, second) = (dir.path().join("1"), dir.path().join("2"));
    fs::write(&first, &whole[..cut]).unwrap();
    fs::write(&second, &whole[cut..]).unwrap();
    let halves = out(&sidestep(&[&args[..], &[arg(&first), arg(&second)]].concat()));
    let ids = |lines: &str| -> Vec<Value> {
        lines.lines().map(|l| serde_json::from_str::<Value>(l).unwrap()["id"].clone()).collect()
    };
    assert_eq!(ids(&halves), ids(&lines), "only the line numbers differ");
}

#[test]
fn alerts_are_the_same_on_one_thread_and_on_two() {
    let (folder, log) = simulated();
    let run = |threads: &str| {
        let state = folder.path().join(format!("state-{threads}"));
        let output = sidestep(&[
            "detect",
            "--threads",
            threads,
            "--learn-days",
            "6",
            "--emit",
            "json",
            "--save-state",
            arg(&state),
            arg(&log),
        ]);
        assert_eq!(code(&output), 0, "{}", err(&output));
        (out(&output), fs::read(state).expect("it was saved"))
    };
    let (one, two) = (run("1"), run("2"));
    assert!(one.0.lines().count() > 0, "there are alerts to compare");
    assert!(one == two);
    assert_eq!(code(&sidestep(&["detect", "--threads", "3", arg(&log)])), 2);
}

#[test]
fn alerts_come_as_json_lines_and_as_blocks() {
    let (dir, log) = simulated();
    let file = dir.path().join("alerts.jsonl");
    let args = ["detect", "--learn-days", "7", arg(&log)];
    let silent = sidestep(&[&args[..], &["--output", arg(&file)]].concat());
    assert_eq!(out(&silent), "", "nobody watches: the file has it all");
    let lines = fs::read_to_string(&file).unwrap();
    assert_eq!(lines, out(&sidestep(&[&args[..], &["-o", "-"]].concat())));

    let mut alerts: Vec<Value> =
        lines.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect();
    assert!(!alerts.is_empty());
    let keys = [
        "schema",
        "id",
        "score",
        "surprise",
        "p_value",
        "severity",
        "first_seen",
        "last_seen",
        "detected_at",
        "origin",
        "pivots",
        "targets",
        "techniques",
        "credential_switches",
        "hops",
        "summary",
    ];
    let mut last = (String::new(), String::new());
    for (alert, line) in alerts.iter().zip(lines.lines()) {
        let places: Vec<_> = keys.iter().map(|key| line.find(&format!("\"{key}\":"))).collect();
        assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{line}");
        assert!(line.starts_with(r#"{"schema":"sidestep.alert/1","id":""#));
        let order = (
            alert["detected_at"].as_str().unwrap().to_owned(),
            alert["id"].as_str().unwrap().to_owned(),
        );
        assert!(order > last, "in order of detection, each once");
        last = order;
        let score = alert["score"].as_f64().unwrap();
        assert!((0.0..=1.0).contains(&score));
        for hop in alert["hops"].as_array().unwrap() {
            let evidence = hop["evidence"].as_array().unwrap();
            let sum: f64 = evidence.iter().map(|e| e["surprise"].as_f64().unwrap()).sum();
            assert!((sum - hop["surprise"].as_f64().unwrap()).abs() < 1e-9, "{hop}");
            let line = hop["raw_ref"].as_u64().unwrap();
            assert!(line >= 1);
        }
    }

    let blocks = sidestep(&args);
    assert_eq!(code(&blocks), 0);
    let text = out(&blocks);
    let blocks: Vec<&str> = text.split_terminator("\n\n").collect();
    assert_eq!(blocks.len(), alerts.len());
    // On the screen the strongest comes first.
    let surprise = |alert: &serde_json::Value| alert["surprise"].as_f64().unwrap();
    alerts.sort_by(|a, b| surprise(b).total_cmp(&surprise(a)));
    for (block, alert) in blocks.iter().zip(&alerts) {
        assert!(block.contains(alert["id"].as_str().unwrap()), "{block}");
        assert!(block.contains(alert["origin"]["host"].as_str().unwrap()), "{block}");
        assert!(block.contains("-> "), "{block}");
        assert!(block.lines().count() <= 12, "{block}");
        assert!(block.lines().all(|line| line.chars().count() <= 100), "{block}");
    }
}

#[test]
fn history_can_come_from_another_file_or_from_a_saved_state() {
    let (dir, log) = simulated();
    let whole = fs::read_to_string(&log).unwrap();
    let day_seven =
        |line: &str| line.split(',').next().unwrap().parse::<u64>().unwrap() >= 7 * 86_400;
    let (new, old): (Vec<&str>, Vec<&str>) = whole.lines().partition(|line| day_seven(line));
    let write = |name: &str, lines: &[&str]| {
        let path = dir.path().join(name);
        fs::write(&path, lines.join("\n") + "\n").unwrap();
        path
    };
    let (old_log, new_log) = (write("old.csv", &old), write("new.csv", &new));
    let args = ["detect", "-o", "-", "--learn", arg(&old_log), arg(&new_log)];
    let learned = sidestep(&args);
    assert_eq!(code(&learned), 0, "{}", err(&learned));
    assert!(!out(&learned).is_empty());
    let said = format!("{} events learned before", group(old.len()));
    assert!(err(&learned).contains(&said), "{said}: {}", err(&learned));

    // The same in two runs: history and the first half, then the state and the rest.
    let (first, second) = new.split_at(new.len() / 2);
    let (first, second) = (write("first.csv", first), write("second.csv", second));
    let state = dir.path().join("state");
    let saved = sidestep(&[
        "detect",
        "-o",
        "-",
        "--learn",
        arg(&old_log),
        "--save-state",
        arg(&state),
        arg(&first),
    ]);
    assert_eq!(code(&saved), 0, "{}", err(&saved));
    let loaded = sidestep(&["detect", "-o", "-", "--load-state", arg(&state), arg(&second)]);
    assert_eq!(code(&loaded), 0, "{}", err(&loaded));
    // An alert that is open at the cut ends in both, with its id; its last state counts.
    let ids = |output: &Output| -> Vec<(String, String)> {
        out(output)
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap())
            .map(|a| (a["id"].to_string(), a["last_seen"].to_string()))
            .collect()
    };
    let mut two_runs: std::collections::BTreeMap<_, _> = ids(&saved).into_iter().collect();
    two_runs.extend(ids(&loaded));
    let one_run: std::collections::BTreeMap<_, _> = ids(&learned).into_iter().collect();
    assert_eq!(two_runs, one_run);
}

#[test]
fn a_state_forgets_accounts_and_hosts() {
    let (dir, log) = simulated();
    let path = |name: &str| dir.path().join(name);
    let (state, checkpoint, less) = (path("state"), path("checkpoint"), path("less"));
    let run =
        sidestep(&["detect", arg(&log), "--state", arg(&checkpoint), "--save-state", arg(&state)]);
    assert_eq!(code(&run), 0, "{}", err(&run));
    let text = fs::read_to_string(&log).unwrap();
    let fields: Vec<&str> = text.lines().next().unwrap().split(',').collect();
    let (account, host) = (fields[1], fields[3]);
    for state in [&state, &checkpoint] {
        let forget = |state: &Path, more: &[&str]| {
            let args = ["state", "forget", arg(state), "-o", arg(&less)];
            sidestep(&[&args[..], more].concat())
        };
        let forgot = forget(state, &["--account", account, "--host", host]);
        assert_eq!(code(&forgot), 0, "{}", err(&forgot));
        assert_eq!(code(&sidestep(&["state", "verify", arg(&less)])), 0);
        // Once is enough, and nothing is written where nobody knows it.
        let before = fs::read(&less).unwrap();
        for more in [["--account", account], ["--host", host]] {
            let again = forget(&less, &more);
            assert_eq!(code(&again), 1);
            let said = format!("nothing is known of the {} {}", &more[0][2..], more[1]);
            assert!(err(&again).contains(&said), "{}", err(&again));
            assert!(fs::read(&less).unwrap() == before);
        }
        assert_eq!(code(&forget(state, &[])), 2, "it has to be said what");
        fs::remove_file(&less).unwrap();
    }
    // A checkpoint stays one, from which the run goes on.
    let args = ["state", "forget", arg(&checkpoint), "--account", account, "-o", arg(&checkpoint)];
    assert_eq!(code(&sidestep(&args)), 0);
    let run = sidestep(&["detect", arg(&log), "--state", arg(&checkpoint)]);
    assert_eq!(code(&run), 0, "{}", err(&run));
    assert!(err(&run).contains("events"), "{}", err(&run));
}

#[test]
fn states_are_inspected_verified_and_merged() {
    let (dir, log) = simulated();
    let text = fs::read_to_string(&log).unwrap();
    let path = |name: &str| dir.path().join(name);
    let learn = |name: &str, keep: &dyn Fn(u64) -> bool| {
        let of_day =
            |line: &&str| keep(line.split(',').next().unwrap().parse::<u64>().unwrap() / 86_400);
        let part: Vec<&str> = text.lines().filter(of_day).collect();
        fs::write(path(&format!("{name}.csv")), part.join("\n") + "\n").unwrap();
        let (state, part) = (path(name), path(&format!("{name}.csv")));
        let run = sidestep(&["detect", "--learn", arg(&part), "--save-state", arg(&state)]);
        assert_eq!(code(&run), 0, "{}", err(&run));
        assert!(err(&run).contains("judged   nothing: all of it was learned"), "{}", err(&run));
        state
    };
    assert_eq!(code(&sidestep(&["detect", "--learn", arg(&log)])), 2, "nothing would come of it");
    let early = learn("early", &|day| day < 4);
    let late = learn("late", &|day| day >= 4);
    let (whole, again) = (path("whole"), path("again"));
    let merged = sidestep(&["state", "merge", arg(&early), arg(&late), "-o", arg(&whole)]);
    assert_eq!(code(&merged), 0, "{}", err(&merged));
    let merged = sidestep(&["state", "merge", arg(&late), arg(&early), "--output", arg(&again)]);
    assert_eq!(code(&merged), 0, "{}", err(&merged));
    assert_eq!(fs::read(&whole).unwrap(), fs::read(&again).unwrap());

    let inspected = out(&sidestep(&["state", "inspect", arg(&early), arg(&whole)]));
    let events = group(text.lines().count());
    assert!(inspected.contains(&format!("events   {events}, ")), "{events}: {inspected}");
    assert_eq!(inspected.matches("1970-01-01T00:00:00Z to ").count(), 2, "{inspected}");
    assert!(inspected.contains("accounts") && inspected.contains("detects"), "{inspected}");

    let bytes = fs::read(&whole).unwrap();
    fs::write(&again, &bytes[..bytes.len() - 1]).unwrap();
    let verified = sidestep(&["state", "verify", arg(&again), arg(&whole)]);
    assert_eq!(code(&verified), 1);
    let said = out(&verified);
    assert!(said.starts_with(&format!("{}: sound, version ", whole.display())), "{said}");
    assert!(said.contains(&format!("{} bytes of ", group(bytes.len()))), "{said}");
    assert!(said.contains("CRC-32 ") && inspected.contains("  format   version "), "{said}");
    assert!(err(&verified).contains("again: state is"), "{}", err(&verified));
    // A damaged part leaves no merged state behind.
    let none = path("none");
    let refused = sidestep(&["state", "merge", arg(&whole), arg(&again), "-o", arg(&none)]);
    assert_eq!((code(&refused), none.exists()), (1, false), "{}", err(&refused));
    assert_eq!(code(&sidestep(&["state", "merge", arg(&whole), "-o", arg(&none)])), 2);
}

/// Groups of three digits.
fn group(number: usize) -> String {
    if number < 1000 {
        number.to_string()
    } else {
        format!("{},{:03}", group(number / 1000), number % 1000)
    }
}

#[test]
fn a_csv_with_named_columns_is_read() {
    let log = "when;who;whence;whither\n1000;u1;a;b\n2000;u1;a;b\n";
    let output = sidestep_reading(
        &[
            "detect",
            "-",
            "--map",
            "time=when",
            "--map",
            "account=who",
            "--map",
            "src_host=whence",
            "--map",
            "dst_host=4",
        ],
        log.as_bytes(),
    );
    assert_eq!(code(&output), 0, "{}", err(&output));
    assert!(err(&output).contains("events   2 in "), "{}", err(&output));
    assert!(err(&output).contains("logins   2 between hosts"), "{}", err(&output));
}

#[test]
fn a_closed_pipe_is_no_error() {
    let (_dir, log) = simulated();
    let mut child = Command::new(env!("CARGO_BIN_EXE_sidestep"))
        .args(["detect", "--learn-days", "7", "-o", "-", arg(&log)])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(code(&output), 0, "{}", err(&output));
    assert!(err(&output).contains("alerts"), "{}", err(&output));
}

#[test]
fn a_folder_and_a_seed_can_be_evaluated() {
    let (dir, log) = simulated();
    let packed = zstd::encode_all(&fs::read(&log).unwrap()[..], 1).unwrap();
    let args = ["evaluate", arg(dir.path()), "--learn-days", "7", "--json"];
    let plain = sidestep(&args);
    assert_eq!(code(&plain), 0, "{}", err(&plain));
    let report: Value = serde_json::from_str(&out(&plain)).unwrap();
    assert_eq!(report["schema"], "sidestep.evaluation/1");
    fs::write(dir.path().join("auth.csv.zst"), packed).unwrap();
    fs::remove_file(&log).unwrap();
    assert_eq!(out(&sidestep(&args)), out(&plain));

    let table = sidestep(&[
        "evaluate",
        "--seeds",
        "1",
        "--accounts",
        "100",
        "--days",
        "8",
        "--learn-days",
        "5",
    ]);
    assert_eq!(code(&table), 0, "{}", err(&table));
    for word in ["sidestep", "first_seen", "fan_out", "credential_switch"] {
        assert!(out(&table).contains(word), "{word}");
    }
}
