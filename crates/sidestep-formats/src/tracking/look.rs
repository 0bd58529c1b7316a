//! Logs that grow: which there are now, and which were rotated, truncated or copied.
//!
//! A file is known by its inode and its first bytes. One of another name is the same log, renamed; one of
//! other contents is a new log in its place. One that begins as a known log does and is another file is
//! a copy of it, as logrotate's `copytruncate` makes: nothing is read of it unless the log was truncated
//! before it was read to its end, which then goes on in the copy.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};

use sidestep::Timestamp;

use super::TrackedLogs;
use super::find::{Found, find_at_rest};
use super::prefix::HEAD;
use super::saved::{Position, bytes_of};
use super::track::{Opened, Track, is_stdin};
use crate::decompress::is_compressed;
use crate::error::FormatError;
use crate::place::shown;
use crate::sniff::{EVTX, ZIP};
use crate::summary::ReadSummary;

/// Logs that are followed at a time: each has a thread of its own.
const MOST_FOLLOWED: usize = 1 << 10;

/// Microseconds for which a rotated log must not have grown before it is taken for ended: a program goes
/// on writing to it until it opens the new one.
const QUIET: i64 = 10_000_000;

/// Microseconds for which the copy of a truncated log is waited for.
const COPY: i64 = 1_000_000;

/// How often to look again where logs are renamed meanwhile.
const MOST_LOOKS: usize = 8;

/// What was found out before.
#[derive(Default)]
pub(super) struct Looked {
    /// What was counted when folders were looked through the last time.
    pub(super) summary: ReadSummary,
    /// Files that are not read, by path: what they were when that was decided.
    passed: HashMap<PathBuf, (u64, Option<i64>)>,
    /// Copies of logs that are still read, by path: what they were when that was found out.
    copies: HashMap<PathBuf, (u64, Option<i64>)>,
    /// Files that were named in a notice.
    noticed: HashSet<PathBuf>,
}

/// Whether a file has another name, or is shorter, than a moment before.
fn is_moved(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::UnexpectedEof)
}

/// What a file is to the logs that are known.
enum Kin {
    /// It is a log of its own.
    New,
    /// It is a copy of this one.
    CopyOf(usize),
    /// It is too short to be told from this one.
    Undecided,
}

impl TrackedLogs {
    /// Finds what is new. Where logs are renamed meanwhile it looks again before anything is read: an older
    /// log goes before a newer one.
    pub(super) fn look_again(&mut self, now: Timestamp, is_first: bool) -> Result<(), FormatError> {
        self.forget(now);
        for _ in 0..MOST_LOOKS {
            if self.find_new(now, is_first)? {
                break;
            }
        }
        self.go_on(now);
        Ok(())
    }

    /// Finds logs and opens those that are not read; `false` where one was renamed meanwhile.
    fn find_new(&mut self, now: Timestamp, is_first: bool) -> Result<bool, FormatError> {
        let mut reader = self.passing.for_another();
        let may_lack = !is_first || self.is_resumed;
        let found = match find_at_rest(&self.inputs, may_lack, &mut reader) {
            // A folder that cannot be read for a moment is looked at again.
            Err(FormatError::Open { .. }) if !is_first => Vec::new(),
            found => found?,
        };
        self.looked.summary = reader.summary;
        if let Some(pipe) = found.iter().find(|file| is_stdin(&file.path) || file.length.is_none())
        {
            return Err(FormatError::Changed {
                place: shown(&pipe.path),
                what: "is no file and cannot be followed".to_owned(),
                advice: "read standard input and pipes without --follow",
            });
        }
        for position in std::mem::take(&mut self.unmatched) {
            let path = PathBuf::from(String::from_utf8_lossy(&position.path).into_owned());
            let is_named = self.inputs.contains(&path);
            let mut track = Track::new(path, is_named, position);
            track.follow.quiet_since = Some(now);
            self.tracks.push(track);
        }
        self.tracks.iter_mut().for_each(|track| track.follow.is_seen = false);
        let mut others = Vec::new();
        let mut is_settled = true;
        for file in found {
            match self.is_known(&file, now) {
                Some(true) => {}
                Some(false) => others.push(file),
                None => is_settled = false,
            }
        }
        // Of events of the same time those of the older log come first.
        others.sort_by_key(|file| file.modified);
        for file in others {
            if !is_settled {
                return Ok(false);
            }
            is_settled = self.take_new(file, now);
        }
        for at in (0..self.tracks.len()).rev() {
            let has_ended = self.tracks[at].position.has_ended && !self.has_grown(at);
            if !has_ended && !self.tracks[at].is_read() {
                is_settled &= self.reopen(at, now);
            }
        }
        Ok(is_settled)
    }

