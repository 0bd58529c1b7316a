//! The files there are.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::prefix::{Prefix, head, inode, modified};
use super::track::is_stdin;
use crate::error::FormatError;
use crate::place::shown;
use crate::reader::LogReader;

/// A file that is there.
pub(super) struct Found {
    pub(super) path: PathBuf,
    pub(super) is_named: bool,
    /// Whether it only counts as the later name of a log that is known.
    pub(super) is_beside: bool,
    pub(super) inode: Option<u64>,
    /// `None` for what is no file: a pipe, a device, or standard input.
    pub(super) length: Option<u64>,
    pub(super) modified: Option<i64>,
}

impl Found {
    fn at(path: PathBuf, is_named: bool, is_beside: bool) -> io::Result<Self> {
        let mut found =
            Self { path, is_named, is_beside, inode: None, length: None, modified: None };
        if !is_stdin(&found.path) {
            let metadata = fs::metadata(&found.path)?;
            if metadata.is_file() {
                found.inode = inode(&metadata);
                found.length = Some(metadata.len());
                found.modified = modified(&metadata);
            }
        }
        Ok(found)
    }

    /// Its first bytes; an error where another file is in its place by now.
    pub(super) fn head(&self) -> io::Result<Vec<u8>> {
        let file = self.open()?;
        head(&file)
    }

    /// Whether it begins so.
    pub(super) fn begins(&self, prefix: Prefix) -> io::Result<bool> {
        let file = self.open()?;
        Ok(Prefix::of_file(&file, prefix.bytes)? == prefix)
    }

    /// Whether it begins as another file, as far as is looked at; that nobody knows if the other does not
    /// begin with its `head` any more.
    pub(super) fn begins_as(&self, other: &Path, head: &[u8]) -> io::Result<bool> {
        const LOOKED_AT: u64 = 256 << 10;
        let (mut own, mut others) = (Vec::new(), Vec::new());
        self.open()?.take(LOOKED_AT).read_to_end(&mut own)?;
        File::open(other)?.take(LOOKED_AT).read_to_end(&mut others)?;
        Ok(others.starts_with(&own) || !others.starts_with(head))
    }

    fn open(&self) -> io::Result<File> {
        let file = File::open(&self.path)?;
        match inode(&file.metadata()?) == self.inode {
            true => Ok(file),
            false => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

/// What there is, looked at until nothing is renamed meanwhile: a log that was rotated between two
/// questions would be found nowhere.
pub(super) fn find_at_rest(
    inputs: &[PathBuf],
    may_lack: bool,
    reader: &mut LogReader,
) -> Result<Vec<Found>, FormatError> {
    const MOST: usize = 8;
    let before = reader.clone();
    let look = |reader: &mut LogReader| -> Result<Vec<Found>, FormatError> {
        let mut found = find(inputs, may_lack, reader)?;
        let files = inputs.iter().filter(|path| !path.is_dir());
        files.for_each(|path| found.extend(beside(path)));
        Ok(found)
    };
    let same = |a: &[Found], b: &[Found]| {
        a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (&a.path, a.inode) == (&b.path, b.inode))
    };
    let mut found = look(reader)?;
    for _ in 0..MOST {
        *reader = before.clone();
        let again = look(reader)?;
        if same(&found, &again) {
            return Ok(again);
        }
        found = again;
    }
    Ok(found)
}

/// What there is at the paths and below those that are folders, in order. `reader` counts what is no
/// file. A path without a file is an error unless `may_lack`.
pub(super) fn find(
    inputs: &[PathBuf],
    may_lack: bool,
    reader: &mut LogReader,
) -> Result<Vec<Found>, FormatError> {
    let mut found = Vec::new();
    for path in inputs {
        if !is_stdin(path) && path.is_dir() {
            for path in reader.files_below(path)? {
                // What has gone in between is not there.
                found.extend(Found::at(path, false, false).ok());
            }
            continue;
        }
        match Found::at(path.clone(), true, false) {
            Ok(file) => found.push(file),
            Err(_) if may_lack => {}
            Err(source) => return Err(FormatError::Open { place: shown(path), source }),
        }
    }
    Ok(found)
}

/// The files beside a log whose names begin with its own, as those of rotated logs do.
fn beside(path: &Path) -> Vec<Found> {
    let Some(name) = path.file_name() else { return Vec::new() };
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| {
            let other = entry.file_name();
            let (other, name) = (other.as_encoded_bytes(), name.as_encoded_bytes());
            other.len() > name.len() && other.starts_with(name)
        })
        .map(|entry| folder.join(entry.file_name()))
        .collect();
    paths.sort_unstable();
    let files = paths.into_iter().filter_map(|path| Found::at(path, false, true).ok());
    files.filter(|file| file.length.is_some()).collect()
}
