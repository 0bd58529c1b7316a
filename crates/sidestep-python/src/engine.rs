//! The engine.

use std::collections::BTreeMap;
use std::ops::{ControlFlow, Range};
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use arrow_array::{Float64Array, RecordBatch, StringArray, UInt16Array};
use arrow_schema::{DataType, Field, Schema};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use sidestep::alert::LatestAlerts;
use sidestep::event::Event;
use sidestep::graph::petgraph::visit::EdgeRef;
use sidestep::{Config, Metrics, Status, WarmUp};
use sidestep_arrow::{BatchError, BatchReader, OpenBatch, ScoreBatchBuilder, scores_schema};
use sidestep_formats::read_policy;

use crate::alert::Alert;
use crate::capsule;
use crate::error::{batch, config, raised, table};
use crate::log::{Folder, Told, each_event, options};
use crate::pulse::{Pulse, ROWS};
use crate::reader::Reader;
use crate::table::Table;

/// The engine, and the last state of every alert that it raised.
#[derive(Clone)]
struct State {
    engine: sidestep::Engine,
    alerts: LatestAlerts,
}

impl State {
    /// Processes an event; its alerts are kept, and also given to `here`.
    fn process<'e>(&mut self, event: impl Into<Event<'e>>, here: &mut LatestAlerts) {
        let raised = self.engine.process(event);
        self.note(raised, here);
    }

    fn note(&mut self, raised: Vec<sidestep::alert::Alert>, here: &mut LatestAlerts) {
        self.alerts.extend(raised.iter().cloned());
        here.extend(raised);
    }
}

fn objects(alerts: LatestAlerts) -> Vec<Alert> {
    alerts.into_vec().into_iter().map(|inner| Alert { inner }).collect()
}

/// Learns what is normal and finds what moves sideways. Calls from several threads are safe; those
/// that only look at it run at the same time.
#[pyclass(frozen, module = "sidestep._native")]
pub(crate) struct Engine {
    state: RwLock<State>,
}

impl Engine {
    fn of(engine: sidestep::Engine) -> Self {
        Self { state: RwLock::new(State { engine, alerts: LatestAlerts::default() }) }
    }

