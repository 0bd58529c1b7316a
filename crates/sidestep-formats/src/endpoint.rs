//! One end of a connection as logs write it, whatever their dialect: a name or an address, with a port,
//! in brackets, in a list, or a word for "here" or for nobody.

use std::borrow::Cow;
use std::net::IpAddr;

use sidestep::event::Host;

use crate::values::{ip, is_local, trimmed};
use crate::vocabulary::is_absent;

/// What a text says of an end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Endpoint<'a> {
    /// The host's name.
    pub(crate) name: Option<&'a str>,
    /// Its address; one that is local to a host is kept, and [`is_here`](Self::is_here) says so.
    pub(crate) ip: Option<IpAddr>,
    pub(crate) port: Option<u16>,
    /// Whether the text names the host that wrote it: `localhost`, a loopback, link-local or
    /// unspecified address.
    pub(crate) is_here: bool,
}

/// Names by which a host calls itself.
const HERE: [&str; 10] = [
    "localhost",
    "localhost.localdomain",
    "localhost4",
    "localhost6",
    "ip6-localhost",
    "ip6-loopback",
    "local",
    "(local)",
    "loopback",
    ".",
];

/// Words that stand where no host is known.
const NOWHERE: [&str; 7] = [
    "unknown",
    "(unknown)",
    "<unknown>",
    "undefined",
    "not available",
    "unavailable",
    // The services of AWS call each other so.
    "aws internal",
];

/// Kinds of address that some logs write before it.
const KINDS: [&str; 8] = ["ipv4:", "ipv6:", "ip4:", "ip6:", "ip:", "tcp:", "udp:", "inet:"];

impl<'a> Endpoint<'a> {
    /// Reads a text: `10.0.0.5`, `10.0.0.5:49812`, `[2001:db8::5]:49812`, `ipv4:10.0.0.5:49812`,
    /// `\\\\WS-17`, `ws-17:445`, `ws-17 (10.0.0.5)`, and the first of a list of addresses. Empty where it
    /// names no host.
    pub(crate) fn parse(text: &'a str) -> Self {
        let text = trimmed(text);
        let quoted = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
        let text = quoted.unwrap_or(text);
        // What most logs write: a bare address or name.
        if let Some(ip) = ip(text) {
            return Self::at(ip, None);
        }
        if is_one_of(&HERE, text) {
            return Self { is_here: true, ..Self::default() };
        }
        let bare = text.trim_start_matches('\\').trim_end_matches('.');
        // `\\10.0.0.5`, or an address at the end of a sentence.
        if bare.len() < text.len()
            && let Some(ip) = ip(bare)
        {
            return Self::at(ip, None);
        }
        let text = bare;
        if is_absent(text) || is_one_of(&NOWHERE, text) {
            return Self::default();
        }
        if !text.bytes().any(|byte| matches!(byte, b':' | b',' | b';' | b'(' | b'[' | b'/' | b' '))
        {
            return Self { name: Some(text), ..Self::default() };
        }
        Self::dressed(text)
    }

    /// An end with more around it than a name or an address.
    fn dressed(text: &'a str) -> Self {
        // A list, such as the hops of a proxy: the first is the client.
        if let Some((first, _)) = text.split_once([',', ';']) {
            let first = Self::parse(first);
            if first.ip.is_some() || first.is_here {
                return first;
            }
        }
        let kind = KINDS.iter().find(|kind| {
            text.get(..kind.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(kind))
        });
        if let Some(kind) = kind {
            return Self::parse(&text[kind.len()..]);
        }
        // Java writes an address without a name as `/10.0.0.5:49812`.
        if let Some(rest) = text.strip_prefix('/') {
            return Self::parse(rest);
        }
        if let Some(ip) = whole_prefix(text) {
            return Self::at(ip, None);
        }
        if let Some(found) = Self::with_port(text) {
            return found;
        }
        if let Some(found) = Self::with_address(text) {
            return found;
        }
        Self { name: Some(text), ..Self::default() }
    }

    /// The host that it names, with its port; nobody where it says no more than "here".
    pub(crate) fn remote(self) -> Host<'a> {
        if self.is_here {
            return Host::default();
        }
        let mut host = Host::default();
        host.name = self.name.map(Cow::Borrowed);
        host.ip = self.ip;
        host.port = self.port;
        host
    }

    fn at(ip: IpAddr, port: Option<u16>) -> Self {
        Self {
            name: None,
            ip: Some(ip),
            port: port.filter(|port| *port > 0),
            is_here: is_local(&ip),
        }
    }

    /// `host:port`, also where the host is an address in brackets.
    fn with_port(text: &'a str) -> Option<Self> {
        let (host, port) = text.rsplit_once(':')?;
        let port: Option<u16> = match port {
            "" | "-" | "0" => None,
            digits if digits.len() <= 5 && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                Some(digits.parse().ok()?)
            }
            _ => return None,
        };
        if let Some(ip) = ip(host) {
            // Without brackets the last group of an address of IPv6 is no port.
            return (ip.is_ipv4() || host.starts_with('[') || host.contains('.'))
                .then(|| Self::at(ip, port));
        }
        if host.contains([':', ' ', '/']) {
            return None;
        }
        let mut found = Self::parse(host);
        found.port = port;
        Some(found)
    }

    /// `name (address)` and `name[address]`, with a port within or behind.
    fn with_address(text: &'a str) -> Option<Self> {
        let open = text.find(['(', '['])?;
        let close = text.rfind([')', ']']).filter(|close| *close > open)?;
        let mut found = Self::parse(&text[open + 1..close]);
        found.ip?;
        if let Some(port) = text[close + 1..].trim().strip_prefix(':') {
            found.port = port.parse().ok().or(found.port);
        }
        let name = Self::parse(text[..open].trim_end());
        found.name = name.name;
        Some(found)
    }
}

