//! Any sequence of calls of the C ABI, right and wrong in every way that the library says it sees: each
//! gives a status of the list, none panics, and all can be freed afterwards.
#![no_main]

use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::ptr::{null, null_mut};
use std::sync::Arc;

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, to_ffi};
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{
    Array, ArrayRef, Int64Array, RecordBatch, RecordBatchIterator, StringArray, StructArray,
};
use libfuzzer_sys::fuzz_target;
use sidestep_capi::*;

/// The input, taken from its front; zeros when it has ended.
struct Input<'b>(&'b [u8]);

impl<'b> Input<'b> {
    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    /// One in sixteen: something wrong.
    fn rarely(&mut self) -> bool {
        self.byte() < 16
    }

    fn number(&mut self) -> u64 {
        u64::from_le_bytes(std::array::from_fn(|_| self.byte()))
    }

    fn bytes(&mut self, most: usize) -> &'b [u8] {
        let len = (self.byte() as usize).min(most).min(self.0.len());
        let (taken, rest) = self.0.split_at(len);
        self.0 = rest;
        taken
    }

    /// Any bytes as text, one of few names, or none.
    fn text(&mut self) -> sidestep_str {
        const NAMES: [&str; 8] = ["alice", "bob", "adm", "WS-1", "WS-2", "FILES", "DC$", "corp"];
        let text = match self.byte() {
            0..16 => return str_of(self.bytes(12)),
            16..32 => return sidestep_str { data: null(), len: self.byte().into() },
            32..64 => return sidestep_str { data: null(), len: 0 },
            name => NAMES[usize::from(name) % NAMES.len()],
        };
        str_of(text.as_bytes())
    }

    /// The pointer, or one that is none.
    fn pointer<T>(&mut self, pointer: *mut T) -> *mut T {
        match self.byte() {
            0..4 => null_mut(),
            4..8 if align_of::<T>() > 1 => pointer.wrapping_byte_add(1),
            _ => pointer,
        }
    }

    /// The size of a struct, or a smaller one: a larger one would promise memory that is not there.
    fn size<T>(&mut self) -> usize {
        let size = size_of::<T>();
        if self.rarely() { usize::from(self.byte()) % size } else { size }
    }

    fn account(&mut self, account: &mut sidestep_account) {
        (account.name, account.domain, account.sid) = (self.text(), self.text(), self.text());
        account.kind = u32::from(self.byte() % 5);
    }

    fn host(&mut self, host: &mut sidestep_host) {
        host.name = self.text();
        host.ip_len = [0, 0, 4, 16, self.byte()][usize::from(self.byte() % 5)];
        host.ip[3] = self.byte();
    }

    fn event(&mut self, clock: &mut i64) -> sidestep_event {
        let mut event: sidestep_event = zeroed();
        event.struct_size = self.size::<sidestep_event>();
        *clock += i64::from(self.byte()) << (self.byte() % 32);
        event.time = if self.rarely() { self.number().cast_signed() } else { *clock };
        self.account(&mut event.account);
        if self.byte() < 64 {
            self.account(&mut event.subject);
        }
        self.host(&mut event.src_host);
        self.host(&mut event.dst_host);
        event.activity = u32::from(self.byte() % 14);
        event.logon_type = u32::from(self.byte() % 16);
        event.auth_protocol = u32::from(self.byte() % 20);
        event.outcome = u32::from(self.byte() % 4);
        event.mfa = u32::from(self.byte() % 4);
        event.present = if self.rarely() { u32::MAX } else { u32::from(self.byte() % 128) };
        (event.logon_id, event.raw_ref) = (self.byte().into(), self.number());
        event.event_code = self.byte().into();
        (event.credential, event.logon_process) = (self.text(), self.text());
        event
    }

    fn activity(&mut self, clock: i64) -> sidestep_activity {
        let mut activity: sidestep_activity = zeroed();
        activity.struct_size = self.size::<sidestep_activity>();
        activity.time = clock;
        activity.kind = u32::from(self.byte() % 14);
        self.host(&mut activity.host);
        self.host(&mut activity.peer);
        self.account(&mut activity.account);
        activity.object = self.text();
        activity
    }

    fn batch(&mut self, clock: &mut i64) -> RecordBatch {
        let rows = usize::from(self.byte() % 8);
        let mut column = |kind: u8| -> ArrayRef {
            if kind == 0 {
                *clock += 1_000_000;
                return Arc::new(Int64Array::from(vec![*clock; rows]));
            }
            let texts = (0..rows).map(|_| {
                let text = self.bytes(6);
                (!text.is_empty()).then(|| String::from_utf8_lossy(text).into_owned())
            });
            Arc::new(StringArray::from_iter(texts))
        };
        let columns = [("time", 0), ("user", 1), ("src", 2), ("dst", 3)]
            .map(|(name, kind)| (name, column(kind)));
        RecordBatch::try_from_iter(columns).expect("columns of one length")
    }
}

