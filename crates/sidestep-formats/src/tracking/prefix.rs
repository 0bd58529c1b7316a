//! The beginning of a log, by which it is known again.

use std::fs::{File, Metadata};
use std::io::{self, Read, Seek};

use serde::{Deserialize, Serialize};

/// Bytes of the head of a file that are kept.
pub(super) const HEAD: usize = 1 << 10;

/// The first bytes of a log: how many, and their checksum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Prefix {
    pub(super) bytes: u64,
    pub(super) crc: u32,
}

impl Prefix {
    /// The first so many bytes of a file, or all of a shorter one; the file is at its beginning then.
    pub(super) fn of_file(mut file: &File, bytes: u64) -> io::Result<Self> {
        file.rewind()?;
        let prefix = Self::of(file.take(bytes))?;
        file.rewind()?;
        Ok(prefix)
    }

    fn of(mut rest: impl Read) -> io::Result<Self> {
        let mut running = Running::default();
        let mut block = vec![0; 64 << 10];
        loop {
            match rest.read(&mut block) {
                Ok(0) => return Ok(running.prefix()),
                Ok(read) => running.add(&block[..read]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// A prefix that grows as a log is read.
#[derive(Debug, Clone, Default)]
pub(super) struct Running {
    hasher: crc32fast::Hasher,
    bytes: u64,
}

impl Running {
    pub(super) fn add(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
        self.bytes += bytes.len() as u64;
    }

    pub(super) const fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(super) fn prefix(&self) -> Prefix {
        Prefix { bytes: self.bytes, crc: self.hasher.clone().finalize() }
    }
}

/// The first bytes of a file, [`HEAD`] at most.
pub(super) fn head(file: &File) -> io::Result<Vec<u8>> {
    let length = usize::try_from(file.metadata()?.len()).unwrap_or(HEAD);
    let mut head = vec![0; length.min(HEAD)];
    match read_at(file, &mut head, 0)? {
        true => Ok(head),
        false => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

/// The number of a file in its file system, where the system tells.
#[cfg(unix)]
pub(super) fn inode(metadata: &Metadata) -> Option<u64> {
    Some(std::os::unix::fs::MetadataExt::ino(metadata))
}

/// The number of a file in its file system, where the system tells.
#[cfg(not(unix))]
pub(super) fn inode(_metadata: &Metadata) -> Option<u64> {
    None
}

/// When a file was last written, in microseconds since 1970, where the system tells.
pub(super) fn modified(metadata: &Metadata) -> Option<i64> {
    let time = metadata.modified().ok()?;
    Some(sidestep::Timestamp::from(time).micros())
}

/// Reads a part of a file, and leaves alone where it is read otherwise; `false` where it is shorter.
#[cfg(unix)]
pub(super) fn read_at(file: &File, block: &mut [u8], at: u64) -> io::Result<bool> {
    use std::os::unix::fs::FileExt;
    match file.read_exact_at(block, at) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

/// Reads a part of a file; `false` where it is shorter.
#[cfg(not(unix))]
pub(super) fn read_at(mut file: &File, block: &mut [u8], at: u64) -> io::Result<bool> {
    use std::io::{Read, Seek, SeekFrom};
    file.seek(SeekFrom::Start(at))?;
    match file.read_exact(block) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}
