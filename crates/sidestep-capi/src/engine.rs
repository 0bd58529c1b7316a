//! The engine: it learns and processes.

use std::ffi::c_void;

use sidestep::{Engine, MergeError, Status};

use crate::activity::sidestep_activity;
use crate::alert::sidestep_alert;
use crate::boundary::call;
use crate::buffer::{self, sidestep_buffer};
use crate::config::sidestep_config;
use crate::engine_state::{EngineState, sidestep_alert_callback, sidestep_engine};
use crate::error::{Failure, sidestep_error};
use crate::event::sidestep_event;
use crate::handle;
use crate::log::{Log, sidestep_log_callback};
use crate::pointer;
use crate::status::{SIDESTEP_ERR_CONFIG, SIDESTEP_ERR_SNAPSHOT, sidestep_status};

/// Makes an engine that knows nothing yet. `config` may be NULL, and is then as `sidestep_config_new`
/// makes it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_engine_new(
    config: *const sidestep_config,
    engine: *mut *mut sidestep_engine,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_engine_new", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        let engine = unsafe { pointer::out_handle(engine, "engine") }?;
        let config = if config.is_null() {
            sidestep::Config::default()
        } else {
            // SAFETY: the caller keeps the header's contract of pointers.
            let config = unsafe { handle::read(config) }?.clone();
            config.build().map_err(|error| {
                Failure::new(SIDESTEP_ERR_CONFIG, error.to_string()).at(error.field)
            })?
        };
        *engine = handle::new(EngineState::new(config));
        Ok(())
    })
}

/// Frees an engine, with the alerts that wait to be polled. NULL is nothing to free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_engine_free(engine: *mut sidestep_engine) -> sidestep_status {
    call("sidestep_engine_free", std::ptr::null_mut(), || {
        // SAFETY: the caller keeps the header's contract of pointers.
        unsafe { handle::free(engine) }
    })
}

/// Sets where alerts go. `callback` is called with `user` for every alert that is opened, updated or
/// closed; NULL goes back to alerts that wait to be polled, which is how an engine begins. `user` must
/// outlive the engine, or the next call of this function.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_engine_set_alert_callback(
    engine: *mut sidestep_engine,
    callback: sidestep_alert_callback,
    user: *mut c_void,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_engine_set_alert_callback", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        let mut engine = unsafe { handle::write(engine) }?;
        engine.deliver = callback;
        engine.user = user;
        Ok(())
    })
}

/// Sets where messages go; NULL is nowhere, which is how an engine begins. `user` must outlive the engine, or
/// the next call of this function.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_engine_set_log_callback(
    engine: *mut sidestep_engine,
    callback: sidestep_log_callback,
    user: *mut c_void,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_engine_set_log_callback", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        unsafe { handle::write(engine) }?.log = Log::new(callback, user);
        Ok(())
    })
}

/// Learns one event as history; raises nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_engine_learn(
    engine: *mut sidestep_engine,
    event: *const sidestep_event,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_engine_learn", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        let (mut engine, event) = unsafe { (handle::write(engine)?, pointer::sized(event)?) };
        // SAFETY: the caller keeps the header's contract of pointers.
        unsafe { event.lend(|event| engine.engine.learn(event)) }
    })
}

/// Learns `count` events in order. All have the `struct_size` of the first. At an event that is refused it
/// stops: those before it were learned, the error's place says which it is, and `taken`, which may be
/// NULL, how many were learned.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_engine_learn_all(
    engine: *mut sidestep_engine,
    events: *const sidestep_event,
    count: usize,
    taken: *mut usize,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_engine_learn_all", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        let mut engine = unsafe { handle::write(engine) }?;
        // SAFETY: the caller keeps the header's contract of pointers.
        unsafe { each(events, count, taken, |event| engine.engine.learn(event)) }
    })
}

/// Learns one activity as history; raises nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_engine_learn_activity(
    engine: *mut sidestep_engine,
    activity: *const sidestep_activity,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_engine_learn_activity", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        let (mut engine, activity) =
            unsafe { (handle::write(engine)?, pointer::sized(activity)?.get()?) };
        engine.engine.learn(&activity);
        Ok(())
    })
}

/// Scores one event, then learns it. Alerts that it opened, updated or closed go to the callback, or
/// wait to be polled.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_engine_process(
    engine: *mut sidestep_engine,
    event: *const sidestep_event,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_engine_process", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        let (mut engine, event) = unsafe { (handle::write(engine)?, pointer::sized(event)?) };
        // SAFETY: the caller keeps the header's contract of pointers.
        unsafe { event.lend(|event| engine.process(event)) }
    })
}

/// Processes `count` events in order; as `sidestep_engine_learn_all` otherwise. Any split of the same
/// events into calls gives the same alerts.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_engine_process_all(
    engine: *mut sidestep_engine,
    events: *const sidestep_event,
    count: usize,
    taken: *mut usize,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_engine_process_all", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        let mut engine = unsafe { handle::write(engine) }?;
        // SAFETY: the caller keeps the header's contract of pointers.
        unsafe { each(events, count, taken, |event| engine.process(event)) }
    })
}

/// Processes one activity.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_engine_process_activity(
    engine: *mut sidestep_engine,
    activity: *const sidestep_activity,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_engine_process_activity", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        let (mut engine, activity) =
            unsafe { (handle::write(engine)?, pointer::sized(activity)?.get()?) };
        engine.process(&activity);
        Ok(())
    })
}

