//! The floor: the least work that any program which knows login edges must do on a LANL log.
//!
//! It reads in blocks of 1 MiB, splits lines and columns by `memchr`, turns the account and both hosts
//! into numbers by hash maps, and counts how often each edge (account, source, destination) occurs. It
//! understands no time, checks no value and keeps no history. How many times longer sidestep takes is
//! the price of everything else.

use std::io::{self, Read};

use ahash::AHashMap;
use memchr::{memchr, memchr_iter};

/// Bytes read at a time, and the longest line.
const BLOCK: usize = 1 << 20;
/// Columns of a LANL line.
const COLUMNS: usize = 9;
/// The destination account, the source host and the destination host.
const ACCOUNT: usize = 2;
const SOURCE: usize = 3;
const DESTINATION: usize = 4;

/// What the floor knows of a log.
#[derive(Debug, Default)]
pub struct Floor {
    accounts: AHashMap<Box<[u8]>, u32>,
    hosts: AHashMap<Box<[u8]>, u32>,
    edges: AHashMap<[u32; 3], u64>,
    /// Lines of nine columns.
    pub events: u64,
    /// Lines of another number of columns, which are not counted.
    pub skipped: u64,
}

impl Floor {
    /// Reads a log to its end.
    ///
    /// # Errors
    /// What the input fails with; [`io::ErrorKind::InvalidData`] for a line of more than 1 MiB.
    pub fn read(mut input: impl Read) -> io::Result<Self> {
        let mut floor = Self::default();
        let mut buffer = vec![0_u8; BLOCK];
        let mut held = 0;
        loop {
            if held == buffer.len() {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "a line exceeds 1 MiB"));
            }
            let read = input.read(&mut buffer[held..])?;
            let end = held + read;
            let mut at = 0;
            while let Some(length) = memchr(b'\n', &buffer[at..end]) {
                floor.line(&buffer[at..at + length]);
                at += length + 1;
            }
            if read == 0 {
                if at < end {
                    floor.line(&buffer[at..end]);
                }
                return Ok(floor);
            }
            buffer.copy_within(at..end, 0);
            held = end - at;
        }
    }

    fn line(&mut self, line: &[u8]) {
        let mut columns: [&[u8]; COLUMNS] = [&[]; COLUMNS];
        let (mut start, mut column) = (0, 0);
        for comma in memchr_iter(b',', line) {
            if column < COLUMNS - 1 {
                columns[column] = &line[start..comma];
            }
            column += 1;
            start = comma + 1;
        }
        if column != COLUMNS - 1 {
            self.skipped += 1;
            return;
        }
        let edge = [
            intern(&mut self.accounts, columns[ACCOUNT]),
            intern(&mut self.hosts, columns[SOURCE]),
            intern(&mut self.hosts, columns[DESTINATION]),
        ];
        *self.edges.entry(edge).or_default() += 1;
        self.events += 1;
    }

    /// Distinct accounts.
    #[must_use]
    pub fn accounts(&self) -> usize {
        self.accounts.len()
    }

    /// Distinct hosts.
    #[must_use]
    pub fn hosts(&self) -> usize {
        self.hosts.len()
    }

    /// Distinct edges (account, source, destination).
    #[must_use]
    pub fn edges(&self) -> usize {
        self.edges.len()
    }
}

fn intern(names: &mut AHashMap<Box<[u8]>, u32>, name: &[u8]) -> u32 {
    if let Some(&number) = names.get(name) {
        return number;
    }
    // A log with four thousand million names does not fit in memory.
    let number = u32::try_from(names.len()).unwrap_or(u32::MAX);
    names.insert(name.into(), number);
    number
}

#[cfg(test)]
mod tests {
    use std::io::{self, Read};

    use super::Floor;

    const LOG: &str = "\
1,A@D,A@D,C1,C2,Kerberos,Network,LogOn,Success
2,A@D,A@D,C1,C2,NTLM,Network,LogOn,Fail
3,not a line
4,B@D,B@D,C2,C1,?,?,TGS,Success
5,B@D,A@D,C2,C3,?,?,TGS,Success";

    /// Gives a few bytes a time, so that lines lie across reads.
    struct Slow<'a>(&'a [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let few = self.0.len().min(7).min(buffer.len());
            let (now, later) = self.0.split_at(few);
            buffer[..few].copy_from_slice(now);
            self.0 = later;
            Ok(few)
        }
    }

    #[test]
    fn names_and_edges_are_counted_however_the_log_arrives() -> io::Result<()> {
        for floor in [Floor::read(LOG.as_bytes())?, Floor::read(Slow(LOG.as_bytes()))?] {
            assert_eq!((floor.events, floor.skipped), (4, 1));
            assert_eq!((floor.accounts(), floor.hosts(), floor.edges()), (2, 3, 3));
            assert_eq!(floor.edges[&[0, 0, 1]], 2);
        }
        Ok(())
    }

    #[test]
    fn a_line_that_does_not_end_is_an_error() {
        let error = Floor::read(io::repeat(b'x').take(3 << 20)).expect_err("too long");
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    }
}
