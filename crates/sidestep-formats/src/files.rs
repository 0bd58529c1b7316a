//! Files, and folders of them: every file below a folder is read, in the order of their names.

use std::fs::{self, File};
use std::io::{self, Read, Seek};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use crate::error::FormatError;
#[cfg(feature = "evtx")]
use crate::evtx::ChunksInOrder;
use crate::place::shown;
use crate::reader::LogReader;
use crate::record_sink::EventSink;
use crate::sniff::ZIP;
use crate::summary::NotRead;

impl LogReader {
    /// Reads a file, every file below a folder, or every file in a zip archive. Compression is told
    /// from the contents.
    ///
    /// Files are read in the order of their names. Links to folders are not followed, nor archives
    /// within archives. A file of a folder or archive that is no log, or is damaged, ends nothing:
    /// the summary counts it and says why.
    ///
    /// # Errors
    /// As [`LogReader::read`], or the file or folder cannot be opened.
    pub fn read_path(
        &mut self,
        path: &Path,
        sink: &mut EventSink<'_>,
    ) -> Result<ControlFlow<()>, FormatError> {
        if path.is_dir() { self.read_folder(path, sink) } else { self.read_file(path, sink) }
    }

    pub(crate) fn read_file(
        &mut self,
        path: &Path,
        sink: &mut EventSink<'_>,
    ) -> Result<ControlFlow<()>, FormatError> {
        let place = shown(path);
        let open = |source| FormatError::Open { place: shown(path), source };
        let mut file = File::open(path).map_err(open)?;
        // A pipe cannot be looked into beforehand, and is no archive that could be read.
        let regular = file.metadata().is_ok_and(|metadata| metadata.is_file());
        if regular && begins_as_archive(&mut file).map_err(open)? {
            #[cfg(feature = "zip")]
            return self.read_archive(file, &place, sink);
            #[cfg(not(feature = "zip"))]
            return Err(FormatError::Codec { place, codec: "zip" });
        }
        #[cfg(feature = "evtx")]
        if regular && let Some(chunks) = ChunksInOrder::of(&file).map_err(open)? {
            return self.read(chunks, &place, sink);
        }
        self.read(file, &place, sink)
    }

    fn read_folder(
        &mut self,
        folder: &Path,
        sink: &mut EventSink<'_>,
    ) -> Result<ControlFlow<()>, FormatError> {
        for path in self.files_below(folder)? {
            let read = self.read_file(&path, sink);
            if self.or_not_read(&shown(&path), read)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// The files below a folder in the order of their names. What is no file is counted as not read.
    pub(crate) fn files_below(&mut self, folder: &Path) -> Result<Vec<PathBuf>, FormatError> {
        let open = |source| FormatError::Open { place: shown(folder), source };
        let mut left = entries(folder).map_err(open)?;
        let mut files = Vec::new();
        // The last is the next; what a folder holds goes before what follows it.
        while let Some(path) = left.pop() {
            let kind = match fs::symlink_metadata(&path) {
                Ok(metadata) => metadata.file_type(),
                Err(error) => {
                    self.not_read(&shown(&path), &opening(&error), true);
                    continue;
                }
            };
            if kind.is_dir() {
                match entries(&path) {
                    Ok(held) => left.extend(held),
                    Err(error) => self.not_read(&shown(&path), &opening(&error), true),
                }
            } else if kind.is_symlink() && path.is_dir() {
                self.not_read(&shown(&path), "is a link to a folder; give its path", false);
            } else if is_key_of_simulation(&path) {
                self.not_read(&shown(&path), "is what a simulation lays beside its logs", false);
            } else if kind.is_file() || (kind.is_symlink() && !is_special(&path)) {
                files.push(path);
            } else {
                self.not_read(&shown(&path), "is neither a file nor a folder", false);
            }
        }
        Ok(files)
    }

    /// Counts a file that could not be read among others, unless its fault is to end everything.
    pub(crate) fn or_not_read(
        &mut self,
        place: &str,
        read: Result<ControlFlow<()>, FormatError>,
    ) -> Result<ControlFlow<()>, FormatError> {
        let error = match read {
            Err(error) if !matches!(error, FormatError::BadLine(_)) => error,
            other => return other,
        };
        let damaged = matches!(
            error,
            FormatError::Open { .. } | FormatError::Read { .. } | FormatError::Archive { .. }
        );
        let why = match &error {
            // Advice on how to read it all the same would be too much for each of many files.
            FormatError::UnknownDialect { looked_at: what, .. }
            | FormatError::Columns { what, .. } => what.clone(),
            FormatError::Findings { what, .. } => format!("{what}, and no log"),
            error => error.to_string(),
        };
        let why = why.strip_prefix(place).and_then(|why| why.strip_prefix(": ")).unwrap_or(&why);
        self.not_read(place, why, damaged);
        Ok(ControlFlow::Continue(()))
    }

    pub(crate) fn not_read(&mut self, place: &str, why: &str, damaged: bool) {
        let kept = self.options.messages_kept;
        let summary = &mut self.summary;
        summary.files_not_read += 1;
        summary.files_damaged += u64::from(damaged);
        if summary.first_not_read.len() < kept {
            summary.first_not_read.push(NotRead { place: place.to_owned(), why: why.to_owned() });
        }
    }
}

fn opening(error: &io::Error) -> String {
    format!("cannot be opened: {error}")
}

/// What a folder holds, the first by name last.
fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut entries =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    entries.sort_unstable_by(|a, b| b.cmp(a));
    Ok(entries)
}

/// What `sidestep simulate` lays beside the logs that it writes.
const KEY: [&str; 3] = ["truth.csv", "attacks.csv", "hosts.csv"];

/// Whether a file is the key to a simulated log, which would read as a log of its own: one called
/// so, beside both files of which a truth consists.
#[must_use]
pub fn is_key_of_simulation(path: &Path) -> bool {
    let named = KEY.iter().any(|name| path.file_name().is_some_and(|file| file == *name));
    named && KEY[..2].iter().all(|name| path.with_file_name(name).is_file())
}

/// Whether a path leads to a device, a pipe or the like, which might never end.
fn is_special(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| !metadata.is_file())
}

fn begins_as_archive(file: &mut File) -> io::Result<bool> {
    let mut first = Vec::with_capacity(ZIP.len());
    file.by_ref().take(ZIP.len() as u64).read_to_end(&mut first)?;
    file.rewind()?;
    Ok(first == ZIP)
}
