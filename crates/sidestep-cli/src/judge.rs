//! The engine over the logs of `sidestep detect`: as they come, and in order of time where that loses
//! events.

use sidestep::alert::{Alert, AlertState};
use sidestep::event::Event;
use std::time::Duration;

use sidestep::{Engine, Metrics};
use sidestep_formats::{EventTaker, FormatError, HoldBack, LogReader, OrderSummary, TimeOrder};

use crate::args::DetectArgs;
use crate::detect::{engine, read_options, since};
use crate::exit::Failure;
use crate::inputs::{Inputs, can_be_read_again, is_stdin, total_bytes};
use crate::progress::Progress;

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
    pub(crate) order: OrderSummary,
    pub(crate) seconds: f64,
    /// What reading broke off with.
    pub(crate) read: Result<(), FormatError>,
}

/// The time by which an event may be late before the engine drops it.
pub(crate) fn lateness(engine: &Engine) -> Duration {
    Duration::from_secs(60 * u64::from(engine.config().lateness_minutes()))
}

/// The order of the logs to learn from, and of those to judge.
#[derive(Default)]
struct Orders {
    learn: TimeOrder,
    judge: TimeOrder,
}

impl Orders {
    /// Whether the logs are to be read again.
    fn lose_events(&self, late: u64, lateness: Duration) -> bool {
        [&self.learn, &self.judge].into_iter().any(|order| order.loses_events(late, lateness))
    }
}

/// Learns and judges. The logs are read as they come; if events then came too late, and the logs can
/// be read again, it begins anew and puts them in order of time.
pub(crate) fn judge(args: &DetectArgs) -> Result<Judged, Failure> {
    let mut orders = Orders::default();
    let first = take(args, &mut orders, false)?;
    if !orders.lose_events(first.metrics.late, lateness(&first.engine)) {
        return Ok(first);
    }
    if !args.learn.iter().chain(&args.inputs).all(|path| can_be_read_again(path)) {
        return Ok(Judged { order: OrderSummary::only_once(), ..first });
    }
    let (late, seconds) = (first.metrics.late, first.seconds);
    // Two engines at a time would be one too many.
    drop(first);
    let second = take(args, &mut orders, true)?;
    let most_behind = orders.learn.most_behind().max(orders.judge.most_behind());
    let order =
        OrderSummary::read_again(late, second.metrics.late, most_behind, second.order.readings);
    Ok(Judged { order, seconds: seconds + second.seconds, ..second })
}

/// Takes all logs once, as they come, or `again` and in the order of time.
fn take(args: &DetectArgs, orders: &mut Orders, again: bool) -> Result<Judged, Failure> {
    let options = read_options(args)?;
    let mut engine = engine(args)?;
    let before = engine.metrics();
    let mut alerts = Vec::new();
    let mut keep = |states: Vec<Alert>| {
        alerts.extend(states.into_iter().filter(|alert| alert.state == AlertState::Closed));
    };
    let begin = || {
        let progress = Progress::over_bytes(total_bytes(args.learn.iter().chain(&args.inputs)));
        Inputs::new(LogReader::new(options.clone()), progress, args.threads)
    };
    let mut inputs = begin();
    let mut summary = OrderSummary::default();
    let mut too_late = 0;
    let mut group = |inputs: &mut Inputs,
                     paths: &[std::path::PathBuf],
                     order: &mut TimeOrder,
                     sink: &mut dyn FnMut(Event<'_>)| {
        if again {
            let before = inputs.reader.clone();
            let mut read = |sink: &mut EventTaker<'_>| {
                // Each reading counts anew.
                inputs.reader = before.clone();
                inputs.read(paths, args.in_order, sink)
            };
            let readings = order.read_in_order(&mut read, sink)?;
            summary.readings = summary.readings.max(readings);
            return Ok(());
        }
        let hold_back = if args.reorder_minutes > 0 {
            HoldBack::Minutes(args.reorder_minutes)
        } else if paths.iter().any(|path| is_stdin(path)) {
            HoldBack::AllThatFits
        } else {
            HoldBack::Nothing
        };
        let mut read = |sink: &mut EventTaker<'_>| inputs.read(paths, args.in_order, sink);
        let (dropped, read) = order.read_as_they_come(hold_back, &mut read, sink);
        too_late += dropped;
        read
    };
    let learned = group(&mut inputs, &args.learn, &mut orders.learn, &mut |event| {
        engine.learn(event);
    });
    let learned_events = inputs.reader.summary().events;
    let read = learned.and_then(|()| {
        group(&mut inputs, &args.inputs, &mut orders.judge, &mut |event| {
            keep(engine.process(event));
        })
    });
    let state = if args.save_state.is_some() { engine.save() } else { Vec::new() };
    keep(engine.finish());
    let (reader, seconds) = inputs.end();
    let metrics = since(&engine.metrics(), &before, too_late);
    let order = summary;
    Ok(Judged { engine, metrics, alerts, state, reader, learned_events, order, seconds, read })
}
