//! The engine's state as bytes: versioned, checksummed, the same state the same bytes.
//!
//! Layout: signature (8 bytes), format version (u32), length of the body (u64), CRC-32 of the
//! body (u32), all little-endian, then the body in postcard's wire format.

use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize};

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

const SIGNATURE: [u8; 8] = *b"SIDESTEP";
const VERSION: u32 = 11;
const HEADER: usize = 8 + 4 + 8 + 4;

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
        let Pipeline { config, counts, now, days_seen, .. } = &self.pipeline;
        let body = Body {
            config: config.clone().into(),
            counts: counts.clone(),
            ahead: self.pipeline.ahead.to_saved(),
            now: *now,
            days_seen: days_seen.clone(),
            resolver: self.pipeline.resolver.to_saved(),
            sessions: self.pipeline.sessions.to_saved(),
            baseline: self.pipeline.baseline.to_saved(),
            judge: self.pipeline.judge.clone(),
            rules: self.pipeline.rules.to_saved(),
            tracker: self.pipeline.tracker.clone(),
            desk: self.pipeline.desk.clone(),
            learning: self.pipeline.learning.clone(),
        };
        let body = postcard::to_stdvec(&body).expect("plain data of known length always encodes");
        let mut bytes = Vec::with_capacity(HEADER + body.len());
        bytes.extend_from_slice(&SIGNATURE);
        bytes.extend_from_slice(&VERSION.to_le_bytes());
        bytes.extend_from_slice(&(body.len() as u64).to_le_bytes());
        bytes.extend_from_slice(&crc32fast::hash(&body).to_le_bytes());
        bytes.extend_from_slice(&body);
        bytes
    }

    /// Writes what [`Engine::save`] returns.
    ///
    /// # Errors
    /// What `out` gives.
    pub fn save_to(&self, mut out: impl Write) -> io::Result<()> {
        out.write_all(&self.save())
    }

    /// The engine that [`Engine::save_to`] wrote, from a reader that ends where the state does.
    ///
    /// # Errors
    /// As [`Engine::load`], and [`SnapshotError::Read`] where `input` gives an error.
    pub fn load_from(mut input: impl Read) -> Result<Self, SnapshotError> {
        let mut bytes = Vec::new();
        let read = input.read_to_end(&mut bytes);
        read.map_err(|error| SnapshotError::Read { what: error.to_string() })?;
        Self::load(&bytes)
    }

    /// The engine that [`Engine::save`] wrote.
    ///
    /// # Errors
    /// [`SnapshotError`] for bytes that are foreign, of another version, cut, damaged, or that
    /// contradict themselves. Nothing is loaded in part.
    pub fn load(bytes: &[u8]) -> Result<Self, SnapshotError> {
        let body = checked_body(bytes)?;
        let malformed = |what: String| SnapshotError::Malformed { what };
        let (body, rest) = postcard::take_from_bytes::<Body>(body)
            .map_err(|error| malformed(error.to_string()))?;
        if !rest.is_empty() {
            return Err(malformed(format!("{} bytes are left over", rest.len())));
        }
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

/// Checks the header and returns the body.
fn checked_body(bytes: &[u8]) -> Result<&[u8], SnapshotError> {
    let rest = bytes.strip_prefix(&SIGNATURE).ok_or(SnapshotError::Foreign)?;
    let short = || SnapshotError::Length { found: bytes.len() as u64, expected: HEADER as u64 };
    let (version, rest) = rest.split_first_chunk::<4>().ok_or_else(short)?;
    let version = u32::from_le_bytes(*version);
    if version != VERSION {
        return Err(SnapshotError::Version { found: version, supported: VERSION });
    }
    let (length, rest) = rest.split_first_chunk::<8>().ok_or_else(short)?;
    let (checksum, body) = rest.split_first_chunk::<4>().ok_or_else(short)?;
    let length = u64::from_le_bytes(*length);
    if body.len() as u64 != length {
        return Err(SnapshotError::Length {
            found: bytes.len() as u64,
            expected: length.saturating_add(HEADER as u64),
        });
    }
    if crc32fast::hash(body) != u32::from_le_bytes(*checksum) {
        return Err(SnapshotError::Checksum);
    }
    Ok(body)
}
