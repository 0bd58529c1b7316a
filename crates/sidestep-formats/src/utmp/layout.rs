//! How records of `struct utmp` lie in a file, and by what they are known.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::error::Fault;

/// Bytes of the longest record.
pub(super) const LONGEST: usize = 400;

/// Records that are looked at.
const LOOKED_AT: usize = 20;

/// Times of real records, in seconds since 1970: from 1990 on. The clock of a host without a battery begins
/// earlier, but not for long.
const REAL: std::ops::RangeInclusive<i64> = 631_152_000..=u32::MAX as i64;

/// The highest number of a process on Linux.
const LAST_PID: i32 = 1 << 22;

/// Records of one kind of machine. The file names none, so that it is told from the records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    /// Bytes of a record: 384, or 400 where the session and the time have 64 bits each.
    pub(super) size: usize,
    big_endian: bool,
}

/// x86 and most others, arm64 and RISC-V, and the same in the other byte order (s390x, POWER).
const LAYOUTS: [Layout; 4] = [
    Layout { size: 384, big_endian: false },
    Layout { size: 400, big_endian: false },
    Layout { size: 384, big_endian: true },
    Layout { size: 400, big_endian: true },
];

/// One record as it is stored.
#[derive(Debug)]
pub(super) struct Record<'r> {
    pub(super) kind: i16,
    pub(super) line: &'r [u8],
    pub(super) user: &'r [u8],
    pub(super) host: &'r [u8],
    /// Seconds since 1970, UTC.
    pub(super) seconds: i64,
    pub(super) micros: i64,
    /// Where the login came from; `None` for zeros.
    pub(super) address: Option<IpAddr>,
}

impl Layout {
    /// The layout of records that begin so; `None` where these are none, or hold nothing.
    pub(super) fn of(window: &[u8]) -> Option<Self> {
        let (layout, real, wrong) = Self::best(window);
        (real > 0 && wrong <= real).then_some(layout)
    }

    /// The layout that fits the first records best, however badly.
    pub(super) fn likeliest(window: &[u8]) -> Self {
        Self::best(window).0
    }

    /// The best layout, with the records that are surely real in it, and those that are surely not.
    fn best(window: &[u8]) -> (Self, usize, usize) {
        let mut best = (LAYOUTS[0], 0, usize::MAX);
        for layout in LAYOUTS {
            let (mut real, mut wrong) = (0, 0);
            for record in window.chunks_exact(layout.size).take(LOOKED_AT) {
                match layout.read(record) {
                    Ok((record, pid)) => real += usize::from(record.is_real(pid)),
                    Err(_) => wrong += 1,
                }
            }
            if real > best.1 || (real == best.1 && wrong < best.2) {
                best = (layout, real, wrong);
            }
        }
        best
    }

    fn i16(self, record: &[u8], at: usize) -> i16 {
        let bytes = array(record, at);
        if self.big_endian { i16::from_be_bytes(bytes) } else { i16::from_le_bytes(bytes) }
    }

    fn i32(self, record: &[u8], at: usize) -> i32 {
        let bytes = array(record, at);
        if self.big_endian { i32::from_be_bytes(bytes) } else { i32::from_le_bytes(bytes) }
    }

    fn i64(self, record: &[u8], at: usize) -> i64 {
        let bytes = array(record, at);
        if self.big_endian { i64::from_be_bytes(bytes) } else { i64::from_le_bytes(bytes) }
    }

    /// Takes a record of [`size`](Self::size) bytes apart, and gives the number of the process beside it.
    pub(super) fn read(self, record: &[u8]) -> Result<(Record<'_>, i32), Fault> {
        if record.len() < self.size {
            return Err(Fault::record("is cut"));
        }
        let kind = self.i16(record, 0);
        if !(0..=9).contains(&kind) {
            return Err(Fault::column("ut_type", format!("{kind} is no type of record")));
        }
        let [line, user, host] = [("ut_line", 8, 32), ("ut_user", 44, 32), ("ut_host", 76, 256)]
            .map(|(column, at, length)| text(&record[at..at + length], column));
        let (seconds, micros, address) = if self.size == LONGEST {
            (self.i64(record, 344), self.i64(record, 352), array(record, 360))
        } else {
            // Unsigned, as glibc takes it since it must last beyond 2038.
            let seconds = i64::from(self.i32(record, 340).cast_unsigned());
            (seconds, i64::from(self.i32(record, 344)), array(record, 348))
        };
        if !(0..1_000_000).contains(&micros) {
            return Err(Fault::column("ut_tv", format!("{micros} is no number of microseconds")));
        }
        let (line, user, host) = (line?, user?, host?);
        let address = self::address(address);
        let record_read = Record { kind, line, user, host, seconds, micros, address };
        Ok((record_read, self.i32(record, 4)))
    }
}

impl Record<'_> {
    /// Whether this is a record beyond doubt, and not zeros or bytes that happen to fit.
    fn is_real(&self, pid: i32) -> bool {
        self.kind != 0
            && REAL.contains(&self.seconds)
            && (0..=LAST_PID).contains(&pid)
            && !(self.line.is_empty() && self.user.is_empty())
    }
}

fn array<const N: usize>(record: &[u8], at: usize) -> [u8; N] {
    // Every caller has looked at the length of the record.
    record.get(at..).and_then(|rest| rest.first_chunk()).copied().unwrap_or([0; N])
}

/// Text up to its first zero, or all of its field.
fn text<'r>(field: &'r [u8], column: &'static str) -> Result<&'r [u8], Fault> {
    let text = field.split(|byte| *byte == 0).next().unwrap_or_default();
    if text.iter().any(u8::is_ascii_control) {
        return Err(Fault::word(column, text, "a text"));
    }
    Ok(text)
}

/// An address in the order of the network. An IPv4 address has only its first four bytes.
fn address(bytes: [u8; 16]) -> Option<IpAddr> {
    let [a, b, c, d, rest @ ..] = bytes;
    if bytes == [0; 16] {
        None
    } else if rest == [0; 12] {
        Some(Ipv4Addr::new(a, b, c, d).into())
    } else {
        Some(IpAddr::from(Ipv6Addr::from(bytes)).to_canonical())
    }
}
