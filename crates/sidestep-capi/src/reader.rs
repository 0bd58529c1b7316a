//! Logs in: bytes of any dialect to events.

use std::ffi::c_void;
use std::ops::ControlFlow;

use sidestep::event::Event;
use sidestep_formats::ReadOptions;

use crate::activity::sidestep_activity;
use crate::boundary::call;
use crate::buffer::{self, sidestep_buffer};
use crate::engine_state::sidestep_engine;
use crate::error::{Failure, sidestep_error};
use crate::event::sidestep_event;
use crate::handle::{self, Opaque};
use crate::log::{Log, sidestep_log_callback};
use crate::pointer::{self, SizedStruct};
use crate::reader_state::{ReaderState, set_option};
use crate::status::{SIDESTEP_ERR_CONFIG, SIDESTEP_ERR_INDEX, SIDESTEP_ERR_NULL, sidestep_status};
use crate::text::sidestep_str;

/// Reads logs of any dialect, one after the other, and counts over all of them: EVTX, Windows events as JSON,
/// Zeek, syslog, the systemd journal, ECS, OCSF, Entra ID, CloudTrail, LANL, CSV; plain or in gzip, zstd, xz or bzip2. What
/// a log is, is told from its contents.
///
/// It is not safe to use from multiple threads at the same time (`SIDESTEP_ERR_BUSY`); it may move between
/// them. It keeps nothing of engines or inputs.
pub struct sidestep_reader {
    _opaque: (),
}

impl Opaque for sidestep_reader {
    type State = ReaderState;
    const MAGIC: u64 = u64::from_le_bytes(*b"ssreader");
    const NAME: &'static str = "sidestep_reader";
}

/// Option: the dialect, one of `auto` (unless set), `lanl`, `csv`, `evtx`, `json`, `windows-xml`, `zeek`, `syslog`,
/// `wtmp`, `btmp`.
pub const SIDESTEP_READER_FORMAT: u32 = 0;
/// Option: which column of a CSV holds what, as `field=column`, such as `src_host=client`. Set once for each.
pub const SIDESTEP_READER_COLUMN: u32 = 1;
/// Option: how times of a CSV are written, as `sidestep detect --time-format` takes it.
pub const SIDESTEP_READER_TIME_FORMAT: u32 = 2;
/// Option: the zone of times that are written without one, such as `Europe/Berlin`; UTC unless set.
pub const SIDESTEP_READER_ZONE: u32 = 3;
/// Option: the year of the first line of a syslog that writes none.
pub const SIDESTEP_READER_YEAR: u32 = 4;
/// Option: what to do with a record that is no event: `skip` and count it (unless set), or `stop`.
pub const SIDESTEP_READER_ON_ERROR: u32 = 5;
/// Option: the host that wrote the logs, for those that do not name it, such as `wtmp`.
pub const SIDESTEP_READER_HOST: u32 = 6;

/// Gives the next bytes of a log: writes at most `capacity` of them to `into` and returns how many, 0 at the end,
/// or a negative number if they cannot be had. It must return: a C++ exception or a `longjmp` must not
/// leave it.
pub type sidestep_read_callback =
    Option<unsafe extern "C" fn(user: *mut c_void, into: *mut u8, capacity: usize) -> i64>;

/// Takes an event of a log: exactly one of `event` and `activity` is not NULL. Both live until the callback
/// returns. Anything but 0 ends the reading with `SIDESTEP_ERR_STOPPED`. It must return: a C++
/// exception or a `longjmp` must not leave it.
pub type sidestep_event_callback = Option<
    unsafe extern "C" fn(
        user: *mut c_void,
        event: *const sidestep_event,
        activity: *const sidestep_activity,
    ) -> i32,
>;

/// A log: bytes in memory, or a callback that gives them. Zero what you do not use.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct sidestep_input {
    /// `sizeof(sidestep_input)`.
    pub struct_size: usize,
    /// What errors call the log, such as its file name.
    pub place: sidestep_str,
    /// The bytes, where they are in memory; NULL otherwise.
    pub bytes: *const u8,
    /// How many bytes there are in memory.
    pub len: usize,
    /// Gives the bytes, where they are not in memory; NULL otherwise.
    pub read: sidestep_read_callback,
    /// Handed to `read`.
    pub user: *mut c_void,
}

