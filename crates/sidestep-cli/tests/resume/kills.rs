//! Runs with checkpoints that are killed at any moment.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::common::{Chance, arg, code, command, done, err, read, sidestep, simulated, times};

/// A way to run the command: its arguments, without those of state and output.
struct Way {
    name: &'static str,
    args: Vec<String>,
}

/// Splits a log into parts of every fourth line, the last of them compressed.
fn parts(log: &Path, folder: &Path) {
    fs::create_dir(folder).unwrap();
    let mut parts = vec![String::new(); 4];
    for (at, line) in read(log).lines().enumerate() {
        parts[at % 4].extend([line, "\n"]);
    }
    for (at, part) in parts.iter().enumerate() {
        let path = folder.join(format!("part-{at}.csv"));
        if at < 3 {
            fs::write(path, part).unwrap();
        } else {
            let file = File::create(path.with_extension("csv.gz")).unwrap();
            let mut packed = GzEncoder::new(file, Compression::fast());
            packed.write_all(part.as_bytes()).unwrap();
            packed.finish().unwrap();
        }
    }
}

/// Cuts a log in two: what is learned, and what is judged.
fn halves(log: &Path, folder: &Path) -> [String; 2] {
    let text = read(log);
    let cut = text[..text.len() / 3].rfind('\n').map_or(0, |at| at + 1);
    let halves = [folder.join("before.csv"), folder.join("after.csv")];
    fs::write(&halves[0], &text[..cut]).unwrap();
    fs::write(&halves[1], &text[cut..]).unwrap();
    halves.map(|path| arg(&path))
}

#[test]
fn a_run_that_was_killed_gives_the_alerts_of_one_that_was_not() {
    let (dir, log) = simulated(16);
    let folder = dir.path().join("parts");
    parts(&log, &folder);
    let [before, after] = halves(&log, dir.path());
    let strings = |args: &[&str]| args.iter().map(|arg| (*arg).to_owned()).collect::<Vec<_>>();
    let ways = [
        Way { name: "one log", args: strings(&["--learn-days", "7", &arg(&log)]) },
        Way { name: "a folder", args: strings(&["--learn-days", "7", &arg(&folder)]) },
        Way {
            name: "held back",
            args: strings(&["--learn-days", "7", "--reorder-minutes", "60", &arg(&folder)]),
        },
        Way { name: "learned", args: strings(&["--learn", &before, &after]) },
    ];
    let mut chance = Chance::new(18);
    let most = times("SIDESTEP_KILLS", 12);
    let mut kills = 0;
    for way in ways.iter().cycle() {
        let run = |state: &Path, output: &Path| {
            let mut args = strings(&["detect", "--checkpoint-events", "3000"]);
            args.extend(["--state".to_owned(), arg(state), "--output".to_owned(), arg(output)]);
            args.extend_from_slice(&way.args);
            args
        };
        let (state, output) = (dir.path().join("whole.state"), dir.path().join("whole.jsonl"));
        let begun = Instant::now();
        done(&run(&state, &output));
        let length = u64::try_from(begun.elapsed().as_millis()).unwrap();
        let whole = read(&output);
        fs::remove_file(&state).unwrap();
        assert!(whole.lines().count() > 2, "{whole}");
        // What comes out is what a run without a state finds.
        let plain = dir.path().join("plain.jsonl");
        let mut args = strings(&["detect", "--output", &arg(&plain)]);
        args.extend_from_slice(&way.args);
        done(&args);
        let sorted = |text: &str| {
            let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
            lines.sort_unstable();
            lines
        };
        assert_eq!(sorted(&read(&plain)), sorted(&whole), "{}", way.name);

        let (state, output) = (dir.path().join("killed.state"), dir.path().join("killed.jsonl"));
        for _ in 0..3 {
            let mut child = command(&run(&state, &output)).spawn().unwrap();
            thread::sleep(Duration::from_millis(chance.below(length + length / 4)));
            // One that is done already is one that was killed after its end.
            child.kill().unwrap();
            child.wait().unwrap();
            kills += 1;
        }
        let ended = sidestep(&run(&state, &output));
        assert_eq!(code(&ended), 0, "{}: {}", way.name, err(&ended));
        assert!(whole == read(&output), "{} after {kills} kills", way.name);
        // What has ended gives the same again.
        done(&run(&state, &output));
        assert!(whole == read(&output), "{} once more", way.name);
        fs::remove_file(&state).unwrap();
        if kills >= most {
            break;
        }
    }
}

#[test]
fn standard_input_goes_on_by_count() {
    let (dir, log) = simulated(12);
    let text = fs::read(&log).unwrap();
    let state = arg(&dir.path().join("state"));
    let output = dir.path().join("alerts.jsonl");
    let args = ["detect", "--learn-days", "7", "--state", &state, "--checkpoint-events", "20000"];
    let mut args: Vec<String> = args.into_iter().map(str::to_owned).collect();
    args.extend(["--output".to_owned(), arg(&output), "-".to_owned()]);
    let fed = |input: &[u8], kill: bool| {
        let mut child = command(&args).stdin(std::process::Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // One that refuses reads no further.
        let _ = stdin.write_all(input);
        if kill {
            thread::sleep(Duration::from_millis(300));
            child.kill().unwrap();
        }
        drop(stdin);
        child.wait_with_output().unwrap()
    };
    let whole = fed(&text, false);
    assert_eq!(code(&whole), 0, "{}", err(&whole));
    let alerts = read(&output);
    assert!(!alerts.is_empty());
    fs::remove_file(&state).unwrap();
    fed(&text[..text.len() / 2], true);
    assert!(Path::new(&state).is_file());
    let other = fed(&text[500..], false);
    assert_eq!(code(&other), 1);
    assert!(err(&other).contains("<stdin>: does not begin with the"), "{}", err(&other));
    let rest = fed(&text, false);
    assert_eq!(code(&rest), 0, "{}", err(&rest));
    assert!(alerts == read(&output));
}
