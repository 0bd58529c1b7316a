//! One log, how far it was read, and the thread that reads it.

use std::fs::{self, File, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;

use sidestep::Timestamp;
use sidestep::event::{Event, EventBatch};

use super::prefix::{HEAD, Prefix, head, inode, modified, read_at};
use super::saved::{Position, bytes_of};
use super::tail::{Command, Ending, Input, Parcel, Reading, Task, Watch};
use crate::error::FormatError;
use crate::place::shown;
use crate::reader::LogReader;
use crate::sniff::{EVTX, ZIP};
use crate::summary::ReadSummary;

/// How long to wait before looking whether somebody wants to stop.
const PATIENCE: Duration = Duration::from_millis(250);

/// A log that is known.
pub(super) struct Track {
    pub(super) path: PathBuf,
    /// Whether it was named itself, so that its not being readable is an error.
    pub(super) is_named: bool,
    pub(super) position: Position,
    reading: Option<Reading>,
    /// What was received and not handed on, from `at` on.
    batch: EventBatch,
    at: usize,
    pub(super) follow: Follow,
}

/// What is known of a log that grows.
#[derive(Default)]
pub(super) struct Follow {
    /// The file, also where it has another name now.
    file: Option<File>,
    /// Up to where it may be read.
    limit: u64,
    /// Length and time of writing when it was last looked at.
    pub(super) looked: Option<(u64, Option<i64>)>,
    /// Since when it has not grown.
    pub(super) quiet_since: Option<Timestamp>,
    /// Whether it is there under some name.
    pub(super) is_seen: bool,
    /// Since when another content is in its place.
    pub(super) over_since: Option<Timestamp>,
    /// Since when it could not be opened again.
    pub(super) lost_since: Option<Timestamp>,
}

/// Whether a log that grows is being read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Opened {
    /// It is.
    Yes,
    /// It has no whole line yet, or is not the log any more.
    No,
    /// Another file has its name by now.
    Moved,
}

/// What came next from a log.
pub(super) enum Next {
    /// An event, of this time.
    Event(Timestamp),
    /// Nothing for now.
    Nothing,
    /// The log has ended.
    End(Box<Ending>),
}

impl Track {
    pub(super) fn new(path: PathBuf, is_named: bool, position: Position) -> Self {
        Self {
            path,
            is_named,
            position,
            reading: None,
            batch: EventBatch::default(),
            at: 0,
            follow: Follow::default(),
        }
    }

    pub(super) const fn is_read(&self) -> bool {
        self.reading.is_some()
    }

    /// Begins to read, from the beginning: what was handed on before is skipped. What is to be read to its
    /// end is read to its end.
    pub(super) fn open(&mut self, reader: LogReader) -> io::Result<()> {
        self.position.reopen();
        if is_stdin(&self.path) {
            return self.begin(Input::Stream(Box::new(io::stdin())), None, None, reader);
        }
        let file = File::open(&self.path)?;
        let metadata = file.metadata()?;
        // A pipe cannot be looked into beforehand.
        if !metadata.is_file() {
            return self.begin(Input::Stream(Box::new(file)), None, None, reader);
        }
        self.note(&file, &metadata, metadata.len())?;
        if is_read_here_and_there(&self.position.head) {
            self.position.read = Prefix { bytes: metadata.len(), crc: 0 };
            self.position.modified = modified(&metadata);
            return self.begin(Input::File(self.path.clone()), None, None, reader);
        }
        self.begin(Input::Stream(Box::new(file)), None, None, reader)
    }

