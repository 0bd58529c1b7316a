//! Zip archives: every file in them is read as it is unpacked.

use std::io::{self, Read, Seek};
use std::ops::ControlFlow;

use zip::ZipArchive;
use zip::result::ZipError;

use crate::error::FormatError;
use crate::place::without_controls;
use crate::reader::LogReader;
use crate::record_sink::EventSink;

/// The files of an archive together may unpack to so many times its size, and so much beside. Logs
/// shrink to a thirtieth, seldom to a hundredth; what unpacks to more was made to do harm.
const MOST_TIMES: u64 = 200;
const MOST_BESIDE: u64 = 64 << 20;

const BOMB: &str = "the archive unpacks to more than 200 times its size: unpack it by other means, \
     if you trust it";

impl LogReader {
    /// Reads every file in a zip archive, in the order of their names. Errors call the archive
    /// `place` and a file in it `place!file`. One that is no log, or is damaged, ends nothing: the
    /// summary counts it and says why. So does it with what is left of an archive that unpacks to
    /// more than 200 times its size and 64 MiB.
    ///
    /// # Errors
    /// [`FormatError::Archive`]: the archive's list of files cannot be read. And
    /// [`FormatError::BadLine`], if the options say to stop at a bad record.
    pub fn read_archive(
        &mut self,
        archive: impl Read + Seek,
        place: &str,
        sink: &mut EventSink<'_>,
    ) -> Result<ControlFlow<()>, FormatError> {
        let mut archive = self.bytes.counting(archive);
        let broken = |error: &ZipError| FormatError::Archive {
            place: place.to_owned(),
            what: error.to_string(),
        };
        let size = archive
            .seek(io::SeekFrom::End(0))
            .map_err(|source| FormatError::Open { place: place.to_owned(), source })?;
        let mut left = size.saturating_mul(MOST_TIMES).saturating_add(MOST_BESIDE);
        let mut archive = ZipArchive::new(archive).map_err(|error| broken(&error))?;
        let mut files: Vec<(String, usize)> =
            archive.file_names().map(str::to_owned).zip(0..).collect();
        files.sort_unstable();
        for (name, index) in files {
            let place = format!("{place}!{}", without_controls(&name));
            let file = match archive.by_index(index) {
                Ok(file) if file.is_dir() => continue,
                Ok(file) => file,
                Err(error) => {
                    self.not_read(&place, &error.to_string(), true);
                    continue;
                }
            };
            if file.size() > left {
                self.not_read(&place, BOMB, true);
                continue;
            }
            let read = self.read_uncounted(Bounded { inner: file, left: &mut left }, &place, sink);
            if self.or_not_read(&place, read)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}

/// What is unpacked, up to a bound.
struct Bounded<'l, R> {
    inner: R,
    left: &'l mut u64,
}

impl<R: Read> Read for Bounded<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        match self.left.checked_sub(read as u64) {
            Some(left) => *self.left = left,
            None => return Err(io::Error::other(BOMB)),
        }
        Ok(read)
    }
}
