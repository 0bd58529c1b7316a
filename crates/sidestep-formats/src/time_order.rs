//! Logs in order of time: read as they come, and read again where that loses events.

use std::cell::Cell;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::thread::available_parallelism;
use std::time::Duration;

use sidestep::event::{Event, Reorder};

use crate::error::FormatError;
use crate::handover::read_ahead;
use crate::order::{EventTaker, OrderWatch, in_order};
use crate::reader::LogReader;

/// Events held back at a time where they are put in order.
const MOST_HELD: usize = 1 << 20;

/// Events held back at a time of what cannot be read again.
const MOST_HELD_ONCE: usize = 1 << 16;

/// Which events the first reading holds back to put them in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum HoldBack {
    /// None.
    #[default]
    Nothing,
    /// Those of so many minutes. What comes later than that is dropped and counted.
    Minutes(u32),
    /// As many as memory allows, for what can be read only once. Nothing is dropped.
    AllThatFits,
}

/// The order of the events of some logs: noted in the first reading, established in a second.
#[derive(Debug, Clone, Default)]
pub struct TimeOrder {
    watch: OrderWatch,
}

impl TimeOrder {
    /// By how much the event that is most out of order is behind the newest before it.
    #[must_use]
    pub const fn most_behind(&self) -> Duration {
        self.watch.most_behind()
    }

    /// Whether the logs are to be read again: events were `late`, and they were further behind than an
    /// engine allows by its `lateness`.
    #[must_use]
    pub fn loses_events(&self, late: u64, lateness: Duration) -> bool {
        late > 0 && self.most_behind() > lateness
    }

    /// Reads logs as they come and notes how far they are out of order. `read` gives each event to what
    /// it is called with. Gives back how many events were dropped because they came later than
    /// `hold_back` allows, and the error of `read`.
    pub fn read_as_they_come<E>(
        &mut self,
        hold_back: HoldBack,
        read: &mut dyn FnMut(&mut EventTaker<'_>) -> Result<(), E>,
        sink: &mut EventTaker<'_>,
    ) -> (u64, Result<(), E>) {
        let watch = &mut self.watch;
        let mut reorder = match hold_back {
            HoldBack::Minutes(minutes) => Reorder::new(minutes, MOST_HELD),
            HoldBack::AllThatFits => Reorder::new(u32::MAX, MOST_HELD_ONCE).giving_late(),
            HoldBack::Nothing => {
                let ended = read(&mut |event| {
                    watch.observe(event.time());
                    sink(event);
                });
                return (0, ended);
            }
        };
        let ended = read(&mut |event| {
            watch.observe(event.time());
            reorder.push(event, sink);
        });
        reorder.finish(sink);
        (reorder.late(), ended)
    }

    /// Reads the same logs again and gives their events in order of time, by [`in_order`]. Each call of
    /// `read` begins anew. Gives back how often the logs were read.
    ///
    /// # Errors
    /// The first error of `read`.
    pub fn read_in_order<E>(
        &self,
        read: &mut dyn FnMut(&mut EventTaker<'_>) -> Result<(), E>,
        sink: &mut EventTaker<'_>,
    ) -> Result<u64, E> {
        in_order(&self.watch, MOST_HELD, read, sink)
    }
}

/// What was done about events out of order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct OrderSummary {
    /// Events that came too late in the first reading and were put in order by another.
    pub put_in_order: u64,
    /// By how much the latest of them was behind.
    pub most_behind: Duration,
    /// How often the logs were read, where more than once.
    pub readings: u64,
    /// Whether events were lost because the logs cannot be read again, as a pipe cannot.
    pub only_once: bool,
}

impl OrderSummary {
    /// Events were lost, and the logs cannot be read again.
    #[must_use]
    pub fn only_once() -> Self {
        Self { only_once: true, ..Self::default() }
    }

    /// The logs were read `again` so many times: `late` events came too late in the first reading, and
    /// `still_late` do in order of time.
    #[must_use]
    pub const fn read_again(late: u64, still_late: u64, most_behind: Duration, again: u64) -> Self {
        let put_in_order = late.saturating_sub(still_late);
        Self { put_in_order, most_behind, readings: 1 + again, only_once: false }
    }
}

/// Whether a path can be read from its beginning more than once: a pipe cannot.
#[must_use]
pub fn can_be_read_again(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.is_file() || metadata.is_dir())
}

