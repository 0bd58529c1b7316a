//! What the C ABI costs: the same events given to an engine from Rust, one by one and in arrays from C,
//! and as an Arrow batch from Rust and from C. The text of all events lies in one table, so that the
//! figures differ by the way to the engine and by nothing else.

#![allow(unsafe_code, reason = "the functions of the C ABI are unsafe to call")]

use std::collections::HashSet;
use std::ffi::{c_char, c_void};
use std::ops::ControlFlow;
use std::ptr::{null, null_mut};
use std::time::Duration;

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, to_ffi};
use arrow_array::{Array, RecordBatch, StructArray};
use criterion::{BatchSize, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use sidestep::{Account, AuthEvent, Config, Engine, Host};
use sidestep_arrow::{BatchReader, EventBatchBuilder};
use sidestep_benches::LanlLog;
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

/// An engine of the C ABI.
struct CEngine(*mut sidestep_engine);

impl CEngine {
    fn new() -> Self {
        let mut engine = null_mut();
        // SAFETY: all is as the header says.
        let status = unsafe { sidestep_engine_new(null(), &raw mut engine, null_mut()) };
        assert_eq!(status, SIDESTEP_OK);
        Self(engine)
    }
}

impl Drop for CEngine {
    fn drop(&mut self) {
        // SAFETY: it is freed once.
        assert_eq!(unsafe { sidestep_engine_free(self.0) }, SIDESTEP_OK);
    }
}

/// Has an engine process an Arrow batch that is given as C gives it.
fn process_arrow(mut array: FFI_ArrowArray, schema: &FFI_ArrowSchema) -> CEngine {
    let engine = CEngine::new();
    let mut reader = null_mut();
    // SAFETY: all is as the header says.
    unsafe {
        assert_eq!(sidestep_reader_new(&raw mut reader, null_mut()), SIDESTEP_OK);
        let done =
            sidestep_reader_process_arrow(reader, &raw mut array, schema, engine.0, null_mut());
        assert_eq!(done, SIDESTEP_OK);
        sidestep_reader_free(reader);
    }
    engine
}

fn capi(criterion: &mut Criterion) {
    let log = LanlLog::of_the_benchmarks().expect("its settings are in range");
    let (events, c_events) = events(&log);
    let batch = batch(&events);
    let mut group = criterion.benchmark_group("capi");
    group.throughput(Throughput::Elements(log.events)).sampling_mode(SamplingMode::Flat);
    group.sample_size(10).warm_up_time(Duration::from_secs(1));
    group.measurement_time(Duration::from_secs(5));
    group.bench_function("rust, events", |bencher| {
        bencher.iter(|| {
            let mut engine = Engine::new(Config::default());
            let mut alerts = Vec::new();
            for event in &events {
                alerts.extend(engine.process(event));
            }
            (engine, alerts)
        });
    });
    group.bench_function("c, one event a call", |bencher| {
        bencher.iter(|| {
            let engine = CEngine::new();
            for event in &c_events {
                // SAFETY: all is as the header says.
                let status = unsafe { sidestep_engine_process(engine.0, event, null_mut()) };
                assert_eq!(status, SIDESTEP_OK);
            }
            engine
        });
    });
    group.bench_function("c, all events in one call", |bencher| {
        bencher.iter(|| {
            let engine = CEngine::new();
            let (first, count) = (c_events.as_ptr(), c_events.len());
            // SAFETY: all is as the header says.
            let status = unsafe {
                sidestep_engine_process_all(engine.0, first, count, null_mut(), null_mut())
            };
            assert_eq!(status, SIDESTEP_OK);
            engine
        });
    });
    group.bench_function("rust, arrow batch", |bencher| {
        bencher.iter(|| {
            let mut engine = Engine::new(Config::default());
            let mut alerts = Vec::new();
            let end = BatchReader::default().for_each_event(&batch, &mut |event| {
                alerts.extend(engine.process(event));
                ControlFlow::Continue(())
            });
            assert_eq!(end.expect("a batch of events"), ControlFlow::Continue(()));
            (engine, alerts)
        });
    });
    group.bench_function("c, arrow batch", |bencher| {
        bencher.iter_batched(
            || to_ffi(&StructArray::from(batch.clone()).to_data()).expect("it can be exported"),
            |(array, schema)| process_arrow(array, &schema),
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

criterion_group!(benches, capi);
criterion_main!(benches);
