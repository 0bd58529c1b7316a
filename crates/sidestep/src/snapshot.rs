//! The engine's state as bytes: versioned, checksummed, the same state the same bytes.
//!
//! Layout: signature (8 bytes), format version (u32), length of the body (u64), CRC-32 of the
//! body (u32), all little-endian, then the body in postcard's wire format.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::alerting::budget::Budget;
use crate::alerting::by_detections::ByDetections;
use crate::alerting::held_back::HeldBackLog;
use crate::baseline::{Baseline, SavedBaseline};
use crate::config::Config;
use crate::engine::{Engine, Quarantined};
use crate::error::SnapshotError;
use crate::event::Timestamp;
use crate::identity::{Identity, SavedIdentity};
use crate::metrics::Metrics;
use crate::movement::Tracker;
use crate::rules::{Rules, SavedRules};
use crate::score::calibrate::Calibration;
use crate::sessions::{SavedSessions, Sessions};
use crate::store::{Id, Interner, SavedInterner};
use crate::time::Day;

const SIGNATURE: [u8; 8] = *b"SIDESTEP";
const VERSION: u32 = 8;
const HEADER: usize = 8 + 4 + 8 + 4;

#[derive(Serialize, Deserialize)]
struct Body {
    config: Config,
    metrics: Metrics,
    identity: SavedIdentity,
    sessions: SavedSessions,
    baseline: SavedBaseline,
    calibration: Calibration,
    budget: Budget,
    led: Budget,
    movements: Tracker,
    rules: SavedRules,
    non_movers: SavedInterner<()>,
    by_detections: ByDetections,
    held_back: HeldBackLog,
    odd: VecDeque<(Timestamp, [Id; 3])>,
    quarantine: VecDeque<Quarantined>,
    now: Timestamp,
    first: Option<Timestamp>,
    taught: bool,
    news: [(u64, u64); 2],
    days_seen: Day,
}

impl Engine {
    /// The whole state as bytes. The same state has the same bytes, and the engine that
    /// [`Engine::load`] makes of them scores and alerts as this one would.
    ///
    /// # Panics
    /// Never: the state holds nothing that cannot be encoded.
    #[must_use]
    pub fn save(&self) -> Vec<u8> {
        let body = Body {
            config: self.config.clone(),
            metrics: self.metrics.clone(),
            identity: self.identity.to_saved(),
            sessions: self.sessions.to_saved(),
            baseline: self.baseline.to_saved(),
            calibration: self.calibration.clone(),
            budget: self.budget.clone(),
            led: self.led.clone(),
            movements: self.movements.clone(),
            rules: self.rules.to_saved(),
            non_movers: self.non_movers.to_saved(),
            by_detections: self.by_detections.clone(),
            held_back: self.held_back.clone(),
            odd: self.odd.clone(),
            quarantine: self.quarantine.clone(),
            now: self.now,
            first: self.first,
            taught: self.taught,
            news: self.news,
            days_seen: self.days_seen,
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
        let config = body.config.validated().map_err(|error| malformed(error.to_string()))?;
        if !body.calibration.is_sound()
            || !body.budget.is_sound()
            || !body.led.is_sound()
            || !body.movements.is_sound()
            || !body.by_detections.is_sound()
            || !body.held_back.is_sound()
        {
            return Err(malformed("its parts do not fit together".to_owned()));
        }
        let mut engine = Self::new(config);
        engine.baseline = Baseline::from_saved(body.baseline).map_err(malformed)?;
        engine.identity = Identity::from_saved(body.identity).map_err(malformed)?;
        engine.sessions = Sessions::from_saved(body.sessions).map_err(malformed)?;
        engine.rules = Rules::from_saved(body.rules).map_err(malformed)?;
        engine.non_movers =
            Interner::from_saved(body.non_movers, "non_movers").map_err(malformed)?;
        engine.by_detections = body.by_detections;
        engine.held_back = body.held_back;
        engine.metrics = body.metrics;
        engine.calibration = body.calibration;
        engine.budget = body.budget;
        engine.led = body.led;
        engine.movements = body.movements;
        engine.odd = body.odd;
        engine.quarantine = body.quarantine;
        engine.now = body.now;
        engine.first = body.first;
        engine.taught = body.taught;
        engine.news = body.news;
        engine.days_seen = body.days_seen;
        Ok(engine)
    }
}

/// Checks the header and gives out the body.
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
