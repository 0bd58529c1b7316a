//! Events from one thread to another, in batches of which only a few may wait.

use std::mem;
use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::vec;

use sidestep::event::{Event, OwnedEvent};

/// Events handed over at a time, and such batches that may wait.
const BATCH: usize = 64;
const WAITING: usize = 2;

/// The two ends.
pub(crate) fn handover() -> (EventSender, EventReceiver) {
    let (sender, receiver) = sync_channel(WAITING);
    let batch = Vec::with_capacity(BATCH);
    (EventSender { sender, batch }, EventReceiver { receiver, batch: Vec::new().into_iter() })
}

/// Where a reader puts events.
pub(crate) struct EventSender {
    sender: SyncSender<Vec<OwnedEvent>>,
    batch: Vec<OwnedEvent>,
}

impl EventSender {
    /// Takes an event, and waits where too many wait already. `Break` where nobody listens any more.
    pub(crate) fn push(&mut self, event: Event<'_>) -> ControlFlow<()> {
        self.batch.push(OwnedEvent::from(event));
        if self.batch.len() < BATCH { ControlFlow::Continue(()) } else { self.send() }
    }

    fn send(&mut self) -> ControlFlow<()> {
        let batch = mem::replace(&mut self.batch, Vec::with_capacity(BATCH));
        match self.sender.send(batch) {
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

/// The events as they arrive; it ends when their sender is gone.
pub(crate) struct EventReceiver {
    receiver: Receiver<Vec<OwnedEvent>>,
    batch: vec::IntoIter<OwnedEvent>,
}

impl Iterator for EventReceiver {
    type Item = OwnedEvent;

    fn next(&mut self) -> Option<OwnedEvent> {
        loop {
            if let Some(event) = self.batch.next() {
                return Some(event);
            }
            self.batch = self.receiver.recv().ok()?.into_iter();
        }
    }
}
