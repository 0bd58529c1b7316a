//! Reads a body block by block, each of which is checked before any byte of it is used.

use std::io::{self, Read};

use postcard::de_flavors::Flavor;
use serde::de::DeserializeOwned;

use super::SnapshotFacts;
use super::layout::{BLOCK, END, HEAD, MOST_EXPANDED, OLDEST, SIGNATURE, START, VERSION, checksum};
use crate::error::SnapshotError;

/// The body of a state.
pub(super) fn read<T: DeserializeOwned>(input: impl Read) -> Result<T, SnapshotError> {
    let mut reader = BlockReader::begin(input)?;
    let body = T::deserialize(&mut postcard::Deserializer::from_flavor(&mut reader));
    let body = body.map_err(|error| {
        let malformed = || SnapshotError::Malformed { what: error.to_string() };
        reader.fault.take().unwrap_or_else(malformed)
    })?;
    let left_over = reader.plain.len() - reader.at;
    if left_over > 0 || reader.next_block()? {
        return Err(SnapshotError::Malformed { what: "bytes are left over".to_owned() });
    }
    Ok(body)
}

/// What the blocks of a state say, of which all are checked.
pub(super) fn facts(input: impl Read) -> Result<SnapshotFacts, SnapshotError> {
    let mut reader = BlockReader::begin(input)?;
    while reader.next_block()? {}
    Ok(SnapshotFacts {
        version: reader.version,
        bytes: reader.read,
        body_bytes: reader.length,
        checksum: reader.sum.finalize(),
    })
}

struct BlockReader<R> {
    input: R,
    version: u32,
    /// The block, and what of it was taken.
    plain: Vec<u8>,
    at: usize,
    /// The bytes that it was decompressed of.
    packed: Vec<u8>,
    /// What was taken together and lay in several blocks.
    across: Vec<u8>,
    number: u64,
    /// Bytes of the state that were read.
    read: u64,
    /// Bytes of the body in the blocks so far, and their checksum.
    length: u64,
    sum: crc32fast::Hasher,
    has_ended: bool,
    /// Why there is no other block, where that is not the end.
    fault: Option<SnapshotError>,
}

impl<R: Read> BlockReader<R> {
    fn begin(input: R) -> Result<Self, SnapshotError> {
        let mut reader = Self {
            input,
            version: 0,
            plain: Vec::new(),
            at: 0,
            packed: Vec::new(),
            across: Vec::new(),
            number: 0,
            read: 0,
            length: 0,
            sum: crc32fast::Hasher::new(),
            has_ended: false,
            fault: None,
        };
        let signature = reader.take::<{ SIGNATURE.len() }>();
        match signature {
            Ok(SIGNATURE) => {}
            Ok(_) | Err(SnapshotError::Cut { .. }) => return Err(SnapshotError::Foreign),
            Err(error) => return Err(error),
        }
        reader.version = u32::from_le_bytes(reader.take::<{ START - SIGNATURE.len() }>()?);
        if !(OLDEST..=VERSION).contains(&reader.version) {
            return Err(SnapshotError::Version {
                found: reader.version,
                oldest: OLDEST,
                newest: VERSION,
            });
        }
        Ok(reader)
    }

    /// Reads the next block; `false` after the last, which nothing may follow.
    fn next_block(&mut self) -> Result<bool, SnapshotError> {
        if self.has_ended {
            return Ok(false);
        }
        let at = self.read;
        let damaged = SnapshotError::Checksum { at };
        let head = self.take::<HEAD>()?;
        let ([plain, packed, stated], _) = head.as_chunks::<4>() else { return Err(damaged) };
        let [plain, packed, stated] =
            [plain, packed, stated].map(|field| u32::from_le_bytes(*field));
        let (plain_bytes, packed_bytes) = (plain as usize, packed as usize);
        if plain_bytes > BLOCK || packed_bytes > plain_bytes {
            return Err(damaged);
        }
        let is_end = plain_bytes == 0;
        self.fill_packed(if is_end { END } else { packed_bytes })?;
        if checksum(self.number, plain, packed, &self.packed) != stated {
            return Err(damaged);
        }
        self.number += 1;
        if is_end {
            return self.end().map(|()| false);
        }
        self.unpack(plain_bytes).map_err(|what| SnapshotError::Malformed {
            what: format!("the block at byte {at} {what}"),
        })?;
        self.at = 0;
        self.length += plain_bytes as u64;
        self.sum.update(&self.plain);
        Ok(true)
    }

