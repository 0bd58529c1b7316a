//! OCSF Detection Finding, class 2004, in version 1.8.0, 1.6.0 or 1.1.0.
//!
//! 1.6.0 and later have fields for a movement's graph and for what was seen and expected. In 1.1.0, which many
//! tools still pin, the reasons stand in the data of the evidence instead.

mod evidence;
mod info;

use std::str::FromStr;

use serde::Serialize;
use sidestep::Timestamp;
use sidestep::alert::{Alert, AlertState, CredentialSwitch, Severity};

use self::evidence::{AnomalyAnalysis, Evidence, Observable, Resource};
use self::info::FindingInfo;
use super::ExportOptions;
use crate::error::ParseError;

const CLASS: u32 = 2004;
/// An authentication that is a logon.
const LOGON: u32 = 300_201;

/// A version of OCSF.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum OcsfVersion {
    /// 1.1.0, for tools that know no later one.
    V1_1,
    /// 1.6.0, with the attack graph and the anomaly analyses.
    #[default]
    V1_6,
    /// 1.8.0, which differs from 1.6.0 in nothing that is written here but the number.
    V1_8,
}

impl OcsfVersion {
    const fn number(self) -> &'static str {
        match self {
            Self::V1_1 => "1.1.0",
            Self::V1_6 => "1.6.0",
            Self::V1_8 => "1.8.0",
        }
    }

    /// Whether it has the attack graph and the anomaly analyses.
    const fn is_new(self) -> bool {
        !matches!(self, Self::V1_1)
    }
}

impl FromStr for OcsfVersion {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        match text {
            "1.1.0" => Ok(Self::V1_1),
            "1.6.0" => Ok(Self::V1_6),
            "1.8.0" => Ok(Self::V1_8),
            _ => Err(ParseError {
                what: "OCSF version",
                value: text.to_owned(),
                expected: "1.1.0, 1.6.0 or 1.8.0".to_owned(),
            }),
        }
    }
}

#[derive(Serialize)]
pub(super) struct Finding<'a> {
    time: Millis,
    start_time: Millis,
    end_time: Millis,
    activity_id: u32,
    activity_name: &'static str,
    category_uid: u32,
    category_name: &'static str,
    class_uid: u32,
    class_name: &'static str,
    type_uid: u32,
    type_name: String,
    severity_id: u32,
    severity: &'static str,
    status_id: u32,
    status: &'static str,
    confidence_id: u32,
    confidence: &'static str,
    confidence_score: u32,
    risk_level_id: u32,
    risk_level: &'static str,
    risk_score: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    risk_details: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_alert: Option<bool>,
    message: &'a str,
    metadata: Metadata,
    finding_info: FindingInfo<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    anomaly_analyses: Option<Vec<AnomalyAnalysis<'a>>>,
    evidences: Vec<Evidence<'a>>,
    resources: Vec<Resource<'a>>,
    observables: Vec<Observable<'a>>,
    unmapped: Unmapped<'a>,
}

#[derive(Serialize)]
struct Metadata {
    version: &'static str,
    product: Product,
}

#[derive(Serialize)]
struct Product {
    name: &'static str,
    vendor_name: &'static str,
    version: &'static str,
}

/// What OCSF has no field for.
#[derive(Serialize)]
struct Unmapped<'a> {
    score: f64,
    surprise: f64,
    p_value: f64,
    pivots: &'a [String],
    targets: &'a [String],
    credential_switches: &'a [CredentialSwitch],
}

/// A time as OCSF has it: milliseconds since 1970.
#[derive(Serialize, Clone, Copy)]
struct Millis(i64);

impl From<Timestamp> for Millis {
    fn from(time: Timestamp) -> Self {
        Self(time.micros().div_euclid(1000))
    }
}

/// The alert as a finding.
pub(super) fn finding<'a>(alert: &'a Alert, options: &ExportOptions) -> Finding<'a> {
    let version = options.ocsf_version;
    let is_new = version.is_new();
    let (activity_id, activity_name) = match alert.state {
        AlertState::Opened => (1, "Create"),
        AlertState::Closed => (3, "Close"),
        _ => (2, "Update"),
    };
    let (severity_id, severity, risk_level_id) = match alert.severity {
        Severity::Medium => (3, "Medium", 2),
        Severity::High => (4, "High", 3),
        Severity::Critical => (5, "Critical", 4),
        _ => (2, "Low", 1),
    };
    let confidence_score = percent(1.0 - alert.p_value);
    let (confidence_id, confidence) = match confidence_score {
        0..90 => (1, "Low"),
        90..99 => (2, "Medium"),
        _ => (3, "High"),
    };
    Finding {
        time: alert.detected_at.into(),
        start_time: alert.first_seen.into(),
        end_time: alert.last_seen.into(),
        activity_id,
        activity_name,
        category_uid: 2,
        category_name: "Findings",
        class_uid: CLASS,
        class_name: "Detection Finding",
        type_uid: CLASS * 100 + activity_id,
        type_name: format!("Detection Finding: {activity_name}"),
        severity_id,
        severity,
        // What became of it among people is not known here.
        status_id: 1,
        status: "New",
        confidence_id,
        confidence,
        confidence_score,
        risk_level_id,
        risk_level: severity,
        risk_score: percent(alert.score),
        risk_details: is_new.then(|| {
            format!("{:.1} nats beyond chance, p-value {:.2e}", alert.surprise, alert.p_value)
        }),
        is_alert: is_new.then_some(options.once || alert.state != AlertState::Closed),
        message: &alert.summary,
        metadata: Metadata {
            version: version.number(),
            product: Product {
                name: "sidestep",
                vendor_name: "sidestep",
                version: env!("CARGO_PKG_VERSION"),
            },
        },
        finding_info: info::of(alert, version),
        anomaly_analyses: is_new.then(|| evidence::anomalies(alert)),
        evidences: evidence::evidences(alert, version),
        resources: evidence::resources(alert, version),
        observables: evidence::observables(alert, version),
        unmapped: Unmapped {
            score: alert.score,
            surprise: alert.surprise,
            p_value: alert.p_value,
            pivots: &alert.pivots,
            targets: &alert.targets,
            credential_switches: &alert.credential_switches,
        },
    }
}

/// A share as a whole number of hundredths.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it lies in 0 to 100")]
fn percent(share: f64) -> u32 {
    (100.0 * share).clamp(0.0, 100.0).round() as u32
}
