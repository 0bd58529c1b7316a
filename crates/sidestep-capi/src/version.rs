//! Which library this is.

use std::ffi::c_char;

use crate::boundary::get;

/// Version of the ABI that this header describes; see `docs/abi.md`.
pub const SIDESTEP_ABI_VERSION: u32 = 1;

/// Major version of the library that this header came with.
pub const SIDESTEP_VERSION_MAJOR: u32 = 0;
/// Minor version of the library that this header came with.
pub const SIDESTEP_VERSION_MINOR: u32 = 1;
/// Patch version of the library that this header came with.
pub const SIDESTEP_VERSION_PATCH: u32 = 0;

/// Version of the ABI of the library that is linked. A program built with a header of another
/// `SIDESTEP_ABI_VERSION` must not call it. Any thread may call this.
#[unsafe(no_mangle)]
pub extern "C" fn sidestep_abi_version() -> u32 {
    get("sidestep_abi_version", 0, || Ok(SIDESTEP_ABI_VERSION))
}

/// Version of the library that is linked, such as `0.1.0`. NUL-terminated, static; any thread may call
/// this.
#[unsafe(no_mangle)]
pub extern "C" fn sidestep_version_string() -> *const c_char {
    get("sidestep_version_string", c"".as_ptr(), || {
        Ok(concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast())
    })
}
