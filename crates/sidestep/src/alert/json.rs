//! The one shape of an alert in JSON and the like, `sidestep.alert/1`.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Alert, AlertState, CredentialSwitch, HeldBack, Hop, Origin, Severity, Technique};
use crate::Timestamp;

/// Name and version of the shape.
const SCHEMA: &str = "sidestep.alert/1";

/// An alert as it is written.
#[derive(Serialize)]
struct Written<'a> {
    schema: &'static str,
    id: &'a str,
    #[serde(skip_serializing_if = "is_closed")]
    state: AlertState,
    score: f64,
    surprise: f64,
    p_value: f64,
    severity: Severity,
    first_seen: Timestamp,
    last_seen: Timestamp,
    detected_at: Timestamp,
    origin: &'a Origin,
    pivots: &'a [String],
    targets: &'a [String],
    techniques: &'a [Technique],
    credential_switches: &'a [CredentialSwitch],
    hops: &'a [Hop],
    summary: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    held_back: Option<HeldBack>,
}

/// An alert as it is read.
#[derive(Deserialize)]
struct Read {
    schema: String,
    id: String,
    #[serde(default = "closed")]
    state: AlertState,
    score: f64,
    surprise: f64,
    p_value: f64,
    severity: Severity,
    first_seen: Timestamp,
    last_seen: Timestamp,
    detected_at: Timestamp,
    origin: Origin,
    pivots: Vec<String>,
    targets: Vec<String>,
    techniques: Vec<Technique>,
    credential_switches: Vec<CredentialSwitch>,
    hops: Vec<Hop>,
    summary: String,
    #[serde(default)]
    held_back: Option<HeldBack>,
}

fn is_closed(state: &AlertState) -> bool {
    *state == AlertState::Closed
}

const fn closed() -> AlertState {
    AlertState::Closed
}

impl Serialize for Alert {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Written {
            schema: SCHEMA,
            id: &self.id,
            state: self.state,
            score: self.score,
            surprise: self.surprise,
            p_value: self.p_value,
            severity: self.severity,
            first_seen: self.first_seen,
            last_seen: self.last_seen,
            detected_at: self.detected_at,
            origin: &self.origin,
            pivots: &self.pivots,
            targets: &self.targets,
            techniques: &self.techniques,
            credential_switches: &self.credential_switches,
            hops: &self.hops,
            summary: &self.summary,
            held_back: self.held_back,
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Alert {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = Read::deserialize(deserializer)?;
        if read.schema != SCHEMA {
            let error =
                format!("schema `{}` is not `{SCHEMA}`, which this version reads", read.schema);
            return Err(D::Error::custom(error));
        }
        // Whoever draws the movement goes from hop to parent.
        let is_before = |(at, hop): (usize, &Hop)| hop.parent.is_none_or(|parent| parent < at);
        if !read.hops.iter().enumerate().all(is_before) {
            return Err(D::Error::custom("a hop has a parent that does not come before it"));
        }
        Ok(Self {
            id: read.id,
            state: read.state,
            score: read.score,
            surprise: read.surprise,
            p_value: read.p_value,
            severity: read.severity,
            first_seen: read.first_seen,
            last_seen: read.last_seen,
            detected_at: read.detected_at,
            origin: read.origin,
            pivots: read.pivots,
            targets: read.targets,
            techniques: read.techniques,
            credential_switches: read.credential_switches,
            hops: read.hops,
            summary: read.summary,
            held_back: read.held_back,
        })
    }
}

impl<'de> Deserialize<'de> for Technique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Id {
            id: String,
        }
        let Id { id } = Id::deserialize(deserializer)?;
        Self::of_id(&id).ok_or_else(|| {
            D::Error::custom(format!("technique {id} is not one that this version knows"))
        })
    }
}

/// Values of a vocabulary by their captions; for `#[serde(with)]`.
pub(super) mod caption {
    use std::borrow::Cow;
    use std::fmt::Display;

    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::store::Coded;

    pub(crate) fn serialize<T: Display, S: Serializer>(
        value: &T,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    pub(crate) fn deserialize<'de, T, D>(deserializer: D) -> Result<T, D::Error>
    where
        T: Coded + Display,
        D: Deserializer<'de>,
    {
        let caption = Cow::<str>::deserialize(deserializer)?;
        let named = |value: &&T| value.to_string() == caption;
        T::CODED
            .iter()
            .find(named)
            .copied()
            .ok_or_else(|| D::Error::custom(format!("`{caption}` is not a known value")))
    }
}
