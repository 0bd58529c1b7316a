//! The engine over the logs of `sidestep detect`: as they come, and in order of time where that loses
//! events.

use sidestep::alert::{Alert, AlertState};
use sidestep::event::{Event, Reorder};
use std::time::Duration;

use sidestep::{Engine, Metrics};
use sidestep_formats::{EventTaker, FormatError, LogReader, OrderWatch, in_order};

use crate::args::DetectArgs;
use crate::detect::{engine, read_options, since};
use crate::exit::Failure;
use crate::inputs::{Inputs, can_be_read_again, is_stdin, total_bytes};
use crate::progress::Progress;

/// Events held back at a time where they are put in order.
const MOST_HELD: usize = 1 << 20;

/// Events held back at a time of standard input, which cannot be read again.
const MOST_HELD_OF_STDIN: usize = 1 << 16;

/// What became of the logs.
pub(crate) struct Judged {
    pub(crate) engine: Engine,
    /// Counted over these logs, whatever state was loaded.
    pub(crate) metrics: Metrics,
    /// In their last state.
    pub(crate) alerts: Vec<Alert>,
    /// The state before movements that were still open were ended; empty where nobody asked for it.
    pub(crate) state: Vec<u8>,
    pub(crate) reader: LogReader,
    pub(crate) learned_events: u64,
    pub(crate) order: Order,
    pub(crate) seconds: f64,
    /// What reading broke off with.
    pub(crate) read: Result<(), FormatError>,
}

/// What was done about events that came out of order.
#[derive(Default)]
pub(crate) struct Order {
    /// Events that came too late to be judged as they came, where all were then put in order.
    pub(crate) put_in_order: u64,
    /// By how much the latest of them was behind, in microseconds.
    pub(crate) most_behind: Duration,
    /// How often the logs were read.
    pub(crate) readings: u64,
    /// Whether the logs cannot be read again, as standard input cannot.
    pub(crate) only_once: bool,
}

/// The time by which an event may be late before the engine drops it.
pub(crate) fn lateness(engine: &Engine) -> Duration {
    Duration::from_secs(60 * u64::from(engine.config().lateness_minutes()))
}

/// How far the events of the logs to learn from, and of those to judge, are out of order.
#[derive(Default)]
struct Watches {
    learn: OrderWatch,
    judge: OrderWatch,
}

/// Learns and judges. The logs are read as they come; if events then came too late, and the logs can
/// be read again, it begins anew and puts them in order of time.
pub(crate) fn judge(args: &DetectArgs) -> Result<Judged, Failure> {
    let mut watches = Watches::default();
    let first = take(args, &mut watches, false)?;
    let most_behind = watches.learn.most_behind().max(watches.judge.most_behind());
    if first.metrics.late == 0 || most_behind <= lateness(&first.engine) {
        return Ok(first);
    }
    if !args.learn.iter().chain(&args.inputs).all(|path| can_be_read_again(path)) {
        let order = Order { only_once: true, ..Order::default() };
        return Ok(Judged { order, ..first });
    }
    let (late, seconds) = (first.metrics.late, first.seconds);
    // Two engines at a time would be one too many.
    drop(first);
    let second = take(args, &mut watches, true)?;
    let order = Order {
        put_in_order: late - late.min(second.metrics.late),
        most_behind,
        readings: 1 + second.order.readings,
        only_once: false,
    };
    Ok(Judged { order, seconds: seconds + second.seconds, ..second })
}

/// Takes all logs once, as they come, or `again` and in the order of time.
fn take(args: &DetectArgs, watches: &mut Watches, again: bool) -> Result<Judged, Failure> {
    let options = read_options(args)?;
    let mut engine = engine(args)?;
    let before = engine.metrics();
    let mut alerts = Vec::new();
    let mut keep = |states: Vec<Alert>| {
        alerts.extend(states.into_iter().filter(|alert| alert.state == AlertState::Closed));
    };
    let begin = || {
        let progress = Progress::over_bytes(total_bytes(args.learn.iter().chain(&args.inputs)));
        Inputs::new(LogReader::new(options.clone()), progress)
    };
    let mut inputs = begin();
    let mut order = Order::default();
    let mut too_late = 0;
    let mut group = |inputs: &mut Inputs,
                     paths: &[std::path::PathBuf],
                     watch: &mut OrderWatch,
                     sink: &mut dyn FnMut(Event<'_>)| {
        if again {
            let before = inputs.reader.clone();
            let mut read = |sink: &mut EventTaker<'_>| {
                // Each reading counts anew.
                inputs.reader = before.clone();
                inputs.read(paths, args.in_order, sink)
            };
            let readings = in_order(watch, MOST_HELD, &mut read, sink)?;
            order.readings = order.readings.max(readings);
            return Ok(());
        }
        let mut reorder = if args.reorder_minutes > 0 {
            Reorder::new(args.reorder_minutes, MOST_HELD)
        } else if paths.iter().any(|path| is_stdin(path)) {
            Reorder::new(u32::MAX, MOST_HELD_OF_STDIN).giving_late()
        } else {
            return inputs.read(paths, args.in_order, &mut |event| {
                watch.observe(event.time());
                sink(event);
            });
        };
        let read = inputs.read(paths, args.in_order, &mut |event| {
            watch.observe(event.time());
            reorder.push(event, sink);
        });
        reorder.finish(sink);
        too_late += reorder.late();
        read
    };
    let learned = group(&mut inputs, &args.learn, &mut watches.learn, &mut |event| {
        engine.learn(event);
    });
    let learned_events = inputs.reader.summary().events;
    let read = learned.and_then(|()| {
        group(&mut inputs, &args.inputs, &mut watches.judge, &mut |event| {
            keep(engine.process(event));
        })
    });
    let state = if args.save_state.is_some() { engine.save() } else { Vec::new() };
    keep(engine.finish());
    let (reader, seconds) = inputs.end();
    let metrics = since(&engine.metrics(), &before, too_late);
    Ok(Judged { engine, metrics, alerts, state, reader, learned_events, order, seconds, read })
}
