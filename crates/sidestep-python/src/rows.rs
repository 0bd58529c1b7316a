//! Tables of what Python holds in lists.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, Float64Array, Int64Array, NullArray, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use arrow_schema::{Field, Schema};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::error::table;
use crate::table::Table;

/// A table of columns, each a name, a kind (`text`, `int`, `float`, `bool`, `time`, `local` or `null`)
/// and a list of values; times are microseconds since 1970, of UTC or of the local clock.
#[pyfunction]
pub(crate) fn table_of_columns(
    columns: Vec<(String, String, Bound<'_, PyAny>)>,
) -> PyResult<Table> {
    let mut fields = Vec::new();
    let mut arrays = Vec::new();
    for (name, kind, values) in columns {
        let array: ArrayRef = match kind.as_str() {
            "text" => Arc::new(StringArray::from(values.extract::<Vec<Option<String>>>()?)),
            "int" => Arc::new(Int64Array::from(values.extract::<Vec<Option<i64>>>()?)),
            "float" => Arc::new(Float64Array::from(values.extract::<Vec<Option<f64>>>()?)),
            "bool" => Arc::new(BooleanArray::from(values.extract::<Vec<Option<bool>>>()?)),
            "time" => Arc::new(
                TimestampMicrosecondArray::from(values.extract::<Vec<Option<i64>>>()?)
                    .with_timezone("UTC"),
            ),
            "local" => {
                Arc::new(TimestampMicrosecondArray::from(values.extract::<Vec<Option<i64>>>()?))
            }
            "null" => Arc::new(NullArray::new(values.len()?)),
            _ => return Err(PyValueError::new_err(format!("unknown kind {kind:?}"))),
        };
        fields.push(Field::new(name, array.data_type().clone(), true));
        arrays.push(array);
    }
    let schema = Arc::new(Schema::new(fields));
    let batch = RecordBatch::try_new(schema.clone(), arrays).map_err(table)?;
    Ok(Table::new(schema, vec![batch]))
}
