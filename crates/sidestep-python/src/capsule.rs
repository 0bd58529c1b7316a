//! Tables in and out through the capsules of Arrow's C data interface.

use std::ffi::CStr;
use std::sync::Arc;

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi_and_data_type};
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{
    RecordBatch, RecordBatchIterator, RecordBatchOptions, make_array, new_null_array,
};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyCapsuleMethods};

use crate::error::{raised, table};

const STREAM: &CStr = c"arrow_array_stream";
const ARRAY: &CStr = c"arrow_array";
const SCHEMA: &CStr = c"arrow_schema";

/// What polars calls a whole number of 128 bits, which Arrow has as a decimal without a fraction.
const POLARS_INT128: &str = "_pli128";

/// The columns of a table that are read.
pub(crate) struct Wanted {
    /// The place of each among all columns.
    places: Vec<usize>,
    /// How many columns there are.
    all: usize,
    schema: SchemaRef,
    /// The names of the others.
    pub(crate) unused: Vec<String>,
}

impl Wanted {
    /// Chooses by name. A type that cannot be imported does no harm where nobody asks for its column.
    fn of(schema: &FFI_ArrowSchema, is_wanted: &dyn Fn(&str) -> bool) -> PyResult<Self> {
        if schema.format() != "+s" {
            return Err(raised("TableError", format!("a {} is no table", schema.format())));
        }
        let (mut places, mut fields, mut unused, mut all) = (vec![], vec![], vec![], 0);
        for (at, column) in schema.children().enumerate() {
            all += 1;
            let name = column.name().unwrap_or_default();
            let field = if column.format() == POLARS_INT128 {
                Some(Field::new(name, DataType::Decimal128(38, 0), true))
            } else {
                Field::try_from(column).ok()
            };
            match field.filter(|_| is_wanted(name)) {
                Some(field) => {
                    places.push(at);
                    fields.push(field);
                }
                None => unused.push(name.to_owned()),
            }
        }
        Ok(Self { places, all, schema: Arc::new(Schema::new(fields)), unused })
    }

    /// The wanted columns of a batch.
    ///
    /// # Safety
    /// The array is as Arrow says of one of the schema that this was made of.
    unsafe fn import(&self, array: FFI_ArrowArray) -> Result<RecordBatch, String> {
        let length = |number: i64| usize::try_from(number).map_err(|_| "a length is below zero");
        let (rows, offset) = (length(array.length)?, length(array.offset)?);
        if length(array.n_children)? != self.all || (self.all > 0 && array.children.is_null()) {
            return Err("the batch does not have the columns that its schema says".to_owned());
        }
        if array.null_count > 0 {
            return Err("the batch has null rows; a table has nulls in its columns".to_owned());
        }
        let mut columns = Vec::with_capacity(self.places.len());
        for (&at, field) in self.places.iter().zip(self.schema.fields()) {
            if *field.data_type() == DataType::Null {
                // Producers do not agree on the buffers of nothing.
                columns.push(new_null_array(&DataType::Null, rows));
                continue;
            }
            // SAFETY: there are as many children as was just looked at. Arrow lets a consumer move them out
            // and release the rest.
            let data = unsafe {
                let child = FFI_ArrowArray::from_raw(*array.children.add(at));
                from_ffi_and_data_type(child, field.data_type().clone())
            };
            let column = make_array(data.map_err(|error| format!("{:?}: {error}", field.name()))?);
            if column.len().checked_sub(offset).is_none_or(|left| left < rows) {
                return Err(format!("the column {:?} is shorter than its table", field.name()));
            }
            columns.push(column.slice(offset, rows));
        }
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        // Producers mark columns as without nulls that have some.
        let fields = self.schema.fields().iter();
        let fields = fields.map(|field| field.as_ref().clone().with_nullable(true));
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        RecordBatch::try_new_with_options(schema, columns, &options)
            .map_err(|error| error.to_string())
    }
}

/// The batches of a table, with the wanted columns only.
pub(crate) struct Batches {
    source: Source,
    pub(crate) wanted: Wanted,
}

enum Source {
    Stream(FFI_ArrowArrayStream),
    Array(Option<FFI_ArrowArray>),
}

impl Batches {
    pub(crate) fn schema(&self) -> SchemaRef {
        self.wanted.schema.clone()
    }

    /// The next batch; `None` at the end. To be called while detached.
    pub(crate) fn next(&mut self) -> Result<Option<RecordBatch>, String> {
        let array = match &mut self.source {
            Source::Array(array) => array.take(),
            Source::Stream(stream) => next_of(stream)?,
        };
        // SAFETY: whoever gave the table says that it is as Arrow says.
        array.map(|array| unsafe { self.wanted.import(array) }).transpose()
    }
}

