//! Tables that are given out.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Float64Type, Int32Type, Int64Type, TimestampMicrosecondType, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, SchemaRef};
use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict, PyList};

use crate::capsule;
use crate::error::raised;

/// Batches of one schema.
#[pyclass(frozen, module = "sidestep._native")]
pub(crate) struct Table {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
}

impl Table {
    pub(crate) fn new(schema: SchemaRef, batches: Vec<RecordBatch>) -> Self {
        Self { schema, batches }
    }
}

#[pymethods]
impl Table {
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // The protocol lets a producer give its own schema where it cannot cast.
        let _ = requested_schema;
        capsule::stream_capsule(py, self.schema.clone(), self.batches.clone())
    }

    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        capsule::schema_capsule(py, &self.schema)
    }

    fn __len__(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    #[getter]
    fn column_names(&self) -> Vec<String> {
        self.schema.fields().iter().map(|field| field.name().clone()).collect()
    }

    /// The names of the columns that hold times.
    #[getter]
    fn time_columns(&self) -> Vec<String> {
        let is_time = |kind: &DataType| matches!(kind, DataType::Timestamp(..));
        let times = self.schema.fields().iter().filter(|field| is_time(field.data_type()));
        times.map(|field| field.name().clone()).collect()
    }

    /// The values of a column, from row `start` up to `stop`; times in microseconds since 1970.
    #[pyo3(signature = (name, start=0, stop=None))]
    fn column<'py>(
        &self,
        py: Python<'py>,
        name: &str,
        start: usize,
        stop: Option<usize>,
    ) -> PyResult<Bound<'py, PyList>> {
        let at = self.schema.index_of(name).map_err(|_| PyKeyError::new_err(name.to_owned()))?;
        let list = PyList::empty(py);
        let stop = stop.unwrap_or(usize::MAX);
        let mut before = 0;
        for batch in &self.batches {
            let rows = batch.num_rows();
            let from = start.saturating_sub(before).min(rows);
            let to = stop.saturating_sub(before).min(rows);
            for row in from..to {
                list.append(value(py, batch.column(at).as_ref(), row)?)?;
            }
            before += rows;
        }
        Ok(list)
    }
}

/// One value as an object.
fn value<'py>(py: Python<'py>, array: &dyn Array, row: usize) -> PyResult<Bound<'py, PyAny>> {
    if array.is_null(row) {
        return Ok(py.None().into_bound(py));
    }
    /// A value of a primitive type.
    macro_rules! primitive {
        ($kind:ty) => {
            array.as_primitive::<$kind>().value(row).into_pyobject(py)?.into_any()
        };
    }
    Ok(match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().value(row).into_pyobject(py)?.into_any(),
        DataType::Dictionary(..) => {
            let dictionary = array.as_dictionary::<Int32Type>();
            let key = dictionary.key(row).unwrap_or_default();
            return value(py, dictionary.values().as_ref(), key);
        }
        DataType::Float64 => primitive!(Float64Type),
        DataType::Int64 => primitive!(Int64Type),
        DataType::UInt16 => primitive!(UInt16Type),
        DataType::UInt32 => primitive!(UInt32Type),
        DataType::UInt64 => primitive!(UInt64Type),
        DataType::Timestamp(..) => primitive!(TimestampMicrosecondType),
        DataType::List(_) => {
            let items = array.as_list::<i32>().value(row);
            let list = PyList::empty(py);
            for at in 0..items.len() {
                list.append(value(py, items.as_ref(), at)?)?;
            }
            list.into_any()
        }
        DataType::Struct(fields) => {
            let dict = PyDict::new(py);
            for (field, column) in fields.iter().zip(array.as_struct().columns()) {
                dict.set_item(field.name(), value(py, column.as_ref(), row)?)?;
            }
            dict.into_any()
        }
        other => return Err(raised("TableError", format!("no object stands for a {other}"))),
    })
}
