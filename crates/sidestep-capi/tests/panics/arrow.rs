//! A panic while an Arrow batch is in hand: the batch is released, and both handles are poisoned.

use std::ptr::null_mut;
use std::sync::Arc;

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, to_ffi};
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{
    Array, ArrayRef, Int64Array, RecordBatch, RecordBatchIterator, StringArray, StructArray,
};
use sidestep_capi::*;

use crate::{Set, panic_in};

/// A batch of two events that keeps a hold on its column of times, whose users can be counted.
struct Batch {
    times: Int64Array,
    batch: RecordBatch,
}

impl Batch {
    fn new() -> Self {
        let times = Int64Array::from(vec![1, 2]);
        let text = |text: &str| -> ArrayRef { Arc::new(StringArray::from(vec![text; 2])) };
        let columns = [
            ("time", Arc::new(times.clone()) as ArrayRef),
            ("user", text("a")),
            ("dst", text("b")),
        ];
        let batch = RecordBatch::try_from_iter(columns).expect("columns of one length");
        Self { times, batch }
    }

    fn export(&self) -> (FFI_ArrowArray, FFI_ArrowSchema) {
        to_ffi(&StructArray::from(self.batch.clone()).to_data()).expect("it can be exported")
    }

    fn stream(&self) -> FFI_ArrowArrayStream {
        let batches = RecordBatchIterator::new([Ok(self.batch.clone())], self.batch.schema());
        FFI_ArrowArrayStream::new(Box::new(batches))
    }

    /// How many hold the times: two where nothing that was exported is left.
    fn users(&self) -> usize {
        self.times.values().inner().strong_count()
    }
}

/// Calls a function that takes a batch, by the name of the function.
fn call(name: &str, set: &Set, array: &mut FFI_ArrowArray, schema: &FFI_ArrowSchema) -> i32 {
    let mut scores = [sidestep_score { surprise: 0.0, p_value: 0.0 }; 2];
    let (reader, engine, none) = (set.reader, set.engine, null_mut());
    // SAFETY: all is as the header says.
    unsafe {
        match name {
            "sidestep_reader_learn_arrow" => {
                sidestep_reader_learn_arrow(reader, array, schema, engine, none)
            }
            "sidestep_reader_process_arrow" => {
                sidestep_reader_process_arrow(reader, array, schema, engine, none)
            }
            _ => {
                let (scores, count) = (scores.as_mut_ptr(), scores.len());
                sidestep_reader_score_arrow(reader, array, schema, engine, scores, count, none)
            }
        }
    }
}

/// Calls a function that takes a stream, by the name of the function.
fn call_stream(name: &str, set: &Set, stream: &mut FFI_ArrowArrayStream) -> i32 {
    let (reader, engine, none) = (set.reader, set.engine, null_mut());
    // SAFETY: all is as the header says.
    unsafe {
        if name == "sidestep_reader_learn_arrow_stream" {
            sidestep_reader_learn_arrow_stream(reader, stream, engine, none)
        } else {
            sidestep_reader_process_arrow_stream(reader, stream, engine, none)
        }
    }
}

fn engine_is_poisoned(set: &Set) {
    // SAFETY: all is as the header says.
    let status = unsafe { sidestep_engine_finish(set.engine, null_mut()) };
    assert_eq!(status, SIDESTEP_ERR_POISONED);
}

#[test]
fn a_panic_over_a_batch_releases_it_and_poisons_reader_and_engine() {
    for name in [
        "sidestep_reader_learn_arrow",
        "sidestep_reader_process_arrow",
        "sidestep_reader_score_arrow",
    ] {
        let (set, batch) = (Set::new(), Batch::new());
        let (mut array, schema) = batch.export();
        panic_in(Some(&format!("{name} inside")));
        assert_eq!(call(name, &set, &mut array, &schema), SIDESTEP_ERR_PANIC, "{name}");
        panic_in(None);
        assert!(array.is_released(), "{name}");
        assert_eq!(batch.users(), 2, "{name}: the batch was released");
        engine_is_poisoned(&set);
        // A poisoned reader refuses before it takes anything.
        let (mut array, schema) = batch.export();
        assert_eq!(call(name, &set, &mut array, &schema), SIDESTEP_ERR_POISONED, "{name}");
        assert!(!array.is_released(), "{name}");
        drop(array);
        set.free();
    }
}

#[test]
fn a_panic_over_a_stream_releases_it_and_poisons_reader_and_engine() {
    for name in ["sidestep_reader_learn_arrow_stream", "sidestep_reader_process_arrow_stream"] {
        let (set, batch) = (Set::new(), Batch::new());
        let mut stream = batch.stream();
        panic_in(Some(&format!("{name} inside")));
        assert_eq!(call_stream(name, &set, &mut stream), SIDESTEP_ERR_PANIC, "{name}");
        panic_in(None);
        assert!(stream.release.is_none(), "{name}");
        assert_eq!(batch.users(), 2, "{name}: the stream was released");
        engine_is_poisoned(&set);
        let mut stream = batch.stream();
        assert_eq!(call_stream(name, &set, &mut stream), SIDESTEP_ERR_POISONED, "{name}");
        assert!(stream.release.is_some(), "{name}");
        drop(stream);
        set.free();
    }
}

#[test]
fn a_released_schema_is_refused() {
    let (set, batch) = (Set::new(), Batch::new());
    let (mut array, _schema) = batch.export();
    let released = FFI_ArrowSchema::empty();
    let status = call("sidestep_reader_process_arrow", &set, &mut array, &released);
    assert_eq!(status, SIDESTEP_ERR_ARROW);
    set.free();
}

#[test]
fn without_a_panic_the_same_calls_succeed() {
    let (set, batch) = (Set::new(), Batch::new());
    let (mut array, schema) = batch.export();
    let status = call("sidestep_reader_process_arrow", &set, &mut array, &schema);
    assert_eq!(status, SIDESTEP_OK);
    let mut stream = batch.stream();
    let status = call_stream("sidestep_reader_process_arrow_stream", &set, &mut stream);
    assert_eq!((status, batch.users()), (SIDESTEP_OK, 2));
    set.free();
}