/// Ends every open movement and hands on the last state of its alert.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_engine_finish(
    engine: *mut sidestep_engine,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_engine_finish", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        let mut engine = unsafe { handle::write(engine) }?;
        let alerts = engine.engine.finish();
        engine.deliver(alerts);
        Ok(())
    })
}

/// Takes the oldest alert that waits to be polled; `*alert` is NULL where there is none. The caller is
/// to free it with `sidestep_alert_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_engine_next_alert(
    engine: *mut sidestep_engine,
    alert: *mut *mut sidestep_alert,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_engine_next_alert", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        let (mut engine, alert) =
            unsafe { (handle::write(engine)?, pointer::out_handle(alert, "alert")?) };
        if let Some(next) = engine.waiting.pop_front() {
            *alert = handle::new(next);
        }
        Ok(())
    })
}

/// Delivers what detections found and no alert showed, the way alerts are: by the callback, or to be polled.
/// Each is closed, and its JSON says why in `held_back`: `budget`, `learning` or `memory`. At most 1,000 are
/// kept, the strongest; `held_back` of `sidestep_metrics` counts all.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_engine_held_back(
    engine: *mut sidestep_engine,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_engine_held_back", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        let mut engine = unsafe { handle::write(engine) }?;
        let held_back = engine.engine.held_back();
        engine.deliver(held_back);
        Ok(())
    })
}

/// Tells whether alerts are raised yet: `*detecting` becomes 1 if so, else 0, and `*since`, which may be
/// NULL, the time in microseconds since 1970 of the first event that could have raised one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_engine_status(
    engine: *const sidestep_engine,
    detecting: *mut i32,
    since: *mut i64,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_engine_status", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        let (engine, detecting) =
            unsafe { (handle::read(engine)?, pointer::out(detecting, "detecting")?) };
        let status = engine.engine.status();
        detecting.write(matches!(status, Status::Detecting { .. }).into());
        if !since.is_null() {
            // SAFETY: the caller keeps the header's contract of pointers.
            unsafe { pointer::out(since, "since") }?.write(match status {
                Status::Detecting { since } => since.micros(),
                _ => 0,
            });
        }
        Ok(())
    })
}

/// Saves the whole state: the same state gives the same bytes on every machine. Alerts that wait to be
/// polled, and callbacks, are not part of it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_engine_save(
    engine: *const sidestep_engine,
    state: *mut *mut sidestep_buffer,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_engine_save", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        let (engine, state) =
            unsafe { (handle::read(engine)?, pointer::out_handle(state, "state")?) };
        *state = buffer::new(engine.engine.save());
        Ok(())
    })
}

/// Makes the engine that `sidestep_engine_save` wrote: it scores and alerts as that one would have. Nothing
/// is loaded in part.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_engine_load(
    state: *const u8,
    len: usize,
    engine: *mut *mut sidestep_engine,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_engine_load", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        let (engine, state) = unsafe {
            (pointer::out_handle(engine, "engine")?, pointer::slice(state, len, "state")?)
        };
        let loaded = Engine::load(state)
            .map_err(|error| Failure::new(SIDESTEP_ERR_SNAPSHOT, error.to_string()).at("state"))?;
        *engine = handle::new(EngineState::of(loaded));
        Ok(())
    })
}

/// Takes into `engine` what `other` learned of another part of the same stream: by account, by site or by whole
/// days. It does not matter which takes in which. `other` stays as it is. Movements under way in `engine` end
/// without another alert: call `sidestep_engine_finish` before, should their last states matter. Gives
/// `SIDESTEP_ERR_CONFIG` where the settings of the two differ; the error's place names the first that does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_engine_merge(
    engine: *mut sidestep_engine,
    other: *const sidestep_engine,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_engine_merge", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        let (mut engine, other) = unsafe { (handle::write(engine)?, handle::read(other)?) };
        engine.engine.merge(other.engine.clone()).map_err(|error| {
            let failure = Failure::new(SIDESTEP_ERR_CONFIG, error.to_string());
            match error {
                MergeError::Settings { setting } => failure.at(setting),
                _ => failure,
            }
        })
    })
}

/// Gives each event of an array, checked, to `take`.
///
/// # Safety
/// The pointers are as the header says.
pub(crate) unsafe fn each(
    events: *const sidestep_event,
    count: usize,
    taken: *mut usize,
    mut take: impl FnMut(&sidestep::event::AuthEvent<'_>),
) -> Result<(), Failure> {
    let taken = if taken.is_null() {
        None
    } else {
        // SAFETY: the caller's promise.
        Some(unsafe { pointer::out(taken, "taken") }?.write(0))
    };
    let mut done = 0;
    let outcome = (|| {
        if count == 0 {
            return Ok(());
        }
        pointer::check(events, "events")?;
        // SAFETY: not NULL, aligned, and every struct begins with its size.
        let size = unsafe { (*events).struct_size };
        while done < count {
            // SAFETY: the caller says that so many are there, all of this size.
            let event = unsafe { events.cast::<u8>().add(done * size).cast::<sidestep_event>() };
            let at = |failure: Failure| failure.within(&format!("events[{done}]"));
            // SAFETY: the caller's promise.
            unsafe { pointer::sized_as(event, size) }
                // SAFETY: the caller's promise.
                .and_then(|event| unsafe { event.lend(&mut take) })
                .map_err(at)?;
            done += 1;
        }
        Ok(())
    })();
    if let Some(taken) = taken {
        *taken = done;
    }
    outcome
}
