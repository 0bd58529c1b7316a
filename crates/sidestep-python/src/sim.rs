//! The simulated enterprise and the evaluation.

use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use arrow_array::{RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use pyo3::prelude::*;
use sidestep_arrow::{EventBatchBuilder, events_schema};
use sidestep_sim::evaluation::{EvaluationError, Plan, evaluate_simulated};
use sidestep_sim::{SimConfig, Simulation};

use crate::error::{config, raised, table};
use crate::pulse::Pulse;
use crate::reader::parsed;
use crate::table::Table;

/// How often an evaluation looks whether it was interrupted.
const LOOK: Duration = Duration::from_millis(50);

/// Makes an organisation and its log; gives its events and the logins of its attackers.
#[pyfunction]
#[allow(clippy::too_many_arguments, reason = "the settings of a simulation")]
pub(crate) fn simulate(
    py: Python<'_>,
    seed: u64,
    accounts: u32,
    days: u32,
    learn_days: u32,
    scenario: &str,
    telemetry: Option<&str>,
    attacks: Option<u32>,
    tick: Option<Py<PyAny>>,
) -> PyResult<(Table, Table)> {
    let mut settings =
        SimConfig::new(seed, accounts, days, learn_days, parsed(scenario)?).map_err(config)?;
    if let Some(telemetry) = telemetry {
        settings = settings.with_telemetry(parsed(telemetry)?);
    }
    if let Some(attacks) = attacks {
        settings = settings.with_attacks(attacks);
    }
    py.detach(move || {
        let mut pulse = Pulse::new(tick);
        let mut simulation = Simulation::new(settings).map_err(config)?;
        let mut batches = Vec::new();
        let mut builder = EventBatchBuilder::default();
        while simulation.next_day().is_some() {
            for row in simulation.rows() {
                builder.push(&simulation.event(row)).map_err(table)?;
            }
            batches.push(builder.finish().map_err(table)?);
            pulse.beat(simulation.rows().len())?;
        }
        Ok((Table::new(events_schema(), batches), truth(&simulation)?))
    })
}

fn truth(simulation: &Simulation) -> PyResult<Table> {
    let logins = &simulation.truth().logins;
    let time = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    let mut fields = vec![Field::new("time", time, false)];
    let names = ["account", "src_host", "dst_host", "attack_id"];
    fields.extend(names.map(|name| Field::new(name, DataType::Utf8, false)));
    let schema = Arc::new(Schema::new(fields));
    let times = logins.iter().map(|login| login.time * 1_000_000);
    let text = |of: fn(&sidestep_sim::TruthLogin) -> &String| {
        Arc::new(StringArray::from_iter_values(logins.iter().map(of)))
    };
    let batch = RecordBatch::try_new(
        schema.clone(),
        vec![
            Arc::new(TimestampMicrosecondArray::from_iter_values(times).with_timezone("UTC")),
            text(|login| &login.account),
            text(|login| &login.src_host),
            text(|login| &login.dst_host),
            text(|login| &login.attack_id),
        ],
    )
    .map_err(table)?;
    Ok(Table::new(schema, vec![batch]))
}

/// Judges all detectors on simulated seeds; gives the report as text and as JSON.
#[pyfunction]
#[allow(clippy::too_many_arguments, reason = "the settings of an evaluation")]
pub(crate) fn evaluate(
    py: Python<'_>,
    seeds: Vec<u64>,
    scenario: &str,
    accounts: u32,
    days: u32,
    learn_days: u32,
    alerts_per_day: f64,
    telemetry: Option<&str>,
) -> PyResult<(String, String)> {
    let plan = Plan {
        scenario: parsed(scenario)?,
        seeds,
        accounts,
        days,
        learn_days,
        alerts_per_day,
        telemetry: telemetry.map(parsed).transpose()?,
        ..Plan::default()
    };
    py.detach(move || {
        let stop = AtomicBool::new(false);
        let report = thread::scope(|scope| {
            let judging = scope.spawn(|| evaluate_simulated(&plan, &stop, &mut |_| ()));
            let mut pulse = Pulse::new(None);
            let mut interrupted = None;
            while !judging.is_finished() {
                thread::sleep(LOOK);
                if let Err(error) = pulse.beat(0) {
                    stop.store(true, Ordering::Relaxed);
                    interrupted.get_or_insert(error);
                }
            }
            let report = judging.join().unwrap_or_else(|panic| resume_unwind(panic));
            interrupted.map_or(Ok(report), Err)
        })?;
        let report = report.map_err(|error| match error {
            EvaluationError::Config(_) | EvaluationError::Simulation(_) => config(error),
            error => raised("EvaluationFailed", error),
        })?;
        Ok((report.to_text(), report.to_json().to_string()))
    })
}
