//! What a user changes about rules: which are off, what they count for, what is allowed.

pub(crate) mod saved;

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;

use super::observation::bare;
use super::registry;
use crate::error::ConfigError;
use crate::event::Timestamp;
use crate::time::Micros;

/// What a user changes about the rules: weights, and what is allowed. The default changes nothing.
///
/// ```
/// use sidestep::Config;
/// use sidestep::detection::{Allow, Policy};
///
/// let mut deployment = Allow::default();
/// deployment.detection = Some("service_install".to_owned());
/// deployment.account = Some("deploy@CORP".to_owned());
/// deployment.subnet = Some("10.1.0.0/16".parse()?);
/// let policy = Policy::default().with_allowed(deployment)?.with_weight("winrm", 0.5)?;
/// let config = Config::builder().policy(policy).build()?;
/// assert_eq!(config.policy().allowed().len(), 1);
/// # Ok::<(), sidestep::ConfigError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "saved::SavedPolicy", into = "saved::SavedPolicy"))]
pub struct Policy {
    weights: Vec<(String, f64)>,
    allowed: Vec<Allow>,
}

/// Something that is known and allowed. Every part that is given must fit; at least one must be.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
#[non_exhaustive]
pub struct Allow {
    /// Only findings of this detection; else findings of all of them.
    pub detection: Option<String>,
    /// Only what this account does: its name, or `name@domain`, whatever the case.
    pub account: Option<String>,
    /// Only what comes from or happens on this host, by its short name, whatever the case.
    pub host: Option<String>,
    /// Only what comes from or goes to an address of this network.
    pub subnet: Option<Subnet>,
    /// Only before this time.
    pub until: Option<Timestamp>,
}

/// A network: its address and the length of its prefix, as in `10.1.0.0/16`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "String", into = "String"))]
pub struct Subnet(IpNet);

impl Subnet {
    /// The network of an address, cut to `prefix` bits; `None` where it has not as many.
    #[must_use]
    pub fn new(address: IpAddr, prefix: u8) -> Option<Self> {
        IpNet::new(address, prefix).ok().map(|net| Self(net.trunc()))
    }

    /// Whether an address lies in it. An IPv4 address may be mapped into IPv6.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }
}

impl fmt::Display for Subnet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Subnet {
    type Err = ConfigError;

    /// Reads `10.1.0.0/16`, and an address alone as the network of that one host.
    fn from_str(text: &str) -> Result<Self, ConfigError> {
        let net = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        net.map(|net| Self(net.trunc())).map_err(|_| ConfigError {
            field: "subnet",
            value: text.to_owned(),
            expected: "write a network as in 10.1.0.0/16",
        })
    }
}

#[cfg(feature = "serde")]
impl TryFrom<String> for Subnet {
    type Error = ConfigError;

    fn try_from(text: String) -> Result<Self, ConfigError> {
        text.parse()
    }
}

#[cfg(feature = "serde")]
impl From<Subnet> for String {
    fn from(subnet: Subnet) -> Self {
        subnet.to_string()
    }
}

/// The names and addresses of a finding, as a policy compares them.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Named<'f> {
    pub(crate) detection: &'f str,
    pub(crate) account: Option<&'f str>,
    pub(crate) hosts: [Option<&'f str>; 2],
    pub(crate) addresses: &'f [IpAddr],
    pub(crate) time: Micros,
}

impl Policy {
    /// The same with `detection` counting `weight` times what it says; 0 turns it off.
    ///
    /// # Errors
    /// [`ConfigError`] for a detection that does not exist and a weight outside 0 to 10.
    pub fn with_weight(mut self, detection: &str, weight: f64) -> Result<Self, ConfigError> {
        known(detection)?;
        if !(0.0..=10.0).contains(&weight) {
            let expected = "it must lie in 0 to 10";
            return Err(ConfigError { field: "weight", value: weight.to_string(), expected });
        }
        self.weights.retain(|(id, _)| id != detection);
        self.weights.push((detection.to_owned(), weight));
        Ok(self)
    }

