//! A state on disk: written as a whole or not at all, and the one before is kept.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::exit::Failure;

/// The place of a state.
#[derive(Debug)]
pub(crate) struct StateFile {
    path: PathBuf,
    /// Whether it is a pipe or a device, which cannot be replaced.
    is_special: bool,
}

impl StateFile {
    /// The state at a path. Fails where it could not be written later.
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        // What a link leads to is replaced, not the link.
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let is_special = fs::metadata(&path).is_ok_and(|metadata| !metadata.is_file());
        let file = Self { path, is_special };
        if file.path.is_dir() {
            return Err(Failure::Error(format!("{}: is a folder", file.path.display())));
        }
        if !is_special {
            let temporary = file.beside("tmp");
            made(&temporary).map_err(|error| file.failed(&error))?;
            fs::remove_file(&temporary).map_err(|error| file.failed(&error))?;
        }
        Ok(file)
    }

    /// What it holds, to be read; `None` where there is none yet.
    pub(crate) fn open_to_read(&self) -> Result<Option<File>, Failure> {
        match File::open(&self.path) {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => {
                Err(Failure::Error(format!("{}: cannot be read: {error}", self.path.display())))
            }
        }
    }

    /// Puts what `write` writes in its place. The old state is there until the new one is on the disk, and is kept
    /// beside it as `FILE.prev`.
    pub(crate) fn write(
        &self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Failure> {
        self.try_to_write(write).map_err(|error| self.failed(&error))
    }

    fn try_to_write(&self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        if self.is_special {
            return write(&mut OpenOptions::new().write(true).open(&self.path)?);
        }
        let temporary = self.beside("tmp");
        let written = made(&temporary).and_then(|mut file| {
            write(&mut file)?;
            if let Ok(metadata) = fs::metadata(&self.path) {
                file.set_permissions(metadata.permissions())?;
            }
            file.sync_all()
        });
        let replaced = written.and_then(|()| {
            self.keep()?;
            fs::rename(&temporary, &self.path)
        });
        if replaced.is_err() {
            // Where it cannot be taken away, the next one is written in its place.
            let _ = fs::remove_file(&temporary);
        }
        replaced?;
        sync_folder(&self.path)
    }

    /// Keeps what there is as the one before.
    fn keep(&self) -> io::Result<()> {
        let previous = self.beside("prev");
        match fs::remove_file(&previous) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        match fs::hard_link(&self.path, &previous) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            // Not every file system has links.
            Err(_) => fs::copy(&self.path, &previous).map(drop),
            Ok(()) => Ok(()),
        }
    }

    /// Words on the state before this one, where there is one.
    pub(crate) fn advice(&self) -> String {
        let previous = self.beside("prev");
        match previous.is_file() {
            true => format!("; the one before it is {}", previous.display()),
            false => String::new(),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    fn beside(&self, suffix: &str) -> PathBuf {
        let mut name = self.path.file_name().map_or_else(OsString::new, OsString::from);
        name.push(".");
        name.push(suffix);
        self.path.with_file_name(name)
    }

    fn failed(&self, error: &io::Error) -> Failure {
        let path = self.path.display();
        let old = match !self.is_special && self.path.is_file() {
            true => "; what it held is still there",
            false => "",
        };
        Failure::Error(format!("{path}: the state cannot be written: {error}{old}"))
    }
}

/// A new file, in place of one that a run left that was killed.
fn made(path: &Path) -> io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    OpenOptions::new().write(true).create_new(true).open(path)
}

/// Has the name of a file reach the disk.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// Has the name of a file reach the disk: here the system sees to it.
#[cfg(not(unix))]
fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}