    /// Begins to read a log that grows.
    pub(super) fn open_to_follow(&mut self, reader: LogReader) -> io::Result<Opened> {
        let file = match File::open(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Opened::Moved),
            file => file?,
        };
        let metadata = file.metadata()?;
        let Position { inode: known, head: begun, read, .. } = &self.position;
        if !metadata.is_file() || known.is_some() && *known != inode(&metadata) {
            return Ok(Opened::Moved);
        }
        if !head(&file)?.starts_with(begun) || Prefix::of_file(&file, read.bytes)? != *read {
            return Ok(Opened::No);
        }
        let begun = if begun.len() < HEAD { head(&file)? } else { begun.clone() };
        let limit = whole_lines(&file, &begun, read.bytes, metadata.len())?;
        if limit == 0 {
            return Ok(Opened::No);
        }
        // The dialect is told by whole lines, and by the same ones whenever the log is read again.
        self.note(&file, &metadata, limit)?;
        self.position.reopen();
        let watch = Watch { file: once_more(&file, &self.path)?, head: self.position.head.clone() };
        self.follow.file = Some(once_more(&file, &self.path)?);
        self.begin(Input::Stream(Box::new(file)), Some(limit), Some(watch), reader)?;
        Ok(Opened::Yes)
    }

    /// Notes what is known of a file that is opened, and by how much of it its dialect is told.
    fn note(&mut self, file: &File, metadata: &Metadata, told_by: u64) -> io::Result<()> {
        let position = &mut self.position;
        position.path = bytes_of(&self.path);
        position.inode = inode(metadata);
        if position.head.len() < HEAD {
            position.head = head(file)?;
        }
        if position.told_by == 0 {
            position.told_by = told_by;
        }
        Ok(())
    }

    fn begin(
        &mut self,
        input: Input,
        limit: Option<u64>,
        watch: Option<Watch>,
        mut reader: LogReader,
    ) -> io::Result<()> {
        reader.options.now = self.position.now;
        let place = if is_stdin(&self.path) { "<stdin>".to_owned() } else { shown(&self.path) };
        let Position { read: before, delivered: skip, told_by, .. } = self.position;
        let task = Task { input, place, before, skip, told_by, limit, watch };
        self.reading = Some(Reading::begin(task, reader)?);
        self.follow.limit = limit.unwrap_or(u64::MAX);
        self.follow.lost_since = None;
        (self.batch, self.at) = (EventBatch::default(), 0);
        Ok(())
    }

    /// Waits for the next event, for as long as there may be one and until `stop`.
    pub(super) fn wait(&mut self, stop: &AtomicBool) -> Next {
        loop {
            if let Some(time) = self.batch.time(self.at) {
                return Next::Event(time);
            }
            let Some(reading) = &self.reading else { return Next::Nothing };
            match reading.parcels.recv_timeout(PATIENCE) {
                Ok(Parcel::Events(batch, prefix)) => {
                    (self.batch, self.at) = (batch, 0);
                    self.note_read(prefix);
                }
                Ok(Parcel::Waiting(prefix)) => {
                    self.note_read(prefix);
                    return Next::Nothing;
                }
                Ok(Parcel::Ended(ending)) => {
                    if ending.read.is_ok() {
                        self.note_read(ending.prefix);
                    }
                    self.stop();
                    return Next::End(ending);
                }
                Err(RecvTimeoutError::Timeout) if !stop.load(Ordering::Relaxed) => {}
                Err(RecvTimeoutError::Timeout) => return Next::Nothing,
                Err(RecvTimeoutError::Disconnected) => {
                    self.stop();
                    return Next::End(Box::new(self.gone()));
                }
            }
        }
    }

    /// Notes how much was read. What is read again is no less than it was, also where that breaks off.
    fn note_read(&mut self, prefix: Prefix) {
        if prefix.bytes > self.position.read.bytes {
            self.position.read = prefix;
        }
    }

    /// The ending of a thread that is no more.
    fn gone(&self) -> Ending {
        let source = io::Error::other("its reader broke off");
        let place = shown(&self.path);
        Ending {
            summary: ReadSummary::default(),
            read: Err(FormatError::Read { place, line: 0, source }),
            prefix: self.position.read,
        }
    }

    /// Hands on the event that [`wait`](Self::wait) waited for.
    pub(super) fn give(&mut self, take: &mut dyn FnMut(Event<'_>)) {
        if self.batch.lend(self.at, take).is_some() {
            self.at += 1;
            self.position.delivered += 1;
        }
    }

    /// Stops reading; nothing that was not handed on is lost.
    pub(super) fn stop(&mut self) {
        self.reading = None;
        self.follow.file = None;
        (self.batch, self.at) = (EventBatch::default(), 0);
    }

    /// Notes that the log was read to its end.
    pub(super) fn note_end(&mut self, counted: ReadSummary) {
        self.position.has_ended = true;
        self.position.counted = Some(Box::new(counted));
        if self.position.modified.is_none() {
            let metadata = fs::metadata(&self.path).ok();
            self.position.modified = metadata.as_ref().and_then(modified);
        }
    }

    /// Lets the reader go on to where the last whole line ends. Gives back whether there is more to read.
    pub(super) fn grow(&mut self, now: Timestamp) -> io::Result<bool> {
        let Some(file) = &self.follow.file else { return Ok(false) };
        let length = file.metadata()?.len();
        let limit = whole_lines(file, &self.position.head, self.follow.limit, length)?;
        if limit <= self.follow.limit {
            return Ok(false);
        }
        self.follow.limit = limit;
        self.follow.quiet_since = Some(now);
        Ok(self.send(Command::ReadTo(limit)))
    }

    /// Ends the log where it is, with a last line that may not be terminated.
    pub(super) fn end(&mut self) -> bool {
        let length = self.follow.file.as_ref().and_then(|file| file.metadata().ok());
        // Where it was truncated nothing more can be read.
        let length = length.map_or(0, |metadata| metadata.len()).max(self.follow.limit);
        self.follow.limit = length;
        self.send(Command::EndAt(length))
    }

    fn send(&self, command: Command) -> bool {
        self.reading.as_ref().is_some_and(|reading| reading.commands.send(command).is_ok())
    }
}

/// Whether a path stands for standard input.
pub(super) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Whether a file that begins so is no stream.
pub(super) fn is_read_here_and_there(head: &[u8]) -> bool {
    head.starts_with(ZIP) || head.starts_with(EVTX)
}

/// Longest line that is waited for.
const LONGEST_LINE: u64 = 2 << 20;

/// Where the last line ends that is whole, behind `from`; all of what is no text, or has no lines.
fn whole_lines(file: &File, head: &[u8], from: u64, length: u64) -> io::Result<u64> {
    const BLOCK: u64 = 64 << 10;
    if head.iter().take(64).any(|byte| *byte == 0) && !is_wide(head) {
        return Ok(length);
    }
    let mut end = length;
    let mut block = Vec::new();
    while end > from {
        let begin = end.saturating_sub(BLOCK).max(from);
        block.resize(usize::try_from(end - begin).unwrap_or_default(), 0);
        if !read_at(file, &mut block, begin)? {
            return Ok(from);
        }
        if let Some(at) = memchr::memrchr(b'\n', &block) {
            // The second half of a wide line break belongs to it.
            let half = u64::from(head.starts_with(&[0xff, 0xfe]));
            return Ok((begin + at as u64 + 1 + half).min(length));
        }
        if length - begin > LONGEST_LINE {
            return Ok(length);
        }
        end = begin;
    }
    Ok(from)
}

fn is_wide(head: &[u8]) -> bool {
    head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff])
}

/// The same open file once more.
#[cfg(unix)]
fn once_more(file: &File, _path: &Path) -> io::Result<File> {
    file.try_clone()
}

/// The same file once more, opened for itself: here a copy would share the place that is read from.
#[cfg(not(unix))]
fn once_more(_file: &File, path: &Path) -> io::Result<File> {
    File::open(path)
}
