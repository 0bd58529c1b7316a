//! Bytes that the library gives out.

use std::ffi::c_char;

use crate::boundary::{call, get};
use crate::handle::{self, Opaque};
use crate::status::sidestep_status;

/// Bytes that the library wrote: text, or a saved state.
///
/// Any number of threads may read one buffer at the same time. It outlives what it was written from.
pub struct sidestep_buffer {
    _opaque: (),
}

impl Opaque for sidestep_buffer {
    /// The bytes and a NUL behind them.
    type State = Vec<u8>;
    const MAGIC: u64 = u64::from_le_bytes(*b"ss bytes");
    const NAME: &'static str = "sidestep_buffer";
}

/// A buffer of these bytes.
pub(crate) fn new(mut bytes: Vec<u8>) -> *mut sidestep_buffer {
    bytes.push(0);
    handle::new(bytes)
}

/// The first byte. A NUL follows the last one, so that text without NUL in it is a C string. NULL if
/// `buffer` is no buffer. Valid until the buffer is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_buffer_data(buffer: *const sidestep_buffer) -> *const c_char {
    get("sidestep_buffer_data", std::ptr::null(), || {
        // SAFETY: the caller keeps the header's contract of pointers.
        Ok(unsafe { handle::read(buffer) }?.as_ptr().cast())
    })
}

/// How many bytes there are, without the NUL behind them. 0 if `buffer` is no buffer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_buffer_len(buffer: *const sidestep_buffer) -> usize {
    get("sidestep_buffer_len", 0, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        Ok(unsafe { handle::read(buffer) }?.len() - 1)
    })
}

/// Frees a buffer. NULL is nothing to free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_buffer_free(buffer: *mut sidestep_buffer) -> sidestep_status {
    call("sidestep_buffer_free", std::ptr::null_mut(), || {
        // SAFETY: the caller keeps the header's contract of pointers.
        unsafe { handle::free(buffer) }
    })
}
