//! Files, folders and standard input, read with progress.

use std::fs;
use std::io;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::thread;

use sidestep::event::Event;
use sidestep_formats::{BytesRead, EventSink, FormatError, LogReader, read_ahead};

use crate::progress::Progress;
use crate::text::grouped;

/// Events between two looks at the clock.
const STRIDE: u64 = 1 << 13;

/// Whether a path stands for standard input.
pub(crate) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Whether a path can be read from its beginning more than once: standard input and pipes cannot.
pub(crate) fn can_be_read_again(path: &Path) -> bool {
    !is_stdin(path) && sidestep_formats::can_be_read_again(path)
}

/// The size of all files together, also of those below folders; `None` where one has none.
pub(crate) fn total_bytes<'p>(paths: impl IntoIterator<Item = &'p PathBuf>) -> Option<u64> {
    paths.into_iter().try_fold(0_u64, |total, path| {
        let metadata = fs::metadata(path).ok().filter(|_| !is_stdin(path))?;
        match metadata.is_dir() {
            true => total.checked_add(bytes_below(path)),
            false if metadata.is_file() => total.checked_add(metadata.len()),
            false => None,
        }
    })
}

/// The size of all files below a folder. What cannot be looked at counts nothing: whoever reads it
/// says so.
fn bytes_below(folder: &Path) -> u64 {
    let mut total = 0_u64;
    let mut left = vec![folder.to_owned()];
    while let Some(folder) = left.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(metadata) if metadata.is_dir() => left.push(entry.path()),
                Ok(metadata) if metadata.is_file() => total = total.saturating_add(metadata.len()),
                _ => {}
            }
        }
    }
    total
}

/// Logs that are read one after the other, counted and shown over all of them.
pub(crate) struct Inputs {
    pub(crate) reader: LogReader,
    progress: Progress,
    bytes: BytesRead,
    events: u64,
    /// Whether a thread of its own reads ahead.
    reads_ahead: bool,
}

impl Inputs {
    /// Logs that `threads` read and judge: 2, or as many as the machine has, where that is not said.
    pub(crate) fn new(reader: LogReader, progress: Progress, threads: Option<u8>) -> Self {
        let threads = threads.map_or_else(
            || thread::available_parallelism().map_or(1, NonZeroUsize::get),
            usize::from,
        );
        let bytes = reader.bytes_read();
        Self { reader, progress, bytes, events: 0, reads_ahead: threads > 1 }
    }

    /// Gives every event of the logs to `sink`: in order of time over all of them, or `in_order`, one
    /// log after the other, which is all that can be done with standard input among them.
    pub(crate) fn read(
        &mut self,
        paths: &[PathBuf],
        in_order: bool,
        sink: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), FormatError> {
        let Self { reader, progress, bytes, events, reads_ahead } = self;
        let mut sink = |event: Event<'_>| {
            sink(event);
            *events += 1;
            if events.is_multiple_of(STRIDE) {
                progress.at(bytes.get(), || format!("{} events", grouped(*events)));
            }
            ControlFlow::Continue(())
        };
        let mut read = |sink: &mut EventSink<'_>| read(reader, paths, in_order, sink);
        if !*reads_ahead {
            return read(&mut sink);
        }
        read_ahead(read, &mut |batch| {
            batch.for_each(|event| {
                let _ = sink(event);
            });
            ControlFlow::Continue(())
        })
    }

    /// Takes the progress away and gives out the reader and the seconds it took.
    pub(crate) fn end(self) -> (LogReader, f64) {
        (self.reader, self.progress.end().as_secs_f64())
    }
}

fn read(
    reader: &mut LogReader,
    paths: &[PathBuf],
    in_order: bool,
    sink: &mut EventSink<'_>,
) -> Result<(), FormatError> {
    if !in_order && paths.iter().all(|path| !is_stdin(path)) {
        let _ = reader.read_merged(paths, sink)?;
        return Ok(());
    }
    for path in paths {
        let _ = if is_stdin(path) {
            reader.read(io::stdin().lock(), "<stdin>", sink)?
        } else {
            reader.read_path(path, sink)?
        };
    }
    Ok(())
}
