//! Events from one thread to another, in batches of which only a few may wait.

use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::{mem, thread};

use sidestep::Timestamp;
use sidestep::event::{BatchEvent, Event, EventBatch};

use crate::record_sink::EventSink;

/// Events of a batch where many logs are read at a time, and where one is.
pub(crate) const OF_MANY: usize = 64;
const OF_ONE: usize = 256;

/// Batches that may wait.
const WAITING: usize = 2;

/// Gives the events of `read` to `sink`, while a second thread reads ahead: by a thousand events at most.
/// They come in the same order, and reading ends with one of the next events where `sink` breaks. `read` gives
/// each event to what it is called with; what it gives back is given back.
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
/// let _ = read_ahead(
///     |sink| reader.read(log.as_bytes(), "log", sink),
///     &mut |event| {
///         engine.process(event);
///         ControlFlow::Continue(())
///     },
/// )?;
/// assert_eq!(engine.metrics().events, 1);
/// # Ok::<(), sidestep_formats::FormatError>(())
/// ```
pub fn read_ahead<R: Send>(
    read: impl FnOnce(&mut EventSink<'_>) -> R + Send,
    sink: &mut EventSink<'_>,
) -> R {
    thread::scope(|scope| {
        let (mut sender, mut receiver) = handover(OF_ONE);
        let reading = scope.spawn(move || {
            let read = read(&mut |event| sender.push(event));
            sender.finish();
            read
        });
        while let Some(event) = receiver.head() {
            let flow = sink(event.as_event());
            if flow.is_break() {
                break;
            }
            receiver.advance();
        }
        // Whoever still reads finds nobody listening, and ends.
        drop(receiver);
        match reading.join() {
            Ok(read) => read,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

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
    /// The first event that was not taken; waits for it. `None` where none is left.
    pub(crate) fn head(&mut self) -> Option<BatchEvent<'_>> {
        self.wait()?;
        self.batch.get(self.at)
    }

    /// Its time.
    pub(crate) fn head_time(&mut self) -> Option<Timestamp> {
        self.wait()?;
        self.batch.time(self.at)
    }

    /// Waits for the first event that was not taken.
    fn wait(&mut self) -> Option<()> {
        while self.at >= self.batch.len() {
            let mut used = mem::replace(&mut self.batch, self.receiver.recv().ok()?);
            self.at = 0;
            used.clear();
            // A sender that is gone needs no batches.
            let _ = self.give_back.send(used);
        }
        Some(())
    }

    /// Takes the first event.
    pub(crate) const fn advance(&mut self) {
        self.at += 1;
    }
}
