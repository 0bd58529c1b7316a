//! The engine's state as bytes: versioned, compressed, checksummed, the same state the same bytes. How they are
//! laid out is in [`layout`]; the body is in postcard's wire format.

mod layout;
mod read;
mod write;

use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize, Serializer};

use crate::ahead::{Ahead, SavedAhead};
use crate::alerting::desk::AlertDesk;
use crate::baseline::SavedBaseline;
use crate::config::Config;
use crate::config::saved::SavedConfig;
use crate::engine::Engine;
use crate::error::{ConfigError, SnapshotError};
use crate::identity::resolve::SavedResolver;
use crate::judge::Judge;
use crate::learning::Learning;
use crate::metrics::Counts;
use crate::movement::Tracker;
use crate::pipeline::Pipeline;
use crate::pipeline::days_seen::DaysSeen;
use crate::rules::SavedRules;
use crate::sessions::SavedSessions;
use crate::store::check_numbers;
use crate::time::{Micros, day_of};

#[derive(Serialize, Deserialize)]
struct Body {
    config: SavedConfig,
    counts: Counts,
    ahead: SavedAhead,
    now: Micros,
    days_seen: DaysSeen,
    resolver: SavedResolver,
    sessions: SavedSessions,
    baseline: SavedBaseline,
    judge: Judge,
    rules: SavedRules,
    tracker: Tracker,
    desk: AlertDesk,
    learning: Learning,
}

/// As [`Body`] is read.
impl Serialize for Pipeline {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let config = SavedConfig::from(self.config.clone());
        let before = (config, &self.counts, self.ahead.to_saved(), self.now, &self.days_seen);
        let learned = (&self.resolver, &self.sessions, &self.baseline, &self.judge, &self.rules);
        (before, learned, &self.tracker, &self.desk, &self.learning).serialize(serializer)
    }
}

/// What a saved state says of itself before it is decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
#[non_exhaustive]
pub struct SnapshotFacts {
    /// Version of its format.
    pub version: u32,
    /// Bytes of the saved state.
    pub bytes: u64,
    /// Bytes of what it holds, before they are compressed.
    pub body_bytes: u64,
    /// CRC-32 of these.
    pub checksum: u32,
}

impl SnapshotFacts {
    /// What a state says, from a reader that ends where it does. Every checksum is checked; nothing is decoded.
    ///
    /// ```
    /// use sidestep::{Config, Engine, SnapshotFacts};
    ///
    /// let state = Engine::new(Config::default()).save();
    /// let facts = SnapshotFacts::read(&*state)?;
    /// assert_eq!(facts.bytes, state.len() as u64);
    /// # Ok::<(), sidestep::SnapshotError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Engine::load_from`], but for what only its decoding shows.
    pub fn read(input: impl Read) -> Result<Self, SnapshotError> {
        read::facts(input)
    }
}

impl Engine {
    /// The whole state as bytes. The same state has the same bytes, and the engine that
    /// [`Engine::load`] makes of them scores and alerts as this one would.
    ///
    /// ```
    /// use sidestep::{Config, Engine};
    ///
    /// let engine = Engine::new(Config::default());
    /// let restored = Engine::load(&engine.save())?;
    /// assert_eq!(restored.metrics(), engine.metrics());
    /// # Ok::<(), sidestep::SnapshotError>(())
    /// ```
    #[must_use]
    pub fn save(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        // Nothing that is written to memory fails, and plain data always encodes.
        self.save_to(&mut bytes).expect("plain data of known length always encodes");
        bytes
    }

    /// Writes what [`Engine::save`] returns as it is encoded, so that the state is not in memory twice.
    ///
    /// # Errors
    /// What `out` gives.
    pub fn save_to(&self, out: impl Write) -> io::Result<()> {
        write::write(&self.pipeline, out)
    }

    /// The engine that [`Engine::save_to`] wrote, from a reader that ends where the state does. It is decoded as it
    /// is read, each part once its checksum was found right.
    ///
    /// # Errors
    /// As [`Engine::load`], and [`SnapshotError::Read`] where `input` gives an error.
    pub fn load_from(input: impl Read) -> Result<Self, SnapshotError> {
        Self::of_body(read::read(input)?)
    }

    /// The engine that [`Engine::save`] wrote.
    ///
    /// # Errors
    /// [`SnapshotError`] for bytes that are foreign, of another version, cut, damaged, or that
    /// contradict themselves. Nothing is loaded in part.
    pub fn load(bytes: &[u8]) -> Result<Self, SnapshotError> {
        Self::load_from(bytes)
    }

    fn of_body(body: Body) -> Result<Self, SnapshotError> {
        let malformed = |what: String| SnapshotError::Malformed { what };
        let config: Config = body
            .config
            .clone()
            .try_into()
            .map_err(|error: ConfigError| malformed(error.to_string()))?;
        check_numbers(&body).map_err(malformed)?;
        let days = body.baseline.days();
        let today = days.map_or(0, |(_, today)| today);
        let is_sound = body.counts.is_sound()
            && days.is_none_or(|(_, today)| today == day_of(body.now))
            && body.now >= 0
            && body.days_seen.are_within(days)
            && body.judge.is_sound(today)
            && body.tracker.is_sound(&config)
            && body.desk.is_sound(&config, today)
            && body.learning.is_sound();
        if !is_sound {
            return Err(malformed("its parts do not fit together".to_owned()));
        }
        let empty = Pipeline::new(config.clone());
        let pipeline = Pipeline {
            counts: body.counts,
            ahead: Ahead::from_saved(body.ahead).map_err(malformed)?,
            now: body.now,
            hour_end: 0,
            days_seen: body.days_seen,
            resolver: empty.resolver.with_saved(body.resolver).map_err(malformed)?,
            sessions: empty.sessions.with_saved(body.sessions).map_err(malformed)?,
            baseline: empty.baseline.with_saved(body.baseline).map_err(malformed)?,
            judge: body.judge,
            rules: empty.rules.with_saved(body.rules).map_err(malformed)?,
            tracker: empty.tracker.with_saved(body.tracker),
            desk: body.desk,
            learning: body.learning,
            config,
        };
        Ok(Self { pipeline: pipeline.within_limit() })
    }
}