/// What takes the events of logs, and can forget them to take them again in another order.
pub trait TakeEvents {
    /// Takes an event. `Break` ends the reading.
    fn take(&mut self, event: Event<'_>) -> ControlFlow<()>;

    /// How many of the events that were taken came too late to be used.
    fn late(&self) -> u64;

    /// Forgets every event that was taken; `false` if that cannot be, and nothing was forgotten.
    fn forget(&mut self) -> bool;
}

impl LogReader {
    /// Reads files and folders as `sidestep detect` does: merged in order of time
    /// ([`read_merged`](Self::read_merged)), and where `taker` then found events late by more than
    /// `lateness`, because a log itself is out of order, once more with all events put in order. Where the
    /// machine has a second core, a thread reads ahead; events are taken on the thread of the caller, and
    /// are the same.
    ///
    /// # Errors
    /// As [`read_merged`](Self::read_merged). What was read before is taken.
    pub fn read_in_order(
        &mut self,
        paths: &[PathBuf],
        lateness: Duration,
        taker: &mut dyn TakeEvents,
    ) -> Result<(ControlFlow<()>, OrderSummary), FormatError> {
        let before = self.clone();
        let stopped = Cell::new(false);
        let reads_ahead = available_parallelism().is_ok_and(|cores| cores.get() > 1);
        // An error that is none: the taker asked to stop.
        let mut read = |sink: &mut EventTaker<'_>| -> Result<(), Option<FormatError>> {
            // Each reading counts anew.
            *self = before.clone();
            let go_on = || {
                if stopped.get() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            };
            let _ = if reads_ahead {
                read_ahead(|events| self.read_merged(paths, events), &mut |batch| {
                    batch.for_each(&mut *sink);
                    go_on()
                })?
            } else {
                self.read_merged(paths, &mut |event| {
                    sink(event);
                    go_on()
                })?
            };
            if stopped.get() { Err(None) } else { Ok(()) }
        };
        let take = |taker: &mut dyn TakeEvents, event: Event<'_>| {
            if !stopped.get() && taker.take(event).is_break() {
                stopped.set(true);
            }
        };
        let mut order = TimeOrder::default();
        let (_, first) = order.read_as_they_come(HoldBack::Nothing, &mut read, &mut |event| {
            take(taker, event);
        });
        let late = taker.late();
        if stopped.get() || !order.loses_events(late, lateness) {
            return ended(first, OrderSummary::default());
        }
        if !paths.iter().all(|path| can_be_read_again(path)) || !taker.forget() {
            return ended(first, OrderSummary::only_once());
        }
        let again = order.read_in_order(&mut read, &mut |event| take(taker, event));
        let readings = *again.as_ref().unwrap_or(&1);
        let summary = OrderSummary::read_again(late, taker.late(), order.most_behind(), readings);
        ended(again.map(drop), summary)
    }
}

/// How a reading ended; an error without a cause is that it was stopped.
fn ended(
    read: Result<(), Option<FormatError>>,
    summary: OrderSummary,
) -> Result<(ControlFlow<()>, OrderSummary), FormatError> {
    match read {
        Ok(()) => Ok((ControlFlow::Continue(()), summary)),
        Err(None) => Ok((ControlFlow::Break(()), summary)),
        Err(Some(error)) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::ReadOptions;
    use sidestep::Timestamp;

    /// Keeps times, and counts as late what is more than an hour behind.
    #[derive(Default)]
    struct Times {
        taken: Vec<Timestamp>,
        late: u64,
        most: usize,
        forgetful: bool,
    }

    impl TakeEvents for Times {
        fn take(&mut self, event: Event<'_>) -> ControlFlow<()> {
            let newest = self.taken.iter().max().copied();
            let hour = 3_600_000_000;
            self.late += u64::from(
                newest.is_some_and(|newest| newest.micros() - event.time().micros() > hour),
            );
            self.taken.push(event.time());
            if self.taken.len() < self.most {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        }

        fn late(&self) -> u64 {
            self.late
        }

        fn forget(&mut self) -> bool {
            if self.forgetful {
                (self.late, self.taken) = (0, Vec::new());
            }
            self.forgetful
        }
    }

    fn log(seconds: impl Iterator<Item = u64>) -> String {
        let lines = seconds.map(|second| format!("{second},alice,WS-17,FILES-1\n"));
        "time,user,src,dst\n".to_owned() + &lines.collect::<String>()
    }

    /// Reads a folder of two logs, one of which has wrapped around.
    fn read(mut times: Times) -> (Times, LogReader, ControlFlow<()>, OrderSummary) {
        let folder = tempfile::tempdir().unwrap();
        let wrapped = (60..90).chain(0..60).map(|hour| hour * 3600);
        std::fs::write(folder.path().join("a.csv"), log(wrapped)).unwrap();
        std::fs::write(folder.path().join("b.csv"), log((0..90).map(|hour| hour * 3600 + 9)))
            .unwrap();
        let mut reader = LogReader::new(ReadOptions::default());
        let lateness = Duration::from_secs(3600);
        let paths = [folder.path().to_owned()];
        let (flow, order) = reader.read_in_order(&paths, lateness, &mut times).unwrap();
        (times, reader, flow, order)
    }

    #[test]
    fn a_log_that_has_wrapped_around_is_put_in_order() {
        let (times, reader, flow, order) =
            read(Times { most: usize::MAX, forgetful: true, ..Times::default() });
        assert!(flow.is_continue());
        assert!(times.taken.is_sorted());
        assert_eq!(times.taken.len(), 180);
        assert_eq!(reader.summary().events, 180);
        assert_eq!((order.readings, order.only_once), (2, false));
        assert!(order.put_in_order > 50, "{order:?}");
    }

    #[test]
    fn what_cannot_forget_is_read_once() {
        let (times, _, _, order) = read(Times { most: usize::MAX, ..Times::default() });
        assert!(times.late > 50);
        assert_eq!(order, OrderSummary::only_once());
    }

    #[test]
    fn a_taker_may_stop() {
        let (times, _, flow, _) = read(Times { most: 100, forgetful: true, ..Times::default() });
        assert!(flow.is_break());
        assert_eq!(times.taken.len(), 100);
    }
}
