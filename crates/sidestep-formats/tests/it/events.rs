//! The iterator over events: the same events as the reader pushes, errors last, and an early end.

use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use sidestep::event::OwnedEvent;
use sidestep_formats::{
    FormatError, LogReader, OnError, ReadOptions, ReadSummary, events, events_of_reader,
};
use tempfile::TempDir;

/// Lines of a log, every second beginning with `first`.
fn log(first: u32, lines: u32) -> String {
    let line = |at| format!("{at},U{at}@D,U{at}@D,C1,C2,Kerberos,Network,LogOn,Success\n");
    (0..lines).map(|number| line(first + 2 * number)).collect()
}

fn folder() -> (TempDir, PathBuf) {
    let dir = TempDir::new().unwrap();
    for (name, first) in [("a.csv", 1), ("b.csv", 2)] {
        std::fs::write(dir.path().join(name), log(first, 1000)).unwrap();
    }
    let path = dir.path().to_owned();
    (dir, path)
}

fn pushed(path: PathBuf) -> (Vec<OwnedEvent>, ReadSummary) {
    let (mut events, mut reader) = (Vec::new(), LogReader::new(ReadOptions::default()));
    let end = reader.read_merged(&[path], &mut |event| {
        events.push(OwnedEvent::from(event));
        ControlFlow::Continue(())
    });
    assert!(end.is_ok());
    (events, reader.summary().clone())
}

#[test]
fn the_events_are_those_that_a_reader_pushes() {
    let (_dir, path) = folder();
    let (expected, summary) = pushed(path.clone());
    assert_eq!(expected.len(), 2000);
    let mut iterator = events([path], ReadOptions::default());
    let taken: Vec<_> = iterator.by_ref().map(Result::unwrap).collect();
    assert_eq!(taken, expected);
    assert_eq!(iterator.summary(), Some(&summary));
    assert!(iterator.next().is_none(), "it stays at its end");

    let read = io::Cursor::new(log(1, 100));
    let taken: Vec<_> = events_of_reader(read, "log", ReadOptions::default()).collect();
    assert!(taken.len() == 100 && taken.iter().all(Result::is_ok));
}

#[test]
fn an_error_is_the_last_item() {
    let bad = format!("{}x,y\n{}", log(1, 100), log(300, 100));
    let options = ReadOptions::default().with_on_error(OnError::Stop);
    let mut iterator = events_of_reader(io::Cursor::new(bad), "log", options);
    assert_eq!(iterator.by_ref().take(100).filter(Result::is_ok).count(), 100);
    let error = iterator.next().unwrap().unwrap_err();
    assert!(matches!(&error, FormatError::BadLine(line) if line.line == 101), "{error}");
    assert!(iterator.next().is_none());
    assert_eq!(iterator.summary().map(|summary| summary.events), Some(100));

    let mut iterator = events(["/no/such/file"], ReadOptions::default());
    assert!(matches!(iterator.next(), Some(Err(FormatError::Open { .. }))));
    assert!(iterator.next().is_none());
}

/// A log without end that says when it is dropped.
struct Endless {
    text: Vec<u8>,
    at: usize,
    _dropped: Dropped,
}

struct Dropped(Sender<()>);

impl Drop for Dropped {
    fn drop(&mut self) {
        let _ = self.0.send(());
    }
}

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = (&self.text[self.at..]).read(buffer)?;
        self.at = (self.at + read) % self.text.len();
        Ok(read)
    }
}

#[test]
fn dropped_early_it_ends_its_thread() {
    let (sender, dropped) = channel();
    let endless = Endless { text: log(1, 500).into_bytes(), at: 0, _dropped: Dropped(sender) };
    let mut iterator = events_of_reader(endless, "log", ReadOptions::default());
    assert!(iterator.next().is_some_and(|event| event.is_ok()));
    assert!(dropped.try_recv().is_err(), "a log without end is not read to its end");
    drop(iterator);
    assert!(dropped.recv_timeout(Duration::from_secs(60)).is_ok());
}
