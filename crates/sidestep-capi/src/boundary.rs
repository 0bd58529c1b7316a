//! The one place that every exported function goes through. A panic stops here.

use std::any::Any;
use std::ffi::{CStr, c_char};
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::error::{Failure, sidestep_error, tell};
use crate::status::*;

/// Runs the body of an exported function and gives out its status. Where it fails and the caller
/// gave a place for an error, one is put there; else that place becomes NULL.
///
/// A handle that the body was using when it panicked is poisoned by its own guard, as it is dropped.
pub(crate) fn call(
    name: &'static str,
    error: *mut *mut sidestep_error,
    body: impl FnOnce() -> Result<(), Failure>,
) -> i32 {
    let done = catch_unwind(AssertUnwindSafe(|| {
        let _armed = panic_test::enter(name);
        body()
    }));
    match done {
        Ok(Ok(())) => {
            tell(error, None);
            SIDESTEP_OK
        }
        Ok(Err(failure)) => failed(error, failure),
        Err(panic) => failed(error, Failure::new(SIDESTEP_ERR_PANIC, said(&*panic)).at(name)),
    }
}

#[cold]
fn failed(error: *mut *mut sidestep_error, failure: Failure) -> i32 {
    let status = failure.status();
    tell(error, Some(failure));
    status
}

/// Runs the body of an exported function that gives out a value, and `default` where it cannot.
pub(crate) fn get<T>(
    name: &'static str,
    default: T,
    body: impl FnOnce() -> Result<T, Failure>,
) -> T {
    let got = catch_unwind(AssertUnwindSafe(|| {
        let _armed = panic_test::enter(name);
        let got = body();
        panic_test::fire();
        got
    }));
    match got {
        Ok(Ok(value)) => value,
        Ok(Err(_)) | Err(_) => default,
    }
}

/// What a panic said.
fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("the library panicked: {}", text.unwrap_or("no message"))
}

/// The name of a status.
pub(crate) fn status_name(status: i32) -> *const c_char {
    let name: &'static CStr = match status {
        SIDESTEP_OK => c"SIDESTEP_OK",
        SIDESTEP_ERR_NULL => c"SIDESTEP_ERR_NULL",
        SIDESTEP_ERR_MISALIGNED => c"SIDESTEP_ERR_MISALIGNED",
        SIDESTEP_ERR_STRUCT_SIZE => c"SIDESTEP_ERR_STRUCT_SIZE",
        SIDESTEP_ERR_HANDLE => c"SIDESTEP_ERR_HANDLE",
        SIDESTEP_ERR_BUSY => c"SIDESTEP_ERR_BUSY",
        SIDESTEP_ERR_POISONED => c"SIDESTEP_ERR_POISONED",
        SIDESTEP_ERR_PANIC => c"SIDESTEP_ERR_PANIC",
        SIDESTEP_ERR_UTF8 => c"SIDESTEP_ERR_UTF8",
        SIDESTEP_ERR_VALUE => c"SIDESTEP_ERR_VALUE",
        SIDESTEP_ERR_EVENT => c"SIDESTEP_ERR_EVENT",
        SIDESTEP_ERR_CONFIG => c"SIDESTEP_ERR_CONFIG",
        SIDESTEP_ERR_SNAPSHOT => c"SIDESTEP_ERR_SNAPSHOT",
        SIDESTEP_ERR_FORMAT => c"SIDESTEP_ERR_FORMAT",
        SIDESTEP_ERR_STOPPED => c"SIDESTEP_ERR_STOPPED",
        SIDESTEP_ERR_INDEX => c"SIDESTEP_ERR_INDEX",
        SIDESTEP_ERR_ARROW => c"SIDESTEP_ERR_ARROW",
        SIDESTEP_ERR_WRITE => c"SIDESTEP_ERR_WRITE",
        SIDESTEP_ERR_NOT_UNDERSTOOD => c"SIDESTEP_ERR_NOT_UNDERSTOOD",
        _ => c"SIDESTEP_ERR_UNKNOWN",
    };
    get("sidestep_status_name", c"SIDESTEP_ERR_UNKNOWN".as_ptr(), || Ok(name.as_ptr()))
}

/// Panics on demand, so that a test can see each function survive one. Compiled to nothing unless
/// the feature `panic-test` is on.
#[cfg(not(feature = "panic-test"))]
pub(crate) mod panic_test {
    /// Nothing to disarm.
    pub(crate) struct Armed;

    #[inline(always)]
    pub(crate) const fn enter(_name: &'static str) -> Armed {
        Armed
    }

    #[inline(always)]
    pub(crate) const fn fire() {}

    #[inline(always)]
    pub(crate) const fn fire_inside() {}
}

/// Panics on demand, so that a test can see each function survive one.
#[cfg(feature = "panic-test")]
pub(crate) mod panic_test {
    use std::cell::{Cell, RefCell};

    thread_local! {
        static WANTED: RefCell<Option<String>> = const { RefCell::new(None) };
        static ARMED: Cell<bool> = const { Cell::new(false) };
        static ARMED_INSIDE: Cell<bool> = const { Cell::new(false) };
    }

    /// Disarms when the function is left.
    pub(crate) struct Armed;

    impl Drop for Armed {
        fn drop(&mut self) {
            ARMED.set(false);
            ARMED_INSIDE.set(false);
        }
    }

    /// Arms if the test asked for a panic in this function, or inside of it.
    pub(crate) fn enter(name: &'static str) -> Armed {
        WANTED.with_borrow(|wanted| {
            let rest = wanted.as_deref().and_then(|wanted| wanted.strip_prefix(name));
            ARMED.set(rest == Some(""));
            ARMED_INSIDE.set(rest == Some(" inside"));
        });
        Armed
    }

    /// Panics if armed: called where a function has begun to use its first handle or pointer.
    pub(crate) fn fire() {
        if ARMED.take() {
            panic!("a test asked for this panic");
        }
    }

    /// Panics if armed for it: called where a function has taken over what it is given.
    pub(crate) fn fire_inside() {
        if ARMED_INSIDE.take() {
            panic!("a test asked for this panic");
        }
    }

    /// From now on, calls of the function of this name panic on this thread: at the beginning, or with
    /// ` inside` after the name, once an Arrow batch was taken over. NULL ends it. Exists in builds for
    /// tests only.
    ///
    /// # Safety
    /// `name` is NULL or a NUL-terminated string.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn sidestep_test_panic_in(name: *const std::ffi::c_char) {
        let name = (!name.is_null()).then(|| {
            // SAFETY: the caller's promise.
            unsafe { std::ffi::CStr::from_ptr(name) }.to_string_lossy().into_owned()
        });
        WANTED.set(name);
    }
}
