//! A log that is read on a thread of its own, up to where it may be read.

use std::cell::{Cell, RefCell};
use std::fs::File;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;

use sidestep::event::{Event, EventBatch};

use super::prefix::{HEAD, Prefix, Running, read_at};
use crate::error::FormatError;
use crate::reader::LogReader;
use crate::summary::ReadSummary;

/// Events of a parcel, and parcels that may wait.
const EVENTS: usize = 256;
const WAITING: usize = 2;

/// What the reader of a log is to do when it has read what it may.
#[derive(Debug, Clone, Copy)]
pub(super) enum Command {
    /// To read up to here, and wait again.
    ReadTo(u64),
    /// To read up to here, and end.
    EndAt(u64),
}

/// What comes from the reader of a log.
pub(super) enum Parcel {
    /// Events, and what had been read when the last was found.
    Events(EventBatch, Prefix),
    /// All that may be read was.
    Waiting(Prefix),
    /// The log has ended.
    Ended(Box<Ending>),
}

/// How reading ended.
pub(super) struct Ending {
    pub(super) summary: ReadSummary,
    pub(super) read: Result<(), FormatError>,
    pub(super) prefix: Prefix,
}

/// What is read, and how much of it was read before.
pub(super) struct Task {
    pub(super) input: Input,
    pub(super) place: String,
    /// What was read before; it must be the same.
    pub(super) before: Prefix,
    /// Events that were handed on before.
    pub(super) skip: u64,
    /// Bytes by which the dialect is told.
    pub(super) told_by: u64,
    /// Up to where it may be read; `None`: to its end.
    pub(super) limit: Option<u64>,
    /// Where it grows, what shows that it was not truncated meanwhile.
    pub(super) watch: Option<Watch>,
}

/// A file and the bytes with which it began.
pub(super) struct Watch {
    pub(super) file: File,
    pub(super) head: Vec<u8>,
}

impl Watch {
    /// Whether the file was not truncated, or written anew, before now.
    fn is_same(&self) -> io::Result<bool> {
        let mut head = vec![0; self.head.len()];
        Ok(read_at(&self.file, &mut head, 0)? && head == self.head)
    }

    /// Remembers more of the beginning, which is `given` at this place.
    fn note(&mut self, at: u64, given: &[u8]) {
        let known = usize::try_from(at).ok().and_then(|at| self.head.len().checked_sub(at));
        if let Some(new) = known.and_then(|known| given.get(known..)) {
            let most = HEAD.saturating_sub(self.head.len());
            self.head.extend_from_slice(&new[..new.len().min(most)]);
        }
    }
}

/// Where a log lies.
pub(super) enum Input {
    /// A stream, or a file that is read as one.
    Stream(Box<dyn Read + Send>),
    /// A file that is read here and there: an archive, or a Windows event log.
    File(PathBuf),
}

/// The other end of a thread that reads a log. The thread ends when this is dropped.
pub(super) struct Reading {
    pub(super) commands: Sender<Command>,
    pub(super) parcels: Receiver<Parcel>,
}

impl Reading {
    /// Begins to read.
    pub(super) fn begin(task: Task, reader: LogReader) -> io::Result<Self> {
        let (commands, orders) = channel();
        let (sender, parcels) = sync_channel(WAITING);
        let name = "sidestep log".to_owned();
        thread::Builder::new().name(name).spawn(move || run(task, reader, orders, sender))?;
        Ok(Self { commands, parcels })
    }
}

fn run(
    task: Task,
    mut reader: LogReader,
    commands: Receiver<Command>,
    parcels: SyncSender<Parcel>,
) {
    let Task { input, place, before, skip, told_by, limit, watch } = task;
    let outbox = Rc::new(RefCell::new(Outbox {
        parcels,
        batch: EventBatch::default(),
        found: 0,
        skip,
        prefix: Prefix::default(),
    }));
    let mut push = |event: Event<'_>| outbox.borrow_mut().push(event);
    let mut fault = None;
    let read = match input {
        Input::File(path) => {
            outbox.borrow_mut().prefix = before;
            reader.read_file(&path, &mut push)
        }
        Input::Stream(input) => {
            let drained = Rc::new(Cell::new(false));
            let mut tail = Tail {
                input,
                running: Running::default(),
                limit: limit.unwrap_or(u64::MAX),
                ends: limit.is_none(),
                told_by,
                is_binary: false,
                before,
                found_again: None,
                outbox: Rc::clone(&outbox),
                commands,
                watch,
                drained: Rc::clone(&drained),
                fault: None,
            };
            let read = reader.read_growing(&mut tail, &place, drained, &mut push);
            fault = tail.fault;
            read
        }
    };
    let read = match fault {
        Some((what, advice)) => Err(FormatError::Changed { place, what, advice }),
        None => read.map(drop),
    };
    let mut outbox = outbox.borrow_mut();
    // Where nobody listens any more nobody misses it.
    if outbox.flush().is_continue() {
        let ending = Ending { summary: reader.summary, read, prefix: outbox.prefix };
        let _ = outbox.parcels.send(Parcel::Ended(Box::new(ending)));
    }
}

/// Where events are put that were found.
struct Outbox {
    parcels: SyncSender<Parcel>,
    batch: EventBatch,
    /// Events found, with those that are skipped.
    found: u64,
    skip: u64,
    /// What was read so far.
    prefix: Prefix,
}

