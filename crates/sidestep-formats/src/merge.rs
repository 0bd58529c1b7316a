//! Several logs read at the same time, their events in order of time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::thread;

use crate::error::FormatError;
use crate::handover::{EventReceiver, OF_MANY, handover};
use crate::place::shown;
use crate::reader::LogReader;
use crate::record_sink::EventSink;
use crate::summary::ReadSummary;
use crate::time::Micros;

/// Most logs that are read at the same time: each has a thread and buffers of its own.
pub(crate) const MOST: usize = 256;

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
    /// Of more than 256 files each is opened when its first event has come, and 256 are open at a time
    /// at most: where more tell of the same time, some events come late.
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
        if let [log] = &logs[..] {
            let read = self.read_file(&log.path, sink);
            return self.unless_fatal(log, read);
        }
        self.merge(&logs, sink)
    }

    fn merge(
        &mut self,
        logs: &[Log],
        sink: &mut EventSink<'_>,
    ) -> Result<ControlFlow<()>, FormatError> {
        let order = self.in_order_of_start(logs);
        thread::scope(|scope| {
            let mut readers = Vec::new();
            let open = |at: usize| {
                let (mut sender, receiver) = handover(OF_MANY);
                let mut reader = self.for_another();
                let read = scope.spawn(move || {
                    let read = reader.read_file(&logs[at].path, &mut |event| sender.push(event));
                    sender.finish();
                    (reader.summary, read)
                });
                readers.push((at, read));
                receiver
            };
            // Whoever still reads when this ends finds nobody listening, and ends.
            let flow = give_in_order(&order, open, sink);
            readers.sort_by_key(|(at, _)| *at);
            let mut first_error = None;
            for (at, reader) in readers {
                let (summary, read) = match reader.join() {
                    Ok(done) => done,
                    Err(panic) => std::panic::resume_unwind(panic),
                };
                self.absorb(summary);
                if let Err(error) = self.unless_fatal(&logs[at], read) {
                    first_error.get_or_insert(error);
                }
            }
            first_error.map_or(Ok(flow), Err)
        })
    }

    /// When each log is to be opened. Where all can be open at the same time nobody need look when
    /// they begin, which is well, for a pipe cannot be read twice.
    fn in_order_of_start(&self, logs: &[Log]) -> Vec<(Micros, usize)> {
        let many = logs.len() > MOST;
        let start = |log: &Log| if many { self.start(&log.path) } else { Micros::MIN };
        let mut order: Vec<_> = logs.iter().enumerate().map(|(at, log)| (start(log), at)).collect();
        order.sort_unstable();
        order
    }

    /// The time of the first event of a file; the beginning of time where it has none.
    pub(crate) fn start(&self, path: &Path) -> Micros {
        let mut start = Micros::MIN;
        if path.is_file() {
            // What is wrong with it will be said when it is read.
            let _ = Self::new(self.options.clone()).read_file(path, &mut |event| {
                start = event.time().micros();
                ControlFlow::Break(())
            });
        }
        start
    }

    fn unless_fatal(
        &mut self,
        log: &Log,
        read: Result<ControlFlow<()>, FormatError>,
    ) -> Result<ControlFlow<()>, FormatError> {
        if log.named { read } else { self.or_not_read(&shown(&log.path), read) }
    }

    /// Adds what another reader counted.
    pub(crate) fn absorb(&mut self, other: ReadSummary) {
        self.summary.add(other, self.options.messages_kept);
    }
}

/// Gives the events of logs in order of time, where each is opened once its start has come and fewer
/// than [`MOST`] others are open.
fn give_in_order(
    order: &[(Micros, usize)],
    mut open: impl FnMut(usize) -> EventReceiver,
    sink: &mut EventSink<'_>,
) -> ControlFlow<()> {
    let mut unopened = order.iter().copied().peekable();
    let mut logs: Vec<Option<EventReceiver>> = order.iter().map(|_| None).collect();
    // The time of the next event of each that is open.
    let mut next = BinaryHeap::new();
    loop {
        while next.len() < MOST {
            let now = next.peek().map_or(Micros::MAX, |&Reverse((time, _))| time);
            let Some((_, at)) = unopened.next_if(|&(start, _)| start <= now) else { break };
            let mut stream = open(at);
            if let Some(time) = stream.head_time() {
                next.push(Reverse((time.micros(), at)));
                logs[at] = Some(stream);
            }
        }
        let Some(Reverse((_, at))) = next.pop() else { return ControlFlow::Continue(()) };
        let Some(stream) = &mut logs[at] else { continue };
        if let Some(flow) = stream.take(&mut *sink) {
            flow?;
        }
        match stream.head_time() {
            Some(time) => next.push(Reverse((time.micros(), at))),
            None => logs[at] = None,
        }
    }
}
