//! The memory behind every opaque type.
//!
//! A handle begins with a word that says what it is, so that NULL, a handle of another kind and, as
//! long as its memory was not used again, a freed one are seen. It counts who uses it: one writer or many
//! readers, as a lock that never waits. A second writer is an error status, not a data race; nor can a
//! callback reach the engine that is calling it.

use std::cell::UnsafeCell;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU64, Ordering};
use std::thread;

use crate::boundary::panic_test;
use crate::error::Failure;
use crate::pointer::check;
use crate::status::{SIDESTEP_ERR_BUSY, SIDESTEP_ERR_HANDLE, SIDESTEP_ERR_POISONED};

/// An opaque type of the header, and what is behind it.
pub(crate) trait Opaque {
    /// What a pointer to it points at.
    type State;
    /// The first word of its memory.
    const MAGIC: u64;
    /// Its name in C.
    const NAME: &'static str;
}

/// The first word of memory that was a handle.
const FREED: u64 = u64::from_le_bytes(*b"ss freed");

/// Users of a handle while one changes it.
const WRITING: i32 = -1;

/// What a pointer to an opaque type points at.
#[repr(C)]
pub(crate) struct Handle<T> {
    magic: AtomicU64,
    users: AtomicI32,
    poisoned: AtomicBool,
    state: UnsafeCell<T>,
}

/// Puts a state behind a new handle, which the caller is to free.
pub(crate) fn new<O: Opaque>(state: O::State) -> *mut O {
    let handle = Handle {
        magic: AtomicU64::new(O::MAGIC),
        users: AtomicI32::new(0),
        poisoned: AtomicBool::new(false),
        state: UnsafeCell::new(state),
    };
    Box::into_raw(Box::new(handle)).cast()
}

/// A handle on the stack, lent to a callback for the length of its call.
pub(crate) struct Lent<O: Opaque>(Handle<O::State>);

impl<O: Opaque> Lent<O> {
    pub(crate) fn new(state: O::State) -> Self {
        Self(Handle {
            magic: AtomicU64::new(O::MAGIC),
            // Read for as long as it is lent: an attempt to free it is an error, not a free of the stack.
            users: AtomicI32::new(1),
            poisoned: AtomicBool::new(false),
            state: UnsafeCell::new(state),
        })
    }

    pub(crate) const fn pointer(&self) -> *const O {
        (&raw const self.0).cast()
    }
}

impl<O: Opaque> Drop for Lent<O> {
    fn drop(&mut self) {
        *self.0.magic.get_mut() = FREED;
    }
}

/// The handle behind a pointer, if it is one of this kind.
///
/// # Safety
/// `pointer` is NULL, or to a live handle of any kind.
unsafe fn find<'h, O: Opaque>(pointer: *const O) -> Result<&'h Handle<O::State>, Failure> {
    let pointer: *const Handle<O::State> = pointer.cast();
    check(pointer, O::NAME)?;
    // SAFETY: not NULL, aligned, and every handle begins with its word.
    let magic = unsafe { &(*pointer).magic }.load(Ordering::Relaxed);
    if magic != O::MAGIC {
        let what = if magic == FREED { "was freed" } else { "is not a handle of that kind" };
        return Err(Failure::new(SIDESTEP_ERR_HANDLE, format!("the pointer {what}")).at(O::NAME));
    }
    // SAFETY: the word says that it is a handle of this kind, and the caller that it is live.
    Ok(unsafe { &*pointer })
}

fn busy(name: &'static str) -> Failure {
    Failure::new(
        SIDESTEP_ERR_BUSY,
        "the handle is in use by another thread, or by the call that runs this callback",
    )
    .at(name)
}

fn poisoned(name: &'static str) -> Failure {
    Failure::new(
        SIDESTEP_ERR_POISONED,
        "an earlier call on the handle panicked; it can only be freed",
    )
    .at(name)
}

/// A handle that one call reads, beside others that read.
pub(crate) struct Reading<'h, T>(&'h Handle<T>);

/// A handle that one call alone uses.
pub(crate) struct Writing<'h, T>(&'h Handle<T>);

/// Begins to read a handle.
///
/// # Safety
/// As for [`find`], and the handle lives until what is given out is dropped.
pub(crate) unsafe fn read<'h, O: Opaque>(
    pointer: *const O,
) -> Result<Reading<'h, O::State>, Failure> {
    // SAFETY: the caller's promise.
    let handle = unsafe { find(pointer) }?;
    let join = |users: i32| (users >= 0).then(|| users.checked_add(1)).flatten();
    handle
        .users
        .fetch_update(Ordering::Acquire, Ordering::Relaxed, join)
        .map_err(|_| busy(O::NAME))?;
    let reading = Reading(handle);
    if handle.poisoned.load(Ordering::Relaxed) {
        return Err(poisoned(O::NAME));
    }
    panic_test::fire();
    Ok(reading)
}

/// Begins to use a handle alone.
///
/// # Safety
/// As for [`read`].
pub(crate) unsafe fn write<'h, O: Opaque>(
    pointer: *mut O,
) -> Result<Writing<'h, O::State>, Failure> {
    // SAFETY: the caller's promise.
    let writing = unsafe { claim(pointer) }?;
    if writing.0.poisoned.load(Ordering::Relaxed) {
        return Err(poisoned(O::NAME));
    }
    Ok(writing)
}

/// Begins to use a handle alone, whether or not it is poisoned.
///
/// # Safety
/// As for [`read`].
unsafe fn claim<'h, O: Opaque>(pointer: *mut O) -> Result<Writing<'h, O::State>, Failure> {
    // SAFETY: the caller's promise.
    let handle = unsafe { find(pointer.cast_const()) }?;
    handle
        .users
        .compare_exchange(0, WRITING, Ordering::Acquire, Ordering::Relaxed)
        .map_err(|_| busy(O::NAME))?;
    let writing = Writing(handle);
    panic_test::fire();
    Ok(writing)
}

/// Takes a handle back and frees it; NULL is nothing to free.
///
/// # Safety
/// As for [`find`], and the pointer came from [`new`] and is not used again.
pub(crate) unsafe fn free<O: Opaque>(pointer: *mut O) -> Result<(), Failure> {
    if pointer.is_null() {
        return Ok(());
    }
    // SAFETY: the caller's promise.
    let writing = unsafe { claim(pointer) }?;
    writing.0.magic.store(FREED, Ordering::Relaxed);
    std::mem::forget(writing);
    // SAFETY: it came from `new`, and nobody uses it: a lent handle is always in use.
    drop(unsafe { Box::from_raw(pointer.cast::<Handle<O::State>>()) });
    Ok(())
}

impl<T> std::ops::Deref for Reading<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        // SAFETY: as long as this lives nobody writes.
        unsafe { &*self.0.state.get() }
    }
}

impl<T> std::ops::Deref for Writing<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        // SAFETY: as long as this lives nobody else uses the handle.
        unsafe { &*self.0.state.get() }
    }
}

impl<T> std::ops::DerefMut for Writing<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: as long as this lives nobody else uses the handle.
        unsafe { &mut *self.0.state.get() }
    }
}

impl<T> Drop for Reading<'_, T> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.poisoned.store(true, Ordering::Relaxed);
        }
        self.0.users.fetch_sub(1, Ordering::Release);
    }
}

impl<T> Drop for Writing<'_, T> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.poisoned.store(true, Ordering::Relaxed);
        }
        self.0.users.store(0, Ordering::Release);
    }
}
