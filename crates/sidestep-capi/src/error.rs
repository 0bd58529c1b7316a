//! What went wrong, in words.

use std::ffi::{CString, c_char};

use crate::boundary::{call, get};
use crate::handle::{self, Opaque};
use crate::status::{SIDESTEP_ERR_PANIC, sidestep_status};

/// Why a call failed: its status, a message, and the place.
///
/// A function that takes `error` may be given NULL there. Otherwise it overwrites what is there, with
/// NULL if it succeeded and with a new error if not, which the caller is to free.
///
/// Any number of threads may read one error at the same time. It outlives whatever the call was about.
pub struct sidestep_error {
    _opaque: (),
}

/// An error as it is kept.
pub(crate) struct Told {
    status: i32,
    message: CString,
    place: CString,
}

impl Opaque for sidestep_error {
    type State = Told;
    const MAGIC: u64 = u64::from_le_bytes(*b"ss error");
    const NAME: &'static str = "sidestep_error";
}

/// Why the body of an exported function gave up. It is boxed, so that what may fail is no larger than what
/// it gives: events pass through a dozen such results.
#[derive(Debug)]
pub(crate) struct Failure(Box<Cause>);

#[derive(Debug)]
struct Cause {
    status: i32,
    message: String,
    place: String,
}

impl Failure {
    #[cold]
    pub(crate) fn new(status: i32, message: impl Into<String>) -> Self {
        Self(Box::new(Cause { status, message: message.into(), place: String::new() }))
    }

    pub(crate) fn status(&self) -> i32 {
        self.0.status
    }

    /// The same failure at this place: an argument, a field, a line of a log.
    pub(crate) fn at(mut self, place: impl Into<String>) -> Self {
        self.0.place = place.into();
        self
    }

    /// The same failure, its place within this one.
    pub(crate) fn within(mut self, outer: &str) -> Self {
        let place = &mut self.0.place;
        *place = if place.is_empty() { outer.to_owned() } else { format!("{outer}.{place}") };
        self
    }
}

/// Tells the caller of a failure, or that there was none.
pub(crate) fn tell(error: *mut *mut sidestep_error, failure: Option<Failure>) {
    if error.is_null() || !error.is_aligned() {
        return;
    }
    let told = failure.map_or(std::ptr::null_mut(), |failure| {
        handle::new(Told {
            status: failure.0.status,
            message: c_string(failure.0.message),
            place: c_string(failure.0.place),
        })
    });
    // SAFETY: not NULL, aligned, and the caller says that it can be written to.
    unsafe { error.write(told) };
}

/// Text as C takes it; a NUL in it, which can only be somebody's data, becomes a question mark.
fn c_string(text: String) -> CString {
    let bytes: Vec<u8> =
        text.into_bytes().into_iter().map(|byte| if byte == 0 { b'?' } else { byte }).collect();
    CString::new(bytes).unwrap_or_default()
}

/// The status that the call gave back. `SIDESTEP_ERR_HANDLE` if `error` is no error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_error_status(error: *const sidestep_error) -> sidestep_status {
    get("sidestep_error_status", SIDESTEP_ERR_PANIC, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        Ok(match unsafe { handle::read(error) } {
            Ok(told) => told.status,
            Err(failure) => failure.status(),
        })
    })
}

/// What is wrong and what would be right: UTF-8, NUL-terminated, never NULL, valid until the error is
/// freed. Empty if `error` is no error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_error_message(error: *const sidestep_error) -> *const c_char {
    get("sidestep_error_message", c"".as_ptr(), || {
        // SAFETY: the caller keeps the header's contract of pointers.
        Ok(unsafe { handle::read(error) }?.message.as_ptr())
    })
}

/// Where: the argument, the field or the line of the log at fault, such as
/// `events[3].sidestep_event.src_host.name` or `auth.csv:17`. UTF-8, NUL-terminated, never NULL, valid until the
/// error is freed; empty where there is no one place.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_error_place(error: *const sidestep_error) -> *const c_char {
    get("sidestep_error_place", c"".as_ptr(), || {
        // SAFETY: the caller keeps the header's contract of pointers.
        Ok(unsafe { handle::read(error) }?.place.as_ptr())
    })
}

/// Frees an error. NULL is nothing to free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_error_free(error: *mut sidestep_error) -> sidestep_status {
    call("sidestep_error_free", std::ptr::null_mut(), || {
        // SAFETY: the caller keeps the header's contract of pointers.
        unsafe { handle::free(error) }
    })
}
