//! Several logs read at the same time, their events in order of time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use sidestep::{OwnedEvent, Timestamp};

use crate::error::FormatError;
use crate::files::shown;
use crate::reader::{EventSink, LogReader, ReadSummary};

/// Most logs that are read at the same time: each has a thread and buffers of its own.
const MOST: usize = 256;
/// Events handed over at a time, and such batches that may wait.
const BATCH: usize = 64;
const WAITING: usize = 2;

/// One of the logs.
struct Log {
    path: PathBuf,
    /// Whether it was named itself, so that its not being readable is an error.
    named: bool,
}

impl LogReader {
    /// Reads files and folders, each file as [`read_path`](LogReader::read_path) would, but all at
    /// the same time, and gives their events in order of time: a folder with the logs of many
    /// machines is to be read so. Where a log itself is out of order, so are its events; of events
    /// of the same time the one of the earlier log comes first.
    ///
    /// More than 256 files are read one after the other, in the order of the paths and names.
    ///
    /// # Errors
    /// As [`read_path`](LogReader::read_path): the first of the paths in order that has one. What
    /// the others hold is read all the same.
    pub fn read_merged(
        &mut self,
        paths: &[PathBuf],
        sink: &mut EventSink<'_>,
    ) -> Result<ControlFlow<()>, FormatError> {
        let mut logs = Vec::new();
        for path in paths {
            if path.is_dir() {
                let files = self.files_below(path)?;
                logs.extend(files.into_iter().map(|path| Log { path, named: false }));
            } else {
                logs.push(Log { path: path.clone(), named: true });
            }
        }
        if (2..=MOST).contains(&logs.len()) {
            return self.merge(&logs, sink);
        }
        for log in &logs {
            let read = self.read_file(&log.path, sink);
            if self.unless_fatal(log, read)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn merge(
        &mut self,
        logs: &[Log],
        sink: &mut EventSink<'_>,
    ) -> Result<ControlFlow<()>, FormatError> {
        thread::scope(|scope| {
            let mut streams = Vec::with_capacity(logs.len());
            let mut readers = Vec::with_capacity(logs.len());
            for log in logs {
                let (sender, receiver) = sync_channel(WAITING);
                let mut reader = self.for_another();
                streams.push(Stream::new(receiver));
                readers.push(scope.spawn(move || {
                    let read = send(&mut reader, &log.path, &sender);
                    (reader.summary, read)
                }));
            }
            let flow = give_in_order(&mut streams, sink);
            // Whoever still reads finds nobody listening, and ends.
            drop(streams);
            let mut first_error = None;
            for (log, reader) in logs.iter().zip(readers) {
                let (summary, read) = match reader.join() {
                    Ok(done) => done,
                    Err(panic) => std::panic::resume_unwind(panic),
                };
                self.absorb(summary);
                if let Err(error) = self.unless_fatal(log, read) {
                    first_error.get_or_insert(error);
                }
            }
            first_error.map_or(Ok(flow), Err)
        })
    }

    fn unless_fatal(
        &mut self,
        log: &Log,
        read: Result<ControlFlow<()>, FormatError>,
    ) -> Result<ControlFlow<()>, FormatError> {
        if log.named { read } else { self.or_not_read(&shown(&log.path), read) }
    }

    /// Adds what another reader counted.
    fn absorb(&mut self, other: ReadSummary) {
        let kept = self.options.messages_kept;
        let summary = &mut self.summary;
        summary.events += other.events;
        summary.activities += other.activities;
        summary.skipped += other.skipped;
        summary.files += other.files;
        summary.files_not_read += other.files_not_read;
        summary.files_damaged += other.files_damaged;
        for (what, count) in other.passed_over {
            *summary.passed_over.entry(what).or_default() += count;
        }
        summary.first_errors.extend(other.first_errors);
        summary.first_errors.truncate(kept);
        summary.first_not_read.extend(other.first_not_read);
        summary.first_not_read.truncate(kept);
    }
}

/// Reads one log into the channel.
fn send(
    reader: &mut LogReader,
    path: &Path,
    sender: &SyncSender<Vec<OwnedEvent>>,
) -> Result<ControlFlow<()>, FormatError> {
    let mut batch = Vec::with_capacity(BATCH);
    let read = reader.read_file(path, &mut |event| {
        batch.push(OwnedEvent::from(event));
        if batch.len() < BATCH {
            return ControlFlow::Continue(());
        }
        match sender.send(std::mem::replace(&mut batch, Vec::with_capacity(BATCH))) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    });
    // Nobody may be listening any more; then nobody misses it.
    let _ = sender.send(batch);
    read
}

/// The events of one log as they arrive.
struct Stream {
    receiver: Receiver<Vec<OwnedEvent>>,
    batch: std::vec::IntoIter<OwnedEvent>,
}

impl Stream {
    fn new(receiver: Receiver<Vec<OwnedEvent>>) -> Self {
        Self { receiver, batch: Vec::new().into_iter() }
    }

    fn next(&mut self) -> Option<OwnedEvent> {
        loop {
            if let Some(event) = self.batch.next() {
                return Some(event);
            }
            self.batch = self.receiver.recv().ok()?.into_iter();
        }
    }
}

fn give_in_order(streams: &mut [Stream], sink: &mut EventSink<'_>) -> ControlFlow<()> {
    let mut heads: Vec<Option<OwnedEvent>> = streams.iter_mut().map(Stream::next).collect();
    let key = |at: usize, head: &Option<OwnedEvent>| -> Option<Reverse<(Timestamp, usize)>> {
        head.as_ref().map(|event| Reverse((event.as_event().time(), at)))
    };
    let mut order: BinaryHeap<_> =
        heads.iter().enumerate().filter_map(|(at, head)| key(at, head)).collect();
    while let Some(Reverse((_, at))) = order.pop() {
        if let Some(event) = std::mem::replace(&mut heads[at], streams[at].next()) {
            sink(event.as_event())?;
        }
        order.extend(key(at, &heads[at]));
    }
    ControlFlow::Continue(())
}
