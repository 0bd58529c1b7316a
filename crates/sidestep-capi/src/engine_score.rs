//! Scores: what the engine thinks of events, without changing anything.

use crate::boundary::call;
use crate::buffer::{self, sidestep_buffer};
use crate::engine::each;
use crate::engine_state::sidestep_engine;
use crate::error::{Failure, sidestep_error};
use crate::event::sidestep_event;
use crate::handle;
use crate::pointer;
use crate::status::{SIDESTEP_ERR_WRITE, sidestep_status};

/// What an engine thinks of one event. It never changes its size.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct sidestep_score {
    /// How surprising it is, in nats: the sum of its evidence. 0 for what is habitual and for what is no
    /// remote login.
    pub surprise: f64,
    /// Share of benign logins at least this surprising, by the engine's own history: 1 where nothing is odd.
    pub p_value: f64,
}

/// Scores one event against what was learned; changes nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_engine_score(
    engine: *const sidestep_engine,
    event: *const sidestep_event,
    score: *mut sidestep_score,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_engine_score", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        let (engine, event, score) = unsafe {
            (handle::read(engine)?, pointer::sized(event)?, pointer::out(score, "score")?)
        };
        // SAFETY: the caller keeps the header's contract of pointers.
        let found = unsafe { event.lend(|event| engine.engine.score(event)) }?;
        score.write(sidestep_score { surprise: found.surprise, p_value: found.p_value });
        Ok(())
    })
}

/// Scores `count` events against what was learned, into `count` scores; changes nothing. All have the
/// `struct_size` of the first. At an event that is refused it stops; `taken`, which may be NULL,
/// says how many were scored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_engine_score_all(
    engine: *const sidestep_engine,
    events: *const sidestep_event,
    count: usize,
    scores: *mut sidestep_score,
    taken: *mut usize,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_engine_score_all", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        let engine = unsafe { handle::read(engine) }?;
        if count > 0 {
            pointer::check(scores, "scores")?;
        }
        let mut next = scores;
        let score = |event: &sidestep::event::AuthEvent<'_>| {
            let found = engine.engine.score(event);
            // SAFETY: the caller says that there is room for as many scores as there are events.
            unsafe {
                next.write(sidestep_score { surprise: found.surprise, p_value: found.p_value });
                next = next.add(1);
            }
        };
        // SAFETY: the caller keeps the header's contract of pointers.
        unsafe { each(events, count, taken, score) }
    })
}

/// Scores one event and tells why, as JSON: `surprise`, `p_value`, and `contributions`, each with `name`,
/// `surprise`, `observed` and `expected`. Changes nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_engine_score_explained(
    engine: *const sidestep_engine,
    event: *const sidestep_event,
    json: *mut *mut sidestep_buffer,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_engine_score_explained", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        let (engine, event, json) = unsafe {
            (handle::read(engine)?, pointer::sized(event)?, pointer::out_handle(json, "json")?)
        };
        // SAFETY: the caller keeps the header's contract of pointers.
        let score = unsafe { event.lend(|event| engine.engine.score(event)) }?;
        let text = serde_json::to_vec(&score)
            .map_err(|error| Failure::new(SIDESTEP_ERR_WRITE, error.to_string()).at("json"))?;
        *json = buffer::new(text);
        Ok(())
    })
}
