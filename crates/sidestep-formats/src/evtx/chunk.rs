//! The framing of a chunk: what its header says, and the records that stand in it one after the other.
//!
//! A record is its signature, its size, its number, the time at which it was written, binary XML, and
//! its size once more. Every length is checked before it is used, for a log may be crafted.

use std::ops::Range;

use memchr::memmem;

use super::{CHUNK_HEADER, RECORD_SIGNATURE};

/// Bytes of a record before its binary XML, and of the copy of its size behind that.
const RECORD_HEADER: usize = 24;
const SIZE_COPY: usize = 4;

/// Microseconds between 1601, where Windows begins to count, and 1970.
pub(super) const FROM_1601: i64 = 11_644_473_600_000_000;

/// The end of the year 9999, less a day for zones. What is later is no time at which a log was written.
const LATEST: i64 = 253_402_207_200_999_999;

/// What a chunk's header says of its records.
#[derive(Debug, Clone, Copy)]
pub(super) struct ChunkHeader {
    /// The numbers of the first and the last record.
    first: u64,
    last: u64,
    /// Where the last record begins, and where the records end.
    last_at: usize,
    free: usize,
}

impl ChunkHeader {
    pub(super) fn of(bytes: &[u8; CHUNK_HEADER]) -> Self {
        let place = |at| u32_at(bytes, at).and_then(|place| usize::try_from(place).ok());
        Self {
            first: u64_at(bytes, 24).unwrap_or_default(),
            last: u64_at(bytes, 32).unwrap_or_default(),
            last_at: place(44).unwrap_or_default(),
            free: place(48).unwrap_or_default(),
        }
    }

    /// Where the records end, by what the header says.
    pub(super) const fn free(&self) -> usize {
        self.free
    }

    /// The records of the chunk, which may be cut.
    pub(super) fn records(self, chunk: &[u8]) -> Records<'_> {
        Records { chunk, header: self, next: Some(CHUNK_HEADER) }
    }
}

/// A record as it stands in its chunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StoredRecord {
    pub(super) number: u64,
    /// When it was written, in microseconds since 1970.
    pub(super) written: i64,
    /// Where its binary XML stands.
    pub(super) content: Range<usize>,
}

/// What is wrong with the framing of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Damage {
    /// Nothing was written here, or the chunk ends.
    Blank,
    Signature,
    Time,
    Size,
    /// It goes on behind the end of its chunk.
    Cut,
}

impl Damage {
    pub(super) const fn what(self) -> &'static str {
        match self {
            Self::Blank => "there is nothing where a record should begin",
            Self::Signature => "no record begins where one should",
            Self::Time => "it was written at a time that cannot be",
            Self::Size => "its size is too small for a record",
            Self::Cut => "it goes on behind the end of its chunk",
        }
    }
}

/// The records of a chunk in order. Behind one that is damaged it goes on with the next that is sound.
#[derive(Debug)]
pub(super) struct Records<'c> {
    chunk: &'c [u8],
    header: ChunkHeader,
    /// Where the next record begins; `None` behind the last.
    next: Option<usize>,
}

impl Iterator for Records<'_> {
    type Item = Result<StoredRecord, Damage>;

    fn next(&mut self) -> Option<Self::Item> {
        let end = self.end();
        let at = self.next.take().filter(|at| *at < end)?;
        match framed(self.chunk, at) {
            Ok((record, next)) => {
                // What stands behind the last is of an earlier use of the chunk.
                self.next = (record.number != self.header.last).then_some(next);
                Some(Ok(record))
            }
            Err(damage) => {
                self.next = self.sound_from(at + 1);
                // Where the header counts free space among the records there are no more of them.
                let is_end = damage == Damage::Blank && self.next.is_none();
                (!is_end).then_some(Err(damage))
            }
        }
    }
}

impl Records<'_> {
    /// Where the records end: the chunk may be cut.
    fn end(&self) -> usize {
        self.header.free.min(self.chunk.len())
    }

    /// The next place at which a sound record begins. Nothing announces it there, so that it must look
    /// sound from both ends and have a number of this chunk: text, or what is left of an earlier use of
    /// the chunk, may look like a record.
    fn sound_from(&self, from: usize) -> Option<usize> {
        let end = self.end();
        let last = self.header.last_at.saturating_add(RECORD_SIGNATURE.len()).min(end);
        let searched = self.chunk.get(from..last)?;
        memmem::find_iter(searched, RECORD_SIGNATURE).map(|found| from + found).find(|&at| {
            framed(self.chunk, at).is_ok_and(|(record, next)| {
                let numbers = self.header.first..=self.header.last;
                let copied = u32_at(self.chunk, record.content.end);
                next <= end
                    && numbers.contains(&record.number)
                    && copied.is_some_and(|size| usize::try_from(size) == Ok(next - at))
            })
        })
    }
}

