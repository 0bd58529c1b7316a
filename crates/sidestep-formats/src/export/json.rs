//! Alerts as lines of JSON, `sidestep.alert/1`.

use std::fmt;
use std::io::{self, Write};

use jiff::{SignedDuration, civil::date};
use serde::Serialize;
use sidestep::{Alert, Contribution, CredentialSwitch, HeldBack, Hop, Timestamp};

use super::write_line;

/// Name and version of the shape of a line.
const SCHEMA: &str = "sidestep.alert/1";

/// Writes an alert as one line of JSON. The same alert gives the same bytes.
///
/// # Errors
/// What `out` gives.
pub fn write_alert(out: &mut impl Write, alert: &Alert) -> io::Result<()> {
    write_line(out, &JsonAlert::from(alert))
}

/// Shows a time in RFC 3339, UTC with `Z`: whole seconds, or six digits of them where it is not
/// whole.
///
/// ```
/// use sidestep_formats::Rfc3339;
///
/// assert_eq!(Rfc3339(0).to_string(), "1970-01-01T00:00:00Z");
/// assert_eq!(Rfc3339(1_500_000).to_string(), "1970-01-01T00:00:01.500000Z");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rfc3339(pub Timestamp);

impl fmt::Display for Rfc3339 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Civil time reaches to the end of 9999, as events do.
        let since = SignedDuration::from_micros(self.0);
        let Ok(time) = date(1970, 1, 1).at(0, 0, 0, 0).checked_add(since) else {
            return write!(f, "{}us", self.0);
        };
        let precision = if self.0 % 1_000_000 == 0 { 0 } else { 6 };
        write!(f, "{time:.precision$}Z")
    }
}

impl Serialize for Rfc3339 {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[derive(Serialize)]
struct JsonAlert<'a> {
    schema: &'static str,
    id: &'a str,
    score: f64,
    surprise: f64,
    p_value: f64,
    severity: Shown<sidestep::Severity>,
    first_seen: Rfc3339,
    last_seen: Rfc3339,
    detected_at: Rfc3339,
    origin: JsonOrigin<'a>,
    pivots: &'a [String],
    targets: &'a [String],
    techniques: Vec<JsonTechnique<'a>>,
    credential_switches: Vec<JsonSwitch<'a>>,
    hops: Vec<JsonHop<'a>>,
    summary: &'a str,
    /// Only of what was not raised: why.
    #[serde(skip_serializing_if = "Option::is_none")]
    held_back: Option<&'static str>,
}

#[derive(Serialize)]
struct JsonOrigin<'a> {
    host: &'a str,
    user: &'a str,
}

#[derive(Serialize)]
struct JsonTechnique<'a> {
    id: &'a str,
    name: &'a str,
}

#[derive(Serialize)]
pub(super) struct JsonSwitch<'a> {
    time: Rfc3339,
    host: &'a str,
    from: &'a str,
    to: &'a str,
}

#[derive(Serialize)]
pub(super) struct JsonHop<'a> {
    time: Rfc3339,
    user: &'a str,
    src_host: &'a str,
    dst_host: &'a str,
    outcome: &'static str,
    auth_protocol: &'static str,
    logon_type: &'static str,
    surprise: f64,
    evidence: Vec<JsonEvidence<'a>>,
    parent: Option<usize>,
    raw_ref: Option<u64>,
}

#[derive(Serialize)]
pub(super) struct JsonEvidence<'a> {
    name: &'a str,
    surprise: f64,
    observed: &'a str,
    expected: &'a str,
}

/// Serialises what a value shows.
pub(super) struct Shown<T>(pub(super) T);

impl<T: fmt::Display> Serialize for Shown<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'a> From<&'a Alert> for JsonAlert<'a> {
    fn from(alert: &'a Alert) -> Self {
        Self {
            schema: SCHEMA,
            id: &alert.id,
            score: alert.score,
            surprise: alert.surprise,
            p_value: alert.p_value,
            severity: Shown(alert.severity),
            first_seen: Rfc3339(alert.first_seen),
            last_seen: Rfc3339(alert.last_seen),
            detected_at: Rfc3339(alert.detected_at),
            origin: JsonOrigin { host: &alert.origin.host, user: &alert.origin.user },
            pivots: &alert.pivots,
            targets: &alert.targets,
            techniques: alert
                .techniques
                .iter()
                .map(|technique| JsonTechnique { id: technique.id, name: technique.name })
                .collect(),
            credential_switches: alert.credential_switches.iter().map(JsonSwitch::from).collect(),
            hops: alert.hops.iter().map(JsonHop::from).collect(),
            summary: &alert.summary,
            held_back: alert.held_back.map(HeldBack::as_str),
        }
    }
}

