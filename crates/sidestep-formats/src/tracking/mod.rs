//! Logs whose positions are known, so that reading can go on after a restart, and logs that grow.
//!
//! The position of a log is how many of its events were handed on. To go on it is read again from its
//! beginning and that many events are passed over, so that whatever a dialect remembers of the lines
//! before is as it was. That the log begins with the same bytes is checked before.

mod begin;
mod find;
mod look;
mod prefix;
mod saved;
mod tail;
mod track;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sidestep::Timestamp;
use sidestep::event::Event;

use crate::bytes_read::BytesRead;
use crate::error::FormatError;
use crate::merge::MOST;
use crate::options::ReadOptions;
use crate::place::shown;
use crate::reader::LogReader;
use crate::summary::ReadSummary;
use crate::time::Micros;
use look::Looked;
pub use saved::LogPositions;
use saved::Position;
use tail::Ending;
use track::{Next, Track};

/// How several logs are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Tracking {
    /// All at the same time, in order of time, to their ends.
    #[default]
    Merged,
    /// One after the other, to their ends.
    InOrder,
    /// As they grow, without an end: what is new at a time in order of time. Files that come into a
    /// folder are read, too, and those that are rotated are read to their ends.
    Follow,
}

/// Logs that are read with their positions.
///
/// Call [`look`](Self::look), then [`next`](Self::next) until it gives nothing, and so on where logs are
/// followed. Each log is read ahead on a thread of its own, by a few hundred events.
///
/// ```
/// use sidestep::Timestamp;
/// use sidestep_formats::{LogPositions, ReadOptions, TrackedLogs, Tracking};
///
/// # let dir = tempfile::tempdir()?;
/// # let path = dir.path().join("auth.csv");
/// let line = "1,U1@DOM1,U1@DOM1,C1,C7,Kerberos,Network,LogOn,Success\n";
/// std::fs::write(&path, line.repeat(3))?;
/// let begin = |positions| {
///     TrackedLogs::resume(vec![path.clone()], ReadOptions::default(), Tracking::Merged, positions)
/// };
/// let now = Timestamp::from_secs(1_772_000_000);
///
/// let mut logs = begin(LogPositions::default());
/// logs.look(now)?;
/// assert!(logs.next(&mut |_event| {})?);
/// let positions = logs.positions();
///
/// let mut logs = begin(positions);
/// logs.look(now)?;
/// let mut left = 0;
/// while logs.next(&mut |_event| left += 1)? {}
/// assert_eq!(left, 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct TrackedLogs {
    inputs: Vec<PathBuf>,
    tracking: Tracking,
    tracks: Vec<Track>,
    /// Positions of logs that were not found yet.
    unmatched: Vec<Position>,
    has_looked: bool,
    is_resumed: bool,
    /// What is to be opened when its time has come, by the time of its first event.
    unopened: VecDeque<(Micros, usize)>,
    /// Logs of which the next event is not known yet.
    pending: Vec<usize>,
    /// The next event of each log that has one.
    heads: BinaryHeap<Reverse<(Micros, usize)>>,
    /// What was counted of logs that are no longer known.
    forgotten: ReadSummary,
    /// How to read, and what was counted that is counted again after a restart.
    passing: LogReader,
    first_error: Option<FormatError>,
    looked: Looked,
    notices: Vec<String>,
    stop: Arc<AtomicBool>,
}

impl TrackedLogs {
    /// Logs that are read from `positions` on, which may be empty. A path is a file, a folder or a pipe,
    /// and `-` standard input. After a restart a pipe has to give the same again from its beginning.
    #[must_use]
    pub fn resume(
        inputs: Vec<PathBuf>,
        options: ReadOptions,
        tracking: Tracking,
        positions: LogPositions,
    ) -> Self {
        Self {
            inputs,
            tracking,
            tracks: Vec::new(),
            is_resumed: !positions.logs.is_empty(),
            unmatched: positions.logs,
            has_looked: false,
            unopened: VecDeque::new(),
            pending: Vec::new(),
            heads: BinaryHeap::new(),
            forgotten: positions.forgotten,
            passing: LogReader::new(options),
            first_error: None,
            looked: Looked::default(),
            notices: Vec::new(),
            stop: Arc::default(),
        }
    }

    /// Has [`next`](Self::next) give nothing more as soon as `stop` is true, also while it waits for a
    /// pipe.
    #[must_use]
    pub fn until(mut self, stop: Arc<AtomicBool>) -> Self {
        self.stop = stop;
        self
    }

    /// Finds out what there is to read now. `now` is the time by the clock of the machine, by which logs
    /// without years are dated, and rotated ones are ended. To be called when [`next`](Self::next) has
    /// given nothing more.
    ///
    /// # Errors
    /// [`FormatError::Open`]; [`FormatError::Changed`] where a log is another than the one of which a
    /// part was read, or is shorter. Logs that are followed are only then an error if they are named,
    /// and at the first call.
    pub fn look(&mut self, now: Timestamp) -> Result<(), FormatError> {
        let is_first = !std::mem::replace(&mut self.has_looked, true);
        match self.tracking {
            Tracking::Follow => self.look_again(now, is_first),
            _ if is_first => self.begin(now),
            _ => Ok(()),
        }
    }