fn str_of(bytes: &[u8]) -> sidestep_str {
    sidestep_str { data: bytes.as_ptr().cast(), len: bytes.len() }
}

/// A struct of the header, all zero.
fn zeroed<T>() -> T {
    // SAFETY: all zeros are a value of every struct of the header.
    unsafe { MaybeUninit::zeroed().assume_init() }
}

/// A struct of the header, all zero but for its size.
fn sized<T>(size: usize) -> T {
    let mut value = MaybeUninit::<T>::zeroed();
    // SAFETY: as above, and each begins with its size.
    unsafe {
        value.as_mut_ptr().cast::<usize>().write(size);
        value.assume_init()
    }
}

/// Calls the engine that calls back, which must refuse, and asks of the alert.
unsafe extern "C" fn on_alert(engine: *mut c_void, alert: *const sidestep_alert) {
    // SAFETY: the alert lives until this returns; `user` is the engine.
    unsafe {
        assert_eq!(sidestep_engine_finish(engine.cast(), null_mut()), SIDESTEP_ERR_BUSY);
        assert_eq!(sidestep_alert_free(alert.cast_mut()), SIDESTEP_ERR_BUSY);
        let mut view = sized(size_of::<sidestep_alert_view>());
        assert_eq!(sidestep_alert_get(alert, &raw mut view, null_mut()), SIDESTEP_OK);
    }
}

unsafe extern "C" fn on_event(
    stop: *mut c_void,
    _event: *const sidestep_event,
    _activity: *const sidestep_activity,
) -> i32 {
    i32::from(!stop.is_null())
}

unsafe extern "C" fn on_log(_user: *mut c_void, _level: u32, message: sidestep_str) {
    assert!(!message.data.is_null());
}

/// Every handle that there may be; NULL is none.
struct Handles {
    config: *mut sidestep_config,
    engine: *mut sidestep_engine,
    reader: *mut sidestep_reader,
    buffer: *mut sidestep_buffer,
    alert: *mut sidestep_alert,
    clock: i64,
}

impl Handles {
    /// A handle of another kind, as a mistake would give it.
    fn wrong<T>(&self) -> *mut T {
        self.buffer.cast()
    }