    /// The state, to be looked at; only while detached, as another thread may hold it.
    fn look(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state, to be changed; only while detached.
    fn change(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Gives each part of a table to `take`, and looks up in between.
fn each_part(
    py: Python<'_>,
    data: &Bound<'_, PyAny>,
    reader: &Reader,
    tick: Option<Py<PyAny>>,
    mut take: impl FnMut(&mut BatchReader, &OpenBatch<'_>, Range<usize>) -> Result<(), BatchError>
    + Send,
) -> PyResult<()> {
    let batches = capsule::batches(data)?;
    py.detach(move || {
        let schema = batches.schema();
        let mut pulse = Pulse::new(tick);
        for next in batches {
            let whole = next.map_err(table)?;
            let open = reader.lock().open(&whole).map_err(batch)?;
            for start in (0..open.num_rows()).step_by(ROWS) {
                let rows = start..open.num_rows().min(start + ROWS);
                // The lock must not be held while the interpreter runs what it will.
                take(&mut reader.lock(), &open, rows.clone()).map_err(batch)?;
                pulse.beat(rows.len())?;
            }
        }
        if pulse.rows() == 0 {
            // No row was there to complain of the columns.
            reader.lock().check(&schema).map_err(|error| batch(error.into()))?;
        }
        Ok(())
    })
}

#[pymethods]
impl Engine {
    #[new]
    #[pyo3(signature = (settings))]
    fn new(settings: &Bound<'_, PyDict>) -> PyResult<Self> {
        let mut builder = Config::builder();
        for (name, value) in settings {
            let name: String = name.extract()?;
            builder = match name.as_str() {
                "alerts_per_day" => builder.alerts_per_day(value.extract()?),
                "warm_up" => builder.warm_up(warm_up(&value)?),
                "lateness_minutes" => builder.lateness_minutes(value.extract()?),
                "window_hours" => builder.window_hours(value.extract()?),
                "half_life_days" => builder.half_life_days(value.extract()?),
                "quarantine_days" => builder.quarantine_days(value.extract()?),
                "resolve_names" => builder.resolve_names(value.extract()?),
                "address_hours" => builder.address_hours(value.extract()?),
                "max_accounts" => builder.max_accounts(value.extract()?),
                "max_hosts" => builder.max_hosts(value.extract()?),
                "max_edges" => builder.max_edges(value.extract()?),
                "max_movements" => builder.max_movements(value.extract()?),
                "max_hops" => builder.max_hops(value.extract()?),
                "policy" => {
                    let text: String = value.extract()?;
                    builder.policy(read_policy(&text).map_err(config)?)
                }
                _ => return Err(config(format!("there is no setting {name:?}"))),
            };
        }
        Ok(Self::of(sidestep::Engine::new(builder.build().map_err(config)?)))
    }

    /// The engine that these bytes were saved from.
    #[staticmethod]
    fn load(py: Python<'_>, state: &Bound<'_, PyBytes>) -> PyResult<Self> {
        let bytes = state.as_bytes();
        let engine = py
            .detach(|| sidestep::Engine::load(bytes))
            .map_err(|error| raised("StateError", error))?;
        Ok(Self::of(engine))
    }

    /// The whole state as bytes; alerts given out are no part of it.
    fn save<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        let bytes = py.detach(|| self.look().engine.save());
        PyBytes::new(py, &bytes)
    }

    /// Another engine in the same state.
    fn copy(&self, py: Python<'_>) -> Self {
        py.detach(|| Self { state: RwLock::new(self.look().clone()) })
    }

    /// Learns the rows of a table.
    fn learn(
        &self,
        py: Python<'_>,
        data: &Bound<'_, PyAny>,
        reader: &Reader,
        tick: Option<Py<PyAny>>,
    ) -> PyResult<()> {
        each_part(py, data, reader, tick, |reader, open, rows| {
            let engine = &mut self.change().engine;
            reader
                .for_each_event_of(open, rows, &mut |event| {
                    engine.learn(event);
                    ControlFlow::Continue(())
                })
                .map(|_| ())
        })
    }

    /// Processes the rows of a table; gives the alerts that it opened, updated or closed.
    fn process(
        &self,
        py: Python<'_>,
        data: &Bound<'_, PyAny>,
        reader: &Reader,
        tick: Option<Py<PyAny>>,
    ) -> PyResult<Vec<Alert>> {
        let mut here = LatestAlerts::default();
        each_part(py, data, reader, tick, |reader, open, rows| {
            let state = &mut *self.change();
            reader
                .for_each_event_of(open, rows, &mut |event| {
                    state.process(event, &mut here);
                    ControlFlow::Continue(())
                })
                .map(|_| ())
        })?;
        Ok(objects(here))
    }

    /// Scores the rows of a table against what was learned; changes nothing.
    fn score(
        &self,
        py: Python<'_>,
        data: &Bound<'_, PyAny>,
        reader: &Reader,
        tick: Option<Py<PyAny>>,
    ) -> PyResult<Table> {
        let mut batches = Vec::new();
        each_part(py, data, reader, tick, |reader, open, rows| {
            let engine = &self.look().engine;
            let mut scores = ScoreBatchBuilder::with_capacity(rows.len());
            let _ = reader.for_each_row_of(open, rows, &mut |event| {
                scores.push(event.map(|event| engine.score_vector(event)).as_ref());
                ControlFlow::Continue(())
            })?;
            batches.push(scores.finish());
            Ok(())
        })?;
        let batches = batches.into_iter().collect::<Result<Vec<_>, _>>().map_err(table)?;
        Ok(Table::new(scores_schema(), batches))
    }

    /// Learns (`learn`) or processes a log on disk; gives the alerts, and what was read.
    #[allow(clippy::too_many_arguments, reason = "the options of a reader")]
    fn take_path(
        &self,
        py: Python<'_>,
        path: PathBuf,
        learn: bool,
        log_format: &str,
        columns: BTreeMap<String, Option<String>>,
        time_format: &str,
        year: Option<i16>,
        host: Option<String>,
        on_error: &str,
        tick: Option<Py<PyAny>>,
    ) -> PyResult<(Vec<Alert>, Told)> {
        let options = options(log_format, columns, time_format, year, host, on_error)?;
        let mut here = LatestAlerts::default();
        let told = each_event(py, &path, Folder::ByTime, options, tick, |event: Event<'_>| {
            let state = &mut *self.change();
            if learn {
                state.engine.learn(event);
            } else {
                state.process(event, &mut here);
            }
            Ok(())
        })?;
        Ok((objects(here), told))
    }

    /// Ends every open movement; gives the last states of their alerts.
    fn finish(&self, py: Python<'_>) -> Vec<Alert> {
        py.detach(|| {
            let state = &mut *self.change();
            let mut here = LatestAlerts::default();
            let raised = state.engine.finish();
            state.note(raised, &mut here);
            objects(here)
        })
    }

    /// What detections found and no alert shows, each with the reason.
    fn held_back(&self, py: Python<'_>) -> Vec<Alert> {
        py.detach(|| {
            let held_back = self.look().engine.held_back();
            held_back.into_iter().map(|inner| Alert { inner }).collect()
        })
    }

    /// Every alert raised so far, in its last state.
    fn alerts(&self, py: Python<'_>) -> Vec<Alert> {
        py.detach(|| objects(self.look().alerts.clone()))
    }

    /// Since when alerts are raised, in microseconds since 1970; nothing while it only learns.
    fn detecting_since(&self, py: Python<'_>) -> Option<i64> {
        py.detach(|| match self.look().engine.status() {
            Status::Detecting { since } => Some(since.micros()),
            _ => None,
        })
    }

    /// Alerts a day that were asked for.
    fn alerts_per_day(&self, py: Python<'_>) -> f64 {
        py.detach(|| self.look().engine.config().alerts_per_day())
    }

    /// What was taken in, passed over, evicted and raised.
    fn metrics<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let metrics: Metrics = py.detach(|| self.look().engine.metrics());
        let dict = PyDict::new(py);
        /// Sets a count under its own name.
        macro_rules! set {
            ($($name:ident),+) => { $(dict.set_item(stringify!($name), metrics.$name)?;)+ };
        }
        set!(
            events,
            activities,
            logins,
            habitual,
            duplicates,
            late,
            passed_over,
            quarantined,
            edges,
            table_bytes,
            evicted_edges,
            evicted_pairs,
            evicted_accounts,
            evicted_hosts,
            findings,
            suppressed,
            movements,
            evicted_movements,
            dropped_hops,
            alerts,
            held_back,
            days_by_detections,
            future
        );
        Ok(dict)
    }

    /// The login graph as a table of edges.
    fn graph(&self, py: Python<'_>) -> PyResult<Table> {
        py.detach(|| {
            let graph = self.look().engine.login_graph();
            let edges: Vec<_> = graph.edge_references().collect();
            let text = |of: &dyn Fn(usize) -> String| {
                Arc::new(StringArray::from_iter_values((0..edges.len()).map(of)))
            };
            let fields = [
                ("account", DataType::Utf8),
                ("src_host", DataType::Utf8),
                ("dst_host", DataType::Utf8),
                ("days", DataType::UInt16),
                ("last_day", DataType::Float64),
            ];
            let fields = fields.map(|(name, kind)| Field::new(name, kind, false));
            let schema = Arc::new(Schema::new(fields.to_vec()));
            let days = edges.iter().map(|edge| edge.weight().days);
            let last = edges.iter().map(|edge| f64::from(edge.weight().last_day));
            let batch = RecordBatch::try_new(
                schema.clone(),
                vec![
                    text(&|at| edges[at].weight().account.clone()),
                    text(&|at| graph[edges[at].source()].clone()),
                    text(&|at| graph[edges[at].target()].clone()),
                    Arc::new(UInt16Array::from_iter_values(days)),
                    Arc::new(Float64Array::from_iter_values(last)),
                ],
            )
            .map_err(table)?;
            Ok(Table::new(schema, vec![batch]))
        })
    }
}

/// `"auto"`, `"none"` or a number of days.
fn warm_up(value: &Bound<'_, PyAny>) -> PyResult<WarmUp> {
    if let Ok(days) = value.extract::<u32>() {
        return Ok(WarmUp::Days(days));
    }
    match value.extract::<String>().as_deref() {
        Ok("auto") => Ok(WarmUp::Auto),
        Ok("none") => Ok(WarmUp::None),
        _ => Err(config(format!("warm_up is {value}; it must be \"auto\", \"none\" or days"))),
    }
}