    /// Whether a file is a log that is known, under whatever name. What is in the place of a log that was
    /// truncated is another. `None` where it has another name by now.
    fn is_known(&mut self, file: &Found, now: Timestamp) -> Option<bool> {
        let is_it = |track: &Track| {
            !track.follow.is_seen
                && track.follow.over_since.is_none()
                && match (track.position.inode, file.inode) {
                    (Some(a), Some(b)) => a == b,
                    _ => track.position.is_at(&file.path),
                }
        };
        let places: Vec<usize> =
            (0..self.tracks.len()).filter(|&at| is_it(&self.tracks[at])).collect();
        let looks = (file.length.unwrap_or_default(), file.modified);
        let mut head = None;
        for &at in &places {
            let track = &mut self.tracks[at];
            if track.follow.looked != Some(looks) {
                if head.is_none() {
                    head = match file.head() {
                        Ok(head) => Some(head),
                        Err(error) if is_moved(&error) => return None,
                        // What cannot be read now is the same as far as anybody knows.
                        Err(_) => Some(track.position.head.clone()),
                    };
                }
                let head = head.as_ref()?;
                let begun = &mut track.position.head;
                if looks.0 < track.position.read.bytes || !head.starts_with(begun) {
                    continue;
                }
                if begun.len() < HEAD {
                    begun.clone_from(head);
                }
                track.follow.looked = Some(looks);
            }
            track.follow.is_seen = true;
            if track.path != file.path {
                // A file of the folder may have come to the place of one that was named.
                track.position.is_rotated = true;
                track.path.clone_from(&file.path);
                track.position.path = bytes_of(&file.path);
            }
            return Some(true);
        }
        for at in places {
            self.tracks[at].follow.over_since = Some(now);
        }
        Some(false)
    }

    /// Takes a file that is no log that is known; `false` where it has another name by now.
    fn take_new(&mut self, file: Found, now: Timestamp) -> bool {
        let looks = (file.length.unwrap_or_default(), file.modified);
        if self.looked.passed.get(&file.path) == Some(&looks) || looks.0 == 0 {
            return true;
        }
        let head = match file.head() {
            Ok(head) => head,
            Err(error) => {
                if !is_moved(&error) && self.looked.noticed.insert(file.path.clone()) {
                    self.notices.push(format!("{}: cannot be read: {error}", shown(&file.path)));
                }
                return !is_moved(&error);
            }
        };
        match self.kin(&head) {
            Kin::Undecided => return true,
            Kin::CopyOf(at) if self.go_on_in_copy(at, &file) => return true,
            Kin::CopyOf(at) => {
                let is_known = self.looked.copies.get(&file.path) == Some(&looks);
                if is_known || self.is_copy(at, &file) {
                    let has_ended = self.tracks[at].position.has_ended;
                    let looked = &mut self.looked;
                    if has_ended { &mut looked.passed } else { &mut looked.copies }
                        .insert(file.path, looks);
                    return true;
                }
            }
            Kin::New => {}
        }
        if file.is_beside {
            self.looked.passed.insert(file.path, looks);
            return true;
        }
        if is_compressed(&head) || head.starts_with(ZIP) || head.starts_with(EVTX) {
            if self.looked.noticed.insert(file.path.clone()) {
                self.notices.push(format!(
                    "{}: is not followed: compressed files, archives and EVTX are read without --follow, \
                     or with --learn",
                    shown(&file.path)
                ));
            }
            self.looked.passed.insert(file.path, looks);
            return true;
        }
        // What is in the place of a truncated log waits until that is read to its end.
        let waits = |track: &Track| {
            track.follow.over_since.is_some()
                && !track.position.has_ended
                && track.path == file.path
        };
        if self.tracks.iter().any(waits) {
            return true;
        }
        let mut track =
            Track::new(file.path.clone(), file.is_named, Position::new(&file.path, Some(now)));
        (track.position.head, track.position.inode) = (head, file.inode);
        match self.open(&mut track, now) {
            Ok(Opened::Yes) => {
                track.follow.is_seen = true;
                self.pending.push(self.tracks.len());
                self.tracks.push(track);
            }
            Ok(Opened::No) => {}
            Ok(Opened::Moved) => return false,
            Err(error) => {
                if self.looked.noticed.insert(file.path) {
                    self.notices.push(error.to_string());
                }
            }
        }
        true
    }

    /// What a file is that begins so.
    fn kin(&self, head: &[u8]) -> Kin {
        let mut kin = Kin::New;
        for (at, track) in self.tracks.iter().enumerate() {
            let known = &track.position.head;
            if known.is_empty() {
                continue;
            }
            let is_over = !track.follow.is_seen || track.follow.over_since.is_some();
            let is_copy = head.starts_with(known)
                && (known.len() == HEAD || is_over && (head == known || !track.position.has_ended));
            // Of two that begin the same way the one that is not read to its end goes first.
            if is_copy && !(matches!(kin, Kin::CopyOf(_)) && track.position.has_ended) {
                kin = Kin::CopyOf(at);
            } else if known.starts_with(head) && matches!(kin, Kin::New) {
                kin = Kin::Undecided;
            }
        }
        kin
    }

    /// Whether a file with the first bytes of a log has more in common with it: it may be another table with
    /// a long header.
    fn is_copy(&self, at: usize, file: &Found) -> bool {
        let track = &self.tracks[at];
        let read = track.position.read;
        if file.length >= Some(read.bytes) {
            return file.begins(read).unwrap_or(true);
        }
        // It is shorter, as a copy is that is being made.
        !track.follow.is_seen || file.begins_as(&track.path, &track.position.head).unwrap_or(true)
    }

