//! Logs that are read to their ends: which there are, and where each goes on.

use sidestep::Timestamp;

use super::TrackedLogs;
use super::Tracking;
use super::find::{Found, find};
use super::saved::Position;
use super::tail::OTHER;
use super::track::{Track, is_read_here_and_there};
use crate::error::FormatError;
use crate::merge::MOST;
use crate::place::shown;
use crate::time::Micros;

impl TrackedLogs {
    /// Finds the logs, and checks that those of which a part was read are the same.
    pub(super) fn begin(&mut self, now: Timestamp) -> Result<(), FormatError> {
        let found = find(&self.inputs, false, &mut self.passing)?;
        for file in found {
            let known = self.unmatched.iter().position(|position| is_same(position, &file));
            let known = known.or_else(|| self.unmatched.iter().position(|p| p.is_at(&file.path)));
            let position = match known {
                Some(at) => {
                    let position = self.unmatched.remove(at);
                    checked(position, &file)?
                }
                None => Position::new(&file.path, Some(now)),
            };
            self.tracks.push(Track::new(file.path, file.is_named, position));
        }
        if let Some(lost) = self.unmatched.iter().find(|position| !position.has_ended) {
            return Err(FormatError::Changed {
                place: lost.shown(),
                what: "is not there any more, and was not read to its end".to_owned(),
                advice: OTHER,
            });
        }
        let unread =
            || self.tracks.iter().enumerate().filter(|(_, track)| !track.position.has_ended);
        let many = unread().count() > MOST && self.tracking == Tracking::Merged;
        let start = |track: &Track| match many && track.position.delivered == 0 {
            true => self.passing.start(&track.path),
            false => Micros::MIN,
        };
        let mut order: Vec<_> = unread().map(|(at, track)| (start(track), at)).collect();
        order.sort_unstable();
        self.unopened = order.into();
        Ok(())
    }
}

/// Whether a file is the one that was read, whatever it is called now.
fn is_same(position: &Position, file: &Found) -> bool {
    position.inode.is_some()
        && position.inode == file.inode
        && file.head().is_ok_and(|head| head.starts_with(&position.head))
}

/// The position, if the file still begins with what was read.
fn checked(mut position: Position, file: &Found) -> Result<Position, FormatError> {
    let changed =
        |what: String| FormatError::Changed { place: shown(&file.path), what, advice: OTHER };
    let Some(length) = file.length else {
        // A pipe is read again, and checked as it comes.
        position.reopen();
        return Ok(position);
    };
    let read = position.read;
    if length < read.bytes {
        return Err(changed(format!(
            "is shorter than what was read: {length} of {} bytes",
            read.bytes
        )));
    }
    let is_untouched = position.modified.is_some() && position.modified == file.modified;
    if is_read_here_and_there(&position.head) {
        if length != read.bytes || !is_untouched {
            return Err(changed("is not the file of which a part was read".to_owned()));
        }
        return Ok(position);
    }
    if position.has_ended && length == read.bytes && is_untouched {
        return Ok(position);
    }
    let open = |source| FormatError::Open { place: shown(&file.path), source };
    if !file.begins(read).map_err(open)? {
        return Err(changed(format!(
            "does not begin with the {} bytes that were read of it",
            read.bytes
        )));
    }
    if position.has_ended && length > read.bytes {
        position.reopen();
    }
    Ok(position)
}
