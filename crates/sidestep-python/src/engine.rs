//! The engine.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use arrow_array::{Float64Array, RecordBatch, StringArray, UInt16Array};
use arrow_schema::{DataType, Field, Schema};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use sidestep::alert::LatestAlerts;
use sidestep::event::{Account, Event};
use sidestep::graph::petgraph::visit::EdgeRef;
use sidestep::{Config, MergeError, Merger, Metrics, Status, WarmUp};
use sidestep_arrow::{ScoreBatchBuilder, scores_schema};
use sidestep_formats::read_policy;

use crate::alert::Alert;
use crate::error::{batch, config, raised, table};
use crate::log::{LogOptions, read_logs, told};
use crate::pulse::{Pulse, ROWS};
use crate::reader::Reader;
use crate::source::Source;
use crate::table::Table;
use crate::taking::{Taking, take_tables};

/// The engine, and the last state of every alert that it raised.
#[derive(Clone)]
pub(crate) struct State {
    pub(crate) engine: sidestep::Engine,
    alerts: LatestAlerts,
    /// Rows of tables taken in all calls.
    pub(crate) rows: u64,
    /// The latest time of any event taken by this object, in microseconds since 1970.
    pub(crate) newest: i64,
    /// How often it was changed, so that a call can see whether others have changed it too.
    pub(crate) changes: u64,
}

impl State {
    /// Learns or processes an event; its alerts are kept, and also given to `here`.
    pub(crate) fn take(&mut self, event: Event<'_>, learn: bool, here: &mut LatestAlerts) {
        self.newest = self.newest.max(event.time().micros());
        if learn {
            self.engine.learn(event);
        } else {
            let raised = self.engine.process(event);
            self.note(raised, here);
        }
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
        let state = State {
            engine,
            alerts: LatestAlerts::default(),
            rows: 0,
            newest: i64::MIN,
            changes: 0,
        };
        Self { state: RwLock::new(state) }
    }

    /// The state, to be looked at; only while detached, as another thread may hold it.
    pub(crate) fn look(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state, to be changed; only while detached.
    pub(crate) fn change(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets something, and says whether anything was known of it.
    fn forget(
        &self,
        py: Python<'_>,
        what: impl FnOnce(&mut sidestep::Engine) -> bool + Send,
    ) -> bool {
        py.detach(|| {
            let mut state = self.change();
            state.changes += 1;
            what(&mut state.engine)
        })
    }
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
                "memory_limit" => builder.memory_limit(value.extract()?),
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

    /// Takes in what other engines learned of other parts of the same stream, of all or of none; those stay as they
    /// are.
    fn merge(&self, py: Python<'_>, others: Vec<Bound<'_, Self>>) -> PyResult<()> {
        let others: Vec<&Self> = others.iter().map(Bound::get).collect();
        py.detach(|| {
            // Looked at before this one is changed: an engine may be merged with itself.
            let copy = |other: &Self| {
                let other = other.look();
                (other.engine.clone(), other.newest)
            };
            let parts: Vec<(sidestep::Engine, i64)> = others.into_iter().map(copy).collect();
            let mut state = self.change();
            let mut newest = state.newest;
            let mut merger = Merger::new(state.engine.clone());
            for (part, newest_of_part) in parts {
                merger.add(part)?;
                newest = newest.max(newest_of_part);
            }
            state.changes += 1;
            state.newest = newest;
            state.engine = merger.finish();
            Ok(())
        })
        .map_err(|error: MergeError| PyValueError::new_err(error.to_string()))
    }

    /// Forgets an account; whether anything was known of it.
    fn forget_account(&self, py: Python<'_>, name: &str) -> bool {
        let account = Account::parse(name);
        self.forget(py, |engine| engine.forget_account(&account))
    }

    /// Forgets a host under any of its names; whether anything was known of it.
    fn forget_host(&self, py: Python<'_>, name: &str) -> bool {
        self.forget(py, |engine| engine.forget_host(name))
    }

    /// Another engine in the same state.
    fn copy(&self, py: Python<'_>) -> Self {
        py.detach(|| Self { state: RwLock::new(self.look().clone()) })
    }

    /// Learns (`learn`) or processes the rows of tables; gives the alerts that it opened, updated or closed,
    /// and what was read. Where more than `max_lost` of the rows were lost the engine is as before.
    #[allow(clippy::too_many_arguments, reason = "the options of a call")]
    fn take_tables<'py>(
        &self,
        py: Python<'py>,
        tables: &Bound<'py, PyAny>,
        reader: &Reader,
        learn: bool,
        sort: bool,
        max_lost: f64,
        tick: Option<Py<PyAny>>,
    ) -> PyResult<(Vec<Alert>, Bound<'py, PyDict>)> {
        let source = Source::new(tables, reader)?;
        let (taken, summary) = py.detach(|| {
            let mut taking = Taking::new(self, learn, tick);
            take_tables(&mut taking, source, reader, sort, max_lost)?;
            let summary = reader.lock().summary().clone();
            let rows = summary.rows;
            Ok::<_, PyErr>((taking.end(rows, summary.skipped, max_lost), summary))
        })?;
        let dict = PyDict::new(py);
        dict.set_item("rows", summary.rows)?;
        dict.set_item("events", summary.events)?;
        dict.set_item("skipped", summary.skipped)?;
        let errors: Vec<_> = summary.first_errors.iter().map(ToString::to_string).collect();
        dict.set_item("errors", errors)?;
        taken.tell(&dict)?;
        Ok((objects(taken.alerts), dict))
    }

    /// Scores the rows of tables against what was learned; changes nothing.
    fn score<'py>(
        &self,
        py: Python<'py>,
        tables: &Bound<'py, PyAny>,
        reader: &Reader,
        tick: Option<Py<PyAny>>,
    ) -> PyResult<(Table, Bound<'py, PyDict>)> {
        let mut source = Source::new(tables, reader)?;
        let mut batches = Vec::new();
        let summary = py.detach(|| {
            let mut pulse = Pulse::new(tick);
            while let Some(whole) = source.next()? {
                let open = reader.lock().open(&whole).map_err(|error| reader.refused(error))?;
                for start in (0..open.num_rows()).step_by(ROWS) {
                    let rows = start..open.num_rows().min(start + ROWS);
                    let count = rows.len();
                    let mut scores = ScoreBatchBuilder::with_capacity(count);
                    {
                        // The locks must not be held while the interpreter runs what it will.
                        let engine = &self.look().engine;
                        let _ = reader
                            .lock()
                            .for_each_row_of(&open, rows, &mut |event| {
                                let score = event.map(|event| engine.score_vector(event));
                                scores.push(score.as_ref());
                                ControlFlow::Continue(())
                            })
                            .map_err(batch)?;
                    }
                    batches.push(scores.finish().map_err(table)?);
                    pulse.beat(count)?;
                }
            }
            source.check()?;
            Ok::<_, PyErr>(reader.lock().summary().clone())
        })?;
        let dict = PyDict::new(py);
        dict.set_item("rows", summary.rows)?;
        dict.set_item("events", summary.events)?;
        dict.set_item("skipped", summary.skipped)?;
        let errors: Vec<_> = summary.first_errors.iter().map(ToString::to_string).collect();
        dict.set_item("errors", errors)?;
        Ok((Table::new(scores_schema(), batches), dict))
    }

