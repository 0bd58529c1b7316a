//! The engine: ties the rooms together.

use crate::alert::{Alert, Score};
use crate::config::Config;
use crate::error::SnapshotError;
use crate::event::{AuthEvent, Timestamp};
use crate::metrics::Metrics;

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
#[derive(Debug, Clone)]
pub struct Engine {
    config: Config,
    metrics: Metrics,
}

impl Engine {
    /// An engine that knows nothing yet.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self { config, metrics: Metrics::default() }
    }

    /// Learns one event; raises nothing.
    pub fn learn(&mut self, event: &AuthEvent<'_>) {
        let _ = event;
        self.metrics.events += 1;
    }

    /// Learns events in order.
    pub fn learn_all(&mut self, events: &[AuthEvent<'_>]) {
        for event in events {
            self.learn(event);
        }
    }

    /// Scores one event against what was learned; changes nothing.
    #[must_use]
    pub fn score(&self, event: &AuthEvent<'_>) -> Score {
        let _ = event;
        Score::default()
    }

    /// Scores each event against what was learned; changes nothing.
    #[must_use]
    pub fn score_all(&self, events: &[AuthEvent<'_>]) -> Vec<Score> {
        events.iter().map(|event| self.score(event)).collect()
    }

    /// Scores one event, then learns it. Gives out the alerts that it opened, updated or closed.
    pub fn process(&mut self, event: &AuthEvent<'_>) -> Vec<Alert> {
        self.learn(event);
        Vec::new()
    }

    /// Processes events in order.
    pub fn process_all(&mut self, events: &[AuthEvent<'_>]) -> Vec<Alert> {
        events.iter().flat_map(|event| self.process(event)).collect()
    }

    /// Ends every open movement and gives out the last state of its alert.
    pub fn finish(&mut self) -> Vec<Alert> {
        Vec::new()
    }

    /// Whether alerts are raised yet.
    #[must_use]
    pub fn status(&self) -> Status {
        Status::Learning
    }

    /// The settings.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// What was taken in, passed over, evicted and raised.
    #[must_use]
    pub const fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// The whole state as bytes.
    #[must_use]
    pub fn save(&self) -> Vec<u8> {
        Vec::new()
    }

    /// The engine that [`Engine::save`] wrote.
    ///
    /// # Errors
    /// [`SnapshotError`] for bytes that are foreign, of another version, cut or damaged.
    pub fn load(bytes: &[u8]) -> Result<Self, SnapshotError> {
        let _ = bytes;
        Err(SnapshotError::Foreign)
    }
}