    /// Hands on the next event; `false` where there is none, or none now. Waits for logs to be read, and
    /// not for logs to grow.
    ///
    /// # Errors
    /// As [`LogReader::read_path`](crate::LogReader::read_path), when the other logs have been read.
    pub fn next(&mut self, take: &mut dyn FnMut(Event<'_>)) -> Result<bool, FormatError> {
        loop {
            while let Some(at) = self.pending.pop() {
                match self.tracks[at].wait(&self.stop) {
                    Next::Event(time) => self.heads.push(Reverse((time.micros(), at))),
                    Next::Nothing => {}
                    Next::End(ending) => self.end(at, *ending),
                }
            }
            if !self.open_due()? {
                break;
            }
        }
        if self.stop.load(Ordering::Relaxed) {
            return Ok(false);
        }
        let Some(Reverse((_, at))) = self.heads.pop() else {
            return self.first_error.take().map_or(Ok(false), Err);
        };
        self.tracks[at].give(take);
        self.pending.push(at);
        Ok(true)
    }

    /// Opens a log whose time has come.
    fn open_due(&mut self) -> Result<bool, FormatError> {
        let most = if self.tracking == Tracking::InOrder { 1 } else { MOST };
        if self.heads.len() >= most {
            return Ok(false);
        }
        let now = self.heads.peek().map_or(Micros::MAX, |&Reverse((time, _))| time);
        if self.unopened.front().is_none_or(|&(start, _)| start > now) {
            return Ok(false);
        }
        let Some((_, at)) = self.unopened.pop_front() else { return Ok(false) };
        let reader = self.passing.for_another();
        match self.tracks[at].open(reader) {
            Ok(()) => self.pending.push(at),
            Err(source) => {
                let error = FormatError::Open { place: shown(&self.tracks[at].path), source };
                self.failed(at, self.passing.for_another(), error);
            }
        }
        Ok(true)
    }

    /// Takes in how the reading of a log ended.
    fn end(&mut self, at: usize, ending: Ending) {
        let mut reader = self.passing.for_another();
        reader.summary = ending.summary;
        match ending.read {
            Ok(()) => self.tracks[at].note_end(reader.summary),
            Err(error) => self.failed(at, reader, error),
        }
    }

    /// Takes in that a log cannot be read, or not to its end; `reader` is the one that read it.
    fn failed(&mut self, at: usize, mut reader: LogReader, error: FormatError) {
        let track = &mut self.tracks[at];
        track.stop();
        if self.tracking == Tracking::Follow && matches!(error, FormatError::Changed { .. }) {
            self.notices.push(error.to_string());
            track.note_end(reader.summary);
            return;
        }
        let read = if track.is_named {
            Err(error)
        } else {
            reader.or_not_read(&shown(&track.path), Err(error))
        };
        match read {
            Ok(_) => track.note_end(reader.summary),
            Err(error) => {
                // It is read and counted again once it can be read.
                self.passing.absorb(reader.summary);
                self.first_error.get_or_insert(error);
            }
        }
    }

    /// How far the logs were read: to where events were handed on.
    #[must_use]
    pub fn positions(&self) -> LogPositions {
        LogPositions { logs: self.all().cloned().collect(), forgotten: self.forgotten.clone() }
    }

    fn all(&self) -> impl Iterator<Item = &Position> {
        self.tracks.iter().map(|track| &track.position).chain(&self.unmatched)
    }

    /// What was read so far; of logs that are being read only the events.
    #[must_use]
    pub fn summary(&self) -> ReadSummary {
        let mut all = self.passing.clone();
        all.absorb(self.looked.summary.clone());
        all.absorb(self.forgotten.clone());
        for position in self.all() {
            match &position.counted {
                Some(counted) => all.absorb(ReadSummary::clone(counted)),
                None => all.summary.events += position.delivered,
            }
        }
        all.summary
    }

    /// How many bytes were taken from the logs.
    #[must_use]
    pub fn bytes_read(&self) -> BytesRead {
        self.passing.bytes_read()
    }

    /// What somebody should know, since this was last called: logs that were truncated, or are not
    /// followed.
    pub fn notices(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notices)
    }

    /// Stops reading. Positions and summary stay.
    pub fn stop(&mut self) {
        for track in &mut self.tracks {
            track.stop();
        }
        self.heads.clear();
        self.pending.clear();
    }
}

impl fmt::Debug for TrackedLogs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TrackedLogs")
            .field("inputs", &self.inputs)
            .field("tracking", &self.tracking)
            .field("positions", &self.positions())
            .finish_non_exhaustive()
    }
}
