//! The native part of the Python package `sidestep`: each method is a signature, one call into the
//! crates, and one map of errors. The face that users see is in `python/sidestep`.
//!
//! Every loop over events runs detached from the interpreter, and asks it now and then whether it was
//! interrupted.

mod alert;
mod capsule;
mod engine;
mod error;
mod log;
mod pulse;
mod reader;
mod rows;
mod sim;
mod source;
mod table;
mod taking;

use std::ffi::OsString;

use pyo3::prelude::*;

/// Runs the command line tool; gives its exit status.
#[pyfunction]
fn run_command(py: Python<'_>, arguments: Vec<OsString>) -> u8 {
    py.detach(|| sidestep_cli::run(arguments).code())
}

/// The native part of sidestep.
#[pymodule(gil_used = false)]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add("EVIDENCE", sidestep::alert::EVIDENCE.to_vec())?;
    module.add_class::<engine::Engine>()?;
    module.add_class::<alert::Alert>()?;
    module.add_class::<reader::Reader>()?;
    module.add_class::<table::Table>()?;
    module.add_function(wrap_pyfunction!(run_command, module)?)?;
    module.add_function(wrap_pyfunction!(alert::alerts_table, module)?)?;
    module.add_function(wrap_pyfunction!(alert::hops_table, module)?)?;
    module.add_function(wrap_pyfunction!(log::read_paths, module)?)?;
    module.add_function(wrap_pyfunction!(rows::table_of_columns, module)?)?;
    module.add_function(wrap_pyfunction!(sim::simulate, module)?)?;
    module.add_function(wrap_pyfunction!(sim::evaluate, module)?)?;
    Ok(())
}
