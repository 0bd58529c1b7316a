//! `sidestep detect`.

use std::ffi::OsStr;
use std::path::Path;

use sidestep::alert::Alert;
use sidestep::event::Event;
use sidestep::mfa::MfaCoverage;
use sidestep::{Config, Engine, Metrics, WarmUp};
use sidestep_formats::{
    ExportFormat, ExportOptions, FieldMapping, LogReader, ReadOptions, ReadSummary, read_policy,
    write_alerts, write_graph,
};

use crate::alert;
use crate::args::DetectArgs;
use crate::checkpoint::StateFile;
use crate::clock;
use crate::detections::Coverage;
use crate::exit::{Exit, Failure};
use crate::inputs::{Inputs, is_stdin, total_bytes};
use crate::judge::{Judged, judge, lateness};
use crate::output::{self, LateFile};
use crate::posture;
use crate::progress::Progress;
use crate::run_summary::{RunSummary, read_summary, run_summary};
use crate::session;
use crate::state;

/// Share of lines that may be bad before the exit status says so.
pub(crate) const TOLERATED: f64 = 0.01;

pub(crate) fn run(args: &DetectArgs) -> Result<Exit, Failure> {
    check(args)?;
    if args.explain_coverage {
        return explain(args, Coverage::default(), Coverage::add, Coverage::report);
    }
    if args.mfa_report {
        let observe = |posture: &mut MfaCoverage, event: Event<'_>| {
            if let Some(event) = event.auth() {
                posture.observe(event);
            }
        };
        let report = |posture: &MfaCoverage| posture::report(posture, &args.valued);
        return explain(args, MfaCoverage::default(), observe, report);
    }
    if args.state.is_some() || args.follow {
        return session::run(args);
    }
    let mut outputs = Outputs::open(args)?;
    let Judged { engine, metrics, mut alerts, state, reader, learned_events, order, seconds, read } =
        judge(args)?;
    alerts.sort_by(|a, b| (a.detected_at, &a.id).cmp(&(b.detected_at, &b.id)));

    outputs.write_alerts(&alerts)?;
    outputs.ends.write(&engine)?;
    let summary = reader.summary();
    output::eprint(&run_summary(&RunSummary {
        summary,
        learned_events,
        seconds,
        metrics: &metrics,
        status: engine.status(),
        decided_by_log: args.learn.is_empty() && args.learn_days.is_none(),
        by_detections: engine.is_by_detections(),
        alerts: alerts.len(),
        order: &order,
        lateness: lateness(&engine),
    }));
    // What was read before an error is judged and shown; only then is the error said.
    read.map_err(|error| Failure::Error(error.to_string()))?;
    outputs.ends.write_state(&state)?;
    Ok(if is_bad(summary, &metrics) { Exit::BadInput } else { Exit::Success })
}

/// Whether so much was bad that the exit status is to say so.
pub(crate) fn is_bad(summary: &ReadSummary, metrics: &Metrics) -> bool {
    summary.skipped_share() > TOLERATED
        || summary.files_damaged > 0
        || summary.is_not_understood()
        || late_share(metrics, summary) > TOLERATED
}

/// Events that could not be judged as a share of all.
#[allow(clippy::cast_precision_loss, reason = "a share needs no more than 53 bits")]
pub(crate) fn late_share(metrics: &Metrics, summary: &ReadSummary) -> f64 {
    if metrics.late == 0 { 0.0 } else { metrics.late as f64 / summary.events.max(1) as f64 }
}

