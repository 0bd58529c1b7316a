//! `sidestep detect` with `--state` or `--follow`: alerts are written as they come, and a later run can
//! go on from a checkpoint.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use sidestep::alert::Alert;
use sidestep::event::{Event, Reorder};
use sidestep::{Engine, Metrics};
use sidestep_formats::{
    FormatError, LogPositions, OrderSummary, ReadSummary, TrackedLogs, Tracking,
};

use crate::alert_log::AlertLog;
use crate::args::DetectArgs;
use crate::checkpoint::{Checkpoint, HeldBack, Progress, StateFile};
use crate::clock;
use crate::detect::{self, EndOutputs, is_bad, read_options};
use crate::exit::{Exit, Failure};
use crate::inputs::{is_stdin, total_bytes};
use crate::judge::lateness;
use crate::options::{changed_option, options};
use crate::output;
use crate::progress;
use crate::run_summary::{RunSummary, run_summary};
use crate::signals::asked_to_stop;
use crate::text;

/// Time between two looks at logs that grow.
const POLL: Duration = Duration::from_millis(250);

/// Events between two looks at the clock.
const STRIDE: u64 = 1 << 8;

/// Events held back at a time, with --reorder-minutes and of what cannot be read again.
const MOST_HELD: usize = 1 << 20;
const MOST_HELD_ONCE: usize = 1 << 16;

pub(crate) fn run(args: &DetectArgs) -> Result<Exit, Failure> {
    let stop = asked_to_stop()?;
    let mut session = Session::open(args, stop)?;
    let mut ends = EndOutputs::open(args)?;
    let read = session.read_all()?;
    session.end(&mut ends, read)
}

/// How the reading of logs ended.
enum Read {
    /// All that is to be read was.
    Done,
    /// Somebody asked to stop.
    Stopped,
    /// A log could not be read to its end.
    Failed(FormatError),
}

/// What events are read for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Learn,
    Judge,
}

struct Session<'a> {
    args: &'a DetectArgs,
    file: Option<StateFile>,
    engine: Engine,
    /// How far everything is but the logs that are being read.
    progress: Progress,
    reorder: Option<Reorder>,
    alerts: AlertLog,
    stop: Arc<AtomicBool>,
    bar: progress::Progress,
    /// What was counted of the logs.
    learned: ReadSummary,
    judged: ReadSummary,
    /// Events taken in this run, and since the last checkpoint.
    taken: u64,
    since_checkpoint: u64,
    last_checkpoint: Instant,
}

impl<'a> Session<'a> {
    fn open(args: &'a DetectArgs, stop: Arc<AtomicBool>) -> Result<Self, Failure> {
        let file = args.state.as_deref().map(StateFile::open).transpose()?;
        let options = options(args)?;
        let loaded = file.as_ref().map(Checkpoint::load).transpose()?.flatten();
        let (engine, progress) = match loaded {
            Some(Checkpoint { engine, progress: Some(progress) }) => {
                if let Some(option) = changed_option(&progress.options, &options) {
                    return Err(Failure::Usage(format!(
                        "{option} is not what it was when the checkpoint was made: give it as it was, \
                         begin with another --state, or take over what was learned with --load-state"
                    )));
                }
                (engine, progress)
            }
            Some(Checkpoint { engine, progress: None }) => {
                refuse_settings(args)?;
                let progress = begun(options, &engine);
                (engine, progress)
            }
            None => {
                let engine = detect::engine(args)?;
                let progress = begun(options, &engine);
                (engine, progress)
            }
        };
        Ok(Self {
            alerts: AlertLog::open(args, progress.output)?,
            args,
            file,
            engine,
            progress,
            reorder: None,
            stop,
            bar: progress::Progress::over_bytes(match args.follow {
                true => None,
                false => total_bytes(args.learn.iter().chain(&args.inputs)),
            }),
            learned: ReadSummary::default(),
            judged: ReadSummary::default(),
            taken: 0,
            since_checkpoint: 0,
            last_checkpoint: clock::instant(),
        })
    }

    fn read_all(&mut self) -> Result<Read, Failure> {
        let args = self.args;
        if !args.learn.is_empty() && !self.progress.is_learned {
            let positions = self.progress.learn.clone();
            let mut logs = self.logs(&args.learn, false, positions)?;
            let read = self.read(&mut logs, Purpose::Learn)?;
            self.learned = logs.summary();
            if !matches!(read, Read::Done) {
                self.checkpoint(&logs, Purpose::Learn)?;
                // What is held is to be learned, and there is nothing to judge.
                self.reorder = None;
                return Ok(read);
            }
            self.give_held(Purpose::Learn)?;
            self.progress.too_late = self.late();
            self.progress.held = HeldBack::default();
            self.progress.is_learned = true;
            self.progress.learn = logs.positions();
        } else if !args.learn.is_empty() {
            // Nothing is read; what was counted is in the positions.
            let positions = self.progress.learn.clone();
            self.learned = self.logs(&[], false, positions)?.summary();
        }
        let positions = self.progress.judge.clone();
        let mut logs = self.logs(&args.inputs, args.follow, positions)?;
        let read = self.read(&mut logs, Purpose::Judge)?;
        self.judged = logs.summary();
        self.checkpoint(&logs, Purpose::Judge)?;
        Ok(read)
    }

