//! What the C ABI costs: the same events given to an engine from Rust, one by one and in arrays from C,
//! and as Arrow batches from Rust and from C. The text of all events lies in one table, so that the
//! figures differ by the way to the engine and by nothing else.
//!
//! The benches called "beyond" are the difference itself. The two ways take turns, a thousand events each,
//! so that whatever else the machine does meets both.

#![allow(unsafe_code, reason = "the functions of the C ABI are unsafe to call")]

use std::collections::HashSet;
use std::ffi::{c_char, c_void};
use std::ops::ControlFlow;
use std::ptr::{null, null_mut};
use std::time::{Duration, Instant};

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, to_ffi};
use arrow_array::{Array, RecordBatch, StructArray};
use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use sidestep::alert::Alert;
use sidestep::event::{Account, AuthEvent, Host};
use sidestep::{Config, Engine};
use sidestep_arrow::{BatchReader, EventBatchBuilder};
use sidestep_benches::logs::LanlLog;
use sidestep_capi::*;
use sidestep_formats::{LogReader, ReadOptions};

/// Text that lives until the program ends, each once.
#[derive(Default)]
struct Texts(HashSet<&'static str>);

impl Texts {
    fn keep(&mut self, text: &str) -> &'static str {
        if let Some(kept) = self.0.get(text) {
            return kept;
        }
        let kept: &'static str = text.to_owned().leak();
        self.0.insert(kept);
        kept
    }

    fn account(&mut self, account: &Account<'_>) -> Account<'static> {
        let mut kept = Account::new(self.keep(&account.name)).with_kind(account.kind);
        if let Some(domain) = &account.domain {
            kept = kept.with_domain(self.keep(domain));
        }
        kept
    }

    fn host(&mut self, host: &Host<'_>) -> Host<'static> {
        host.name.as_deref().map_or_else(Host::default, |name| Host::named(self.keep(name)))
    }

    /// What a LANL log says of an event.
    fn event(&mut self, event: &AuthEvent<'_>) -> AuthEvent<'static> {
        let mut kept = AuthEvent::builder(event.time(), self.account(event.account()))
            .src_host(self.host(event.src_host()))
            .dst_host(self.host(event.dst_host()))
            .activity(event.activity())
            .logon_type(event.logon_type())
            .auth_protocol(event.auth_protocol())
            .outcome(event.outcome());
        if let Some(subject) = event.subject() {
            kept = kept.subject(self.account(subject));
        }
        if let Some(raw_ref) = event.raw_ref() {
            kept = kept.raw_ref(raw_ref);
        }
        kept.build().expect("it was an event")
    }

    fn str(&mut self, text: sidestep_str) -> sidestep_str {
        if text.data.is_null() {
            return text;
        }
        // SAFETY: the library gives out pointers to so many bytes of UTF-8.
        let bytes = unsafe { std::slice::from_raw_parts(text.data.cast::<u8>(), text.len) };
        let kept = self.keep(std::str::from_utf8(bytes).expect("UTF-8"));
        sidestep_str { data: kept.as_ptr().cast::<c_char>(), len: kept.len() }
    }
}

/// Events as C has them, and the table of their text.
#[derive(Default)]
struct Gathered {
    events: Vec<sidestep_event>,
    texts: Texts,
}

/// Keeps an event of a log. `user` is a [`Gathered`].
unsafe extern "C" fn gather(
    user: *mut c_void,
    event: *const sidestep_event,
    _activity: *const sidestep_activity,
) -> i32 {
    // SAFETY: that is what was handed to the library, which calls from one thread.
    let (gathered, mut event) = unsafe { (&mut *user.cast::<Gathered>(), *event) };
    let texts = &mut gathered.texts;
    for account in [&mut event.account, &mut event.subject] {
        account.name = texts.str(account.name);
        account.domain = texts.str(account.domain);
    }
    for host in [&mut event.src_host, &mut event.dst_host] {
        host.name = texts.str(host.name);
    }
    gathered.events.push(event);
    0
}

/// The events of a log, as Rust and as C have them.
fn events(log: &LanlLog) -> (Vec<AuthEvent<'static>>, Vec<sidestep_event>) {
    let mut gathered = Gathered::default();
    let mut reader = null_mut();
    let place = sidestep_str { data: null(), len: 0 };
    let input = sidestep_input {
        struct_size: size_of::<sidestep_input>(),
        place,
        bytes: log.text.as_ptr(),
        len: log.text.len(),
        read: None,
        user: null_mut(),
    };
    // SAFETY: all is as the header says.
    unsafe {
        assert_eq!(sidestep_reader_new(&raw mut reader, null_mut()), SIDESTEP_OK);
        let user = (&raw mut gathered).cast();
        let read = sidestep_reader_events(reader, &raw const input, Some(gather), user, null_mut());
        assert_eq!(read, SIDESTEP_OK);
        sidestep_reader_free(reader);
    }
    let mut events = Vec::new();
    let end = LogReader::new(ReadOptions::default()).read(
        log.text.as_bytes(),
        "simulated",
        &mut |event| {
            events.extend(event.auth().map(|event| gathered.texts.event(event)));
            ControlFlow::Continue(())
        },
    );
    assert_eq!(end.expect("a simulated log is well formed"), ControlFlow::Continue(()));
    assert_eq!(events.len(), gathered.events.len());
    (events, gathered.events)
}

fn batch(events: &[AuthEvent<'_>]) -> RecordBatch {
    let mut builder = EventBatchBuilder::default();
    for event in events {
        builder.push(event).expect("it has few distinct texts");
    }
    builder.finish().expect("columns of one length")
}

/// Events that each way is given before the other has its turn.
const TURN: usize = 1000;

/// An engine and a reader of Rust's, and the alerts.
struct RustSide {
    engine: Engine,
    reader: BatchReader,
    alerts: Vec<Alert>,
}

impl RustSide {
    fn new() -> Self {
        let (engine, reader) = (Engine::new(Config::default()), BatchReader::default());
        Self { engine, reader, alerts: Vec::new() }
    }

    fn process(&mut self, events: &[AuthEvent<'_>]) {
        for event in events {
            self.alerts.extend(self.engine.process(event));
        }
    }

    fn process_arrow(&mut self, batch: &RecordBatch) {
        let Self { engine, reader, alerts } = self;
        let end = reader.for_each_event(batch, &mut |event| {
            alerts.extend(engine.process(event));
            ControlFlow::Continue(())
        });
        assert_eq!(end.expect("a batch of events"), ControlFlow::Continue(()));
    }
}

/// An engine and a reader of the C ABI; alerts wait to be polled.
struct CSide {
    engine: *mut sidestep_engine,
    reader: *mut sidestep_reader,
}

impl CSide {
    fn new() -> Self {
        let (mut engine, mut reader) = (null_mut(), null_mut());
        // SAFETY: all is as the header says.
        unsafe {
            assert_eq!(sidestep_engine_new(null(), &raw mut engine, null_mut()), SIDESTEP_OK);
            assert_eq!(sidestep_reader_new(&raw mut reader, null_mut()), SIDESTEP_OK);
        }
        Self { engine, reader }
    }

    fn process(&mut self, events: &[sidestep_event]) {
        for event in events {
            // SAFETY: all is as the header says.
            let status = unsafe { sidestep_engine_process(self.engine, event, null_mut()) };
            assert_eq!(status, SIDESTEP_OK);
        }
    }

    fn process_all(&mut self, events: &[sidestep_event]) {
        let (first, count, taken) = (events.as_ptr(), events.len(), null_mut());
        // SAFETY: all is as the header says.
        let done =
            unsafe { sidestep_engine_process_all(self.engine, first, count, taken, null_mut()) };
        assert_eq!(done, SIDESTEP_OK);
    }

    /// The batch is given as C gives it, which takes the array over.
    fn process_arrow(&mut self, (mut array, schema): (FFI_ArrowArray, FFI_ArrowSchema)) {
        let (array, schema) = (&raw mut array, &raw const schema);
        // SAFETY: all is as the header says.
        let done = unsafe {
            sidestep_reader_process_arrow(self.reader, array, schema, self.engine, null_mut())
        };
        assert_eq!(done, SIDESTEP_OK);
    }
}

impl Drop for CSide {
    fn drop(&mut self) {
        // SAFETY: each is freed once.
        unsafe {
            assert_eq!(sidestep_engine_free(self.engine), SIDESTEP_OK);
            assert_eq!(sidestep_reader_free(self.reader), SIDESTEP_OK);
        }
    }
}

fn exported(batch: &RecordBatch) -> (FFI_ArrowArray, FFI_ArrowSchema) {
    to_ffi(&StructArray::from(batch.clone()).to_data()).expect("it can be exported")
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

/// What C takes beyond what Rust does, over `runs` passes of `turns` turns each.
fn beyond(
    runs: u64,
    turns: usize,
    rust: impl Fn(&mut RustSide, usize) -> Duration,
    c: impl Fn(&mut CSide, usize) -> Duration,
) -> Duration {
    let (mut by_rust, mut by_c) = (Duration::ZERO, Duration::ZERO);
    for _ in 0..runs {
        let (mut rust_side, mut c_side) = (RustSide::new(), CSide::new());
        for turn in 0..turns {
            // What the first reads the second finds in the cache, so that each is first in turn.
            if turn % 2 == 0 {
                by_rust += rust(&mut rust_side, turn);
            }
            by_c += c(&mut c_side, turn);
            if turn % 2 == 1 {
                by_rust += rust(&mut rust_side, turn);
            }
        }
    }
    // Where nothing is left of the difference: criterion refuses zero.
    by_c.saturating_sub(by_rust).max(Duration::from_nanos(1))
}

fn capi(criterion: &mut Criterion) {
    let log = LanlLog::of_the_benchmarks().expect("its settings are in range");
    let (events, c_events) = events(&log);
    let batches: Vec<_> = events.chunks(TURN).map(batch).collect();
    let turns: Vec<_> = events.chunks(TURN).zip(c_events.chunks(TURN)).collect();
    let mut group = criterion.benchmark_group("capi");
    group.throughput(Throughput::Elements(log.events)).sampling_mode(SamplingMode::Flat);
    group.sample_size(20).warm_up_time(Duration::from_secs(1));
    group.measurement_time(Duration::from_secs(10));
    group.bench_function("rust, events", |bencher| {
        bencher.iter_with_large_drop(|| {
            let mut side = RustSide::new();
            side.process(&events);
            side
        });
    });
    group.bench_function("c, one event a call, beyond rust", |bencher| {
        bencher.iter_custom(|runs| {
            let rust = |side: &mut RustSide, turn: usize| timed(|| side.process(turns[turn].0));
            let c = |side: &mut CSide, turn: usize| timed(|| side.process(turns[turn].1));
            beyond(runs, turns.len(), rust, c)
        });
    });
    group.bench_function("c, a thousand events a call, beyond rust", |bencher| {
        bencher.iter_custom(|runs| {
            let rust = |side: &mut RustSide, turn: usize| timed(|| side.process(turns[turn].0));
            let c = |side: &mut CSide, turn: usize| timed(|| side.process_all(turns[turn].1));
            beyond(runs, turns.len(), rust, c)
        });
    });
    group.bench_function("rust, arrow batches", |bencher| {
        bencher.iter_with_large_drop(|| {
            let mut side = RustSide::new();
            batches.iter().for_each(|batch| side.process_arrow(batch));
            side
        });
    });
    group.bench_function("c, arrow batches, beyond rust", |bencher| {
        bencher.iter_custom(|runs| {
            let rust =
                |side: &mut RustSide, turn: usize| timed(|| side.process_arrow(&batches[turn]));
            let c = |side: &mut CSide, turn: usize| {
                let given = exported(&batches[turn]);
                timed(|| side.process_arrow(given))
            };
            beyond(runs, batches.len(), rust, c)
        });
    });
    group.finish();
}

criterion_group!(benches, capi);
criterion_main!(benches);
