//! One call of each function that gives a status.

use std::ffi::c_void;
use std::ptr::{null, null_mut};

use sidestep_capi::*;

use crate::{Set, sized, text};

/// A function by name, and a call of it.
pub(crate) type Call = (&'static str, fn(&mut Set) -> i32);

/// A place for an error that nobody wants.
const E: *mut *mut sidestep_error = null_mut();

const SCORE: sidestep_score = sidestep_score { surprise: 0.0, p_value: 0.0 };

extern "C" fn ignore(_: *mut c_void, _: *const sidestep_event, _: *const sidestep_activity) -> i32 {
    0
}

/// Functions that give a status, each with a call.
pub(crate) const CALLS: &[Call] = &[
    ("sidestep_account_parse", |s| {
        // SAFETY: all is as the header says.
        unsafe { sidestep_account_parse(text("a@b"), &mut s.event.account, E) }
    }),
    ("sidestep_activity_init", |_| {
        // SAFETY: all is as the header says.
        unsafe { sidestep_activity_init(&mut sized(), size_of::<sidestep_activity>(), E) }
    }),
    ("sidestep_alert_clone", |s| {
        // SAFETY: all is as the header says.
        unsafe {
            let mut copy = null_mut();
            let status = sidestep_alert_clone(s.alert, &mut copy, E);
            sidestep_alert_free(copy);
            status
        }
    }),
    ("sidestep_alert_contribution", |s| {
        // SAFETY: all is as the header says.
        unsafe { sidestep_alert_contribution(s.alert, 0, 0, &mut sized(), E) }
    }),
    ("sidestep_alert_credential_switch", |s| {
        // SAFETY: all is as the header says.
        unsafe { sidestep_alert_credential_switch(s.alert, 0, &mut sized(), E) }
    }),
    ("sidestep_alert_free", |s| {
        // SAFETY: all is as the header says.
        unsafe { sidestep_alert_free(s.alert) }
    }),
    ("sidestep_alert_get", |s| {
        // SAFETY: all is as the header says.
        unsafe { sidestep_alert_get(s.alert, &mut sized(), E) }
    }),
    ("sidestep_alert_hop", |s| {
        // SAFETY: all is as the header says.
        unsafe { sidestep_alert_hop(s.alert, 0, &mut sized(), E) }
    }),
    ("sidestep_alert_pivot", |s| {
        // SAFETY: all is as the header says.
        unsafe { sidestep_alert_pivot(s.alert, 0, &mut text(""), E) }
    }),
    ("sidestep_alert_target", |s| {
        // SAFETY: all is as the header says.
        unsafe { sidestep_alert_target(s.alert, 0, &mut text(""), E) }
    }),
    ("sidestep_alert_technique", |s| {
        // SAFETY: all is as the header says.
        unsafe { sidestep_alert_technique(s.alert, 0, &mut text(""), null_mut(), E) }
    }),
    ("sidestep_alert_write", |s| {
        // SAFETY: all is as the header says.
        unsafe { sidestep_alert_write(s.alert, 0, &mut null_mut(), E) }
    }),
    ("sidestep_buffer_free", |s| {
        // SAFETY: all is as the header says.
        unsafe { sidestep_buffer_free(s.buffer) }
    }),
    ("sidestep_config_free", |s| {
        // SAFETY: all is as the header says.
        unsafe { sidestep_config_free(s.config) }
    }),
    ("sidestep_config_new", |_| {
        // SAFETY: all is as the header says.
        unsafe {
            let mut made = null_mut();
            let status = sidestep_config_new(&mut made, E);
            sidestep_config_free(made);
            status
        }
    }),
    ("sidestep_config_set", |s| {
        // SAFETY: all is as the header says.
        unsafe { sidestep_config_set(s.config, 0, 1.0, E) }
    }),
    ("sidestep_config_set_policy", |s| {
        // SAFETY: all is as the header says.
        unsafe { sidestep_config_set_policy(s.config, text(""), E) }
    }),
    ("sidestep_engine_finish", |s| {
        // SAFETY: all is as the header says.
        unsafe { sidestep_engine_finish(s.engine, E) }
    }),
    ("sidestep_engine_free", |s| {
        // SAFETY: all is as the header says.
        unsafe { sidestep_engine_free(s.engine) }
    }),
    ("sidestep_engine_learn", |s| {
        // SAFETY: all is as the header says.
        unsafe { sidestep_engine_learn(s.engine, &s.event, E) }
    }),
    ("sidestep_engine_learn_activity", |s| {
        // SAFETY: all is as the header says.
        unsafe { sidestep_engine_learn_activity(s.engine, &s.activity, E) }
    }),
    ("sidestep_engine_learn_all", |s| {
        // SAFETY: all is as the header says.
        unsafe { sidestep_engine_learn_all(s.engine, &s.event, 1, null_mut(), E) }
    }),
    ("sidestep_engine_load", |s| {
        // SAFETY: all is as the header says.
        unsafe {
            let (bytes, len) =
                (sidestep_buffer_data(s.buffer).cast(), sidestep_buffer_len(s.buffer));
            let mut made = null_mut();
            let status = sidestep_engine_load(bytes, len, &mut made, E);
            sidestep_engine_free(made);
            status
        }
    }),
    ("sidestep_engine_forget_account", |s| {
        // SAFETY: all is as the header says.
        unsafe { sidestep_engine_forget_account(s.engine, text("alice"), &mut 0, E) }
    }),
    ("sidestep_engine_forget_host", |s| {
        // SAFETY: all is as the header says.
        unsafe { sidestep_engine_forget_host(s.engine, text("WS-1"), &mut 0, E) }
    }),
    ("sidestep_engine_merge", |s| {
        // SAFETY: all is as the header says.
        unsafe { sidestep_engine_merge(s.engine, s.engine, E) }
    }),
    ("sidestep_engine_metrics", |s| {
        // SAFETY: all is as the header says.
        unsafe { sidestep_engine_metrics(s.engine, &mut sized(), E) }
    }),
    ("sidestep_engine_new", |_| {
        // SAFETY: all is as the header says.
        unsafe {
            let mut made = null_mut();
            let status = sidestep_engine_new(null(), &mut made, E);
            sidestep_engine_free(made);
            status
        }
    }),
    ("sidestep_engine_held_back", |s| {
        // SAFETY: all is as the header says.
        unsafe { sidestep_engine_held_back(s.engine, E) }
    }),
    ("sidestep_engine_next_alert", |s| {
        // SAFETY: all is as the header says.
        unsafe { sidestep_engine_next_alert(s.engine, &mut null_mut(), E) }
    }),
    ("sidestep_engine_process", |s| {
        // SAFETY: all is as the header says.
        unsafe { sidestep_engine_process(s.engine, &s.event, E) }
    }),
    ("sidestep_engine_process_activity", |s| {
        // SAFETY: all is as the header says.
        unsafe { sidestep_engine_process_activity(s.engine, &s.activity, E) }
    }),
    ("sidestep_engine_process_all", |s| {
        // SAFETY: all is as the header says.
        unsafe { sidestep_engine_process_all(s.engine, &s.event, 1, null_mut(), E) }
    }),
    ("sidestep_engine_save", |s| {
        // SAFETY: all is as the header says.
        unsafe { sidestep_engine_save(s.engine, &mut null_mut(), E) }
    }),
    ("sidestep_engine_score", |s| {
        // SAFETY: all is as the header says.
        unsafe { sidestep_engine_score(s.engine, &s.event, &mut { SCORE }, E) }
    }),
    ("sidestep_engine_score_all", |s| {
        // SAFETY: all is as the header says.
        unsafe { sidestep_engine_score_all(s.engine, &s.event, 1, &mut { SCORE }, null_mut(), E) }
    }),
    ("sidestep_engine_score_explained", |s| {
        // SAFETY: all is as the header says.
        unsafe { sidestep_engine_score_explained(s.engine, &s.event, &mut null_mut(), E) }
    }),
    ("sidestep_engine_set_alert_callback", |s| {
        // SAFETY: all is as the header says.
        unsafe { sidestep_engine_set_alert_callback(s.engine, None, null_mut(), E) }
    }),
    ("sidestep_engine_set_log_callback", |s| {
        // SAFETY: all is as the header says.
        unsafe { sidestep_engine_set_log_callback(s.engine, None, null_mut(), E) }
    }),
    ("sidestep_engine_status", |s| {
        // SAFETY: all is as the header says.
        unsafe { sidestep_engine_status(s.engine, &mut 0, null_mut(), E) }
    }),
    ("sidestep_error_free", |s| {
        // SAFETY: all is as the header says.
        unsafe { sidestep_error_free(s.error) }
    }),
    ("sidestep_event_init", |_| {
        // SAFETY: all is as the header says.
        unsafe { sidestep_event_init(&mut sized(), size_of::<sidestep_event>(), E) }
    }),
    // SAFETY: the handles live.
    ("sidestep_reader_mapping", |s| unsafe {
        sidestep_reader_mapping(s.reader, &mut null_mut(), E)
    }),
    ("sidestep_reader_column", |s| {
        // SAFETY: all is as the header says.
        unsafe { sidestep_reader_column(s.reader, text("account"), &mut null_mut(), E) }
    }),
    ("sidestep_reader_events", |s| {
        // SAFETY: all is as the header says.
        unsafe { sidestep_reader_events(s.reader, &s.input, Some(ignore), null_mut(), E) }
    }),
    ("sidestep_reader_first_error", |s| {
        // SAFETY: all is as the header says.
        unsafe { sidestep_reader_first_error(s.reader, 0, &mut null_mut(), E) }
    }),
    ("sidestep_reader_free", |s| {
        // SAFETY: all is as the header says.
        unsafe { sidestep_reader_free(s.reader) }
    }),
    ("sidestep_reader_get_summary", |s| {
        // SAFETY: all is as the header says.
        unsafe { sidestep_reader_get_summary(s.reader, &mut sized(), E) }
    }),
    ("sidestep_reader_learn", |s| {
        // SAFETY: all is as the header says.
        unsafe { sidestep_reader_learn(s.reader, &s.input, s.engine, E) }
    }),
    ("sidestep_reader_learn_arrow", |s| {
        // SAFETY: all is as the header says.
        unsafe { sidestep_reader_learn_arrow(s.reader, null_mut(), null(), s.engine, E) }
    }),
    ("sidestep_reader_learn_arrow_stream", |s| {
        // SAFETY: all is as the header says.
        unsafe { sidestep_reader_learn_arrow_stream(s.reader, null_mut(), s.engine, E) }
    }),
    ("sidestep_reader_learn_paths", |s| {
        // SAFETY: all is as the header says.
        unsafe { sidestep_reader_learn_paths(s.reader, null(), 0, s.engine, E) }
    }),
    ("sidestep_reader_new", |_| {
        // SAFETY: all is as the header says.
        unsafe {
            let mut made = null_mut();
            let status = sidestep_reader_new(&mut made, E);
            sidestep_reader_free(made);
            status
        }
    }),
    ("sidestep_reader_not_read", |s| {
        // SAFETY: all is as the header says.
        unsafe { sidestep_reader_not_read(s.reader, 0, &mut null_mut(), E) }
    }),
    ("sidestep_reader_not_understood", |s| {
        // SAFETY: all is as the header says.
        unsafe { sidestep_reader_not_understood(s.reader, 0, &mut null_mut(), &mut 0, E) }
    }),
    ("sidestep_reader_process", |s| {
        // SAFETY: all is as the header says.
        unsafe { sidestep_reader_process(s.reader, &s.input, s.engine, E) }
    }),
    ("sidestep_reader_process_arrow", |s| {
        // SAFETY: all is as the header says.
        unsafe { sidestep_reader_process_arrow(s.reader, null_mut(), null(), s.engine, E) }
    }),
    ("sidestep_reader_process_arrow_stream", |s| {
        // SAFETY: all is as the header says.
        unsafe { sidestep_reader_process_arrow_stream(s.reader, null_mut(), s.engine, E) }
    }),
    ("sidestep_reader_process_paths", |s| {
        // SAFETY: all is as the header says.
        unsafe { sidestep_reader_process_paths(s.reader, null(), 0, s.engine, E) }
    }),
    ("sidestep_reader_score_arrow", |s| {
        // SAFETY: all is as the header says.
        unsafe {
            sidestep_reader_score_arrow(s.reader, null_mut(), null(), s.engine, null_mut(), 0, E)
        }
    }),
    ("sidestep_reader_set", |s| {
        // SAFETY: all is as the header says.
        unsafe { sidestep_reader_set(s.reader, 0, text("lanl"), E) }
    }),
    ("sidestep_reader_set_log_callback", |s| {
        // SAFETY: all is as the header says.
        unsafe { sidestep_reader_set_log_callback(s.reader, None, null_mut(), E) }
    }),
];