    /// The same with one more thing allowed.
    ///
    /// # Errors
    /// [`ConfigError`] for a detection that does not exist, and for one that would allow everything.
    pub fn with_allowed(mut self, allow: Allow) -> Result<Self, ConfigError> {
        if let Some(detection) = &allow.detection {
            known(detection)?;
        }
        let empty = allow.account.is_none() && allow.host.is_none() && allow.subnet.is_none();
        if empty && allow.detection.is_none() {
            let expected = "name a detection, an account, a host or a subnet";
            return Err(ConfigError { field: "allow", value: "empty".to_owned(), expected });
        }
        self.allowed.push(allow);
        Ok(self)
    }

    /// The weights that were changed, by detection.
    #[must_use]
    pub fn weights(&self) -> &[(String, f64)] {
        &self.weights
    }

    /// What is allowed.
    #[must_use]
    pub fn allowed(&self) -> &[Allow] {
        &self.allowed
    }

    /// What a detection counts for.
    pub(crate) fn weight(&self, detection: &str) -> f64 {
        self.weights.iter().find(|(id, _)| id == detection).map_or(1.0, |(_, weight)| *weight)
    }

    /// Whether a finding is of something allowed.
    pub(crate) fn allows(&self, found: &Named<'_>) -> bool {
        self.allowed.iter().any(|allow| allow.fits(found))
    }

    /// Whether anything is allowed at all.
    pub(crate) fn is_strict(&self) -> bool {
        self.allowed.is_empty()
    }
}

fn known(detection: &str) -> Result<(), ConfigError> {
    if registry::detections().iter().any(|known| known.id == detection) {
        return Ok(());
    }
    let expected = "it must be the id of a detection, as `sidestep detections` lists them";
    Err(ConfigError { field: "detection", value: detection.to_owned(), expected })
}

impl Allow {
    fn fits(&self, found: &Named<'_>) -> bool {
        let account = |wanted: &str| {
            found.account.is_some_and(|name| {
                name.eq_ignore_ascii_case(wanted) || bare(name).eq_ignore_ascii_case(wanted)
            })
        };
        let host = |wanted: &str| {
            found.hosts.iter().flatten().any(|name| name.eq_ignore_ascii_case(wanted))
        };
        let subnet =
            |wanted: &Subnet| found.addresses.iter().any(|address| wanted.contains(*address));
        self.detection.as_deref().is_none_or(|wanted| wanted == found.detection)
            && self.account.as_deref().is_none_or(account)
            && self.host.as_deref().is_none_or(host)
            && self.subnet.as_ref().is_none_or(subnet)
            && self.until.is_none_or(|until| found.time < until.micros())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subnet_holds_its_addresses() {
        let net = |text: &str, prefix| Subnet::new(text.parse().unwrap(), prefix);
        let ten = net("10.1.0.0", 16).unwrap();
        assert!(ten.contains("10.1.255.3".parse().unwrap()));
        assert!(ten.contains("::ffff:10.1.0.9".parse().unwrap()));
        assert!(!ten.contains("10.2.0.1".parse().unwrap()));
        assert!(net("fd00::", 8).unwrap().contains("fdff::1".parse().unwrap()));
        assert!(net("0.0.0.0", 0).unwrap().contains("1.2.3.4".parse().unwrap()));
        assert_eq!(net("10.0.0.0", 33), None);
    }

    #[test]
    fn everything_that_is_given_must_fit() {
        let allow = Allow {
            detection: Some("service_install".to_owned()),
            account: Some("Deploy".to_owned()),
            until: Some(Timestamp::from_micros(100)),
            ..Allow::default()
        };
        let found = Named {
            detection: "service_install",
            account: Some("deploy@CORP"),
            time: 99,
            ..Named::default()
        };
        assert!(allow.fits(&found));
        assert!(!allow.fits(&Named { time: 100, ..found }));
        assert!(!allow.fits(&Named { account: Some("bob@CORP"), ..found }));
        assert!(!allow.fits(&Named { detection: "winrm", ..found }));
        assert!(Policy::default().with_allowed(Allow::default()).is_err());
        assert!(Policy::default().with_weight("no_such", 1.0).is_err());
    }
}
