//! Batches of events, by the Arrow C data and C stream interfaces.

use std::ffi::CStr;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi};
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{Array, RecordBatch, StructArray};
use sidestep::event::{AuthEvent, Event};
use sidestep_arrow::{BatchError, BatchReader};

use crate::boundary::{call, panic_test};
use crate::engine_score::sidestep_score;
use crate::engine_state::sidestep_engine;
use crate::error::{Failure, sidestep_error};
use crate::handle;
use crate::log::SIDESTEP_LOG_WARN;
use crate::pointer;
use crate::reader::sidestep_reader;
use crate::reader_state::{ReaderState, now};
use crate::status::{SIDESTEP_ERR_ARROW, SIDESTEP_ERR_FORMAT, SIDESTEP_ERR_VALUE, sidestep_status};

/// Has `engine` learn every row of an Arrow batch: a struct array, whose columns are found by their
/// names or by `SIDESTEP_READER_COLUMN`.
///
/// The array is moved: its `release` is NULL once the call has looked at it, and the memory behind it is
/// released before the call returns. The schema stays the caller's. The `raw_ref` of an event is the number of
/// its row over all batches of the reader.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_reader_learn_arrow(
    reader: *mut sidestep_reader,
    array: *mut FFI_ArrowArray,
    schema: *const FFI_ArrowSchema,
    engine: *mut sidestep_engine,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_reader_learn_arrow", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        let (mut reader, mut engine, batch) =
            unsafe { (handle::write(reader)?, handle::write(engine)?, take_batch(array, schema)?) };
        reader.events(&batch, &mut |event| engine.engine.learn(event))
    })
}

/// Has `engine` process every row of an Arrow batch; as `sidestep_reader_learn_arrow` otherwise.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_reader_process_arrow(
    reader: *mut sidestep_reader,
    array: *mut FFI_ArrowArray,
    schema: *const FFI_ArrowSchema,
    engine: *mut sidestep_engine,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_reader_process_arrow", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        let (mut reader, mut engine, batch) =
            unsafe { (handle::write(reader)?, handle::write(engine)?, take_batch(array, schema)?) };
        reader.events(&batch, &mut |event| engine.process(event))
    })
}

/// Scores every row of an Arrow batch against what was learned, into `count` scores; as
/// `sidestep_reader_learn_arrow` otherwise. `count` must be the batch's `length`. The score of a row that is no
/// event is NaN.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_reader_score_arrow(
    reader: *mut sidestep_reader,
    array: *mut FFI_ArrowArray,
    schema: *const FFI_ArrowSchema,
    engine: *const sidestep_engine,
    scores: *mut sidestep_score,
    count: usize,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_reader_score_arrow", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        let (mut reader, engine, batch) =
            unsafe { (handle::write(reader)?, handle::read(engine)?, take_batch(array, schema)?) };
        if batch.num_rows() != count {
            let what = format!("the batch has {} rows, not {count}", batch.num_rows());
            return Err(Failure::new(SIDESTEP_ERR_VALUE, what).at("count"));
        }
        if count > 0 {
            pointer::check(scores, "scores")?;
        }
        let mut next = scores;
        reader.rows(&batch, &mut |event| {
            let score =
                event.map_or(sidestep_score { surprise: f64::NAN, p_value: f64::NAN }, |event| {
                    let found = engine.engine.score(event);
                    sidestep_score { surprise: found.surprise, p_value: found.p_value }
                });
            // SAFETY: the caller says that there is room for `count`, and each row is given once.
            unsafe {
                next.write(score);
                next = next.add(1);
            }
        })
    })
}

/// Has `engine` learn every row of every batch of an Arrow stream. The stream is moved and released before the
/// call returns; as `sidestep_reader_learn_arrow` otherwise.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_reader_learn_arrow_stream(
    reader: *mut sidestep_reader,
    stream: *mut FFI_ArrowArrayStream,
    engine: *mut sidestep_engine,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_reader_learn_arrow_stream", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        let (mut reader, mut engine, mut stream) =
            unsafe { (handle::write(reader)?, handle::write(engine)?, Stream::take(stream)?) };
        stream.each(|batch| reader.events(batch, &mut |event| engine.engine.learn(event)))
    })
}

/// Has `engine` process every row of every batch of an Arrow stream; as `sidestep_reader_learn_arrow_stream`
/// otherwise.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_reader_process_arrow_stream(
    reader: *mut sidestep_reader,
    stream: *mut FFI_ArrowArrayStream,
    engine: *mut sidestep_engine,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_reader_process_arrow_stream", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        let (mut reader, mut engine, mut stream) =
            unsafe { (handle::write(reader)?, handle::write(engine)?, Stream::take(stream)?) };
        stream.each(|batch| reader.events(batch, &mut |event| engine.process(event)))
    })
}

impl ReaderState {
    /// Gives each event of a batch to `take`, companion records of a known table too.
    fn events(
        &mut self,
        batch: &RecordBatch,
        take: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), Failure> {
        self.read_batch(|batches| {
            batches.for_each_event(batch, &mut |event| {
                take(event);
                ControlFlow::Continue(())
            })
        })
    }

