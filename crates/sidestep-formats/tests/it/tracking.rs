//! Logs that are left after any number of events and read on, and logs that grow line by line: on the
//! samples of every dialect.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use sidestep::Timestamp;
use sidestep::event::OwnedEvent;
use sidestep_formats::{FormatError, LogPositions, LogReader, ReadOptions, TrackedLogs, Tracking};
use tempfile::TempDir;

const NOW: Timestamp = Timestamp::from_secs(1_772_000_000);

fn options() -> ReadOptions {
    ReadOptions::default().with_now(Some(NOW)).with_host(Some("HOST".to_owned()))
}

fn logs(path: &Path, tracking: Tracking, positions: LogPositions) -> TrackedLogs {
    TrackedLogs::resume(vec![path.to_owned()], options(), tracking, positions)
}

/// The next events, `most` of them or as many as there are.
fn take(logs: &mut TrackedLogs, most: usize) -> Result<Vec<OwnedEvent>, FormatError> {
    let mut events = Vec::new();
    logs.look(NOW)?;
    while events.len() < most && logs.next(&mut |event| events.push(event.into()))? {}
    Ok(events)
}

/// Every sample that gives events, with them.
fn samples() -> Vec<(PathBuf, Vec<OwnedEvent>)> {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds");
    let mut samples = Vec::new();
    for folder in fs::read_dir(seeds).unwrap() {
        for file in fs::read_dir(folder.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            let mut events = Vec::new();
            let read = LogReader::new(options()).read_path(&path, &mut |event| {
                events.push(event.into());
                ControlFlow::Continue(())
            });
            if read.is_ok() && !events.is_empty() {
                samples.push((path, events));
            }
        }
    }
    assert!(samples.len() > 15, "{}", samples.len());
    samples
}

#[test]
fn what_is_left_after_any_event_is_the_rest() {
    for (path, events) in samples() {
        let step = events.len() / 20 + 1;
        for left in (0..=events.len()).step_by(step) {
            let mut first = logs(&path, Tracking::Merged, LogPositions::default());
            assert_eq!(take(&mut first, left).unwrap(), events[..left], "{}", path.display());
            let mut rest = logs(&path, Tracking::Merged, first.positions());
            let given = take(&mut rest, usize::MAX).unwrap();
            assert_eq!(given, events[left..], "{} after {left}", path.display());
            // And nothing comes after the end.
            let mut none = logs(&path, Tracking::Merged, rest.positions());
            assert_eq!(take(&mut none, usize::MAX).unwrap(), [], "{}", path.display());
            assert_eq!(none.summary(), rest.summary(), "{}", path.display());
        }
    }
}

#[test]
fn a_log_that_grows_gives_the_events_of_the_whole() {
    let dir = TempDir::new().unwrap();
    let mut followed = 0;
    for (path, events) in samples() {
        let text = fs::read(&path).unwrap();
        // What is compressed, an archive or EVTX is not followed.
        if text.contains(&0) || !text.contains(&b'\n') {
            continue;
        }
        let log = dir.path().join(path.file_name().unwrap());
        fs::write(&log, "").unwrap();
        let mut follower = logs(&log, Tracking::Follow, LogPositions::default());
        let mut given = Vec::new();
        let mut written = Vec::new();
        for (at, line) in text.split_inclusive(|byte| *byte == b'\n').enumerate() {
            written.extend_from_slice(line);
            if at % 3 == 1 {
                fs::write(&log, &written[..written.len() - line.len() / 2]).unwrap();
                match take(&mut follower, usize::MAX) {
                    Ok(more) => given.extend(more),
                    // Some begin with a line that is no log.
                    Err(_) if at == 1 => break,
                    Err(error) => panic!("{}: {error}", path.display()),
                }
            }
            if at % 50 == 49 {
                follower = logs(&log, Tracking::Follow, follower.positions());
            }
        }
        if written.len() < text.len() {
            continue;
        }
        followed += 1;
        fs::write(&log, &written).unwrap();
        given.extend(take(&mut follower, usize::MAX).unwrap());
        // What is certain at the end of a log only comes with its end.
        let known = given.len().min(events.len());
        assert_eq!(given, events[..known], "{}", path.display());
        assert!(known + 8 >= events.len(), "{}: {known} of {}", path.display(), events.len());
    }
    assert!(followed > 8, "{followed}");
}

#[test]
fn a_log_that_has_grown_after_its_end_goes_on_where_that_is_certain() {
    let dir = TempDir::new().unwrap();
    let log = dir.path().join("auth.csv");
    let line = "1,U1@DOM1,U1@DOM1,C1,C7,Kerberos,Network,LogOn,Success\n";
    let end = |text: &str, positions| {
        fs::write(&log, text).unwrap();
        let mut logs = logs(&log, Tracking::Merged, positions);
        let events = take(&mut logs, usize::MAX);
        events.map(|events| (events.len(), logs.positions()))
    };
    let (count, positions) = end(&line.repeat(3), LogPositions::default()).unwrap();
    assert_eq!(count, 3);
    let (count, positions) = end(&line.repeat(5), positions).unwrap();
    assert_eq!(count, 2);
    // The last line is not terminated: is it whole?
    let (count, positions) = end(line.repeat(6).trim_end(), positions).unwrap();
    assert_eq!(count, 1);
    let refused = end(&line.repeat(7), positions.clone()).unwrap_err();
    assert!(matches!(refused, FormatError::Changed { .. }), "{refused}");
    assert!(refused.to_string().contains("1 of its events"), "{refused}");
    let (count, _) = end(line.repeat(6).trim_end(), positions).unwrap();
    assert_eq!(count, 0);
}
