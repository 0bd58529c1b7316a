//! A forced panic in each function is survived, and poisons what the function was using.

mod arrow;
mod calls;

use std::ffi::CString;
use std::ptr::{null, null_mut};

use calls::CALLS;
use sidestep_capi::*;

/// Everything that a call may need, made anew for every call.
struct Set {
    config: *mut sidestep_config,
    engine: *mut sidestep_engine,
    reader: *mut sidestep_reader,
    buffer: *mut sidestep_buffer,
    error: *mut sidestep_error,
    alert: *mut sidestep_alert,
    event: sidestep_event,
    activity: sidestep_activity,
    input: sidestep_input,
}

static LOG: &[u8] = b"1,U1@DOM1,U1@DOM1,C1,C7,Kerberos,Network,LogOn,Success\n";

fn text(text: &'static str) -> sidestep_str {
    sidestep_str { data: text.as_ptr().cast(), len: text.len() }
}

/// A struct of the header, all zero but for its size.
fn sized<T>() -> T {
    let mut value = std::mem::MaybeUninit::<T>::zeroed();
    // SAFETY: structs of the header begin with their size, and all zeros are a value of them.
    unsafe {
        value.as_mut_ptr().cast::<usize>().write(size_of::<T>());
        value.assume_init()
    }
}

/// An alert, raised by the sample log of the repository.
fn alert() -> *mut sidestep_alert {
    use std::sync::OnceLock;
    static FOUND: OnceLock<usize> = OnceLock::new();
    let found = *FOUND.get_or_init(|| {
        let log = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/data/office.csv.gz");
        let bytes = std::fs::read(log).expect("the sample is there");
        let (mut engine, mut reader, mut alert) = (null_mut(), null_mut(), null_mut());
        let input = sidestep_input { bytes: bytes.as_ptr(), len: bytes.len(), ..sized() };
        // SAFETY: all is as the header says.
        unsafe {
            sidestep_engine_new(null(), &mut engine, null_mut());
            sidestep_reader_new(&mut reader, null_mut());
            sidestep_reader_process(reader, &input, engine, null_mut());
            sidestep_engine_finish(engine, null_mut());
            sidestep_engine_next_alert(engine, &mut alert, null_mut());
            sidestep_engine_free(engine);
            sidestep_reader_free(reader);
        }
        assert!(!alert.is_null(), "the sample has an alert");
        alert as usize
    });
    let mut copy = null_mut();
    // SAFETY: the alert was never freed.
    unsafe { sidestep_alert_clone(found as *const sidestep_alert, &mut copy, null_mut()) };
    copy
}

impl Set {
    fn new() -> Self {
        let mut set = Self {
            config: null_mut(),
            engine: null_mut(),
            reader: null_mut(),
            buffer: null_mut(),
            error: null_mut(),
            alert: alert(),
            event: sized(),
            activity: sized(),
            input: sidestep_input { bytes: LOG.as_ptr(), len: LOG.len(), ..sized() },
        };
        set.event.account.name = text("alice");
        set.event.dst_host.name = text("FILES-1");
        set.activity.host.name = text("FILES-1");
        // SAFETY: all is as the header says.
        unsafe {
            assert_eq!(sidestep_config_new(&mut set.config, null_mut()), SIDESTEP_OK);
            assert_eq!(sidestep_engine_new(null(), &mut set.engine, null_mut()), SIDESTEP_OK);
            assert_eq!(sidestep_reader_new(&mut set.reader, null_mut()), SIDESTEP_OK);
            assert_eq!(sidestep_engine_save(set.engine, &mut set.buffer, null_mut()), SIDESTEP_OK);
            assert_ne!(sidestep_engine_new(null(), null_mut(), &mut set.error), SIDESTEP_OK);
        }
        set
    }

    fn free(self) {
        // SAFETY: all are handles that were not freed; that a poisoned one can be freed is part of the test.
        let freed = unsafe {
            [
                sidestep_config_free(self.config),
                sidestep_engine_free(self.engine),
                sidestep_reader_free(self.reader),
                sidestep_buffer_free(self.buffer),
                sidestep_error_free(self.error),
                sidestep_alert_free(self.alert),
            ]
        };
        assert_eq!(freed, [SIDESTEP_OK; 6]);
    }
}

/// Functions that have no handle, and can therefore be called again.
const NO_HANDLE: &[&str] = &[
    "sidestep_account_parse",
    "sidestep_activity_init",
    "sidestep_config_new",
    "sidestep_engine_load",
    "sidestep_engine_new",
    "sidestep_event_init",
    "sidestep_reader_new",
];

/// Functions that give out a value, which is a harmless one if they panic.
const GETTERS: &[&str] = &[
    "sidestep_abi_version",
    "sidestep_buffer_data",
    "sidestep_buffer_len",
    "sidestep_error_message",
    "sidestep_error_place",
    "sidestep_error_status",
    "sidestep_status_name",
    "sidestep_version_string",
];

fn panic_in(name: Option<&str>) {
    let name = name.map(|name| CString::new(name).expect("a name"));
    // SAFETY: NULL, or a NUL-terminated string.
    unsafe { sidestep_test_panic_in(name.as_ref().map_or(null(), |name| name.as_ptr())) };
}

#[test]
fn every_function_survives_a_panic_and_poisons_its_handle() {
    for (name, call) in CALLS {
        let mut set = Set::new();
        panic_in(Some(name));
        let status = call(&mut set);
        panic_in(None);
        assert_eq!(status, SIDESTEP_ERR_PANIC, "{name}");
        if !name.ends_with("_free") {
            let again = call(&mut set);
            let expected =
                if NO_HANDLE.contains(name) { SIDESTEP_OK } else { SIDESTEP_ERR_POISONED };
            assert_eq!(again, expected, "{name}, called again");
        }
        set.free();
    }
}

#[test]
fn getters_survive_a_panic() {
    for name in GETTERS {
        let set = Set::new();
        panic_in(Some(name));
        // SAFETY: the handles live.
        unsafe {
            let is = |getter: &str| *name == getter;
            assert_eq!(sidestep_abi_version() == 0, is("sidestep_abi_version"));
            assert_eq!(sidestep_buffer_data(set.buffer).is_null(), is("sidestep_buffer_data"));
            let empty = is("sidestep_buffer_len") || is("sidestep_buffer_data");
            assert_eq!(sidestep_buffer_len(set.buffer) == 0, empty, "{name}");
            let status = sidestep_error_status(set.error);
            assert_eq!(status == SIDESTEP_ERR_PANIC, is("sidestep_error_status"), "{name}");
            assert!(!sidestep_error_message(set.error).is_null());
            assert!(!sidestep_error_place(set.error).is_null());
            assert!(!sidestep_status_name(0).is_null());
            assert!(!sidestep_version_string().is_null());
        }
        panic_in(None);
        set.free();
    }
}

#[test]
fn no_function_is_left_out() {
    let mut tested: Vec<&str> =
        CALLS.iter().map(|(name, _)| *name).chain(GETTERS.iter().copied()).collect();
    tested.sort_unstable();
    let listed: Vec<&str> = include_str!("../../symbols.txt").lines().collect();
    assert_eq!(tested, listed);
}
