//! What the library says beside what it is asked.

use std::ffi::c_void;

use crate::text::sidestep_str;

/// Level of a message: somebody must do something.
pub const SIDESTEP_LOG_ERROR: u32 = 1;
/// Level of a message: something was left out.
pub const SIDESTEP_LOG_WARN: u32 = 2;
/// Level of a message: good to know.
pub const SIDESTEP_LOG_INFO: u32 = 3;

/// Takes a message of the engine or reader that it was set on: `level` is `SIDESTEP_LOG_...`, `message` lives
/// until the callback returns. It is called on the thread whose call gave rise to it, and must
/// return: a C++ exception or a `longjmp` must not leave it.
pub type sidestep_log_callback =
    Option<unsafe extern "C" fn(user: *mut c_void, level: u32, message: sidestep_str)>;

/// Where messages go.
#[derive(Clone, Copy)]
pub(crate) struct Log {
    callback: sidestep_log_callback,
    user: *mut c_void,
}

impl Log {
    /// Nowhere.
    pub(crate) const NONE: Self = Self { callback: None, user: std::ptr::null_mut() };

    pub(crate) const fn new(callback: sidestep_log_callback, user: *mut c_void) -> Self {
        Self { callback, user }
    }

    pub(crate) fn say(self, level: u32, message: impl FnOnce() -> String) {
        if let Some(callback) = self.callback {
            let message = message();
            // SAFETY: whoever set the callback said that it may be called so.
            unsafe { callback(self.user, level, sidestep_str::of(&message)) };
        }
    }
}