impl<'a> From<&'a CredentialSwitch> for JsonSwitch<'a> {
    fn from(switch: &'a CredentialSwitch) -> Self {
        Self { time: Rfc3339(switch.time), host: &switch.host, from: &switch.from, to: &switch.to }
    }
}

impl<'a> From<&'a Hop> for JsonHop<'a> {
    fn from(hop: &'a Hop) -> Self {
        Self {
            time: Rfc3339(hop.time),
            user: &hop.user,
            src_host: &hop.src_host,
            dst_host: &hop.dst_host,
            outcome: hop.outcome.caption(),
            auth_protocol: hop.auth_protocol.caption(),
            logon_type: hop.logon_type.caption(),
            surprise: hop.surprise,
            evidence: hop.evidence.iter().map(JsonEvidence::from).collect(),
            parent: hop.parent,
            raw_ref: hop.raw_ref,
        }
    }
}

impl<'a> From<&'a Contribution> for JsonEvidence<'a> {
    fn from(contribution: &'a Contribution) -> Self {
        Self {
            name: &contribution.name,
            surprise: contribution.surprise,
            observed: &contribution.observed,
            expected: &contribution.expected,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The shape that readers of the output rely on: keys, their order, and how values look.
    const GOLDEN: &str = concat!(
        r#"{"schema":"sidestep.alert/1","id":"a-1","score":0.75,"surprise":21.5,"p_value":1e-6,"#,
        r#""severity":"high","first_seen":"1970-01-02T00:00:00Z","#,
        r#""last_seen":"1970-01-02T00:00:01.500000Z","detected_at":"1970-01-02T00:00:00Z","#,
        r#""origin":{"host":"C1","user":"U1@DOM1"},"pivots":["C7"],"targets":["C40"],"#,
        r#""techniques":[{"id":"T1021","name":"Remote Services"}],"#,
        r#""credential_switches":[{"time":"1970-01-02T00:00:01.500000Z","host":"C7","#,
        r#""from":"U1@DOM1","to":"A3@DOM1"}],"#,
        r#""hops":[{"time":"1970-01-02T00:00:00Z","user":"U1@DOM1","src_host":"C1","#,
        r#""dst_host":"C7","outcome":"Success","auth_protocol":"NTLM","logon_type":"Network","#,
        r#""surprise":8.25,"evidence":[{"name":"dst_given_account","surprise":8.25,"#,
        r#""observed":"C7","expected":"C1 \"or\" C2"}],"parent":null,"raw_ref":12}],"#,
        r#""summary":"U1 moved."}"#,
        "\n",
    );

    #[test]
    fn a_line_has_the_shape_that_was_promised() {
        const DAY: Timestamp = 86_400_000_000;
        let alert = JsonAlert {
            schema: SCHEMA,
            id: "a-1",
            score: 0.75,
            surprise: 21.5,
            p_value: 1e-6,
            severity: Shown(sidestep::Severity::High),
            first_seen: Rfc3339(DAY),
            last_seen: Rfc3339(DAY + 1_500_000),
            detected_at: Rfc3339(DAY),
            origin: JsonOrigin { host: "C1", user: "U1@DOM1" },
            pivots: &["C7".to_owned()],
            targets: &["C40".to_owned()],
            techniques: vec![JsonTechnique { id: "T1021", name: "Remote Services" }],
            credential_switches: vec![JsonSwitch {
                time: Rfc3339(DAY + 1_500_000),
                host: "C7",
                from: "U1@DOM1",
                to: "A3@DOM1",
            }],
            hops: vec![JsonHop {
                time: Rfc3339(DAY),
                user: "U1@DOM1",
                src_host: "C1",
                dst_host: "C7",
                outcome: "Success",
                auth_protocol: "NTLM",
                logon_type: "Network",
                surprise: 8.25,
                evidence: vec![JsonEvidence {
                    name: "dst_given_account",
                    surprise: 8.25,
                    observed: "C7",
                    expected: "C1 \"or\" C2",
                }],
                parent: None,
                raw_ref: Some(12),
            }],
            summary: "U1 moved.",
            held_back: None,
        };
        let mut line = Vec::new();
        write_line(&mut line, &alert).unwrap();
        assert_eq!(String::from_utf8(line).unwrap(), GOLDEN);
    }

    #[test]
    fn times_are_utc_to_the_microsecond_where_it_matters() {
        assert_eq!(Rfc3339(1_700_000_000_000_000).to_string(), "2023-11-14T22:13:20Z");
        assert_eq!(Rfc3339(1_700_000_000_000_001).to_string(), "2023-11-14T22:13:20.000001Z");
        assert_eq!(Rfc3339(253_402_300_799_999_999).to_string(), "9999-12-31T23:59:59.999999Z");
    }
}
