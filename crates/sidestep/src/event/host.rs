//! Hosts as a log names them.

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;

#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};

/// One end of a login: a host's name, its address, or both.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
#[non_exhaustive]
pub struct Host<'a> {
    /// NetBIOS or DNS name.
    #[cfg_attr(feature = "serde", serde(borrow, default, skip_serializing_if = "Option::is_none"))]
    pub name: Option<Cow<'a, str>>,
    /// Address.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub ip: Option<IpAddr>,
    /// Port.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub port: Option<u16>,
}

impl<'a> Host<'a> {
    /// A host known by name.
    #[must_use]
    pub fn named(name: impl Into<Cow<'a, str>>) -> Self {
        Self { name: Some(name.into()), ip: None, port: None }
    }

    /// A host known by address only.
    #[must_use]
    pub const fn at(ip: IpAddr) -> Self {
        Self { name: None, ip: Some(ip), port: None }
    }

    /// The same under this name.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<Cow<'a, str>>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The same host with this address.
    #[must_use]
    pub const fn with_ip(mut self, ip: IpAddr) -> Self {
        self.ip = Some(ip);
        self
    }

    /// The same host with this port.
    #[must_use]
    pub const fn with_port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }

    /// Whether neither name nor address is known.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.name.is_none() && self.ip.is_none()
    }

    /// The same host that owns its text.
    #[must_use]
    pub fn into_owned(self) -> Host<'static> {
        Host {
            name: self.name.map(|name| Cow::Owned(name.into_owned())),
            ip: self.ip,
            port: self.port,
        }
    }
}

impl fmt::Display for Host<'_> {
    /// The name, else the address, else `?`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.name, self.ip) {
            (Some(name), _) => f.write_str(name),
            (None, Some(ip)) => write!(f, "{ip}"),
            (None, None) => f.write_str("?"),
        }
    }
}
