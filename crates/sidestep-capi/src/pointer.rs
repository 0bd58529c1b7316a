//! Looks at the pointers that a caller gives, before anything is done with them.

use crate::boundary::panic_test;
use crate::error::Failure;
use crate::status::{
    SIDESTEP_ERR_MISALIGNED, SIDESTEP_ERR_NULL, SIDESTEP_ERR_STRUCT_SIZE, SIDESTEP_ERR_VALUE,
};

/// A struct of the header that begins with its size.
///
/// # Safety
/// The type is `repr(C)`, begins with a `usize` that is its size, holds no reference, and all zeros are
/// a value of it.
pub(crate) unsafe trait SizedStruct {
    /// Its name in C.
    const NAME: &'static str;
}

/// The largest struct that any version of the header may come to have, in bytes. A size above it is
/// memory that nobody wrote to.
const LARGEST: usize = 4096;

/// Whether something can be read at `pointer`, as far as that can be seen.
#[inline]
pub(crate) fn check<T>(pointer: *const T, name: &'static str) -> Result<(), Failure> {
    if pointer.is_null() || !pointer.is_aligned() {
        return Err(no_pointer(pointer.is_null(), align_of::<T>(), name));
    }
    Ok(())
}

#[cold]
fn no_pointer(null: bool, align: usize, name: &'static str) -> Failure {
    if null {
        return Failure::new(SIDESTEP_ERR_NULL, "the pointer is NULL").at(name);
    }
    let what = format!("the pointer is not a multiple of {align}");
    Failure::new(SIDESTEP_ERR_MISALIGNED, what).at(name)
}

/// The value that `pointer` is to be filled with: NULL and misaligned pointers are refused.
///
/// # Safety
/// `pointer` is NULL or can be written to for as long as `'p`.
pub(crate) unsafe fn out<'p, T>(
    pointer: *mut T,
    name: &'static str,
) -> Result<&'p mut std::mem::MaybeUninit<T>, Failure> {
    check(pointer, name)?;
    panic_test::fire();
    // SAFETY: not NULL, aligned, and the caller says that it can be written to.
    Ok(unsafe { &mut *pointer.cast() })
}

/// Fills `pointer` with NULL and gives the place out, so that a failed call leaves nothing to free.
///
/// # Safety
/// As for [`out`].
pub(crate) unsafe fn out_handle<'p, O>(
    pointer: *mut *mut O,
    name: &'static str,
) -> Result<&'p mut *mut O, Failure> {
    // SAFETY: the caller's promise.
    Ok(unsafe { out(pointer, name) }?.write(std::ptr::null_mut()))
}

/// The elements at `pointer`. No elements may be NULL.
///
/// # Safety
/// `pointer` is NULL, or to `count` elements that live and do not change for as long as `'p`.
#[inline]
pub(crate) unsafe fn slice<'p, T>(
    pointer: *const T,
    count: usize,
    name: &'static str,
) -> Result<&'p [T], Failure> {
    if count == 0 {
        return Ok(&[]);
    }
    check(pointer, name)?;
    if count.checked_mul(size_of::<T>()).is_none_or(|bytes| bytes > isize::MAX as usize) {
        return Err(too_many(count, name));
    }
    // SAFETY: not NULL, aligned, not too large; the rest is the caller's promise.
    Ok(unsafe { std::slice::from_raw_parts(pointer, count) })
}

#[cold]
fn too_many(count: usize, name: &'static str) -> Failure {
    let what = format!("{count} elements are more than there can be");
    Failure::new(SIDESTEP_ERR_VALUE, what).at(name)
}

/// The struct at `pointer`, if it is as large as it must be. A larger one is of a later header: it is
/// taken if all that this version does not know is zero.
///
/// # Safety
/// `pointer` is NULL, or to a struct that begins with its size and lives for as long as `'p`.
pub(crate) unsafe fn sized<'p, T: SizedStruct>(pointer: *const T) -> Result<&'p T, Failure> {
    check(pointer, T::NAME)?;
    // SAFETY: not NULL, aligned, and the struct begins with its size.
    let size = unsafe { *pointer.cast::<usize>() };
    if size != size_of::<T>() {
        check_size::<T>(size)?;
        // SAFETY: the caller says by `struct_size` how much is there.
        let all = unsafe { std::slice::from_raw_parts(pointer.cast::<u8>(), size) };
        if all[size_of::<T>()..].iter().any(|byte| *byte != 0) {
            let what = "fields are set that this version of the library does not know";
            return Err(Failure::new(SIDESTEP_ERR_STRUCT_SIZE, what).at(T::NAME));
        }
    }
    // SAFETY: it is at least as large as the type.
    Ok(unsafe { &*pointer })
}

/// The struct at `pointer`, an element of an array of structs of this size.
///
/// # Safety
/// As for [`sized`].
pub(crate) unsafe fn sized_as<'p, T: SizedStruct>(
    pointer: *const T,
    size: usize,
) -> Result<&'p T, Failure> {
    // The next struct of an array is only where it is looked for if each has the size of the first.
    check(pointer, T::NAME)?;
    // SAFETY: not NULL, aligned, and the struct begins with its size.
    let own = unsafe { *pointer.cast::<usize>() };
    if own != size {
        let what = format!("struct_size is {own}; that of the first is {size}");
        return Err(Failure::new(SIDESTEP_ERR_STRUCT_SIZE, what).at(T::NAME));
    }
    // SAFETY: the caller's promise.
    unsafe { sized(pointer) }
}

/// Fills the struct at `pointer`, of which the caller has set the size, with `value`; what a later header
/// has beyond that becomes zero.
///
/// # Safety
/// As for [`sized`], and it can be written to.
pub(crate) unsafe fn fill<T: SizedStruct>(pointer: *mut T, value: T) -> Result<(), Failure> {
    check(pointer, T::NAME)?;
    panic_test::fire();
    // SAFETY: not NULL, aligned, and the struct begins with its size.
    let size = unsafe { *pointer.cast::<usize>() };
    check_size::<T>(size)?;
    // SAFETY: the caller says by `struct_size` how much can be written to.
    unsafe {
        pointer.cast::<u8>().add(size_of::<T>()).write_bytes(0, size - size_of::<T>());
        pointer.write(value);
        *pointer.cast::<usize>() = size;
    }
    Ok(())
}

/// Fills the struct at `pointer`, `size` bytes large, with zeros and its size.
///
/// # Safety
/// `pointer` is NULL, or `size` bytes can be written to it.
pub(crate) unsafe fn init<T: SizedStruct>(pointer: *mut T, size: usize) -> Result<(), Failure> {
    check(pointer, T::NAME)?;
    panic_test::fire();
    check_size::<T>(size)?;
    // SAFETY: the caller says that so much can be written to.
    unsafe {
        pointer.cast::<u8>().write_bytes(0, size);
        *pointer.cast::<usize>() = size;
    }
    Ok(())
}

fn check_size<T: SizedStruct>(size: usize) -> Result<(), Failure> {
    let least = size_of::<T>();
    if size < least || size > LARGEST {
        let what = format!(
            "struct_size is {size}; set it to sizeof({}), which is at least {least}",
            T::NAME
        );
        return Err(Failure::new(SIDESTEP_ERR_STRUCT_SIZE, what).at(T::NAME));
    }
    Ok(())
}
