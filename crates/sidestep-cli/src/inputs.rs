//! Files and standard input, read with progress.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use sidestep::Event;
use sidestep_formats::{FormatError, LogReader};

use crate::progress::Progress;
use crate::text::grouped;

/// Events between two looks at the clock.
const STRIDE: u64 = 1 << 13;

/// Whether a path stands for standard input.
pub(crate) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// The size of all files together; `None` where one has none.
pub(crate) fn total_bytes<'p>(paths: impl IntoIterator<Item = &'p PathBuf>) -> Option<u64> {
    paths.into_iter().try_fold(0_u64, |total, path| {
        let metadata = std::fs::metadata(path).ok().filter(|m| m.is_file() && !is_stdin(path))?;
        total.checked_add(metadata.len())
    })
}

/// Logs that are read one after the other, counted and shown over all of them.
pub(crate) struct Inputs {
    pub(crate) reader: LogReader,
    progress: Progress,
    bytes: Rc<Cell<u64>>,
    events: u64,
}

impl Inputs {
    pub(crate) fn new(reader: LogReader, progress: Progress) -> Self {
        Self { reader, progress, bytes: Rc::default(), events: 0 }
    }

    /// Gives every event of the logs to `sink`.
    pub(crate) fn read(
        &mut self,
        paths: &[PathBuf],
        sink: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), FormatError> {
        let Self { reader, progress, bytes, events } = self;
        let mut sink = |event: Event<'_>| {
            sink(event);
            *events += 1;
            if events.is_multiple_of(STRIDE) {
                progress.at(bytes.get(), || format!("{} events", grouped(*events)));
            }
            ControlFlow::Continue(())
        };
        for path in paths {
            let counted = |inner| Counted { inner, bytes: Rc::clone(bytes) };
            let _ = if is_stdin(path) {
                reader.read(counted(Input::Stdin(io::stdin().lock())), "<stdin>", &mut sink)?
            } else {
                let place = path.display().to_string();
                let file = File::open(path)
                    .map_err(|source| FormatError::Open { place: place.clone(), source })?;
                reader.read(counted(Input::File(file)), &place, &mut sink)?
            };
        }
        Ok(())
    }

    /// Takes the progress away and gives out the reader and the seconds it took.
    pub(crate) fn end(self) -> (LogReader, f64) {
        (self.reader, self.progress.end().as_secs_f64())
    }
}

enum Input {
    Stdin(io::StdinLock<'static>),
    File(File),
}

/// Counts what is read.
struct Counted {
    inner: Input,
    bytes: Rc<Cell<u64>>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match &mut self.inner {
            Input::Stdin(input) => input.read(buffer),
            Input::File(input) => input.read(buffer),
        }?;
        self.bytes.set(self.bytes.get() + read as u64);
        Ok(read)
    }
}
