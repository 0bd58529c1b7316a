//! The engine as its users see it. What happens to an event is in [`crate::pipeline`].

use crate::alert::{Alert, Score, ScoreVector};
use crate::config::Config;
use crate::event::Purpose;
use crate::event::{Account, Event, EventBatch, Timestamp};
#[cfg(feature = "petgraph")]
use crate::graph::{LoginGraph, login_graph};
use crate::identity::Alias;
use crate::metrics::Metrics;
use crate::pipeline::Pipeline;
use crate::time::{DAY, Micros};

/// Whether the engine raises alerts yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Status {
    /// It only learns; nothing is raised yet.
    Learning,
    /// It raises alerts, since this time.
    Detecting {
        /// Time of the first event that could have raised an alert.
        since: Timestamp,
    },
}

/// Learns what is normal and finds what moves sideways.
///
/// [`learn`](Engine::learn) takes history in, [`score`](Engine::score) judges without changing
/// anything, [`process`](Engine::process) judges and then learns, and returns alerts. Any split
/// of the same events into calls gives the same alerts.
///
/// ```
/// use sidestep::event::{Account, AuthEvent, Host, Outcome};
/// use sidestep::{Config, Engine, Timestamp};
///
/// let mut engine = Engine::new(Config::builder().alerts_per_day(3.0).build()?);
/// let event = AuthEvent::builder(Timestamp::UNIX_EPOCH, Account::parse("alice@CORP"))
///     .src_host(Host::named("WS-17"))
///     .dst_host(Host::named("FILES-1"))
///     .outcome(Outcome::Success)
///     .build()?;
/// let alerts = engine.process(&event);
/// assert!(alerts.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Engine {
    pub(crate) pipeline: Pipeline,
}

