//! Strings and other arguments.

use std::borrow::Cow;
use std::ffi::c_char;

use crate::error::Failure;
use crate::pointer;
use crate::status::SIDESTEP_ERR_UTF8;

/// UTF-8 text: a pointer and a length in bytes, not NUL-terminated. `data` is NULL where there is no text,
/// which is not the same as text of no length; then `len` must be 0.
///
/// Text that is given to a function need only live until the function returns. Text that the library
/// gives out lives as long as what it was asked of.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct sidestep_str {
    /// The first byte, or NULL.
    pub data: *const c_char,
    /// Bytes.
    pub len: usize,
}

impl sidestep_str {
    /// No text.
    pub(crate) const NONE: Self = Self { data: std::ptr::null(), len: 0 };

    /// Text that the caller must keep alive.
    pub(crate) const fn of(text: &str) -> Self {
        Self { data: text.as_ptr().cast(), len: text.len() }
    }

    /// Text where there is any.
    pub(crate) fn of_option(text: Option<&str>) -> Self {
        text.map_or(Self::NONE, Self::of)
    }

    /// The text, if there is any. `field` names it in errors.
    ///
    /// # Safety
    /// The pointer is NULL, or to so many bytes that live and do not change for as long as `'t`.
    #[inline(always)]
    pub(crate) unsafe fn get<'t>(self, field: &'static str) -> Result<Option<&'t str>, Failure> {
        if self.data.is_null() && self.len == 0 {
            return Ok(None);
        }
        // SAFETY: the caller's promise.
        let bytes = unsafe { pointer::slice(self.data.cast::<u8>(), self.len, field) }?;
        // Most names are short and ASCII, and six or more come with every event.
        if bytes.is_ascii() {
            // SAFETY: ASCII is UTF-8.
            return Ok(Some(unsafe { std::str::from_utf8_unchecked(bytes) }));
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Some(text)),
            Err(error) => Err(not_utf8(error.valid_up_to(), field)),
        }
    }

    /// The text, if it is not empty. The length is looked at first: that of a text that is not there is
    /// undefined, and a choice by it, though it chooses between equals, is what valgrind complains of.
    ///
    /// # Safety
    /// As for [`get`](Self::get).
    #[inline(always)]
    pub(crate) unsafe fn stated<'t>(
        self,
        field: &'static str,
    ) -> Result<Option<Cow<'t, str>>, Failure> {
        if self.len == 0 {
            return Ok(None);
        }
        // SAFETY: the caller's promise.
        Ok(unsafe { self.get(field) }?.map(Cow::Borrowed))
    }

    /// The text; none is an error.
    ///
    /// # Safety
    /// As for [`get`](Self::get).
    pub(crate) unsafe fn required<'t>(self, field: &'static str) -> Result<&'t str, Failure> {
        // SAFETY: the caller's promise.
        unsafe { self.get(field) }?.ok_or_else(|| {
            Failure::new(crate::status::SIDESTEP_ERR_NULL, "the text is missing").at(field)
        })
    }
}

#[cold]
fn not_utf8(valid: usize, field: &'static str) -> Failure {
    Failure::new(SIDESTEP_ERR_UTF8, format!("the text is not UTF-8 after byte {valid}")).at(field)
}
