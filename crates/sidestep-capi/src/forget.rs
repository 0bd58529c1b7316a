//! An account or host that an engine forgets.

use sidestep::Engine;
use sidestep::event::Account;

use crate::boundary::call;
use crate::engine_state::sidestep_engine;
use crate::error::{Failure, sidestep_error};
use crate::handle;
use crate::pointer;
use crate::status::sidestep_status;
use crate::text::sidestep_str;

/// Forgets an account, named `user@domain`, `DOMAIN\user` or `user`, with everything that is known of it alone; when
/// it logs in again, it is new. `known` may be NULL, and is else 1 where anything was known of it, or 0. Everybody's
/// movements under way end without another alert: call `sidestep_engine_finish` before, should their last states
/// matter. See docs/privacy.md.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_engine_forget_account(
    engine: *mut sidestep_engine,
    account: sidestep_str,
    known: *mut u32,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_engine_forget_account", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        unsafe {
            forget(
                engine,
                known,
                || account.required("account"),
                |engine, name| engine.forget_account(&Account::parse(name)),
            )
        }
    })
}

/// Forgets a host under any of its names, or an address, as `sidestep_engine_forget_account` forgets an account. Its
/// own account and the local accounts of it go with it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_engine_forget_host(
    engine: *mut sidestep_engine,
    host: sidestep_str,
    known: *mut u32,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_engine_forget_host", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        unsafe { forget(engine, known, || host.required("host"), Engine::forget_host) }
    })
}

/// # Safety
/// The pointers are as the header says.
unsafe fn forget<'t>(
    engine: *mut sidestep_engine,
    known: *mut u32,
    name: impl FnOnce() -> Result<&'t str, Failure>,
    forget: impl FnOnce(&mut Engine, &str) -> bool,
) -> Result<(), Failure> {
    // SAFETY: the caller's promise.
    let mut engine = unsafe { handle::write(engine) }?;
    let known = if known.is_null() {
        None
    } else {
        // SAFETY: the caller's promise.
        Some(unsafe { pointer::out(known, "known") }?.write(0))
    };
    let was_known = forget(&mut engine.engine, name()?);
    if let Some(known) = known {
        *known = was_known.into();
    }
    Ok(())
}
