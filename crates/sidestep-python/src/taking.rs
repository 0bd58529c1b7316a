//! One call that changes an engine: what it took and lost, and how it is undone.

use std::ops::{ControlFlow, Range};

use arrow_array::RecordBatch;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use sidestep::Metrics;
use sidestep::alert::LatestAlerts;
use sidestep::event::Event;
use sidestep_arrow::{BatchError, BatchReader, OpenBatch, RowPlace, rows_by_time};
use sidestep_formats::TakeEvents;

use crate::engine::{Engine, State};
use crate::error::batch;
use crate::pulse::{Pulse, ROWS};
use crate::reader::Reader;
use crate::source::Source;

/// Rows that are looked through before they are taken, where there are no more.
const LOOKED_THROUGH: usize = 1 << 16;

/// A call that takes events into an engine.
pub(crate) struct Taking<'e> {
    engine: &'e Engine,
    learn: bool,
    alerts: LatestAlerts,
    pulse: Pulse,
    /// The state before the call, where it may have to be undone.
    before: Option<State>,
    /// Changes that the call made.
    changes: u64,
    /// What is counted of rows of tables, which others may not change meanwhile.
    lost: Lost,
    /// The counters when the call began.
    counts: Metrics,
    /// Why the interpreter wants the call to stop.
    pub(crate) stopped: Option<PyErr>,
}

/// Events counted by the engine.
#[derive(Clone, Copy, Default)]
struct Lost {
    late: u64,
    future: u64,
    /// Logins between hosts, which are not lost.
    logins: u64,
}

impl Lost {
    /// Adds what was counted from one moment to another.
    fn add(&mut self, before: &Metrics, after: &Metrics) {
        self.late += after.late.saturating_sub(before.late);
        self.future += after.future.saturating_sub(before.future);
        self.logins += after.logins.saturating_sub(before.logins);
    }
}

/// What a call did.
pub(crate) struct Taken {
    pub(crate) alerts: LatestAlerts,
    lost: Lost,
    /// Whether too many rows were lost.
    too_many: bool,
    /// Whether the engine is as before the call.
    undone: bool,
}

impl Taken {
    /// Writes it down by name.
    pub(crate) fn tell(&self, dict: &Bound<'_, PyDict>) -> PyResult<()> {
        dict.set_item("late", self.lost.late)?;
        dict.set_item("future", self.lost.future)?;
        dict.set_item("logins", self.lost.logins)?;
        dict.set_item("too_many_lost", self.too_many)?;
        dict.set_item("undone", self.undone)
    }
}

impl<'e> Taking<'e> {
    pub(crate) fn new(engine: &'e Engine, learn: bool, tick: Option<Py<PyAny>>) -> Self {
        let counts = engine.look().engine.metrics();
        let alerts = LatestAlerts::default();
        let pulse = Pulse::new(tick);
        let (before, stopped, lost) = (None, None, Lost::default());
        Self { engine, learn, alerts, pulse, before, changes: 0, lost, counts, stopped }
    }

    /// Keeps the state, so that what follows can be undone.
    pub(crate) fn keep_state(&mut self) {
        self.before = Some(self.engine.look().clone());
    }

