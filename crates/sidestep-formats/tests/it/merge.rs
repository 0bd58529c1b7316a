//! Several logs read at the same time give their events in order of time.

use std::fmt::Write as _;
use std::fs;
use std::ops::ControlFlow;
use std::path::PathBuf;

use sidestep_formats::{FormatError, LogReader, OnError, ReadOptions, ReadSummary};
use tempfile::TempDir;

/// A LANL log of `count` logins, one every `every` seconds from `first` on.
fn log(first: u64, every: u64, count: u64) -> String {
    let mut text = String::new();
    for at in 0..count {
        let time = first + every * at;
        writeln!(text, "{time},U{time}@D,U{time}@D,C1,C2,?,Network,LogOn,Success").unwrap();
    }
    text
}

fn merged(
    paths: &[PathBuf],
    on_error: OnError,
    most: usize,
) -> (Vec<i64>, ReadSummary, Result<ControlFlow<()>, FormatError>) {
    let mut reader = LogReader::new(ReadOptions::default().with_on_error(on_error));
    let mut times = Vec::new();
    let flow = reader.read_merged(paths, &mut |event| {
        times.push(event.time().micros() / 1_000_000);
        if times.len() < most { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    (times, reader.summary().clone(), flow)
}

#[test]
fn logs_of_the_same_days_come_out_in_order_of_time() {
    let dir = TempDir::new().unwrap();
    let at = |name: &str| dir.path().join(name);
    fs::create_dir(at("folder")).unwrap();
    fs::write(at("folder/a.csv"), log(0, 3, 1000)).unwrap();
    fs::write(at("folder/b.csv"), log(1, 3, 1000)).unwrap();
    fs::write(at("folder/no.log"), "what is this\n").unwrap();
    fs::write(at("c.csv"), format!("{}cut,sho\n", log(2, 3, 1000))).unwrap();
    let paths = [at("c.csv"), at("folder")];
    let (times, summary, flow) = merged(&paths, OnError::Skip, usize::MAX);
    assert_eq!(times, (0..3000).collect::<Vec<i64>>());
    assert!(flow.unwrap().is_continue());
    assert_eq!((summary.events, summary.skipped, summary.files), (3000, 1, 3));
    assert_eq!(summary.files_not_read, 1);

    let (times, _, flow) = merged(&paths, OnError::Skip, 10);
    assert_eq!(times, (0..10).collect::<Vec<i64>>(), "a break ends every log");
    assert!(flow.unwrap().is_break());

    let (_, _, flow) = merged(&paths, OnError::Stop, usize::MAX);
    assert!(matches!(flow, Err(FormatError::BadLine(_))));
}

#[test]
fn a_named_file_that_is_not_there_is_an_error_and_the_rest_is_read() {
    let dir = TempDir::new().unwrap();
    let at = |name: &str| dir.path().join(name);
    fs::write(at("a.csv"), log(0, 1, 100)).unwrap();
    let (times, summary, flow) = merged(&[at("none.csv"), at("a.csv")], OnError::Skip, usize::MAX);
    assert!(flow.unwrap_err().to_string().contains("none.csv: cannot be opened"));
    assert_eq!((times.len(), summary.events), (100, 100));
}

#[test]
fn more_logs_than_can_be_open_come_out_in_order_where_few_tell_of_the_same_time() {
    let dir = TempDir::new().unwrap();
    // Three logs for each of two hundred hours, named so that their names do not tell the order.
    for hour in 0..200 {
        for (kind, first) in ["kerberos", "ntlm", "ssh"].into_iter().zip(0..) {
            let name = format!("{kind}.{:03}.csv", (hour * 77) % 200);
            fs::write(dir.path().join(name), log(3600 * hour + first, 360, 10)).unwrap();
        }
    }
    fs::write(dir.path().join("empty.csv"), "").unwrap();
    let (times, summary, flow) = merged(&[dir.path().into()], OnError::Skip, usize::MAX);
    assert!(flow.unwrap().is_continue());
    assert_eq!((summary.events, summary.files), (6000, 601));
    assert!(times.is_sorted(), "{:?}", times.windows(2).find(|pair| pair[0] > pair[1]));
}