    /// Learns (`learn`) or processes logs on disk in order of time; gives the alerts, and what was read.
    /// Where more than `max_lost` of the records were lost the engine is as before.
    fn take_paths<'py>(
        &self,
        py: Python<'py>,
        paths: Vec<PathBuf>,
        options: LogOptions,
        learn: bool,
        max_lost: f64,
        tick: Option<Py<PyAny>>,
    ) -> PyResult<(Vec<Alert>, Bound<'py, PyDict>)> {
        let mut log = options.reader()?;
        let (taken, order) = py.detach(|| {
            let mut taking = Taking::new(self, learn, tick);
            taking.keep_state();
            let lateness = 60 * u64::from(self.look().engine.config().lateness_minutes());
            let (order, read) =
                read_logs(&mut log, &paths, Duration::from_secs(lateness), &mut taking);
            if let Some(error) = taking.stopped.take() {
                return Err(error);
            }
            read?;
            taking.count_all();
            let summary = log.summary();
            let lost = summary.skipped + summary.not_understood.values().sum::<u64>();
            Ok((taking.end(summary.records(), lost, max_lost), order))
        })?;
        let dict = told(py, log.summary(), &order)?;
        taken.tell(&dict)?;
        Ok((objects(taken.alerts), dict))
    }

    /// Ends every open movement; gives the last states of their alerts.
    fn finish(&self, py: Python<'_>) -> Vec<Alert> {
        py.detach(|| {
            let state = &mut *self.change();
            state.changes += 1;
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
            accounts,
            hosts,
            edges,
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
        /// Sets bytes of tables under their names and `_bytes`.
        macro_rules! set_bytes {
            ($($name:ident),+) => {
                $(dict.set_item(concat!(stringify!($name), "_bytes"), metrics.memory.$name)?;)+
            };
        }
        set_bytes!(
            accounts,
            hosts,
            names,
            edges,
            account_destinations,
            account_sources,
            host_pairs,
            presence,
            sessions,
            detections,
            movements,
            quarantine
        );
        dict.set_item("memory_bytes", metrics.memory.total())?;
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