    fn logs(
        &self,
        paths: &[PathBuf],
        follow: bool,
        positions: LogPositions,
    ) -> Result<TrackedLogs, Failure> {
        let has_stdin = paths.iter().any(|path| is_stdin(path));
        let tracking = match (follow, self.args.in_order || has_stdin) {
            (true, _) => Tracking::Follow,
            (false, true) => Tracking::InOrder,
            (false, false) => Tracking::Merged,
        };
        let options = read_options(self.args)?;
        let logs = TrackedLogs::resume(paths.to_vec(), options, tracking, positions);
        Ok(logs.until(Arc::clone(&self.stop)))
    }

    /// Reads logs from where they are on.
    fn read(&mut self, logs: &mut TrackedLogs, purpose: Purpose) -> Result<Read, Failure> {
        let follow = purpose == Purpose::Judge && self.args.follow;
        let paths = if purpose == Purpose::Learn { &self.args.learn } else { &self.args.inputs };
        self.reorder = self.reorder_for(paths)?;
        let bytes = logs.bytes_read();
        loop {
            // A log that is another than it was leaves the checkpoint as it is.
            logs.look(clock::now()).map_err(|error| Failure::Error(error.to_string()))?;
            logs.notices().iter().for_each(|notice| output::eprint(notice));
            let mut alerts = Vec::new();
            loop {
                let Self { engine, reorder, .. } = self;
                let mut take = |event: Event<'_>| match purpose {
                    Purpose::Learn => engine.learn(event),
                    Purpose::Judge => alerts.append(&mut engine.process(event)),
                };
                let given = logs.next(&mut |event| match reorder {
                    Some(reorder) => reorder.push(event, &mut take),
                    None => take(event),
                });
                match given {
                    Ok(true) => {}
                    Ok(false) => break,
                    Err(error @ FormatError::Changed { .. }) => {
                        return Err(Failure::Error(error.to_string()));
                    }
                    Err(error) => return Ok(Read::Failed(error)),
                }
                if !alerts.is_empty() {
                    self.progress.alerts += self.alerts.write(&alerts)?;
                    alerts.clear();
                }
                self.taken += 1;
                self.since_checkpoint += 1;
                if self.taken.is_multiple_of(STRIDE) {
                    let taken = self.taken;
                    self.bar.at(bytes.get(), || format!("{} events", text::grouped(taken)));
                    if self.stop.load(Ordering::Relaxed) {
                        break;
                    }
                }
                self.checkpoint_if_due(logs, purpose, self.taken.is_multiple_of(STRIDE))?;
            }
            if self.stop.load(Ordering::Relaxed) {
                return Ok(Read::Stopped);
            }
            if !follow {
                return Ok(Read::Done);
            }
            self.checkpoint_if_due(logs, purpose, true)?;
            thread::sleep(POLL);
        }
    }

    /// What holds events back, with what it held; `None` where they are taken as they come.
    fn reorder_for(&self, paths: &[PathBuf]) -> Result<Option<Reorder>, Failure> {
        let minutes = self.args.reorder_minutes;
        let empty = if minutes > 0 {
            Reorder::new(minutes, MOST_HELD)
        } else if paths.iter().any(|path| is_stdin(path)) {
            Reorder::new(u32::MAX, MOST_HELD_ONCE).giving_late()
        } else {
            return Ok(None);
        };
        let held = self.progress.held.put_in(empty);
        held.map(Some).map_err(|what| Failure::Error(format!("the checkpoint is damaged: {what}")))
    }

    /// Gives the engine what is held back.
    fn give_held(&mut self, purpose: Purpose) -> Result<(), Failure> {
        let mut alerts = Vec::new();
        if let Some(reorder) = &mut self.reorder {
            let engine = &mut self.engine;
            reorder.finish(&mut |event| match purpose {
                Purpose::Learn => engine.learn(event),
                Purpose::Judge => alerts.append(&mut engine.process(event)),
            });
        }
        self.progress.alerts += self.alerts.write(&alerts)?;
        Ok(())
    }

    /// Events that came too late to be put in order.
    fn late(&self) -> u64 {
        let now = self.reorder.as_ref().map_or(0, Reorder::late);
        self.progress.too_late + self.progress.held.late() + now
    }

    fn checkpoint_if_due(
        &mut self,
        logs: &TrackedLogs,
        purpose: Purpose,
        looks_at_clock: bool,
    ) -> Result<(), Failure> {
        let is_due = self.since_checkpoint > 0
            && (self.args.checkpoint_events.is_some_and(|most| self.since_checkpoint >= most)
                || looks_at_clock && self.last_checkpoint.elapsed() >= self.args.checkpoint);
        if is_due { self.checkpoint(logs, purpose) } else { Ok(()) }
    }

    /// Writes how far everything is.
    fn checkpoint(&mut self, logs: &TrackedLogs, purpose: Purpose) -> Result<(), Failure> {
        let Some(file) = &self.file else { return Ok(()) };
        let mut progress = self.progress.clone();
        match purpose {
            Purpose::Learn => progress.learn = logs.positions(),
            Purpose::Judge => progress.judge = logs.positions(),
        }
        if let Some(reorder) = &self.reorder {
            progress.held =
                HeldBack::of(reorder, self.progress.held.late()).map_err(Failure::Error)?;
        }
        // What the checkpoint says was written must be on the disk before it is.
        progress.output = self.alerts.length()?;
        Checkpoint::write(file, &self.engine, &progress)?;
        self.since_checkpoint = 0;
        self.last_checkpoint = clock::instant();
        Ok(())
    }

    /// Ends the run. What is given out here, because nothing more comes, is no part of the checkpoint: a
    /// later run goes on as if it had not been, and writes it again as it is then.
    fn end(mut self, ends: &mut EndOutputs, read: Read) -> Result<Exit, Failure> {
        let is_stopped = matches!(read, Read::Stopped);
        // Who goes on later must not end what is open.
        let goes_on = is_stopped && self.file.is_some();
        if !goes_on {
            self.give_held(Purpose::Judge)?;
        }
        let state = if ends.wants_state() { self.engine.save() } else { Vec::new() };
        if !goes_on {
            let closed: Vec<Alert> = self.engine.finish();
            self.progress.alerts += self.alerts.write(&closed)?;
        }
        ends.write(&self.engine)?;
        let mut metrics = self.metrics();
        metrics.late += self.late();
        let Self { args, engine, progress, bar, learned, judged, .. } = self;
        let learned_events = learned.events;
        let mut summary = learned;
        summary.add(judged, read_options(args)?.messages_kept);
        output::eprint(&run_summary(&RunSummary {
            summary: &summary,
            learned_events,
            seconds: bar.end().as_secs_f64(),
            metrics: &metrics,
            status: engine.status(),
            decided_by_log: args.learn.is_empty() && args.learn_days.is_none(),
            by_detections: engine.is_by_detections(),
            alerts: usize::try_from(progress.alerts).unwrap_or(usize::MAX),
            order: &OrderSummary::default(),
            lateness: lateness(&engine),
        }));
        match read {
            Read::Failed(error) => return Err(Failure::Error(error.to_string())),
            Read::Stopped if !args.follow => {
                return Err(Failure::Error(
                    "stopped by a signal; the same command goes on from the checkpoint".to_owned(),
                ));
            }
            Read::Stopped | Read::Done => ends.write_state(&state)?,
        }
        let bad = !args.follow && is_bad(&summary, &metrics);
        Ok(if bad { Exit::BadInput } else { Exit::Success })
    }

    /// What was counted since the first run with this state began.
    fn metrics(&self) -> Metrics {
        let mut metrics = self.engine.metrics();
        let [late, future, logins] = self.progress.before;
        metrics.late = metrics.late.saturating_sub(late);
        metrics.future = metrics.future.saturating_sub(future);
        metrics.logins = metrics.logins.saturating_sub(logins);
        metrics
    }
}

/// The progress of a run that begins with this engine.
fn begun(options: Vec<(String, String)>, engine: &Engine) -> Progress {
    let Metrics { late, future, logins, .. } = engine.metrics();
    Progress { options, before: [late, future, logins], ..Progress::default() }
}

/// Refuses settings where those of a saved state hold.
fn refuse_settings(args: &DetectArgs) -> Result<(), Failure> {
    let given = [
        ("--learn-days", args.learn_days.is_some()),
        ("--alerts-per-day", args.alerts_per_day.is_some()),
        ("--memory-limit", args.memory_limit.is_some()),
        ("--policy", args.policy.is_some()),
    ];
    match given.iter().find(|(_, is_given)| *is_given) {
        Some((option, _)) => Err(Failure::Usage(format!(
            "{option}: the file of --state was written by --save-state, whose settings hold"
        ))),
        None => Ok(()),
    }
}