    /// Decompresses what was read of a block.
    fn unpack(&mut self, plain: usize) -> Result<(), String> {
        self.plain.resize(plain, 0);
        if self.packed.len() == plain {
            self.plain.copy_from_slice(&self.packed);
            return Ok(());
        }
        if self.packed.len() * MOST_EXPANDED < plain {
            return Err(format!("comes to more than {MOST_EXPANDED} times its bytes"));
        }
        match lz4_flex::block::decompress_into(&self.packed, &mut self.plain) {
            Ok(length) if length == plain => Ok(()),
            Ok(length) => Err(format!("holds {length} bytes and says {plain}")),
            Err(error) => Err(format!("cannot be decompressed: {error}")),
        }
    }

    /// Checks what the end says.
    fn end(&mut self) -> Result<(), SnapshotError> {
        let stated = self.packed.split_first_chunk::<8>();
        let is_whole = stated.is_some_and(|(length, sum)| {
            u64::from_le_bytes(*length) == self.length
                && *sum == self.sum.clone().finalize().to_le_bytes()
        });
        if !is_whole {
            return Err(SnapshotError::Malformed {
                what: "its end is that of another body".to_owned(),
            });
        }
        self.has_ended = true;
        self.plain.clear();
        self.at = 0;
        let length = self.read;
        match self.take::<1>() {
            Err(SnapshotError::Cut { .. }) => {
                self.read = length;
                Ok(())
            }
            Ok(_) => Err(SnapshotError::Appended { at: length }),
            Err(error) => Err(error),
        }
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], SnapshotError> {
        let mut bytes = [0; N];
        fill(&mut self.input, &mut bytes, &mut self.read)?;
        Ok(bytes)
    }

    fn fill_packed(&mut self, length: usize) -> Result<(), SnapshotError> {
        self.packed.resize(length, 0);
        fill(&mut self.input, &mut self.packed, &mut self.read)
    }

    /// Goes on to the next block where this one is used up.
    #[cold]
    fn go_on(&mut self) -> postcard::Result<()> {
        let next = match self.next_block() {
            // None of a block is empty.
            Ok(is_there) => is_there,
            Err(error) => {
                self.fault = Some(error);
                false
            }
        };
        if next { Ok(()) } else { Err(postcard::Error::DeserializeUnexpectedEnd) }
    }

    #[cold]
    fn pop_of_next(&mut self) -> postcard::Result<u8> {
        self.go_on()?;
        self.plain.get(self.at).copied().ok_or(postcard::Error::DeserializeUnexpectedEnd)
    }
}

/// Reads as many bytes as there is room for, and counts what it reads.
fn fill(input: &mut impl Read, bytes: &mut [u8], read: &mut u64) -> Result<(), SnapshotError> {
    let mut filled = 0;
    while filled < bytes.len() {
        match input.read(&mut bytes[filled..]) {
            Ok(0) => return Err(SnapshotError::Cut { found: *read }),
            Ok(more) => {
                filled += more;
                *read += more as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(SnapshotError::Read { what: error.to_string() }),
        }
    }
    Ok(())
}

impl<'de, R: Read> Flavor<'de> for &'de mut BlockReader<R> {
    type Remainder = ();
    type Source = ();

    #[inline]
    fn pop(&mut self) -> postcard::Result<u8> {
        let byte = match self.plain.get(self.at) {
            Some(byte) => *byte,
            None => self.pop_of_next()?,
        };
        self.at += 1;
        Ok(byte)
    }

    fn try_take_n(&mut self, _: usize) -> postcard::Result<&'de [u8]> {
        // Nothing of a state borrows from its bytes.
        Err(postcard::Error::WontImplement)
    }

    #[inline]
    fn try_take_n_temp<'a>(&'a mut self, count: usize) -> postcard::Result<&'a [u8]>
    where
        'de: 'a,
    {
        if count <= self.plain.len() - self.at {
            let at = self.at;
            self.at += count;
            return Ok(&self.plain[at..at + count]);
        }
        // It grows by what there is, whatever length is said.
        self.across.clear();
        while self.across.len() < count {
            if self.at == self.plain.len() {
                self.go_on()?;
            }
            let more = (count - self.across.len()).min(self.plain.len() - self.at);
            self.across.extend_from_slice(&self.plain[self.at..self.at + more]);
            self.at += more;
        }
        Ok(&self.across)
    }

    fn finalize(self) -> postcard::Result<()> {
        Ok(())
    }
}
