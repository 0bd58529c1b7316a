//! The order of chunks. A log of a fixed size that is full goes on at its beginning, so that its newest
//! chunks come to lie before its oldest.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use super::{CHUNK, CHUNK_HEADER, FILE_HEADER, FILE_SIGNATURE, RECORD_SIGNATURE};

/// Bytes of a record up to the end of its number, and where the number begins.
const RECORD_START: usize = 16;
const RECORD_NUMBER: usize = 8;

/// A log on disk whose chunks are read in the order of their first records.
pub(crate) struct ChunksInOrder {
    file: File,
    /// Parts of the file yet to be read, each by its begin and end, the next last.
    parts: Vec<(u64, u64)>,
    /// Where the file stands, and where the part ends that is being read.
    at: u64,
    end: u64,
}

impl ChunksInOrder {
    /// The log, if it is one whose chunks are not in order. Others cost a look at each chunk's
    /// first record, and are left at their beginning.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) fn of(file: &File) -> io::Result<Option<Self>> {
        let mut file = file.try_clone()?;
        let parts = parts_in_order(&mut file);
        file.rewind()?;
        Ok(parts?.map(|parts| Self { file, parts, at: 0, end: 0 }))
    }
}

/// The parts of a log in order, the first last; `None` where they lie so.
fn parts_in_order(file: &mut File) -> io::Result<Option<Vec<(u64, u64)>>> {
    let mut signature = Vec::with_capacity(FILE_SIGNATURE.len());
    file.by_ref().take(FILE_SIGNATURE.len() as u64).read_to_end(&mut signature)?;
    if signature != FILE_SIGNATURE {
        return Ok(None);
    }
    let length = file.seek(SeekFrom::End(0))?;
    let whole = length.saturating_sub(FILE_HEADER as u64) / CHUNK as u64;
    let mut chunks = Vec::new();
    let mut number = 0;
    for chunk in 0..whole {
        let begin = FILE_HEADER as u64 + chunk * CHUNK as u64;
        // One without a record stays behind the one before it.
        number = first_record(file, begin)?.unwrap_or(number);
        chunks.push((number, begin));
    }
    if chunks.is_sorted_by_key(|(number, _)| *number) {
        return Ok(None);
    }
    chunks.sort_by_key(|(number, _)| *number);
    let mut parts = vec![(0, FILE_HEADER as u64)];
    parts.extend(chunks.iter().map(|(_, begin)| (*begin, begin + CHUNK as u64)));
    // What is cut stays at the end, where it is seen to be cut.
    parts.push((FILE_HEADER as u64 + whole * CHUNK as u64, length));
    parts.reverse();
    Ok(Some(parts))
}

/// The number of the first record of a chunk, where it has one.
fn first_record(file: &mut File, chunk: u64) -> io::Result<Option<u64>> {
    let mut start = [0; RECORD_START];
    file.seek(SeekFrom::Start(chunk + CHUNK_HEADER as u64))?;
    file.read_exact(&mut start)?;
    let number = start[RECORD_NUMBER..].first_chunk().copied().map(u64::from_le_bytes);
    Ok(number.filter(|_| start.starts_with(RECORD_SIGNATURE)))
}

impl Read for ChunksInOrder {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.end {
            let Some((begin, end)) = self.parts.pop() else { return Ok(0) };
            self.file.seek(SeekFrom::Start(begin))?;
            (self.at, self.end) = (begin, end);
        }
        let read = self.file.by_ref().take(self.end - self.at).read(buffer)?;
        // A file that became shorter ends here.
        self.at = if read == 0 && !buffer.is_empty() { self.end } else { self.at + read as u64 };
        Ok(read)
    }
}