/// The record that begins at `at`, and where the one behind it does.
fn framed(chunk: &[u8], at: usize) -> Result<(StoredRecord, usize), Damage> {
    let rest = chunk.get(at..).unwrap_or_default();
    let header = rest.first_chunk::<RECORD_HEADER>().ok_or(Damage::Blank)?;
    if !header.starts_with(RECORD_SIGNATURE) {
        let is_blank = header[..RECORD_SIGNATURE.len()].iter().all(|byte| *byte == 0);
        return Err(if is_blank { Damage::Blank } else { Damage::Signature });
    }
    let ticks = u64_at(header, 16).ok_or(Damage::Time)?;
    let written = i64::try_from(ticks / 10).map_err(|_| Damage::Time)? - FROM_1601;
    if written > LATEST {
        return Err(Damage::Time);
    }
    let size = u32_at(header, 4).and_then(|size| usize::try_from(size).ok()).ok_or(Damage::Size)?;
    if size < RECORD_HEADER + SIZE_COPY {
        return Err(Damage::Size);
    }
    // The copy of the size may be missing: nothing is lost with it.
    if size - SIZE_COPY > rest.len() {
        return Err(Damage::Cut);
    }
    let number = u64_at(header, 8).unwrap_or_default();
    let content = at + RECORD_HEADER..at + size - SIZE_COPY;
    Ok((StoredRecord { number, written, content }, at + size))
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|bytes| u64::from_le_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A record without content, which takes 28 bytes.
    fn record(number: u64) -> Vec<u8> {
        let ticks = 132_223_104_000_000_000_u64;
        let mut record = [RECORD_SIGNATURE, &28_u32.to_le_bytes()].concat();
        record.extend([number.to_le_bytes(), ticks.to_le_bytes()].concat());
        record.extend(28_u32.to_le_bytes());
        record
    }

    fn chunk(numbers: &[u64]) -> Vec<u8> {
        let mut chunk = vec![0; CHUNK_HEADER];
        numbers.iter().for_each(|number| chunk.extend(record(*number)));
        let (first, last) = (numbers[0], numbers[numbers.len() - 1]);
        let free = chunk.len() as u32;
        chunk[24..32].copy_from_slice(&first.to_le_bytes());
        chunk[32..40].copy_from_slice(&last.to_le_bytes());
        chunk[44..48].copy_from_slice(&(free - 28).to_le_bytes());
        chunk[48..52].copy_from_slice(&free.to_le_bytes());
        chunk.resize(chunk.len() + 100, 0);
        chunk
    }

    /// The numbers of the records, and what is wrong with those that are damaged.
    fn read(chunk: &[u8]) -> Vec<Result<u64, Damage>> {
        let header = ChunkHeader::of(chunk.first_chunk().unwrap());
        header.records(chunk).map(|record| record.map(|record| record.number)).collect()
    }

    const FIRST: usize = CHUNK_HEADER;
    const SECOND: usize = CHUNK_HEADER + 28;

    #[test]
    fn records_follow_one_another() {
        let chunk = chunk(&[7, 8, 9]);
        assert_eq!(read(&chunk), [Ok(7), Ok(8), Ok(9)]);
        let first = ChunkHeader::of(chunk.first_chunk().unwrap()).records(&chunk).next();
        let content = FIRST + 24..FIRST + 24;
        let written = 1_577_836_800_000_000;
        assert_eq!(first, Some(Ok(StoredRecord { number: 7, written, content })));
    }

    #[test]
    fn reading_goes_on_behind_a_damaged_record() {
        let sound = chunk(&[7, 8, 9]);
        let damaged = |at: usize, bytes: &[u8]| {
            let mut chunk = sound.clone();
            chunk[at..at + bytes.len()].copy_from_slice(bytes);
            read(&chunk)
        };
        assert_eq!(damaged(SECOND, b"x"), [Ok(7), Err(Damage::Signature), Ok(9)]);
        assert_eq!(damaged(SECOND, &[0; 28]), [Ok(7), Err(Damage::Blank), Ok(9)]);
        assert_eq!(damaged(SECOND + 4, &27_u32.to_le_bytes()), [Ok(7), Err(Damage::Size), Ok(9)]);
        for size in [200_u32, u32::MAX] {
            assert_eq!(damaged(SECOND + 4, &size.to_le_bytes()), [Ok(7), Err(Damage::Cut), Ok(9)]);
        }
        for ticks in [u64::MAX, 2_650_467_708_000_000_000_u64] {
            assert_eq!(
                damaged(SECOND + 16, &ticks.to_le_bytes()),
                [Ok(7), Err(Damage::Time), Ok(9)]
            );
        }
        // The copy of a sound record's size is not needed, the one of a record that is found is.
        assert_eq!(damaged(SECOND + 24, &[0]), [Ok(7), Ok(8), Ok(9)]);
        let mut both = sound.clone();
        (both[SECOND], both[SECOND + 28 + 24]) = (0, 0);
        assert_eq!(read(&both), [Ok(7), Err(Damage::Signature)]);
    }

    #[test]
    fn what_is_left_of_an_earlier_use_is_no_record() {
        // Behind the last record, though the header says that the records go on.
        let mut used = chunk(&[7, 8, 9]);
        used[32..40].copy_from_slice(&8_u64.to_le_bytes());
        assert_eq!(read(&used), [Ok(7), Ok(8)]);
        // Within, where a search finds it: its number is not of this chunk.
        let mut mixed = chunk(&[7, 3, 9]);
        mixed[FIRST] = 1;
        assert_eq!(read(&mixed), [Err(Damage::Signature), Ok(9)]);
    }

    #[test]
    fn records_end_where_nothing_was_written() {
        let mut blank = chunk(&[7, 8]);
        blank[32..40].copy_from_slice(&9_u64.to_le_bytes());
        for free in [FIRST as u32 + 56 + 50, u32::MAX] {
            blank[48..52].copy_from_slice(&free.to_le_bytes());
            assert_eq!(read(&blank), [Ok(7), Ok(8)]);
        }
        blank[48..52].copy_from_slice(&0_u32.to_le_bytes());
        assert_eq!(read(&blank), []);
        // A cut chunk ends with its last whole record, of which the copy of the size may be missing.
        let sound = chunk(&[7, 8]);
        assert_eq!(read(&sound[..SECOND + 24]), [Ok(7), Ok(8)]);
        assert_eq!(read(&sound[..SECOND + 23]), [Ok(7)]);
    }
}
