//! A bounded window over a log's bytes, decompressed where they are compressed and in UTF-8 where they are UTF-16.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use crate::decompress::decompress;
use crate::error::FormatError;
use crate::utf16::Utf16Input;

/// Bytes asked of the input at a time.
pub(crate) const BLOCK: usize = 256 << 10;

/// What a dialect reads from: a buffer that is refilled as it is consumed.
pub(crate) struct Source<'r> {
    input: Box<dyn Read + 'r>,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    exhausted: bool,
    /// How reading failed. Not every decompressor fails again when it is asked to go on: some give
    /// what they could not check.
    failure: Option<(io::ErrorKind, String)>,
    /// Bytes taken of the input as it is stored.
    #[cfg_attr(not(feature = "tar"), allow(dead_code, reason = "only archives are bounded by it"))]
    stored: Rc<Cell<u64>>,
    /// Whether a log that grows has given all that it can give at once, up to the end of a line.
    drained: Option<Rc<Cell<bool>>>,
}

/// An input of which the bytes are counted.
struct Stored<R> {
    inner: R,
    bytes: Rc<Cell<u64>>,
}

impl<R: Read> Read for Stored<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.bytes.set(self.bytes.get() + read as u64);
        Ok(read)
    }
}

impl<'r> Source<'r> {
    /// A window over `input`, through the decompressor that its first bytes call for, and in UTF-8 if what
    /// comes out is UTF-16.
    pub(crate) fn open(input: impl Read + 'r, place: &str) -> Result<Self, FormatError> {
        let stored = Rc::new(Cell::new(0));
        let input = decompress(Stored { inner: input, bytes: Rc::clone(&stored) }, place)?;
        Ok(Self {
            input: Box::new(Utf16Input::new(input)),
            buffer: vec![0; BLOCK],
            start: 0,
            end: 0,
            exhausted: false,
            failure: None,
            stored,
            drained: None,
        })
    }

    /// A window over a log that grows, which says when it has given all that it can give at once.
    pub(crate) fn growing(mut self, drained: Rc<Cell<bool>>) -> Self {
        self.drained = Some(drained);
        self
    }

    /// Bytes taken of the input so far, as it is stored.
    #[cfg(feature = "tar")]
    pub(crate) fn stored(&self) -> u64 {
        self.stored.get()
    }

    /// What is in the window.
    pub(crate) fn window(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Marks the first bytes of the window as used.
    pub(crate) fn consume(&mut self, bytes: usize) {
        self.start = (self.start + bytes).min(self.end);
    }

    /// Uses up `used` bytes and gives out the first `length` of them.
    pub(crate) fn take(&mut self, length: usize, used: usize) -> &[u8] {
        let start = self.start;
        self.consume(used);
        &self.buffer[start..start + length]
    }

    /// Whether the window holds all that is left.
    pub(crate) const fn exhausted(&self) -> bool {
        self.exhausted
    }

    /// Reads until the window holds `wanted` bytes or the input ends; of a log that grows until it holds
    /// all lines that there are, if that is anything: to look ahead nobody waits for what comes later.
    pub(crate) fn fill(&mut self, wanted: usize) -> io::Result<()> {
        while !self.exhausted && self.end - self.start < wanted {
            let is_drained = self.drained.as_ref().is_some_and(|drained| drained.get());
            if is_drained && self.end > self.start {
                return Ok(());
            }
            self.more()?;
        }
        Ok(())
    }

    /// Reads until the window holds `wanted` bytes or the input ends, also where that is to wait.
    pub(crate) fn fill_whole(&mut self, wanted: usize) -> io::Result<()> {
        while !self.exhausted && self.end - self.start < wanted {
            self.more()?;
        }
        Ok(())
    }

    /// Adds to the window what one read gives; notes the end of the input.
    pub(crate) fn more(&mut self) -> io::Result<()> {
        if self.exhausted {
            return Ok(());
        }
        if let Some((kind, what)) = &self.failure {
            return Err(io::Error::new(*kind, what.clone()));
        }
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.buffer.len() - self.end < BLOCK / 2 {
            self.buffer.resize(self.end + BLOCK, 0);
        }
        loop {
            match self.input.read(&mut self.buffer[self.end..]) {
                Ok(0) => {
                    self.exhausted = true;
                    return Ok(());
                }
                Ok(read) => {
                    self.end += read;
                    return Ok(());
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.failure = Some((error.kind(), error.to_string()));
                    return Err(error);
                }
            }
        }
    }
}