    /// Makes one call, and gives its status.
    ///
    /// # Safety
    /// The handles are live or NULL.
    unsafe fn call(&mut self, input: &mut Input<'_>, error: *mut *mut sidestep_error) -> i32 {
        let which = input.byte();
        let engine = if input.rarely() { self.wrong() } else { input.pointer(self.engine) };
        let reader = input.pointer(self.reader);
        let alert = input.pointer(self.alert);
        let index = usize::from(input.byte() % 8);
        // SAFETY: pointers are live, or wrong in a way that is seen.
        unsafe {
            match which % 36 {
                0..12 => {
                    let mut event = input.event(&mut self.clock);
                    sidestep_engine_process(engine, input.pointer(&raw mut event), error)
                }
                12 => {
                    let event = input.event(&mut self.clock);
                    sidestep_engine_learn(engine, &raw const event, error)
                }
                13 => {
                    let (mut events, mut taken) = (Vec::new(), 0);
                    events.resize_with(index, || input.event(&mut self.clock));
                    // A first size that is not the struct's would have the next looked for elsewhere.
                    if let Some(first) = events.first_mut() {
                        first.struct_size = size_of::<sidestep_event>();
                    }
                    let first = input.pointer(events.as_mut_ptr());
                    let status =
                        sidestep_engine_process_all(engine, first, index, &raw mut taken, error);
                    assert!(taken <= index);
                    status
                }
                14 => {
                    let (event, mut score) = (input.event(&mut self.clock), zeroed());
                    let score = input.pointer::<sidestep_score>(&raw mut score);
                    sidestep_engine_score(engine, &raw const event, score, error)
                }
                15 => {
                    let (event, mut json) = (input.event(&mut self.clock), null_mut());
                    let status = sidestep_engine_score_explained(
                        engine,
                        &raw const event,
                        &raw mut json,
                        error,
                    );
                    sidestep_buffer_free(json);
                    status
                }
                16 | 17 => {
                    let activity = input.activity(self.clock);
                    sidestep_engine_process_activity(engine, &raw const activity, error)
                }
                18 => sidestep_engine_finish(engine, error),
                19 | 20 => {
                    let mut next = null_mut();
                    let status = sidestep_engine_next_alert(engine, &raw mut next, error);
                    if !next.is_null() {
                        sidestep_alert_free(self.alert);
                        self.alert = next;
                    }
                    status
                }
                21 => {
                    let callback = (index > 3).then_some(on_alert as unsafe extern "C" fn(_, _));
                    sidestep_engine_set_alert_callback(engine, callback, self.engine.cast(), error)
                }
                22 => sidestep_engine_set_log_callback(engine, Some(on_log), null_mut(), error),
                23 => {
                    let mut metrics = sized(size_of::<sidestep_metrics>());
                    sidestep_engine_metrics(engine, &raw mut metrics, error)
                }
                24 => {
                    let mut state = null_mut();
                    let status = sidestep_engine_save(engine, &raw mut state, error);
                    if !state.is_null() {
                        sidestep_buffer_free(self.buffer);
                        self.buffer = state;
                    }
                    status
                }
                25 => self.load(input, error),
                26 => {
                    let mut made = null_mut();
                    let status = sidestep_engine_new(self.config, &raw mut made, error);
                    self.take_engine(made);
                    status
                }
                27 => sidestep_config_set(
                    self.config,
                    u32::from(input.byte() % 15),
                    [f64::from(input.byte()), f64::from_bits(input.number())][index % 2],
                    error,
                ),
                28 => sidestep_config_set_policy(self.config, input.text(), error),
                29 => {
                    sidestep_reader_set(reader, index.try_into().unwrap_or(0), input.text(), error)
                }
                30 => self.read(index, reader, engine, input, error),
                31 => self.arrow(index, reader, engine, input, error),
                32 => {
                    let mut summary = sized(input.size::<sidestep_reader_summary>());
                    sidestep_reader_get_summary(reader, &raw mut summary, error)
                }
                33 => {
                    let mut message = null_mut();
                    let status =
                        sidestep_reader_first_error(reader, index, &raw mut message, error);
                    sidestep_buffer_free(message);
                    status
                }
                34 => {
                    let mut text = null_mut();
                    let format = u32::from(input.byte() % 4);
                    let status = sidestep_alert_write(alert, format, &raw mut text, error);
                    sidestep_buffer_free(text);
                    status
                }
                _ if index % 2 == 0 => {
                    let mut hop = sized(input.size::<sidestep_hop>());
                    sidestep_alert_hop(alert, index / 2, &raw mut hop, error)
                }
                _ => {
                    let mut found = sized(input.size::<sidestep_contribution>());
                    sidestep_alert_contribution(alert, index / 2, 0, &raw mut found, error)
                }
            }
        }
    }

    /// Puts an engine in the place of the one that there is.
    unsafe fn take_engine(&mut self, made: *mut sidestep_engine) {
        if !made.is_null() {
            // SAFETY: the handle is live.
            assert_eq!(unsafe { sidestep_engine_free(self.engine) }, SIDESTEP_OK);
            self.engine = made;
        }
    }

    /// Loads what was saved, now and then damaged.
    unsafe fn load(&mut self, input: &mut Input<'_>, error: *mut *mut sidestep_error) -> i32 {
        // SAFETY: the handles are live.
        unsafe {
            let (data, len) =
                (sidestep_buffer_data(self.buffer).cast::<u8>(), sidestep_buffer_len(self.buffer));
            let mut state =
                if len == 0 { Vec::new() } else { std::slice::from_raw_parts(data, len).to_vec() };
            if input.rarely() && len > 0 {
                let at = usize::try_from(input.number()).unwrap_or(0) % len;
                state[at] ^= input.byte();
            }
            let mut made = null_mut();
            let status = sidestep_engine_load(state.as_ptr(), len, &raw mut made, error);
            self.take_engine(made);
            status
        }
    }

    /// Reads any bytes as a log.
    unsafe fn read(
        &self,
        which: usize,
        reader: *mut sidestep_reader,
        engine: *mut sidestep_engine,
        input: &mut Input<'_>,
        error: *mut *mut sidestep_error,
    ) -> i32 {
        let mut log: sidestep_input = sized(input.size::<sidestep_input>());
        log.place = input.text();
        let bytes = input.bytes(255);
        (log.bytes, log.len) = (bytes.as_ptr(), bytes.len());
        // SAFETY: pointers are live, or wrong in a way that is seen.
        unsafe {
            match which % 3 {
                0 => sidestep_reader_learn(reader, &raw const log, engine, error),
                1 => sidestep_reader_process(reader, &raw const log, engine, error),
                _ => {
                    let stop = if which > 5 { self.clock as *mut c_void } else { null_mut() };
                    sidestep_reader_events(reader, &raw const log, Some(on_event), stop, error)
                }
            }
        }
    }

