//! What every function gives back.

use crate::boundary::status_name;

/// Whether a call succeeded: one of the `SIDESTEP_OK` and `SIDESTEP_ERR_` values. A value keeps its
/// meaning for ever; later versions may add values, so treat one that you do not know as a failure.
pub type sidestep_status = i32;

/// It succeeded.
pub const SIDESTEP_OK: i32 = 0;
/// A pointer that must not be NULL is NULL.
pub const SIDESTEP_ERR_NULL: i32 = 1;
/// A pointer is not aligned as its type asks.
pub const SIDESTEP_ERR_MISALIGNED: i32 = 2;
/// The `struct_size` of a struct is too small, or the struct has fields set that this version of the
/// library does not know.
pub const SIDESTEP_ERR_STRUCT_SIZE: i32 = 3;
/// A pointer is not to the kind of handle that the function takes, or the handle was freed. That
/// memory was freed can often, but not always, be seen.
pub const SIDESTEP_ERR_HANDLE: i32 = 4;
/// The handle is in use: by another thread, or by the call that is running the callback that made
/// this one. Nothing was done.
pub const SIDESTEP_ERR_BUSY: i32 = 5;
/// A call on this handle panicked before. It can only be freed.
pub const SIDESTEP_ERR_POISONED: i32 = 6;
/// The library has a defect: please report the message. The handles that the call was given are
/// poisoned, the process lives.
pub const SIDESTEP_ERR_PANIC: i32 = 7;
/// A string is not UTF-8.
pub const SIDESTEP_ERR_UTF8: i32 = 8;
/// A value is none of those that the header lists.
pub const SIDESTEP_ERR_VALUE: i32 = 9;
/// An event lacks what it needs, or a field of it is longer than any real one.
pub const SIDESTEP_ERR_EVENT: i32 = 10;
/// A setting lies outside its range.
pub const SIDESTEP_ERR_CONFIG: i32 = 11;
/// The bytes are not a saved state that this version can load.
pub const SIDESTEP_ERR_SNAPSHOT: i32 = 12;
/// A log cannot be read on.
pub const SIDESTEP_ERR_FORMAT: i32 = 13;
/// A callback asked to stop. What came before was done.
pub const SIDESTEP_ERR_STOPPED: i32 = 14;
/// An index is not below its count.
pub const SIDESTEP_ERR_INDEX: i32 = 15;
/// An Arrow schema or array is not one that holds events, or its producer failed.
pub const SIDESTEP_ERR_ARROW: i32 = 16;
/// Text could not be written.
pub const SIDESTEP_ERR_WRITE: i32 = 17;
/// A log was read to its end, and (nearly) nothing of it was understood: its shape is not known, or it is of
/// a kind that is not about logins. What it gave was used; the message names the nearest shape.
pub const SIDESTEP_ERR_NOT_UNDERSTOOD: i32 = 18;

/// The name of a status, such as `SIDESTEP_ERR_NULL`; `SIDESTEP_ERR_UNKNOWN` for a value that is none.
/// NUL-terminated, static; any thread may call this.
#[unsafe(no_mangle)]
pub extern "C" fn sidestep_status_name(status: sidestep_status) -> *const core::ffi::c_char {
    status_name(status)
}
