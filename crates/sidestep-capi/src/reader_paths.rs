//! Logs on disk in: files and folders, in order of time.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Duration;

use sidestep::Engine;
use sidestep::alert::Alert;
use sidestep::event::Event;
use sidestep_formats::{EventField, TakeEvents};

use crate::boundary::call;
use crate::buffer::{self, sidestep_buffer};
use crate::engine_state::{EngineState, sidestep_engine};
use crate::error::{Failure, sidestep_error};
use crate::handle;
use crate::pointer;
use crate::reader::sidestep_reader;
use crate::reader_state::ReaderState;
use crate::status::{SIDESTEP_ERR_INDEX, SIDESTEP_ERR_VALUE, sidestep_status};
use crate::text::sidestep_str;

/// Reads `count` files and folders and has `engine` learn every event of them, in order of time over all of
/// them, as `sidestep detect` does: where a log itself is out of order by more than the engine allows, all
/// are read once more. The engine is changed when all is read; alerts are handed out then. What was read
/// before an error is learned. Files are read on threads that end before the call does, which never call
/// back. A file of a folder that cannot be read is no error: the summary counts it, and
/// `sidestep_reader_not_read` names it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_reader_learn_paths(
    reader: *mut sidestep_reader,
    paths: *const sidestep_str,
    count: usize,
    engine: *mut sidestep_engine,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_reader_learn_paths", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        let (mut reader, mut engine, paths) =
            unsafe { (handle::write(reader)?, handle::write(engine)?, owned(paths, count)?) };
        reader.take_paths(&paths, &mut engine, true)
    })
}

/// Has `engine` process every event of files and folders; as `sidestep_reader_learn_paths` otherwise.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_reader_process_paths(
    reader: *mut sidestep_reader,
    paths: *const sidestep_str,
    count: usize,
    engine: *mut sidestep_engine,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_reader_process_paths", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        let (mut reader, mut engine, paths) =
            unsafe { (handle::write(reader)?, handle::write(engine)?, owned(paths, count)?) };
        reader.take_paths(&paths, &mut engine, false)
    })
}

/// One of the first files of folders and archives that were not read, and why: `file: why`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_reader_not_read(
    reader: *const sidestep_reader,
    index: usize,
    message: *mut *mut sidestep_buffer,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_reader_not_read", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        let (reader, message) =
            unsafe { (handle::read(reader)?, pointer::out_handle(message, "message")?) };
        let files = reader.reader.as_ref().map(|reader| &reader.summary().first_not_read);
        let file = files
            .and_then(|files| files.get(index))
            .ok_or_else(|| no_such(index, "first files that were not read"))?;
        *message = buffer::new(file.to_string().into_bytes());
        Ok(())
    })
}

/// One kind of record that was not understood, and how many there were of it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_reader_not_understood(
    reader: *const sidestep_reader,
    index: usize,
    kind: *mut *mut sidestep_buffer,
    count: *mut u64,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_reader_not_understood", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        let (reader, kind, count) = unsafe {
            (
                handle::read(reader)?,
                pointer::out_handle(kind, "kind")?,
                pointer::out(count, "count")?,
            )
        };
        let kinds = reader.reader.as_ref().map(|reader| &reader.summary().not_understood);
        let (name, number) = kinds
            .and_then(|kinds| kinds.iter().nth(index))
            .ok_or_else(|| no_such(index, "kinds that were not understood"))?;
        count.write(*number);
        *kind = buffer::new(name.clone().into_bytes());
        Ok(())
    })
}