    /// Gives an Arrow batch, a released one, or a stream.
    unsafe fn arrow(
        &mut self,
        which: usize,
        reader: *mut sidestep_reader,
        engine: *mut sidestep_engine,
        input: &mut Input<'_>,
        error: *mut *mut sidestep_error,
    ) -> i32 {
        let batch = input.batch(&mut self.clock);
        let (rows, columns) = (batch.num_rows(), batch.schema());
        // SAFETY: pointers are live, or wrong in a way that is seen.
        unsafe {
            if which < 3 {
                let batches = RecordBatchIterator::new([Ok(batch)], columns);
                let mut stream = FFI_ArrowArrayStream::new(Box::new(batches));
                let status =
                    sidestep_reader_process_arrow_stream(reader, &raw mut stream, engine, error);
                if status == SIDESTEP_OK {
                    assert!(stream.release.is_none(), "what was taken is released");
                }
                return status;
            }
            let (mut array, mut schema) =
                to_ffi(&StructArray::from(batch).to_data()).expect("exported");
            if input.rarely() {
                array = FFI_ArrowArray::empty();
            }
            if input.rarely() {
                schema = FFI_ArrowSchema::empty();
            }
            let schema = &raw const schema;
            let mut scores = vec![zeroed::<sidestep_score>(); rows];
            let array = &raw mut array;
            match which % 3 {
                0 => sidestep_reader_learn_arrow(reader, array, schema, engine, error),
                1 => sidestep_reader_process_arrow(reader, array, schema, engine, error),
                _ => {
                    let (scores, count) = (scores.as_mut_ptr(), scores.len());
                    sidestep_reader_score_arrow(reader, array, schema, engine, scores, count, error)
                }
            }
        }
    }
}

/// Every status but `SIDESTEP_ERR_PANIC` and `SIDESTEP_ERR_POISONED`, which must not come.
const STATUSES: [i32; 16] = [
    SIDESTEP_OK,
    SIDESTEP_ERR_NULL,
    SIDESTEP_ERR_MISALIGNED,
    SIDESTEP_ERR_STRUCT_SIZE,
    SIDESTEP_ERR_HANDLE,
    SIDESTEP_ERR_BUSY,
    SIDESTEP_ERR_UTF8,
    SIDESTEP_ERR_VALUE,
    SIDESTEP_ERR_EVENT,
    SIDESTEP_ERR_CONFIG,
    SIDESTEP_ERR_SNAPSHOT,
    SIDESTEP_ERR_FORMAT,
    SIDESTEP_ERR_STOPPED,
    SIDESTEP_ERR_INDEX,
    SIDESTEP_ERR_ARROW,
    SIDESTEP_ERR_WRITE,
];

fuzz_target!(|bytes: &[u8]| {
    let mut input = Input(bytes);
    let mut handles = Handles {
        config: null_mut(),
        engine: null_mut(),
        reader: null_mut(),
        buffer: null_mut(),
        alert: null_mut(),
        clock: 1_700_000_000_000_000,
    };
    // SAFETY: all is as the header says, or wrong in a way that is seen.
    unsafe {
        assert_eq!(sidestep_config_new(&raw mut handles.config, null_mut()), SIDESTEP_OK);
        // A warm-up of none lets a short history raise alerts.
        sidestep_config_set(handles.config, SIDESTEP_CONFIG_WARM_UP_DAYS, 0.0, null_mut());
        let status = sidestep_engine_new(handles.config, &raw mut handles.engine, null_mut());
        assert_eq!(status, SIDESTEP_OK);
        assert_eq!(sidestep_reader_new(&raw mut handles.reader, null_mut()), SIDESTEP_OK);
        let status = sidestep_engine_save(handles.engine, &raw mut handles.buffer, null_mut());
        assert_eq!(status, SIDESTEP_OK);
        while !input.0.is_empty() {
            let mut error = null_mut();
            let place = if input.byte() < 32 { null_mut() } else { &raw mut error };
            let status = handles.call(&mut input, place);
            assert!(STATUSES.contains(&status), "status {status}");
            if !error.is_null() {
                assert_ne!(*sidestep_error_message(error), 0, "an error says something");
                assert_eq!(sidestep_error_free(error), SIDESTEP_OK);
            }
        }
        let freed = [
            sidestep_alert_free(handles.alert),
            sidestep_buffer_free(handles.buffer),
            sidestep_reader_free(handles.reader),
            sidestep_engine_free(handles.engine),
            sidestep_config_free(handles.config),
        ];
        assert_eq!(freed, [SIDESTEP_OK; 5]);
    }
});
