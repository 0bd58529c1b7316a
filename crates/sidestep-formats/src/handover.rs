//! Events from one thread to another, in batches of which only a few may wait.

use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::{mem, thread};

use sidestep::Timestamp;
use sidestep::event::{Event, EventBatch};

use crate::record_sink::EventSink;

/// Events of a batch where many logs are read at a time, and where one is: enough that handing a batch over is no
/// work, few enough that it stays in the cache.
pub(crate) const OF_MANY: usize = 64;
const OF_ONE: usize = 512;

/// Batches that may wait.
const WAITING: usize = 2;

/// Gives the events of `read` to `sink` in batches, while a second thread reads ahead: by two thousand events at
/// most. The events and their order are the same as on one thread. Reading ends with one of the next batches
/// where `sink` breaks. `read` gives each event to what it is called with; what it gives back is given back.
///
/// ```
/// use std::ops::ControlFlow;
///
/// use sidestep::{Config, Engine};
/// use sidestep_formats::{LogReader, ReadOptions, read_ahead};
///
/// let log = "1,U1@DOM1,U1@DOM1,C1,C7,Kerberos,Network,LogOn,Success\n";
/// let mut reader = LogReader::new(ReadOptions::default());
/// let mut engine = Engine::new(Config::default());
/// let mut alerts = Vec::new();
/// let _ = read_ahead(
///     |sink| reader.read(log.as_bytes(), "log", sink),
///     &mut |batch| {
///         alerts.extend(engine.process_batch(batch));
///         ControlFlow::Continue(())
///     },
/// )?;
/// assert_eq!(engine.metrics().events, 1);
/// # Ok::<(), sidestep_formats::FormatError>(())
/// ```
pub fn read_ahead<R: Send>(
    read: impl FnOnce(&mut EventSink<'_>) -> R + Send,
    sink: &mut BatchSink<'_>,
) -> R {
    thread::scope(|scope| {
        let (mut sender, mut receiver) = handover(OF_ONE);
        let reading = scope.spawn(move || {
            let read = read(&mut |event| sender.push(event));
            sender.finish();
            read
        });
        while let Some(batch) = receiver.next_batch() {
            if sink(batch).is_break() {
                break;
            }
        }
        // Whoever still reads finds nobody listening, and ends.
        drop(receiver);
        match reading.join() {
            Ok(read) => read,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// What takes batches of events, which may be empty. `Break` ends the reading.
pub type BatchSink<'s> = dyn FnMut(&EventBatch) -> ControlFlow<()> + 's;

/// The two ends, for batches of so many events.
pub(crate) fn handover(events: usize) -> (EventSender, EventReceiver) {
    let (sender, receiver) = sync_channel(WAITING);
    let (give_back, used) = channel();
    (
        EventSender { sender, used, batch: EventBatch::default(), events },
        EventReceiver { receiver, give_back, batch: EventBatch::default(), at: 0 },
    )
}

/// Where a reader puts events.
pub(crate) struct EventSender {
    sender: SyncSender<EventBatch>,
    /// Batches that were used up, to be filled again.
    used: Receiver<EventBatch>,
    batch: EventBatch,
    /// Events of a batch.
    events: usize,
}

impl EventSender {
    /// Takes an event, and waits where too many wait already. `Break` where nobody listens any more.
    pub(crate) fn push(&mut self, event: Event<'_>) -> ControlFlow<()> {
        self.batch.push(event);
        if self.batch.len() < self.events { ControlFlow::Continue(()) } else { self.send() }
    }

    fn send(&mut self) -> ControlFlow<()> {
        let empty = self.used.try_recv().unwrap_or_default();
        match self.sender.send(mem::replace(&mut self.batch, empty)) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    }

    /// Hands over what is left.
    pub(crate) fn finish(mut self) {
        // Nobody may be listening any more; then nobody misses it.
        let _ = self.send();
    }
}

/// The events as they arrive; they end when their sender is gone.
pub(crate) struct EventReceiver {
    receiver: Receiver<EventBatch>,
    give_back: Sender<EventBatch>,
    batch: EventBatch,
    /// The place of the first event that was not taken.
    at: usize,
}

impl EventReceiver {
    /// Takes the first event and lends it; waits for it. `None` where none is left.
    pub(crate) fn take<T>(&mut self, take: impl FnOnce(Event<'_>) -> T) -> Option<T> {
        self.wait()?;
        self.at += 1;
        self.batch.lend(self.at - 1, take)
    }

    /// The time of the first event that was not taken; waits for it.
    pub(crate) fn head_time(&mut self) -> Option<Timestamp> {
        self.wait()?;
        self.batch.time(self.at)
    }

    /// Waits for the first event that was not taken.
    fn wait(&mut self) -> Option<()> {
        while self.at >= self.batch.len() {
            self.next_batch()?;
        }
        Some(())
    }

    /// The next batch, which may be empty; waits for it. `None` where none is left.
    fn next_batch(&mut self) -> Option<&EventBatch> {
        let mut used = mem::replace(&mut self.batch, self.receiver.recv().ok()?);
        self.at = 0;
        used.clear();
        // A sender that is gone needs no batches.
        let _ = self.give_back.send(used);
        Some(&self.batch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sidestep::event::{Account, AuthEvent, Host};

    /// Reads so many events, one a second, until the sink breaks; says how many were taken from it.
    fn read(events: i64, sink: &mut EventSink<'_>) -> i64 {
        for second in 0..events {
            let time = Timestamp::from_secs(second);
            let event = AuthEvent::builder(time, Account::new("alice")).dst_host(Host::named("A"));
            if sink(Event::Auth(event.event().unwrap())).is_break() {
                return second;
            }
        }
        events
    }

    #[test]
    fn every_event_comes_in_order() {
        for events in [0, 1, OF_ONE as i64, 5 * OF_ONE as i64 + 7] {
            let mut times = Vec::new();
            let given = read_ahead(|sink| read(events, sink), &mut |batch| {
                batch.for_each(|event| times.push(event.time()));
                ControlFlow::Continue(())
            });
            assert_eq!(given, events);
            assert_eq!(times, (0..events).map(Timestamp::from_secs).collect::<Vec<_>>());
        }
    }

    #[test]
    fn reading_ends_soon_after_the_sink_breaks() {
        let mut batches = 0;
        let given = read_ahead(|sink| read(i64::MAX, sink), &mut |_| {
            batches += 1;
            if batches < 3 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        assert_eq!(batches, 3);
        assert!(given < (4 + WAITING as i64 + 1) * OF_ONE as i64, "{given}");
    }

    #[test]
    fn a_panic_of_the_reader_is_that_of_the_caller() {
        let caught = std::panic::catch_unwind(|| {
            read_ahead(|_| panic!("a reader"), &mut |_| ControlFlow::Continue(()))
        });
        assert!(caught.is_err());
    }
}