    /// Takes what `read` gives while nobody else uses the engine.
    fn change(
        &mut self,
        rows: usize,
        read: impl FnOnce(&mut dyn FnMut(Event<'_>)) -> Result<(), BatchError>,
    ) -> Result<(), BatchError> {
        let state = &mut *self.engine.change();
        state.changes += 1;
        state.rows += rows as u64;
        self.changes += 1;
        let before = state.engine.metrics();
        let read = read(&mut |event| state.take(event, self.learn, &mut self.alerts));
        self.lost.add(&before, &state.engine.metrics());
        read
    }

    /// Takes rows of an open batch.
    fn part(
        &mut self,
        reader: &mut BatchReader,
        open: &OpenBatch<'_>,
        rows: Range<usize>,
    ) -> Result<(), BatchError> {
        self.change(rows.len(), |take| {
            let read = reader.for_each_event_of(open, rows, &mut |event| {
                take(event);
                ControlFlow::Continue(())
            });
            read.map(drop)
        })
    }

    /// Takes rows of open batches, in another order than they have.
    fn part_at(
        &mut self,
        reader: &mut BatchReader,
        open: &[OpenBatch<'_>],
        places: &[RowPlace],
    ) -> Result<(), BatchError> {
        self.change(places.len(), |take| {
            let read = reader.for_each_event_at(open, places, &mut |event| {
                take(event);
                ControlFlow::Continue(())
            });
            read.map(drop)
        })
    }

    /// Takes a whole batch.
    fn whole(&mut self, reader: &Reader, whole: &RecordBatch) -> PyResult<()> {
        let open = reader.lock().open(whole).map_err(|error| reader.refused(error))?;
        for start in (0..open.num_rows()).step_by(ROWS) {
            let rows = start..open.num_rows().min(start + ROWS);
            let count = rows.len();
            // The lock must not be held while the interpreter runs what it will.
            self.part(&mut reader.lock(), &open, rows).map_err(batch)?;
            self.pulse.beat(count)?;
        }
        Ok(())
    }

    /// Brings back the state that was kept, unless somebody else has changed the engine meanwhile.
    fn undo(&mut self) -> bool {
        let Some(before) = &self.before else { return false };
        let state = &mut *self.engine.change();
        if state.changes != before.changes + self.changes {
            return false;
        }
        *state = before.clone();
        self.changes = 0;
        self.alerts = LatestAlerts::default();
        true
    }

    /// Counts what was taken of logs, of which each event is a change of its own.
    pub(crate) fn count_all(&mut self) {
        self.lost.add(&self.counts, &self.engine.look().engine.metrics());
    }

    /// Ends a call that read so many rows, some of which gave no event and should have.
    #[allow(clippy::cast_precision_loss, reason = "a share needs no more than 53 bits")]
    pub(crate) fn end(mut self, rows: u64, no_events: u64, max_lost: f64) -> Taken {
        let counted = self.lost;
        let lost = no_events + counted.late + counted.future;
        let too_many = lost > 0 && lost as f64 > max_lost * rows as f64;
        let undone = too_many && self.undo();
        Taken { alerts: self.alerts, lost: counted, too_many, undone }
    }
}

impl TakeEvents for Taking<'_> {
    fn take(&mut self, event: Event<'_>) -> ControlFlow<()> {
        {
            let state = &mut *self.engine.change();
            state.changes += 1;
            self.changes += 1;
            state.take(event, self.learn, &mut self.alerts);
        }
        match self.pulse.count() {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                self.stopped = Some(error);
                ControlFlow::Break(())
            }
        }
    }

    fn late(&self) -> u64 {
        self.engine.look().engine.metrics().late.saturating_sub(self.counts.late)
    }

    fn forget(&mut self) -> bool {
        self.undo()
    }
}

/// Takes every row of some tables, in order of time where `sort` says so.
///
/// A few rows are looked through first, which costs less than keeping the state of a large engine; of more
/// the state is kept, so that the call can be undone if too many are lost.
pub(crate) fn take_tables(
    taking: &mut Taking<'_>,
    mut source: Source<'_>,
    reader: &Reader,
    sort: bool,
    max_lost: f64,
) -> PyResult<()> {
    let first = taking.engine.look().rows;
    {
        let mut inner = reader.lock();
        *inner = inner.clone().counting_from(first);
    }
    let mut held = Vec::new();
    let mut rows = 0;
    let mut ended = false;
    let mut broken = Ok(());
    while !ended && (sort || rows < LOOKED_THROUGH) {
        match source.next() {
            Ok(Some(batch)) => {
                rows += batch.num_rows();
                held.push(batch);
            }
            Ok(None) => ended = true,
            // What came before is taken all the same, where its order is known.
            Err(error) if sort || held.is_empty() => return Err(error),
            Err(error) => {
                broken = Err(error);
                ended = true;
            }
        }
    }
    source.check()?;
    if max_lost < 1.0 && (rows >= LOOKED_THROUGH || loses(taking, reader, &held, sort, max_lost)) {
        taking.keep_state();
    }
    if sort {
        return sorted(taking, reader, &held);
    }
    for batch in held {
        taking.whole(reader, &batch)?;
    }
    broken?;
    while let Some(batch) = source.next()? {
        taking.whole(reader, &batch)?;
    }
    Ok(())
}

/// Takes the rows of batches in order of time.
fn sorted(taking: &mut Taking<'_>, reader: &Reader, held: &[RecordBatch]) -> PyResult<()> {
    let open = held
        .iter()
        .map(|batch| reader.lock().open(batch).map_err(|error| reader.refused(error)))
        .collect::<PyResult<Vec<_>>>()?;
    for places in rows_by_time(&open).chunks(ROWS) {
        taking.part_at(&mut reader.lock(), &open, places).map_err(batch)?;
        taking.pulse.beat(places.len())?;
    }
    Ok(())
}

/// Whether it is likely that too many of a few rows will be lost, because they are bad or out of order.
#[allow(clippy::cast_precision_loss, reason = "a share needs no more than 53 bits")]
fn loses(
    taking: &Taking<'_>,
    reader: &Reader,
    held: &[RecordBatch],
    sort: bool,
    max_lost: f64,
) -> bool {
    let (lateness, mut newest) = {
        let state = taking.engine.look();
        (i64::from(state.engine.config().lateness_minutes()) * 60_000_000, state.newest)
    };
    let mut reader = reader.lock().clone();
    let (mut lost, mut rows) = (0_u64, 0_u64);
    for batch in held {
        let looked = reader.for_each_row(batch, &mut |event| {
            rows += 1;
            match event {
                Some(event) => {
                    let time = event.time().micros();
                    lost += u64::from(newest.saturating_sub(time) > lateness);
                    if !sort {
                        newest = newest.max(time);
                    }
                }
                None => lost += 1,
            }
            ControlFlow::Continue(())
        });
        // What is wrong is said when the rows are taken.
        if looked.is_err() {
            return false;
        }
    }
    // Where it is close, the state is kept.
    lost as f64 > 0.5 * max_lost * rows as f64
}
