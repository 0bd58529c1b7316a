//! Where results go.

#![allow(clippy::disallowed_methods, reason = "the one place of the command that prints")]

use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use crate::exit::Failure;

/// Says something beside the results. Where standard error is closed nobody wants to know.
pub(crate) fn eprint(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Prints results. Whoever closes the pipe has seen enough; that is no failure.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::Error(format!("standard output: cannot be written: {error}")))
        }
        _ => Ok(()),
    }
}

/// Prints results as they come. Where nobody reads them any more, that is a failure: what was not read
/// is to be written again by another run.
pub(crate) fn print_or_fail(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| Failure::Error(format!("standard output: cannot be written: {error}")))
}

/// Whether somebody watches standard output.
pub(crate) fn is_watched() -> bool {
    io::stdout().is_terminal()
}

/// A file that is opened at once, to fail early, and written at the end: a run that fails leaves
/// it as it was, or leaves none.
pub(crate) struct LateFile {
    path: PathBuf,
    file: File,
    /// Whether to take it away again: it was made here and nothing was written yet.
    is_new: bool,
}

impl LateFile {
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        let is_new = !path.exists();
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(|error| Failure::writing(path, &error))?;
        Ok(Self { path: path.to_owned(), file, is_new })
    }

    /// Puts `bytes` in place of what the file holds.
    pub(crate) fn write(mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.is_new = false;
        // A pipe or a device has no length to set.
        let regular = self.file.metadata().is_ok_and(|metadata| metadata.is_file());
        let cut = if regular { self.file.set_len(0) } else { Ok(()) };
        cut.and_then(|()| self.file.write_all(bytes))
            .map_err(|error| Failure::writing(&self.path, &error))
    }
}

impl Drop for LateFile {
    fn drop(&mut self) {
        if self.is_new {
            // Where it cannot be taken away an empty file stays; that is no reason to fail.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