    /// Gives each row of a batch to `take`; `None` is one that is no event.
    fn rows(
        &mut self,
        batch: &RecordBatch,
        take: &mut dyn FnMut(Option<&AuthEvent<'_>>),
    ) -> Result<(), Failure> {
        self.read_batch(|batches| {
            batches.for_each_row(batch, &mut |event| {
                take(event);
                ControlFlow::Continue(())
            })
        })
    }

    /// Has `read` read a batch, and says what was skipped.
    fn read_batch(
        &mut self,
        read: impl FnOnce(&mut BatchReader) -> Result<ControlFlow<()>, BatchError>,
    ) -> Result<(), Failure> {
        panic_test::fire_inside();
        let options = &self.options;
        let batches = self.batches.get_or_insert_with(|| {
            BatchReader::new(options.mapping.clone(), options.on_error)
                .with_zone(options.zone.clone())
                .with_now(Some(now()))
        });
        let known = batches.summary().first_errors.len();
        let outcome = read(batches);
        for skipped in &batches.summary().first_errors[known..] {
            self.log.say(SIDESTEP_LOG_WARN, || skipped.to_string());
        }
        match outcome {
            Ok(_) => Ok(()),
            Err(BatchError::BadRow(row)) => Err(Failure::new(SIDESTEP_ERR_FORMAT, row.to_string())
                .at(format!("array[{}]", row.row))),
            Err(error) => Err(bad(error)),
        }
    }
}

fn bad(error: impl std::fmt::Display) -> Failure {
    Failure::new(SIDESTEP_ERR_ARROW, error.to_string()).at("array")
}

/// Takes a batch over from the caller.
///
/// # Safety
/// The pointers are NULL, or to an array and its schema that are as Arrow says.
unsafe fn take_batch(
    array: *mut FFI_ArrowArray,
    schema: *const FFI_ArrowSchema,
) -> Result<RecordBatch, Failure> {
    pointer::check(array, "array")?;
    pointer::check(schema, "schema")?;
    // SAFETY: not NULL, aligned, and the caller's promise.
    let (array, schema) = unsafe { (FFI_ArrowArray::from_raw(array), &*schema) };
    // SAFETY: the caller's promise.
    unsafe { import(array, schema) }
}

/// The batch that an array holds.
///
/// # Safety
/// The array is as Arrow says of one of this schema.
unsafe fn import(array: FFI_ArrowArray, schema: &FFI_ArrowSchema) -> Result<RecordBatch, Failure> {
    // Arrow asserts much of what it imports: what a producer got wrong is not a defect of this library.
    let imported = catch_unwind(AssertUnwindSafe(|| {
        if array.is_released() {
            return Err(bad("the array was released before"));
        }
        if schema.release.is_none() {
            return Err(bad("the schema was released before").at("schema"));
        }
        // SAFETY: the caller's promise.
        let data = unsafe { from_ffi(array, schema) }.map_err(bad)?;
        if !matches!(data.data_type(), arrow_schema::DataType::Struct(_)) {
            let what = format!("a batch is a struct array, not {}", data.data_type());
            return Err(bad(what));
        }
        let rows = StructArray::from(data);
        if rows.null_count() > 0 {
            return Err(bad("a batch has no NULL rows: put NULL into its columns"));
        }
        Ok(RecordBatch::from(rows))
    }));
    imported.unwrap_or_else(|_| Err(bad("the array does not have the parts that its schema says")))
}

/// A stream that was taken over from the caller; released when dropped.
struct Stream(FFI_ArrowArrayStream);

impl Stream {
    /// Takes a stream over from the caller.
    ///
    /// # Safety
    /// The pointer is NULL, or to a stream that is as Arrow says.
    unsafe fn take(stream: *mut FFI_ArrowArrayStream) -> Result<Self, Failure> {
        pointer::check(stream, "stream")?;
        // SAFETY: not NULL, aligned, and the caller's promise.
        let stream = Self(unsafe { FFI_ArrowArrayStream::from_raw(stream) });
        if stream.0.release.is_none() {
            return Err(bad("the stream was released before").at("stream"));
        }
        Ok(stream)
    }

    /// Gives each batch to `take`.
    fn each(
        &mut self,
        mut take: impl FnMut(&RecordBatch) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let (Some(get_schema), Some(get_next)) = (self.0.get_schema, self.0.get_next) else {
            return Err(bad("the stream lacks get_schema or get_next").at("stream"));
        };
        let mut schema = FFI_ArrowSchema::empty();
        // SAFETY: the stream is as Arrow says, by the promise at `take`.
        let status = unsafe { get_schema(&raw mut self.0, &raw mut schema) };
        if status != 0 {
            return Err(self.failed(status));
        }
        loop {
            let mut array = FFI_ArrowArray::empty();
            // SAFETY: as above.
            let status = unsafe { get_next(&raw mut self.0, &raw mut array) };
            if status != 0 {
                return Err(self.failed(status));
            }
            if array.is_released() {
                return Ok(());
            }
            // SAFETY: the stream says that its arrays are of its schema.
            take(&unsafe { import(array, &schema) }?)?;
        }
    }

    /// What the stream says went wrong.
    fn failed(&mut self, status: i32) -> Failure {
        let said = self.0.get_last_error.and_then(|get_last_error| {
            // SAFETY: the stream is as Arrow says; what it says lives until the next call on it.
            let said = unsafe { get_last_error(&raw mut self.0) };
            // SAFETY: Arrow says that it is NULL or NUL-terminated.
            (!said.is_null())
                .then(|| unsafe { CStr::from_ptr(said) }.to_string_lossy().into_owned())
        });
        let said = said.unwrap_or_else(|| "no message".to_owned());
        bad(format!("the stream gave error {status}: {said}")).at("stream")
    }
}
