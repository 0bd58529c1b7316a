//! Alerts as text, and their copies and ends.

use sidestep_formats::{ExportFormat, ExportOptions, write_alerts};

use crate::alert::sidestep_alert;
use crate::boundary::call;
use crate::buffer::{self, sidestep_buffer};
use crate::error::{Failure, sidestep_error};
use crate::handle;
use crate::pointer;
use crate::status::{SIDESTEP_ERR_VALUE, SIDESTEP_ERR_WRITE, sidestep_status};

/// Format of an alert's text: sidestep's own JSON, `sidestep.alert/1`: everything there is to say.
pub const SIDESTEP_EMIT_JSON: u32 = 0;
/// Format of an alert's text: OCSF Detection Finding (class 2004).
pub const SIDESTEP_EMIT_OCSF: u32 = 1;
/// Format of an alert's text: the Elastic Common Schema.
pub const SIDESTEP_EMIT_ECS: u32 = 2;

/// Writes an alert as one line of JSON in one of the formats `SIDESTEP_EMIT_...`, with a line feed at its end. The
/// same alert gives the same bytes here, in Rust and from the command.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_alert_write(
    alert: *const sidestep_alert,
    format: u32,
    text: *mut *mut sidestep_buffer,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_alert_write", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        let (alert, text) = unsafe { (handle::read(alert)?, pointer::out_handle(text, "text")?) };
        let emit = match format {
            SIDESTEP_EMIT_JSON => ExportFormat::Json,
            SIDESTEP_EMIT_OCSF => ExportFormat::Ocsf,
            SIDESTEP_EMIT_ECS => ExportFormat::Ecs,
            _ => {
                let what = format!("{format} is no SIDESTEP_EMIT_ value");
                return Err(Failure::new(SIDESTEP_ERR_VALUE, what).at("format"));
            }
        };
        let mut bytes = Vec::new();
        write_alerts(&mut bytes, std::slice::from_ref(&*alert), emit, &ExportOptions::default())
            .map_err(|error| Failure::new(SIDESTEP_ERR_WRITE, error.to_string()).at("text"))?;
        *text = buffer::new(bytes);
        Ok(())
    })
}

/// Copies an alert, so that it outlives the callback that it was given to. The caller is to free the copy.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_alert_clone(
    alert: *const sidestep_alert,
    copy: *mut *mut sidestep_alert,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_alert_clone", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        let (alert, copy) = unsafe { (handle::read(alert)?, pointer::out_handle(copy, "copy")?) };
        *copy = handle::new((*alert).clone());
        Ok(())
    })
}

/// Frees an alert that was polled or copied. NULL is nothing to free; an alert that was given to a callback is not
/// to be freed, and gives `SIDESTEP_ERR_BUSY`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_alert_free(alert: *mut sidestep_alert) -> sidestep_status {
    call("sidestep_alert_free", std::ptr::null_mut(), || {
        // SAFETY: the caller keeps the header's contract of pointers.
        unsafe { handle::free(alert) }
    })
}
