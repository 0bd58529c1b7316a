//! The events of logs as an iterator.

use std::fmt;
use std::io::Read;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::thread::{self, JoinHandle};

use sidestep::event::OwnedEvent;

use crate::error::FormatError;
use crate::handover::{EventReceiver, EventSender, OF_MANY, handover};
use crate::options::ReadOptions;
use crate::reader::LogReader;
use crate::summary::ReadSummary;

/// The events of files and folders in order of time, as
/// [`LogReader::read_merged`] gives them.
///
/// A thread reads ahead, by a few hundred events at most. Each event is a copy: where speed
/// matters, [`LogReader`] lends its events to a closure instead.
///
/// ```
/// use sidestep::{Config, Engine};
/// use sidestep_formats::{ReadOptions, events};
///
/// # let dir = tempfile::tempdir()?;
/// # let path = dir.path().join("auth.csv");
/// # std::fs::write(&path, "1,U1@DOM1,U1@DOM1,C1,C7,Kerberos,Network,LogOn,Success\n")?;
/// let mut engine = Engine::new(Config::default());
/// for event in events([path], ReadOptions::default()) {
///     engine.process(event?.as_event());
/// }
/// assert_eq!(engine.metrics().events, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "an iterator does nothing unless its events are taken"]
pub fn events(paths: impl IntoIterator<Item = impl Into<PathBuf>>, options: ReadOptions) -> Events {
    let paths: Vec<PathBuf> = paths.into_iter().map(Into::into).collect();
    Events::of(options, move |reader, sender| {
        reader.read_merged(&paths, &mut |event| sender.push(event))
    })
}

/// The events of an open log, as [`LogReader::read`] gives them. Errors call it `place`. See [`events`].
#[must_use = "an iterator does nothing unless its events are taken"]
pub fn events_of_reader(
    input: impl Read + Send + 'static,
    place: impl Into<String>,
    options: ReadOptions,
) -> Events {
    let place = place.into();
    Events::of(options, move |reader, sender| {
        reader.read(input, &place, &mut |event| sender.push(event))
    })
}

/// What a thread gives back that has read: what it counted, and how it ended.
type Outcome = (ReadSummary, Result<(), FormatError>);

/// An iterator over the events of logs; an error is its last item. See [`events`].
///
/// Where it is dropped early, reading ends with the next event that is read.
pub struct Events {
    receiver: EventReceiver,
    /// The thread that reads; `None` once it has ended.
    thread: Option<JoinHandle<Outcome>>,
    summary: Option<ReadSummary>,
}

impl Events {
    fn of(
        options: ReadOptions,
        read: impl FnOnce(&mut LogReader, &mut EventSender) -> Result<ControlFlow<()>, FormatError>
        + Send
        + 'static,
    ) -> Self {
        let (mut sender, receiver) = handover(OF_MANY);
        let thread = thread::spawn(move || {
            let mut reader = LogReader::new(options);
            let end = read(&mut reader, &mut sender);
            sender.finish();
            (reader.summary, end.map(drop))
        });
        Self { receiver, thread: Some(thread), summary: None }
    }

    /// What was read, passed over and skipped; `None` until the iterator has ended.
    #[must_use]
    pub const fn summary(&self) -> Option<&ReadSummary> {
        self.summary.as_ref()
    }
}

impl Iterator for Events {
    type Item = Result<OwnedEvent, FormatError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(event) = self.receiver.take(|event| OwnedEvent::from(event)) {
            return Some(Ok(event));
        }
        let (summary, end) = match self.thread.take()?.join() {
            Ok(read) => read,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        self.summary = Some(summary);
        end.err().map(Err)
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").field("summary", &self.summary).finish_non_exhaustive()
    }
}
