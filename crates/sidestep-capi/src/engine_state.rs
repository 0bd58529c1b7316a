//! What is behind an engine: the engine, and where its alerts and messages go.

use std::collections::VecDeque;
use std::ffi::c_void;

use sidestep::alert::Alert;
use sidestep::{Config, Engine, Status};

use crate::alert::sidestep_alert;
use crate::handle::{Lent, Opaque};
use crate::log::{Log, SIDESTEP_LOG_INFO, SIDESTEP_LOG_WARN};

/// Learns what is normal and finds what moves sideways.
///
/// `sidestep_engine_score...`, `sidestep_engine_metrics`, `sidestep_engine_status` and `sidestep_engine_save` only
/// read: any number of threads may make these calls on one engine at the same time. All others change it
/// and need it alone. A call that would break this gives `SIDESTEP_ERR_BUSY` and does nothing. An engine may
/// move between threads. It outlives its configuration and is outlived by its alerts.
pub struct sidestep_engine {
    _opaque: (),
}

impl Opaque for sidestep_engine {
    type State = EngineState;
    const MAGIC: u64 = u64::from_le_bytes(*b"ssengine");
    const NAME: &'static str = "sidestep_engine";
}

/// Takes an alert that was opened, updated or closed. The alert lives until the callback returns; to keep
/// it, clone it. The callback runs on the thread whose call raised the alert, while that call has the
/// engine: a call on the same engine gives `SIDESTEP_ERR_BUSY`. It must return: a C++ exception or a
/// `longjmp` must not leave it.
pub type sidestep_alert_callback =
    Option<unsafe extern "C" fn(user: *mut c_void, alert: *const sidestep_alert)>;

/// Alerts that may wait to be polled. A caller who never polls and sets no callback loses the oldest.
pub const SIDESTEP_MAX_WAITING_ALERTS: usize = 65536;

/// An engine, and where its alerts and messages go.
pub(crate) struct EngineState {
    pub(crate) engine: Engine,
    pub(crate) deliver: sidestep_alert_callback,
    pub(crate) user: *mut c_void,
    pub(crate) waiting: VecDeque<Alert>,
    pub(crate) lost: u64,
    pub(crate) log: Log,
    detecting: bool,
}

// SAFETY: the pointers to a callback's data are only handed back to it, on the thread that calls; who sets
// a callback says that it may be called on whatever thread uses the engine.
unsafe impl Send for EngineState {}

// SAFETY: calls that only read an engine do not call back, so that nothing here is used by two threads.
unsafe impl Sync for EngineState {}

impl EngineState {
    pub(crate) fn new(config: Config) -> Self {
        Self::of(Engine::new(config))
    }

    pub(crate) fn of(engine: Engine) -> Self {
        let detecting = matches!(engine.status(), Status::Detecting { .. });
        Self {
            engine,
            deliver: None,
            user: std::ptr::null_mut(),
            waiting: VecDeque::new(),
            lost: 0,
            log: Log::NONE,
            detecting,
        }
    }

    /// Processes an event and hands on what it raised.
    #[inline]
    pub(crate) fn process<'e>(&mut self, event: impl Into<sidestep::event::Event<'e>>) {
        let event = event.into();
        let alerts = self.engine.process(event);
        if !alerts.is_empty() {
            self.deliver(alerts);
        }
        if !self.detecting {
            self.look_whether_detecting();
        }
    }

    /// Takes the place of the engine, and hands on what the new one raised.
    pub(crate) fn replace(&mut self, engine: Engine, alerts: Vec<Alert>) {
        self.engine = engine;
        if !alerts.is_empty() {
            self.deliver(alerts);
        }
        if !self.detecting {
            self.look_whether_detecting();
        }
    }

    /// Says once that alerts may be raised from now on.
    fn look_whether_detecting(&mut self) {
        if let Status::Detecting { since } = self.engine.status() {
            self.detecting = true;
            self.log.say(SIDESTEP_LOG_INFO, || {
                format!("enough is known to raise alerts, from {since} on")
            });
        }
    }

    /// Gives alerts to the callback, or lets them wait to be polled.
    #[cold]
    pub(crate) fn deliver(&mut self, alerts: Vec<Alert>) {
        if let Some(callback) = self.deliver {
            for alert in alerts {
                let lent = Lent::<sidestep_alert>::new(alert);
                // SAFETY: whoever set the callback said that it may be called so.
                unsafe { callback(self.user, lent.pointer()) };
            }
            return;
        }
        for alert in alerts {
            if self.waiting.len() >= SIDESTEP_MAX_WAITING_ALERTS {
                self.waiting.pop_front();
                self.lost += 1;
                if self.lost == 1 {
                    self.log.say(SIDESTEP_LOG_WARN, || {
                        "alerts are not polled: the oldest are lost".to_owned()
                    });
                }
            }
            self.waiting.push_back(alert);
        }
    }
}
