//! Tables in and out through the capsules of Arrow's C data interface.

use std::ffi::CStr;

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi};
use arrow_array::ffi_stream::{ArrowArrayStreamReader, FFI_ArrowArrayStream};
use arrow_array::{RecordBatch, RecordBatchIterator, RecordBatchReader, StructArray};
use arrow_schema::{Schema, SchemaRef};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyCapsuleMethods};

use crate::error::{raised, table};

const STREAM: &CStr = c"arrow_array_stream";
const ARRAY: &CStr = c"arrow_array";
const SCHEMA: &CStr = c"arrow_schema";

/// The batches of anything with `__arrow_c_stream__` or `__arrow_c_array__`.
pub(crate) fn batches(data: &Bound<'_, PyAny>) -> PyResult<Box<dyn RecordBatchReader + Send>> {
    if let Ok(method) = data.getattr("__arrow_c_stream__") {
        let capsule = method.call0()?.cast_into::<PyCapsule>()?;
        return stream(&capsule);
    }
    if let Ok(method) = data.getattr("__arrow_c_array__") {
        let (schema, array): (Bound<'_, PyCapsule>, Bound<'_, PyCapsule>) =
            method.call0()?.extract()?;
        return batch(&schema, &array);
    }
    Err(raised(
        "TableError",
        format!("{} has neither __arrow_c_stream__ nor __arrow_c_array__", data.get_type()),
    ))
}

fn stream(capsule: &Bound<'_, PyCapsule>) -> PyResult<Box<dyn RecordBatchReader + Send>> {
    let pointer = capsule.pointer_checked(Some(STREAM))?.cast::<FFI_ArrowArrayStream>();
    // SAFETY: by the protocol of Arrow's capsules a capsule of this name holds a stream, which stays
    // valid as long as the capsule lives. `from_raw` moves it out and leaves a released one behind, so
    // that the destructor of the capsule does nothing.
    let stream = unsafe { FFI_ArrowArrayStream::from_raw(pointer.as_ptr()) };
    Ok(Box::new(ArrowArrayStreamReader::try_new(stream).map_err(table)?))
}

fn batch(
    schema: &Bound<'_, PyCapsule>,
    array: &Bound<'_, PyCapsule>,
) -> PyResult<Box<dyn RecordBatchReader + Send>> {
    let schema = schema.pointer_checked(Some(SCHEMA))?.cast::<FFI_ArrowSchema>();
    let array = array.pointer_checked(Some(ARRAY))?.cast::<FFI_ArrowArray>();
    // SAFETY: by the protocol of Arrow's capsules those of these names hold a schema and an array,
    // valid as long as the capsules live, which is longer than this function. The schema is only
    // borrowed; `from_raw` moves the array out and leaves a released one behind. The array is of the
    // type that the schema tells: the producer's promise.
    let data = unsafe {
        let array = FFI_ArrowArray::from_raw(array.as_ptr());
        from_ffi(array, schema.as_ref())
    }
    .map_err(table)?;
    if !matches!(data.data_type(), arrow_schema::DataType::Struct(_)) {
        return Err(raised("TableError", format!("a {} is no table", data.data_type())));
    }
    let batch = RecordBatch::from(StructArray::from(data));
    let schema = batch.schema();
    Ok(Box::new(RecordBatchIterator::new([Ok(batch)], schema)))
}

/// Batches as a capsule that holds a stream.
pub(crate) fn stream_capsule<'py>(
    py: Python<'py>,
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
) -> PyResult<Bound<'py, PyCapsule>> {
    let reader = RecordBatchIterator::new(batches.into_iter().map(Ok), schema);
    let stream = FFI_ArrowArrayStream::new(Box::new(reader));
    PyCapsule::new_with_value(py, stream, STREAM)
}

/// A schema as a capsule.
pub(crate) fn schema_capsule<'py>(
    py: Python<'py>,
    schema: &Schema,
) -> PyResult<Bound<'py, PyCapsule>> {
    let schema = FFI_ArrowSchema::try_from(schema).map_err(table)?;
    PyCapsule::new_with_value(py, schema, SCHEMA)
}