impl Engine {
    /// An engine that knows nothing yet.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self { pipeline: Pipeline::new(config) }
    }

    /// Learns one event; raises nothing.
    pub fn learn<'e>(&mut self, event: impl Into<Event<'e>>) {
        self.pipeline.take(event.into(), Purpose::Learn);
    }

    /// Learns events in order, of any iterator over what [`learn`](Engine::learn) takes.
    pub fn learn_all<'e, E: Into<Event<'e>>>(&mut self, events: impl IntoIterator<Item = E>) {
        for event in events {
            self.learn(event);
        }
    }

    /// Scores one event against what was learned; changes nothing. What is no remote login, and with it
    /// every [`HostActivity`](crate::event::HostActivity), has a surprise of 0.
    #[must_use]
    pub fn score<'e>(&self, event: impl Into<Event<'e>>) -> Score {
        self.pipeline
            .weigh_login(event.into(), |context, weighing| Score {
                surprise: weighing.surprise,
                p_value: weighing.p_value,
                contributions: weighing.reasons(context).into_iter().map(Into::into).collect(),
            })
            .unwrap_or(Score { p_value: 1.0, ..Score::default() })
    }

    /// Scores one event as [`score`](Engine::score) does, in numbers only, which costs far less.
    #[must_use]
    pub fn score_vector<'e>(&self, event: impl Into<Event<'e>>) -> ScoreVector {
        self.pipeline
            .weigh_login(event.into(), |_, weighing| {
                ScoreVector::new(weighing.surprise, weighing.p_value, weighing.surprises)
            })
            .unwrap_or_else(|| ScoreVector::new(0.0, 1.0, Default::default()))
    }

    /// Scores each event against what was learned; changes nothing.
    #[must_use]
    pub fn score_all<'e, E: Into<Event<'e>>>(
        &self,
        events: impl IntoIterator<Item = E>,
    ) -> Vec<Score> {
        events.into_iter().map(|event| self.score(event)).collect()
    }

    /// Scores one event, then learns it. Returns the alerts that it opened, updated or closed.
    pub fn process<'e>(&mut self, event: impl Into<Event<'e>>) -> Vec<Alert> {
        self.pipeline.take(event.into(), Purpose::Detect)
    }

    /// Processes events in order, and returns all alerts at the end.
    pub fn process_all<'e, E: Into<Event<'e>>>(
        &mut self,
        events: impl IntoIterator<Item = E>,
    ) -> Vec<Alert> {
        self.process_iter(events).collect()
    }

    /// Processes events in order as the alerts are asked for: an event is taken when the alerts of those
    /// before it are used up.
    ///
    /// ```
    /// use sidestep::event::{Account, AuthEvent, Host};
    /// use sidestep::{Config, Engine, Timestamp};
    ///
    /// let events: Vec<AuthEvent> = (0..5)
    ///     .map(|minute| {
    ///         AuthEvent::builder(Timestamp::from_secs(60 * minute), Account::new("alice"))
    ///             .dst_host(Host::named("FILES"))
    ///             .build()
    ///     })
    ///     .collect::<Result<_, _>>()?;
    /// let mut engine = Engine::new(Config::default());
    /// assert_eq!(engine.process_iter(&events).count(), 0);
    /// assert_eq!(engine.metrics().events, 5);
    /// # Ok::<(), sidestep::event::EventError>(())
    /// ```
    pub fn process_iter<'e, E: Into<Event<'e>>>(
        &mut self,
        events: impl IntoIterator<Item = E>,
    ) -> impl Iterator<Item = Alert> {
        events.into_iter().flat_map(|event| self.process(event))
    }

    /// Processes the events of a batch in order, and returns all alerts at the end.
    pub fn process_batch(&mut self, batch: &EventBatch) -> Vec<Alert> {
        let mut alerts = Vec::new();
        batch.for_each(|event| alerts.append(&mut self.process(event)));
        alerts
    }

    /// Learns the events of a batch in order.
    pub fn learn_batch(&mut self, batch: &EventBatch) {
        batch.for_each(|event| self.learn(event));
    }

    /// Ends every open movement and returns the last state of its alert.
    pub fn finish(&mut self) -> Vec<Alert> {
        self.pipeline.finish()
    }

    /// Whether alerts are raised yet.
    #[must_use]
    pub fn status(&self) -> Status {
        let since = self.pipeline.desk.since();
        since.map_or(Status::Learning, |since| Status::Detecting {
            since: Timestamp::from_micros(since),
        })
    }

    /// From the beginning of the first day of which anything was learned to the newest event; `None` before the first.
    #[must_use]
    pub fn span(&self) -> Option<(Timestamp, Timestamp)> {
        let first = self.pipeline.baseline.first_day?;
        let times = (Micros::from(first) * DAY, self.pipeline.now);
        Some((Timestamp::from_micros(times.0), Timestamp::from_micros(times.1)))
    }

    /// Whether detections alone decide what is raised: statistics judge nothing yet, or what was seen is
    /// too little for them. So it is in short captures, in the first days of a log without history, and on
    /// networks of a few logins a day.
    #[must_use]
    pub fn is_by_detections(&self) -> bool {
        self.pipeline.who_decides().0
    }

    /// Movements in which detections found something that would be an alert on a short capture, and
    /// that were not raised: as alerts that say why, in the order in which they ended. At most 1,000
    /// are kept, the strongest; [`Metrics::held_back`](crate::Metrics::held_back) counts all.
    #[must_use]
    pub fn held_back(&self) -> Vec<Alert> {
        self.pipeline.held_back()
    }

    /// What else a host is known as, and why: its DNS name, its addresses. Any of its names will do.
    #[must_use]
    pub fn aliases_of_host(&self, name: &str) -> Vec<Alias> {
        self.pipeline.resolver.identity().aliases_of_host(name)
    }

    /// What else an account is known as, and why: its SIDs.
    #[must_use]
    pub fn aliases_of_account(&self, account: &Account<'_>) -> Vec<Alias> {
        self.pipeline.resolver.identity().aliases_of_account(account)
    }

    /// The settings.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.pipeline.config
    }

    /// What was taken in, passed over, evicted and raised.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        self.pipeline.metrics()
    }

    /// The logins known, as a graph of hosts. It is a copy: later events do not change it.
    #[cfg(feature = "petgraph")]
    #[must_use]
    pub fn login_graph(&self) -> LoginGraph {
        login_graph(&self.pipeline.baseline)
    }
}