    /// Reads a truncated log on in its copy; `false` where that is not to be.
    fn go_on_in_copy(&mut self, at: usize, file: &Found) -> bool {
        let track = &mut self.tracks[at];
        let position = &mut track.position;
        if position.has_ended || track.follow.is_seen || file.length < Some(position.read.bytes) {
            return false;
        }
        if !file.begins(position.read).is_ok_and(|is_same| is_same) {
            return false;
        }
        track.stop();
        track.path.clone_from(&file.path);
        track.position.is_rotated = true;
        track.position.inode = file.inode;
        track.follow.over_since = None;
        track.follow.looked = None;
        track.follow.is_seen = true;
        true
    }

    /// Lets each log go on that has grown, and ends those that will not grow any more. The newest is
    /// looked at first: what is in a newer log was written when the older was complete.
    fn go_on(&mut self, now: Timestamp) {
        for at in (0..self.tracks.len()).rev() {
            // What was opened just now is read as far as it goes.
            if !self.tracks[at].is_read() || self.pending.contains(&at) {
                continue;
            }
            let track = &mut self.tracks[at];
            let since =
                |begin: Option<Timestamp>| begin.map_or(0, |begin| now.micros() - begin.micros());
            let is_over = since(track.follow.over_since) > COPY;
            let is_rotated = track.position.is_rotated || !track.follow.is_seen;
            let ends = is_over || is_rotated && since(track.follow.quiet_since) > QUIET;
            // What is in the place of a truncated log is no part of it.
            let grows =
                track.follow.over_since.is_none() && track.grow(now).is_ok_and(|grows| grows);
            let goes_on = grows || ends && track.end();
            if goes_on {
                self.pending.push(at);
            }
        }
    }

    /// Whether a log that had ended has grown all the same.
    fn has_grown(&self, at: usize) -> bool {
        let track = &self.tracks[at];
        // What gave nothing when it was long enough to be known is no log.
        let is_log = track.position.delivered > 0 || track.position.head.len() < HEAD;
        track.follow.is_seen
            && is_log
            && track.follow.looked.is_some_and(|(length, _)| length > track.position.read.bytes)
    }

    /// Begins to read a log of which a part was read before; `false` where it has another name by now.
    fn reopen(&mut self, at: usize, now: Timestamp) -> bool {
        if self.tracks[at].follow.is_seen {
            if self.tracks[at].position.delivered == 0 {
                self.tracks[at].position.told_by = 0;
            }
            let empty = Track::new(PathBuf::new(), false, Position::new(Path::new(""), None));
            let mut track = std::mem::replace(&mut self.tracks[at], empty);
            let opened = self.open(&mut track, now);
            self.tracks[at] = track;
            match opened {
                Ok(Opened::Yes) => self.pending.push(at),
                Ok(Opened::No) => {}
                Ok(Opened::Moved) => return false,
                Err(error) => self.failed(at, self.passing.for_another(), error),
            }
            if self.tracks[at].is_read() || self.tracks[at].position.has_ended {
                return true;
            }
        }
        let track = &mut self.tracks[at];
        let begin = *track.follow.lost_since.get_or_insert(now);
        if now.micros() - begin.micros() > COPY {
            let bytes = track.position.read.bytes;
            self.notices.push(format!(
                "{}: was rotated, truncated or taken away, and what it held beyond {bytes} bytes cannot \
                 be read any more",
                track.position.shown()
            ));
            track.note_end(ReadSummary {
                events: track.position.delivered,
                ..ReadSummary::default()
            });
        }
        true
    }

    /// Begins to read a log.
    fn open(&self, track: &mut Track, now: Timestamp) -> Result<Opened, FormatError> {
        if self.tracks.iter().filter(|track| track.is_read()).count() >= MOST_FOLLOWED {
            return Err(FormatError::Changed {
                place: shown(&track.path),
                what: format!("cannot be followed: {MOST_FOLLOWED} logs are already"),
                advice: "follow fewer logs at a time, or gather them in one",
            });
        }
        track.follow.quiet_since = Some(now);
        // What cannot be read now is looked at again.
        Ok(track.open_to_follow(self.passing.for_another()).unwrap_or(Opened::No))
    }

    /// Forgets logs that have ended and are not there any more. For a while they are kept, for copies of
    /// them may be found late.
    fn forget(&mut self, now: Timestamp) {
        // Places in the list are known elsewhere while logs are read.
        if !self.pending.is_empty() || !self.heads.is_empty() {
            return;
        }
        let mut forgotten = self.passing.for_another();
        self.tracks.retain(|track| {
            let quiet = track.follow.quiet_since.map_or(0, |begin| now.micros() - begin.micros());
            let is_kept = !track.position.has_ended || track.follow.is_seen || quiet <= 6 * QUIET;
            if !is_kept && let Some(counted) = &track.position.counted {
                forgotten.absorb(ReadSummary::clone(counted));
            }
            is_kept
        });
        forgotten.absorb(std::mem::take(&mut self.forgotten));
        self.forgotten = forgotten.summary;
    }
}