/// The name of the column that was taken for a field, such as `account`, of the last Arrow batch; NULL where
/// none was, or no batch was read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_reader_column(
    reader: *const sidestep_reader,
    field: sidestep_str,
    column: *mut *mut sidestep_buffer,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_reader_column", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        let (reader, field, column) = unsafe {
            (
                handle::read(reader)?,
                field.required("field")?,
                pointer::out_handle(column, "column")?,
            )
        };
        let field: EventField = field.parse().map_err(|error: sidestep_formats::ParseError| {
            Failure::new(SIDESTEP_ERR_VALUE, error.to_string()).at("field")
        })?;
        let columns = reader.batches.as_ref().and_then(sidestep_arrow::BatchReader::columns);
        let found = columns.and_then(|(schema, columns)| {
            let at = columns.column(field)?;
            Some(schema.field(at).name().clone().into_bytes())
        });
        *column = found.map_or(std::ptr::null_mut(), buffer::new);
        Ok(())
    })
}

/// How the columns of the last table were read, of Arrow batches or else of a CSV file, as a line such as
/// `time=Timestamp, account=User, dst_host=Host (unread: Note)` or `known as Windows events`; NULL where no
/// table was read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_reader_mapping(
    reader: *const sidestep_reader,
    mapping: *mut *mut sidestep_buffer,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_reader_mapping", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        let (reader, mapping) =
            unsafe { (handle::read(reader)?, pointer::out_handle(mapping, "mapping")?) };
        let of_batches = reader.batches.as_ref().and_then(sidestep_arrow::BatchReader::mapping);
        let of_files = reader.reader.as_ref().and_then(|reader| reader.summary().mappings.last());
        let found = of_batches.or(of_files).map(|found| found.to_string().into_bytes());
        *mapping = found.map_or(std::ptr::null_mut(), buffer::new);
        Ok(())
    })
}

fn no_such(index: usize, what: &str) -> Failure {
    Failure::new(SIDESTEP_ERR_INDEX, format!("{index} is not below the count of {what}"))
        .at("index")
}

/// The paths in an array.
///
/// # Safety
/// The pointers are as the header says.
unsafe fn owned(paths: *const sidestep_str, count: usize) -> Result<Vec<PathBuf>, Failure> {
    // SAFETY: the caller's promise.
    let paths = unsafe { pointer::slice(paths, count, "paths") }?;
    let path = |path: &sidestep_str| {
        // SAFETY: the caller's promise.
        unsafe { path.required("paths") }.map(PathBuf::from)
    };
    paths.iter().map(path).collect()
}

/// Takes events into a copy of an engine, so that they can be taken again in another order.
struct Copy<'e> {
    original: &'e Engine,
    engine: Engine,
    learn: bool,
    alerts: Vec<Alert>,
}

impl TakeEvents for Copy<'_> {
    fn take(&mut self, event: Event<'_>) -> ControlFlow<()> {
        if self.learn {
            self.engine.learn(event);
        } else {
            self.alerts.extend(self.engine.process(event));
        }
        ControlFlow::Continue(())
    }

    fn late(&self) -> u64 {
        self.engine.metrics().late.saturating_sub(self.original.metrics().late)
    }

    fn forget(&mut self) -> bool {
        self.engine = self.original.clone();
        self.alerts.clear();
        true
    }
}

impl ReaderState {
    /// Reads files and folders in order of time.
    fn take_paths(
        &mut self,
        paths: &[PathBuf],
        engine: &mut EngineState,
        learn: bool,
    ) -> Result<(), Failure> {
        let lateness = 60 * u64::from(engine.engine.config().lateness_minutes());
        let original = &engine.engine;
        let mut copy = Copy { original, engine: original.clone(), learn, alerts: Vec::new() };
        let reader = self.log_reader();
        let known = reader.summary().first_errors.len();
        let before = crate::reader_state::Understood::of(reader.summary());
        let read = reader.read_in_order(paths, Duration::from_secs(lateness), &mut copy);
        let Copy { engine: taken, alerts, .. } = copy;
        engine.replace(taken, alerts);
        self.say_skipped(known);
        let place = paths.first().map(|path| path.display().to_string()).unwrap_or_default();
        let (_, order) = read.map_err(|error| crate::reader_state::unread(&error, &place))?;
        self.put_in_order += order.put_in_order;
        before.check(self.log_reader().summary(), &place)
    }
}
