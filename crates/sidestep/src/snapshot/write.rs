//! Writes a body in blocks as it is encoded, so that no more than one block is in memory.

use std::io::{self, Write};

use postcard::ser_flavors::Flavor;
use serde::Serialize;

use super::layout::{BLOCK, END, MOST_EXPANDED, SIGNATURE, VERSION, head};

/// Writes `body` as a state.
pub(super) fn write<T: Serialize + ?Sized>(body: &T, mut out: impl Write) -> io::Result<()> {
    out.write_all(&SIGNATURE)?;
    out.write_all(&VERSION.to_le_bytes())?;
    let mut writer = BlockWriter {
        out,
        plain: Vec::with_capacity(BLOCK),
        packed: vec![0; lz4_flex::block::get_maximum_output_size(BLOCK)],
        number: 0,
        length: 0,
        sum: crc32fast::Hasher::new(),
        failed: None,
    };
    match postcard::serialize_with_flavor(body, &mut writer) {
        Ok(()) => writer.end(),
        Err(error) => Err(writer.failed.unwrap_or_else(|| io::Error::other(error))),
    }
}

struct BlockWriter<W> {
    out: W,
    /// What is encoded of the block.
    plain: Vec<u8>,
    /// Room for it when it is compressed.
    packed: Vec<u8>,
    number: u64,
    /// Bytes of the body in the blocks before, and their checksum.
    length: u64,
    sum: crc32fast::Hasher,
    /// Why nothing more could be written.
    failed: Option<io::Error>,
}

impl<W: Write> BlockWriter<W> {
    fn write_block(&mut self) -> io::Result<()> {
        let plain = self.plain.len();
        let packed = lz4_flex::block::compress_into(&self.plain, &mut self.packed);
        let bytes = match packed.ok().and_then(|packed| self.packed.get(..packed)) {
            Some(packed) if packed.len() < plain && packed.len() * MOST_EXPANDED >= plain => packed,
            _ => &self.plain,
        };
        self.out.write_all(&head(self.number, plain as u32, bytes.len() as u32, bytes))?;
        self.out.write_all(bytes)?;
        self.sum.update(&self.plain);
        self.length += plain as u64;
        self.number += 1;
        self.plain.clear();
        Ok(())
    }

    fn end(mut self) -> io::Result<()> {
        if !self.plain.is_empty() {
            self.write_block()?;
        }
        let mut end = [0; END];
        let (length, sum) = end.split_at_mut(8);
        length.copy_from_slice(&self.length.to_le_bytes());
        sum.copy_from_slice(&self.sum.finalize().to_le_bytes());
        self.out.write_all(&head(self.number, 0, 0, &end))?;
        self.out.write_all(&end)?;
        self.out.flush()
    }

    fn make_room(&mut self) -> postcard::Result<()> {
        if self.plain.len() < BLOCK {
            return Ok(());
        }
        self.write_block().map_err(|error| {
            self.failed = Some(error);
            postcard::Error::SerializeBufferFull
        })
    }
}

impl<W: Write> Flavor for &mut BlockWriter<W> {
    type Output = ();

    #[inline]
    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.make_room()?;
        self.plain.push(byte);
        Ok(())
    }

    #[inline]
    fn try_extend(&mut self, mut bytes: &[u8]) -> postcard::Result<()> {
        while !bytes.is_empty() {
            self.make_room()?;
            let (now, later) = bytes.split_at(bytes.len().min(BLOCK - self.plain.len()));
            self.plain.extend_from_slice(now);
            bytes = later;
        }
        Ok(())
    }

    fn finalize(self) -> postcard::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::read::read;
    use super::*;

    /// A block that would come to more than 64 times its bytes is stored as it is, so that it is read again.
    #[test]
    fn what_is_all_alike_or_all_different_is_read_again() {
        let alike = vec![0_u8; 3 * BLOCK + 7];
        let mut number = 1_u32;
        let different: Vec<u8> = (0..2 * BLOCK)
            .map(|_| {
                number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (number >> 24) as u8
            })
            .collect();
        for body in [Vec::new(), alike, different] {
            let mut state = Vec::new();
            write(&body, &mut state).unwrap();
            assert_eq!(read::<Vec<u8>>(&*state).unwrap(), body);
            // Texts that lie in several blocks, too.
            let text = String::from_utf8_lossy(&body).into_owned();
            state.clear();
            write(&(1_u8, &text), &mut state).unwrap();
            assert_eq!(read::<(u8, String)>(&*state).unwrap(), (1, text));
        }
    }
}