/// Gathers something of all events, and reports it in place of alerts.
fn explain<G>(
    args: &DetectArgs,
    mut gathered: G,
    add: impl Fn(&mut G, Event<'_>),
    report: impl Fn(&G) -> String,
) -> Result<Exit, Failure> {
    let reader = LogReader::new(read_options(args)?);
    let progress = Progress::over_bytes(total_bytes(args.inputs.iter()));
    let mut inputs = Inputs::new(reader, progress, args.threads);
    let read = inputs.read(&args.inputs, args.in_order, &mut |event| add(&mut gathered, event));
    let (reader, _) = inputs.end();
    output::print(&report(&gathered))?;
    output::eprint(&read_summary(reader.summary()));
    read.map_err(|error| Failure::Error(error.to_string()))?;
    let summary = reader.summary();
    let bad = is_bad(summary, &Metrics::default());
    Ok(if bad { Exit::BadInput } else { Exit::Success })
}

/// Refuses arguments that contradict each other.
fn check(args: &DetectArgs) -> Result<(), Failure> {
    let logs = || args.learn.iter().chain(&args.inputs);
    if logs().filter(|path| is_stdin(path)).count() > 1 {
        return Err(Failure::Usage("standard input can be read only once".to_owned()));
    }
    let is_log = |written: &Path| {
        let same = |a: &Path, b: &Path| match (a.canonicalize(), b.canonicalize()) {
            (Ok(a), Ok(b)) => a == b,
            _ => false,
        };
        logs().any(|log| same(log, written))
    };
    let written = [&args.output, &args.held_back, &args.graph, &args.save_state, &args.state];
    for written in written.into_iter().flatten() {
        if !is_stdin(written) && is_log(written) {
            let path = written.display();
            return Err(Failure::Usage(format!("{path} is read as a log; write to another file")));
        }
    }
    Ok(())
}

pub(crate) fn engine(args: &DetectArgs) -> Result<Engine, Failure> {
    if let Some(path) = &args.load_state {
        return state::load(path);
    }
    let warm_up = match args.learn_days {
        Some(days) => WarmUp::Days(days),
        None if args.learn.is_empty() => WarmUp::Auto,
        None => WarmUp::None,
    };
    let mut builder = Config::builder().warm_up(warm_up);
    if let Some(mebibytes) = args.memory_limit {
        builder = builder.memory_limit(Some((mebibytes as usize) << 20));
    }
    if let Some(budget) = args.alerts_per_day {
        builder = builder.alerts_per_day(budget);
    }
    if let Some(path) = &args.policy {
        let failed = |what: String| Failure::Error(format!("{}: {what}", path.display()));
        let text = std::fs::read_to_string(path)
            .map_err(|error| failed(format!("cannot be read: {error}")))?;
        builder = builder.policy(read_policy(&text).map_err(|error| failed(error.to_string()))?);
    }
    let config = builder.build().map_err(|error| {
        let option = match error.field {
            "warm_up" => "--learn-days",
            _ => "--alerts-per-day",
        };
        Failure::Usage(format!("{option}: {error}"))
    })?;
    Ok(Engine::new(config))
}

pub(crate) fn read_options(args: &DetectArgs) -> Result<ReadOptions, Failure> {
    let mapping = args
        .map
        .iter()
        .try_fold(FieldMapping::default(), |mapping, pair| mapping.with_pair(pair))
        .map_err(|error| Failure::Usage(format!("--map: {error}")))?
        .with_time_format(args.time_format.clone());
    Ok(ReadOptions::default()
        .with_format(args.format)
        .with_mapping(mapping)
        .with_year(args.year)
        .with_now(Some(clock::now()))
        .with_zone(args.zone.clone())
        .with_host(args.host.clone())
        .with_on_error(args.on_error))
}

/// The format of a graph file, by its extension.
fn graph_format(path: &Path) -> Result<ExportFormat, Failure> {
    let extension = path.extension().map(|extension| extension.to_ascii_lowercase());
    match extension.as_deref().and_then(OsStr::to_str) {
        Some("graphml") => Ok(ExportFormat::GraphMl),
        Some("dot" | "gv") => Ok(ExportFormat::Dot),
        Some("json") => Ok(ExportFormat::Cytoscape),
        _ => Err(Failure::Usage(format!(
            "--graph: {} has no extension of a graph: .graphml, .dot, .gv or .json",
            path.display()
        ))),
    }
}

/// Where alerts, the login graph and state go.
struct Outputs {
    file: Option<LateFile>,
    to_stdout: bool,
    emit: ExportFormat,
    options: ExportOptions,
    ends: EndOutputs,
}

impl Outputs {
    fn open(args: &DetectArgs) -> Result<Self, Failure> {
        let to_stdout = match &args.output {
            Some(path) => is_stdin(path),
            None => args.emit.is_some(),
        };
        Ok(Self {
            file: match &args.output {
                Some(path) if !to_stdout => Some(LateFile::open(path)?),
                _ => None,
            },
            to_stdout,
            emit: args.emit.unwrap_or_default(),
            options: ExportOptions::default().with_ocsf_version(args.ocsf_version).with_once(true),
            ends: EndOutputs::open(args)?,
        })
    }

    /// In the format that was asked for where that was asked for; blocks for people unless a file
    /// got the alerts and nobody watches, or the alerts themselves go to standard output.
    fn write_alerts(&mut self, alerts: &[Alert]) -> Result<(), Failure> {
        let blocks = !self.to_stdout && (self.file.is_none() || output::is_watched());
        if self.to_stdout || self.file.is_some() {
            let mut bytes = Vec::new();
            write_alerts(&mut bytes, alerts, self.emit, &self.options)
                .map_err(|error| Failure::Error(format!("alerts: {error}")))?;
            match self.file.take() {
                Some(file) => file.write(&bytes)?,
                None => output::print(&String::from_utf8_lossy(&bytes))?,
            }
        }
        if blocks {
            // Whoever reads down the screen should meet the strongest first.
            let mut ranked: Vec<&Alert> = alerts.iter().collect();
            ranked.sort_by(|a, b| b.surprise.total_cmp(&a.surprise).then(a.id.cmp(&b.id)));
            let text: String = ranked.into_iter().map(alert::block).collect();
            output::print(&text)?;
        }
        Ok(())
    }
}

/// What is written at the end of a run, of what the engine knows then.
pub(crate) struct EndOutputs {
    held_back: Option<LateFile>,
    graph: Option<(LateFile, ExportFormat)>,
    state: Option<StateFile>,
}

impl EndOutputs {
    pub(crate) fn open(args: &DetectArgs) -> Result<Self, Failure> {
        let graph = match &args.graph {
            Some(path) => {
                let emit = graph_format(path)?;
                Some((LateFile::open(path)?, emit))
            }
            None => None,
        };
        Ok(Self {
            held_back: args.held_back.as_deref().map(LateFile::open).transpose()?,
            graph,
            state: args.save_state.as_deref().map(StateFile::open).transpose()?,
        })
    }

    /// Writes what is asked for but the state.
    pub(crate) fn write(&mut self, engine: &Engine) -> Result<(), Failure> {
        self.write_held_back(engine)?;
        self.write_graph(engine)
    }

    /// Whether the state is asked for.
    pub(crate) const fn wants_state(&self) -> bool {
        self.state.is_some()
    }

    /// Writes the state, where it was asked for.
    pub(crate) fn write_state(&self, state: &[u8]) -> Result<(), Failure> {
        self.state.as_ref().map_or(Ok(()), |file| file.write(|out| out.write_all(state)))
    }

    /// What was found and not raised, where it was asked for.
    fn write_held_back(&mut self, engine: &Engine) -> Result<(), Failure> {
        let Some(file) = self.held_back.take() else { return Ok(()) };
        let mut bytes = Vec::new();
        let options = ExportOptions::default().with_once(true);
        write_alerts(&mut bytes, &engine.held_back(), ExportFormat::Json, &options)
            .map_err(|error| Failure::Error(format!("held back: {error}")))?;
        file.write(&bytes)
    }

    /// The graph of the logins known, where it was asked for.
    fn write_graph(&mut self, engine: &Engine) -> Result<(), Failure> {
        let Some((file, emit)) = self.graph.take() else { return Ok(()) };
        let mut bytes = Vec::new();
        write_graph(&mut bytes, &engine.login_graph(), emit)
            .map_err(|error| Failure::Error(format!("login graph: {error}")))?;
        file.write(&bytes)
    }
}

/// What was counted since; `too_late` events did not reach the engine.
pub(crate) fn since(now: &Metrics, before: &Metrics, too_late: u64) -> Metrics {
    let mut metrics = now.clone();
    metrics.late -= before.late.min(now.late);
    metrics.late += too_late;
    metrics.future -= before.future.min(now.future);
    metrics.logins -= before.logins.min(now.logins);
    metrics
}