fn next_of(stream: &mut FFI_ArrowArrayStream) -> Result<Option<FFI_ArrowArray>, String> {
    let Some(get_next) = stream.get_next else { return Err("the stream was released".to_owned()) };
    let mut array = FFI_ArrowArray::empty();
    // SAFETY: the stream was not released, and is as Arrow says.
    let status = unsafe { get_next(&raw mut *stream, &raw mut array) };
    if status != 0 {
        return Err(failed(stream, status));
    }
    Ok((!array.is_released()).then_some(array))
}

/// What a stream says went wrong.
fn failed(stream: &mut FFI_ArrowArrayStream, status: i32) -> String {
    let said = stream.get_last_error.and_then(|get_last_error| {
        // SAFETY: the stream was not released; what it says lives until the next call on it.
        let said = unsafe { get_last_error(&raw mut *stream) };
        // SAFETY: Arrow says that it is NULL or NUL-terminated.
        (!said.is_null()).then(|| unsafe { CStr::from_ptr(said) }.to_string_lossy().into_owned())
    });
    said.unwrap_or_else(|| format!("the stream gave error {status}"))
}

/// The batches of anything with `__arrow_c_stream__` or `__arrow_c_array__`.
pub(crate) fn batches(
    data: &Bound<'_, PyAny>,
    is_wanted: &dyn Fn(&str) -> bool,
) -> PyResult<Batches> {
    if let Ok(method) = data.getattr("__arrow_c_stream__") {
        let capsule = method.call0()?.cast_into::<PyCapsule>()?;
        return stream(data.py(), &capsule, is_wanted);
    }
    if let Ok(method) = data.getattr("__arrow_c_array__") {
        let (schema, array): (Bound<'_, PyCapsule>, Bound<'_, PyCapsule>) =
            method.call0()?.extract()?;
        return batch(&schema, &array, is_wanted);
    }
    Err(raised(
        "TableError",
        format!("{} has neither __arrow_c_stream__ nor __arrow_c_array__", data.get_type()),
    ))
}

fn stream(
    py: Python<'_>,
    capsule: &Bound<'_, PyCapsule>,
    is_wanted: &dyn Fn(&str) -> bool,
) -> PyResult<Batches> {
    let pointer = capsule.pointer_checked(Some(STREAM))?.cast::<FFI_ArrowArrayStream>();
    // SAFETY: by the protocol of Arrow's capsules a capsule of this name holds a stream, which stays
    // valid as long as the capsule lives. `from_raw` moves it out and leaves a released one behind, so
    // that the destructor of the capsule does nothing.
    let mut stream = unsafe { FFI_ArrowArrayStream::from_raw(pointer.as_ptr()) };
    let Some(get_schema) = stream.get_schema.filter(|_| stream.release.is_some()) else {
        return Err(raised("TableError", "the stream was read before; give a new one"));
    };
    let mut schema = FFI_ArrowSchema::empty();
    // SAFETY: the stream was not released, and is as Arrow says.
    let (stream, status) = py.detach(|| unsafe {
        let status = get_schema(&raw mut stream, &raw mut schema);
        (stream, status)
    });
    let mut stream = stream;
    if status != 0 {
        return Err(table(failed(&mut stream, status)));
    }
    let wanted = Wanted::of(&schema, is_wanted)?;
    Ok(Batches { source: Source::Stream(stream), wanted })
}

fn batch(
    schema: &Bound<'_, PyCapsule>,
    array: &Bound<'_, PyCapsule>,
    is_wanted: &dyn Fn(&str) -> bool,
) -> PyResult<Batches> {
    let schema = schema.pointer_checked(Some(SCHEMA))?.cast::<FFI_ArrowSchema>();
    let array = array.pointer_checked(Some(ARRAY))?.cast::<FFI_ArrowArray>();
    // SAFETY: by the protocol of Arrow's capsules those of these names hold a schema and an array,
    // valid as long as the capsules live, which is longer than this function. The schema is only
    // borrowed; `from_raw` moves the array out and leaves a released one behind.
    let (schema, array) = unsafe { (schema.as_ref(), FFI_ArrowArray::from_raw(array.as_ptr())) };
    let wanted = Wanted::of(schema, is_wanted)?;
    let array = Some(array).filter(|array| !array.is_released());
    Ok(Batches { source: Source::Array(array), wanted })
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
