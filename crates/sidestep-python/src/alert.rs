//! Alerts.

use pyo3::prelude::*;
use sidestep_arrow::{alerts_batch, alerts_schema, hops_batch, hops_schema};
use sidestep_formats::{ExportFormat, ExportOptions, write_alerts};

use crate::error::table;
use crate::reader::parsed;
use crate::table::Table;

/// One state of an alert.
#[pyclass(frozen, module = "sidestep._native")]
#[derive(Clone)]
pub(crate) struct Alert {
    pub(crate) inner: sidestep::alert::Alert,
}

#[pymethods]
impl Alert {
    /// Its identifier.
    #[getter]
    fn id(&self) -> &str {
        &self.inner.id
    }

    /// Where it stands: `opened`, `updated` or `closed`.
    #[getter]
    fn state(&self) -> String {
        self.inner.state.to_string()
    }

    /// The alert in a format: `json`, `ocsf`, `ecs`, `navigator`, `graphml`, `dot` or `cytoscape`.
    fn emit(&self, emit: &str) -> PyResult<String> {
        let mut bytes = Vec::new();
        let options = ExportOptions::default().with_once(true);
        write_alerts(
            &mut bytes,
            std::slice::from_ref(&self.inner),
            parsed::<ExportFormat>(emit)?,
            &options,
        )?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

fn inner(alerts: Vec<PyRef<'_, Alert>>) -> Vec<sidestep::alert::Alert> {
    alerts.iter().map(|alert| alert.inner.clone()).collect()
}

/// Alerts as a table: a row per alert.
#[pyfunction]
pub(crate) fn alerts_table(alerts: Vec<PyRef<'_, Alert>>) -> PyResult<Table> {
    let batch = alerts_batch(&inner(alerts)).map_err(table)?;
    Ok(Table::new(alerts_schema(), vec![batch]))
}

/// The hops of alerts as a table: a row per hop.
#[pyfunction]
pub(crate) fn hops_table(alerts: Vec<PyRef<'_, Alert>>) -> PyResult<Table> {
    let batch = hops_batch(&inner(alerts)).map_err(table)?;
    Ok(Table::new(hops_schema(), vec![batch]))
}