impl Outbox {
    fn push(&mut self, event: Event<'_>) -> ControlFlow<()> {
        self.found += 1;
        if self.found <= self.skip {
            return ControlFlow::Continue(());
        }
        self.batch.push(event);
        if self.batch.len() < EVENTS { ControlFlow::Continue(()) } else { self.flush() }
    }

    /// Sends what was found. `Break` where nobody listens any more.
    fn flush(&mut self) -> ControlFlow<()> {
        let batch = std::mem::take(&mut self.batch);
        if batch.is_empty() {
            ControlFlow::Continue(())
        } else {
            self.send(Parcel::Events(batch, self.prefix))
        }
    }

    fn send(&self, parcel: Parcel) -> ControlFlow<()> {
        match self.parcels.send(parcel) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    }
}

/// An input that gives what may be read, and waits where that is all.
struct Tail {
    input: Box<dyn Read + Send>,
    running: Running,
    limit: u64,
    /// Whether it ends at the limit.
    ends: bool,
    told_by: u64,
    is_binary: bool,
    before: Prefix,
    /// Events that were found when what was read before had been read again.
    found_again: Option<u64>,
    outbox: Rc<RefCell<Outbox>>,
    commands: Receiver<Command>,
    watch: Option<Watch>,
    /// Whether nothing more can be had at once.
    drained: Rc<Cell<bool>>,
    fault: Option<(String, &'static str)>,
}

impl Tail {
    /// The next place at which to stop.
    fn stop(&self) -> u64 {
        let at = self.running.bytes();
        [self.told_by, self.before.bytes]
            .into_iter()
            .filter(|&stop| stop > at)
            .fold(self.limit, u64::min)
    }

    /// Whether nothing more could be had at once when this much had been read: now, when the dialect was
    /// told, or when what was read before had been.
    fn was_drained(&self) -> bool {
        let at = self.running.bytes();
        at == self.limit || at == self.told_by || at == self.before.bytes && at > self.told_by
    }

    /// Checks that what was read before is still the same.
    fn check(&mut self) -> io::Result<()> {
        self.found_again = Some(self.outbox.borrow().found);
        if self.running.prefix() == self.before {
            return Ok(());
        }
        let bytes = self.before.bytes;
        self.fail(format!("does not begin with the {bytes} bytes that were read before"), OTHER)
    }

    /// Checks that what was read before gives as many events as it did, now that more has come: at the
    /// end of a log what is not certain yet is handed on, too.
    fn check_growth(&mut self) -> io::Result<()> {
        let skip = self.outbox.borrow().skip;
        match self.found_again {
            // Where nothing was found yet, somebody still looks what kind of log this is.
            Some(found @ 1..) if found < skip && self.running.bytes() == self.before.bytes => {
                let early = skip - found;
                let what = format!(
                    "has grown since it was read to its end, and {early} of its events were judged as \
                     they stood there"
                );
                self.fail(what, GREW)
            }
            _ => Ok(()),
        }
    }

    fn fail(&mut self, what: String, advice: &'static str) -> io::Result<()> {
        let error = io::Error::other(what.clone());
        self.fault = Some((what, advice));
        Err(error)
    }

    /// Says that all was read that may be, and waits for more.
    fn wait(&mut self) -> io::Result<()> {
        let mut outbox = self.outbox.borrow_mut();
        let sent = outbox.flush().is_continue();
        if !sent || outbox.send(Parcel::Waiting(outbox.prefix)).is_break() {
            return Err(io::Error::other("nobody reads any more"));
        }
        match self.commands.recv() {
            Ok(Command::ReadTo(limit)) => self.limit = limit,
            Ok(Command::EndAt(limit)) => (self.limit, self.ends) = (limit, true),
            Err(_) => return Err(io::Error::other("nobody reads any more")),
        }
        Ok(())
    }
}

/// What to do about a log that is another.
pub(super) const OTHER: &str =
    "give the same log from its beginning, or begin with another --state";

/// What to do about a log that has grown after its end.
const GREW: &str = "read logs that grow with --follow, which waits for the end of a record";

impl Read for Tail {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let at = self.running.bytes();
            if at == self.before.bytes && self.found_again.is_none() {
                self.check()?;
            }
            let stop = self.stop();
            if at < stop {
                let most =
                    usize::try_from(stop - at).map_or(buffer.len(), |most| most.min(buffer.len()));
                let mut read = self.input.read(&mut buffer[..most])?;
                // Looked at after reading: what was read is of the log if it is the same still.
                if let Some(watch) = &self.watch
                    && !watch.is_same()?
                {
                    read = 0;
                }
                if read > 0 {
                    self.check_growth()?;
                    let given = &buffer[..read];
                    if let Some(watch) = &mut self.watch {
                        watch.note(at, given);
                    }
                    self.is_binary |= given.contains(&0);
                    self.running.add(given);
                    self.outbox.borrow_mut().prefix = self.running.prefix();
                    // Within a line somebody who looks ahead has not seen enough; what is compressed has none.
                    let is_border = match self.is_binary {
                        true => self.watch.is_some(),
                        false => given.ends_with(b"\n"),
                    };
                    self.drained.set(is_border && self.was_drained());
                    return Ok(read);
                }
                if at < self.before.bytes && self.watch.is_none() {
                    let what = format!(
                        "ends after {at} bytes, and {} were read before",
                        self.before.bytes
                    );
                    self.fail(what, OTHER)?;
                }
            }
            if self.ends {
                return Ok(0);
            }
            self.wait()?;
        }
    }
}