// SAFETY: `repr(C)`, begins with its size, plain data and pointers.
unsafe impl SizedStruct for sidestep_input {
    const NAME: &'static str = "sidestep_input";
}

/// What a reader read so far. Set `struct_size` to `sizeof(sidestep_reader_summary)` before the call.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct sidestep_reader_summary {
    /// `sizeof(sidestep_reader_summary)`.
    pub struct_size: usize,
    /// Events handed on: authentication events and activities.
    pub events: u64,
    /// Of these, activities.
    pub activities: u64,
    /// Sound records that hold nothing that moves.
    pub passed_over: u64,
    /// Lines or records skipped because they are wrong.
    pub skipped: u64,
    /// Logs read to their end.
    pub logs: u64,
    /// Messages that `sidestep_reader_first_error` can give.
    pub first_errors: u64,
    /// Records of a shape that is not known, so that what they say is lost.
    pub not_understood: u64,
    /// Kinds of them that `sidestep_reader_not_understood` can give.
    pub kinds_not_understood: u64,
    /// Files of folders and archives that were not read, or not to their end.
    pub files_not_read: u64,
    /// Of these, those that are damaged or cannot be opened; the others are no logs.
    pub files_damaged: u64,
    /// Files that `sidestep_reader_not_read` can give.
    pub first_not_read: u64,
    /// Events that came too late and were put in order by reading the logs again.
    pub put_in_order: u64,
}

// SAFETY: `repr(C)`, begins with its size, plain data.
unsafe impl SizedStruct for sidestep_reader_summary {
    const NAME: &'static str = "sidestep_reader_summary";
}

/// Makes a reader that has read nothing yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_reader_new(
    reader: *mut *mut sidestep_reader,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_reader_new", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        let reader = unsafe { pointer::out_handle(reader, "reader") }?;
        let options = ReadOptions::default();
        *reader = handle::new(ReaderState {
            options,
            reader: None,
            batches: None,
            log: Log::NONE,
            put_in_order: 0,
        });
        Ok(())
    })
}

/// Frees a reader. NULL is nothing to free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_reader_free(reader: *mut sidestep_reader) -> sidestep_status {
    call("sidestep_reader_free", std::ptr::null_mut(), || {
        // SAFETY: the caller keeps the header's contract of pointers.
        unsafe { handle::free(reader) }
    })
}

/// Sets one option, `SIDESTEP_READER_...`, before the first log is read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_reader_set(
    reader: *mut sidestep_reader,
    option: u32,
    value: sidestep_str,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_reader_set", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        let (mut reader, value) = unsafe { (handle::write(reader)?, value.required("value")?) };
        if reader.reader.is_some() || reader.batches.is_some() {
            let what = "options are set before the first log is read; make another reader";
            return Err(Failure::new(SIDESTEP_ERR_CONFIG, what).at("reader"));
        }
        set_option(&mut reader.options, option, value)
    })
}

/// Sets where messages about skipped records go; NULL is nowhere, which is how a reader begins. `user` must
/// outlive the reader, or the next call of this function.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_reader_set_log_callback(
    reader: *mut sidestep_reader,
    callback: sidestep_log_callback,
    user: *mut c_void,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_reader_set_log_callback", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        unsafe { handle::write(reader) }?.log = Log::new(callback, user);
        Ok(())
    })
}

/// Reads a log to its end and has `engine` learn every event of it. What was read before an error is
/// learned.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_reader_learn(
    reader: *mut sidestep_reader,
    input: *const sidestep_input,
    engine: *mut sidestep_engine,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_reader_learn", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        let (mut reader, mut engine) = unsafe { (handle::write(reader)?, handle::write(engine)?) };
        let mut sink = |event: Event<'_>| {
            engine.engine.learn(event);
            ControlFlow::Continue(())
        };
        // SAFETY: the caller keeps the header's contract of pointers.
        unsafe { reader.read(input, &mut sink) }
    })
}

