//! What a user changes about detections, from a TOML file.
//!
//! ```toml
//! [weights]
//! kerberoast = 0          # off
//! admin_share = 0.5
//!
//! [[allow]]               # every part that is given must fit
//! detection = "service_install"
//! account = "deploy"
//! host = "MGMT-1"
//! subnet = "10.1.0.0/16"
//! until = 2027-03-31      # the first day on which it is told again
//! reason = "software deployment, change 4711"
//! ```

use std::collections::BTreeMap;
use std::ops::Range;

use crate::time::Micros;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;
use sidestep::Timestamp;
use sidestep::detection::{Allow, Policy, Subnet};
use thiserror::Error;
use toml::Spanned;
use toml::value::Datetime;

/// What is wrong with a policy, and in which line.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {line}: {what}")]
#[non_exhaustive]
pub struct PolicyError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub what: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    weights: BTreeMap<Spanned<String>, Spanned<f64>>,
    #[serde(default)]
    allow: Vec<Spanned<Entry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    detection: Option<Spanned<String>>,
    account: Option<String>,
    host: Option<String>,
    subnet: Option<Spanned<String>>,
    until: Option<Spanned<Datetime>>,
    /// For people only.
    #[serde(rename = "reason")]
    _reason: Option<String>,
}

/// Reads a policy.
///
/// # Errors
/// [`PolicyError`], with the line: what is no TOML, a key that does not exist, a detection that does
/// not, a weight outside 0 to 10, a network or date that is none, an entry that would allow all.
pub fn read_policy(text: &str) -> Result<Policy, PolicyError> {
    let at = |span: Range<usize>, what: String| PolicyError { line: line(text, span.start), what };
    let file: File = toml::from_str(text).map_err(|error| {
        let span = error.span().unwrap_or_default();
        at(span, error.message().to_owned())
    })?;
    let mut policy = Policy::default();
    for (detection, weight) in file.weights {
        policy = policy
            .with_weight(detection.get_ref(), *weight.get_ref())
            .map_err(|error| at(detection.span(), error.to_string()))?;
    }
    for entry in file.allow {
        let span = entry.span();
        let entry = entry.into_inner();
        let mut allow = Allow::default();
        allow.account = entry.account;
        allow.host = entry.host;
        let named = entry.detection.as_ref().map(Spanned::span);
        allow.detection = entry.detection.map(Spanned::into_inner);
        if let Some(subnet) = entry.subnet {
            let found = subnet.get_ref().parse::<Subnet>().ok();
            allow.subnet = Some(found.ok_or_else(|| {
                at(
                    subnet.span(),
                    format!("{:?} is no network such as 10.1.0.0/16", subnet.get_ref()),
                )
            })?);
        }
        if let Some(until) = entry.until {
            let found = time(until.get_ref()).map(Timestamp::from_micros);
            allow.until = Some(found.ok_or_else(|| {
                at(until.span(), format!("{} is no date such as 2027-03-31", until.get_ref()))
            })?);
        }
        policy = policy
            .with_allowed(allow)
            .map_err(|error| at(named.unwrap_or(span), error.to_string()))?;
    }
    Ok(policy)
}

fn line(text: &str, at: usize) -> usize {
    text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1
}

/// The beginning of a day in UTC, or a moment with its offset; UTC where there is none.
fn time(datetime: &Datetime) -> Option<Micros> {
    if datetime.offset.is_some() {
        let moment: jiff::Timestamp = datetime.to_string().parse().ok()?;
        return Some(moment.as_microsecond());
    }
    let written = datetime.to_string();
    let civil = match datetime.time {
        Some(_) => written.parse::<jiff::civil::DateTime>().ok()?,
        None => written.parse::<Date>().ok()?.to_datetime(jiff::civil::Time::midnight()),
    };
    Some(TimeZone::UTC.to_timestamp(civil).ok()?.as_microsecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> String {
        read_policy(text).expect_err("it is wrong").to_string()
    }

    #[test]
    fn a_policy_is_read() {
        let text = "[weights]\nadmin_share = 0.5\nservice_install = 0\n\n[[allow]]\n\
                    detection = \"service_install\"\naccount = \"deploy\"\nsubnet = \"10.1.0.0/16\"\n\
                    until = 2027-03-31\nreason = \"change 4711\"\n";
        let mut allow = Allow::default();
        allow.detection = Some("service_install".to_owned());
        allow.account = Some("deploy".to_owned());
        allow.subnet = Subnet::new("10.1.0.0".parse().expect("an address"), 16);
        allow.until = Some(Timestamp::from_secs(1_806_451_200));
        let expected = Policy::default()
            .with_weight("admin_share", 0.5)
            .and_then(|policy| policy.with_weight("service_install", 0.0))
            .and_then(|policy| policy.with_allowed(allow))
            .expect("it is sound");
        assert_eq!(read_policy(text), Ok(expected));
        assert_eq!(read_policy(""), Ok(Policy::default()));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (text, expected) in [
            ("[weights]\n\nno_such = 1", "line 3: config field `detection` is no_such"),
            ("[weights]\nadmin_share = 11", "line 2: config field `weight` is 11"),
            ("[weights]\nadmin_share = \"x\"", "line 2: invalid type"),
            ("[[allow]]\nacount = \"x\"", "line 2: unknown field `acount`"),
            ("\n[[allow]]\nreason = \"x\"", "line 2: config field `allow` is empty"),
            ("[[allow]]\nsubnet = \"10.0.0.0/33\"", "line 2: \"10.0.0.0/33\" is no network"),
            ("[[allow]]\nhost = \"x\"\nuntil = 12:00:00", "line 3: 12:00:00 is no date"),
            ("[weights\n", "line 1: "),
        ] {
            let found = wrong(text);
            assert!(found.starts_with(expected), "{text}: {found}");
        }
    }

    #[test]
    fn a_time_may_have_an_offset() {
        let at = |text: &str| time(&text.parse().expect("a time"));
        assert_eq!(at("2027-03-31T02:00:00+02:00"), at("2027-03-31"));
        assert_eq!(at("2027-03-31T00:00:00"), at("2027-03-31"));
    }
}