/// `10.0.0.5/32`: a prefix that is one address.
fn whole_prefix(text: &str) -> Option<IpAddr> {
    let (address, length) = text.split_once('/')?;
    let ip = ip(address)?;
    let whole = matches!((ip.is_ipv4(), length), (true, "32") | (false, "128"));
    whole.then_some(ip)
}

fn is_one_of(words: &[&str], text: &str) -> bool {
    words.iter().any(|word| word.eq_ignore_ascii_case(text))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parts(text: &str) -> (Option<&str>, Option<String>, Option<u16>) {
        let found = Endpoint::parse(text);
        (found.name, found.ip.map(|ip| ip.to_string()), found.port)
    }

    #[test]
    fn an_address_is_read_from_whatever_it_wears() {
        for (text, ip, port) in [
            ("10.0.0.5", "10.0.0.5", None),
            ("10.0.0.5:49812", "10.0.0.5", Some(49812)),
            ("10.0.0.5:0", "10.0.0.5", None),
            ("10.0.0.5.", "10.0.0.5", None),
            (r"\\10.0.0.5", "10.0.0.5", None),
            ("[10.0.0.5]:49812", "10.0.0.5", Some(49812)),
            ("::ffff:10.0.0.5", "10.0.0.5", None),
            ("[::ffff:10.0.0.5]:49812", "10.0.0.5", Some(49812)),
            ("::ffff:10.0.0.5:49812", "10.0.0.5", Some(49812)),
            ("2001:db8::5", "2001:db8::5", None),
            ("[2001:db8::5]", "2001:db8::5", None),
            ("[2001:db8::5]:49812", "2001:db8::5", Some(49812)),
            ("[2001:db8::5%eth0]:49812", "2001:db8::5", Some(49812)),
            ("ipv4:10.0.0.5:41946", "10.0.0.5", Some(41946)),
            ("IPv4:10.0.0.5", "10.0.0.5", None),
            ("ipv6:2001:db8::5", "2001:db8::5", None),
            ("ipv6:[2001:db8::5]:88", "2001:db8::5", Some(88)),
            ("/10.0.0.5:49812", "10.0.0.5", Some(49812)),
            ("10.0.0.5/32", "10.0.0.5", None),
            ("10.0.0.5, 192.0.2.1", "10.0.0.5", None),
            ("10.0.0.5:49812;192.0.2.1:80", "10.0.0.5", Some(49812)),
            (" \"10.0.0.5\" ", "10.0.0.5", None),
        ] {
            assert_eq!(parts(text), (None, Some(ip.to_owned()), port), "{text}");
        }
    }

    #[test]
    fn a_name_is_read_from_whatever_it_wears() {
        for (text, name, ip, port) in [
            ("WS-17", "WS-17", None, None),
            (r"\\WS-17", "WS-17", None, None),
            ("ws-17.corp.example.", "ws-17.corp.example", None, None),
            ("ws-17:445", "ws-17", None, Some(445)),
            ("WS-17 (10.0.0.5)", "WS-17", Some("10.0.0.5"), None),
            ("ws-17[10.0.0.5]:22", "ws-17", Some("10.0.0.5"), Some(22)),
            ("ws-17 (10.0.0.5:22)", "ws-17", Some("10.0.0.5"), Some(22)),
            ("Meeting Room 3", "Meeting Room 3", None, None),
            ("ws:17:x", "ws:17:x", None, None),
        ] {
            assert_eq!(parts(text), (Some(name), ip.map(str::to_owned), port), "{text}");
        }
    }

    #[test]
    fn here_and_nowhere_are_no_hosts() {
        for here in [
            "localhost",
            "LOCAL",
            "127.0.0.1",
            r"\\127.0.0.1",
            "::1",
            "[::1]:22",
            "0.0.0.0",
            "fe80::1%12",
            "127.0.0.1:80",
            "169.254.3.4",
            "localhost:22",
            "ipv4:127.0.0.1:389",
            ".",
        ] {
            let found = Endpoint::parse(here);
            assert!(found.is_here && found.name.is_none(), "{here}: {found:?}");
        }
        for nowhere in ["", "-", "?", "unknown", "N/A", "null", "AWS Internal", "(unknown)"] {
            assert_eq!(Endpoint::parse(nowhere), Endpoint::default(), "{nowhere}");
        }
    }

    proptest! {
        #[test]
        fn any_address_and_port_come_back(ip: IpAddr, port in 1_u16..) {
            let written = std::net::SocketAddr::new(ip, port).to_string();
            let found = Endpoint::parse(&written);
            prop_assert_eq!((found.ip, found.port), (Some(ip.to_canonical()), Some(port)));
            let bare = ip.to_string();
            prop_assert_eq!(Endpoint::parse(&bare).ip, Some(ip.to_canonical()));
        }

        #[test]
        fn no_text_makes_it_fail(text in ".{0,40}") {
            let _ = Endpoint::parse(&text);
        }
    }
}