/// Reads a log to its end and has `engine` process every event of it. What was read before an error is
/// processed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_reader_process(
    reader: *mut sidestep_reader,
    input: *const sidestep_input,
    engine: *mut sidestep_engine,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_reader_process", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        let (mut reader, mut engine) = unsafe { (handle::write(reader)?, handle::write(engine)?) };
        let mut sink = |event: Event<'_>| {
            engine.process(event);
            ControlFlow::Continue(())
        };
        // SAFETY: the caller keeps the header's contract of pointers.
        unsafe { reader.read(input, &mut sink) }
    })
}

/// Reads a log to its end and gives every event of it to `callback`, which may learn, score or process it
/// with an engine of its own.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_reader_events(
    reader: *mut sidestep_reader,
    input: *const sidestep_input,
    callback: sidestep_event_callback,
    user: *mut c_void,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_reader_events", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        let mut reader = unsafe { handle::write(reader) }?;
        let Some(callback) = callback else {
            return Err(Failure::new(SIDESTEP_ERR_NULL, "the pointer is NULL").at("callback"));
        };
        let mut sink = |event: Event<'_>| {
            let go_on = match event {
                Event::Auth(event) => {
                    let event = sidestep_event::of(event);
                    // SAFETY: whoever gave the callback said that it may be called so.
                    unsafe { callback(user, &raw const event, std::ptr::null()) }
                }
                Event::Activity(activity) => {
                    let activity = sidestep_activity::of(activity);
                    // SAFETY: whoever gave the callback said that it may be called so.
                    unsafe { callback(user, std::ptr::null(), &raw const activity) }
                }
                // The header has no other kind.
                _ => 0,
            };
            if go_on == 0 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        };
        // SAFETY: the caller keeps the header's contract of pointers.
        unsafe { reader.read(input, &mut sink) }
    })
}

/// Reads the counters of a reader.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_reader_get_summary(
    reader: *const sidestep_reader,
    summary: *mut sidestep_reader_summary,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_reader_get_summary", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        let reader = unsafe { handle::read(reader) }?;
        let read = reader.reader.as_ref().map(|reader| reader.summary().clone());
        let read = read.unwrap_or_default();
        let rows = reader.batches.as_ref().map(|batches| batches.summary().clone());
        let rows = rows.unwrap_or_default();
        let value = sidestep_reader_summary {
            struct_size: size_of::<sidestep_reader_summary>(),
            events: read.events + rows.events,
            activities: read.activities,
            passed_over: read.passed_over.values().sum(),
            skipped: read.skipped + rows.skipped,
            logs: read.files,
            first_errors: (read.first_errors.len() + rows.first_errors.len()) as u64,
            not_understood: read.not_understood.values().sum(),
            kinds_not_understood: read.not_understood.len() as u64,
            files_not_read: read.files_not_read,
            files_damaged: read.files_damaged,
            first_not_read: read.first_not_read.len() as u64,
            put_in_order: reader.put_in_order,
        };
        // SAFETY: the caller keeps the header's contract of pointers.
        unsafe { pointer::fill(summary, value) }
    })
}

/// What was wrong with one of the first records that were skipped, as `log:line: column: what`,
/// or as `row number: column: what` of an Arrow batch; those of logs come first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_reader_first_error(
    reader: *const sidestep_reader,
    index: usize,
    message: *mut *mut sidestep_buffer,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_reader_first_error", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        let (reader, message) =
            unsafe { (handle::read(reader)?, pointer::out_handle(message, "message")?) };
        let lines = reader.reader.iter().flat_map(|reader| &reader.summary().first_errors);
        let rows = reader.batches.iter().flat_map(|batches| &batches.summary().first_errors);
        let found = lines
            .map(ToString::to_string)
            .chain(rows.map(ToString::to_string))
            .nth(index)
            .ok_or_else(|| {
                let what = format!("{index} is not below the count of first errors");
                Failure::new(SIDESTEP_ERR_INDEX, what).at("index")
            })?;
        *message = buffer::new(found.into_bytes());
        Ok(())
    })
}
