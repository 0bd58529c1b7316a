//! Who asks sshd, from where and with what, as its messages say it.

use std::borrow::Cow;

use super::super::{source, words};
use crate::values::ip;

/// A user, and where it asks from.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Peer<'t> {
    pub(super) user: &'t str,
    pub(super) address: &'t str,
    pub(super) port: Option<u16>,
}

impl<'t> Peer<'t> {
    /// `user from address` or `user from address port n`, up to the end of the text.
    pub(super) fn at_end(text: &'t str) -> Option<Self> {
        let (text, port) = port_at_end(without_own_address(text));
        let (user, address) = words::around_last(text, " from ")?;
        (!address.is_empty() && !address.contains(' ')).then_some(Self { user, address, port })
    }

    /// Takes away what sshd puts before the name of a user that does not exist.
    pub(super) fn strip_invalid(&mut self) -> bool {
        let name = self.user.strip_prefix("invalid user ");
        let name = name.or_else(|| self.user.strip_prefix("illegal user "));
        self.user = name.unwrap_or(self.user);
        // Solaris does not write it.
        if self.user == "<invalid username>" {
            self.user = "";
            return true;
        }
        name.is_some()
    }
}

/// Splits ` port n` off the end.
pub(super) fn port_at_end(text: &str) -> (&str, Option<u16>) {
    match words::around_last(text, " port ") {
        Some((before, port)) if port.parse::<u16>().is_ok() => (before, port.parse().ok()),
        _ => (text, None),
    }
}

/// Takes away the address at which sshd was asked, ` on 10.0.0.7 port 22` or ` via 10.0.0.7`, which
/// FreeBSD and patched versions write.
fn without_own_address(text: &str) -> &str {
    let (before, _) = port_at_end(text);
    match before.rsplit_once(' ') {
        Some((before, own)) if ip(own).is_some() => {
            before.strip_suffix(" on").or_else(|| before.strip_suffix(" via")).unwrap_or(text)
        }
        _ => text,
    }
}

pub(super) fn without_version(text: &str) -> &str {
    text.strip_suffix(" ssh2").or_else(|| text.strip_suffix(" ssh1")).unwrap_or(text)
}

/// One attempt.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Attempt<'t> {
    pub(super) peer: Peer<'t>,
    /// Whether the user does not exist.
    pub(super) invalid: bool,
    /// Key and fingerprint, certificate, or Kerberos principal.
    pub(super) info: Option<&'t str>,
}

impl<'t> Attempt<'t> {
    /// `[invalid user ]user from address port n ssh2[: info]`.
    pub(super) fn parse(text: &'t str) -> Option<Self> {
        const BORDER: &str = " ssh2: ";
        let of = |text: &'t str, info| {
            let mut peer = Peer::at_end(text)?;
            let invalid = peer.strip_invalid();
            Some(Self { peer, invalid, info })
        };
        // A key's type and fingerprint cannot be mistaken, so that the last border is the border.
        if let Some((before, info)) = words::around_last(text, BORDER)
            && is_key(info)
        {
            return of(before, Some(info));
        }
        // Other information is also the text of whoever asks. A user that exists has no name that
        // looks like a border, and so the first one counts; that of one that does not may.
        let existing = !text.starts_with("invalid user ") && !text.starts_with("illegal user ");
        if existing
            && let Some((before, info)) = text.split_once(BORDER)
            && let Some(attempt) = of(before, Some(info))
            && attempt.peer.port.is_some()
            && !attempt.peer.user.contains(' ')
        {
            return Some(attempt);
        }
        if text.len() == without_version(text).len()
            && let Some((before, info)) = text.rsplit_once(BORDER)
        {
            return of(before, Some(info));
        }
        of(without_version(text), None)
    }
}

/// Whether information is a key's type and fingerprint, `ED25519 SHA256:...`, and nothing else.
fn is_key(info: &str) -> bool {
    let Some((kind, fingerprint)) = words::first(info) else { return false };
    let word = |text: &str, marks: &[u8]| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || marks.contains(&b))
    };
    word(kind, b"-") && fingerprint.contains(':') && word(fingerprint, b":+/=")
}

impl Peer<'_> {
    /// The other end.
    pub(super) fn host(&self) -> sidestep::event::Host<'_> {
        let host = source(self.address);
        match self.port {
            Some(port) if !host.is_unknown() => host.with_port(port),
            _ => host,
        }
    }
}

/// What marks the credential of some information: the fingerprint of a key, or a certificate by the
/// fingerprint of its authority, its name and its number.
pub(super) fn credential(info: &str) -> Option<Cow<'_, str>> {
    let (kind, rest) = info.split_once(' ')?;
    if is_key(info) {
        return Some(Cow::Borrowed(rest));
    }
    // The name is text of whoever made the certificate, and so the rest is read from the right.
    let (fingerprint, rest) = rest.split_once(" ID ")?;
    let (rest, authority) = rest.rsplit_once(" CA ")?;
    let (name, number) = rest.rsplit_once(" (serial ")?;
    let number = number.strip_suffix(')').filter(|number| number.parse::<u64>().is_ok())?;
    let (_, authority) = authority.split_once(' ').filter(|_| is_key(authority))?;
    let is_whole = !fingerprint.contains(' ') && kind.ends_with("-CERT");
    is_whole.then(|| Cow::Owned(format!("{authority} ID {name} serial {number}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn attempt(text: &str) -> (String, bool, String, Option<u16>, Option<String>) {
        let Attempt { peer, invalid, info } = Attempt::parse(text).unwrap();
        (peer.user.to_owned(), invalid, peer.address.to_owned(), peer.port, info.map(str::to_owned))
    }

    #[test]
    fn information_is_read_as_far_as_it_can_be_told() {
        let key = "ED25519 SHA256:abc+/def";
        let read = attempt(&format!("bob from 10.0.0.1 port 5 ssh2: {key}"));
        assert_eq!(read, ("bob".into(), false, "10.0.0.1".into(), Some(5), Some(key.into())));
        // The id of a certificate is text of whoever made it.
        let forged = "RSA-CERT SHA256:aa ID x from 9.9.9.9 port 1 ssh2: RSA SHA256:bb \
                      (serial 0) CA RSA SHA256:cc";
        let read = attempt(&format!("bob from 10.0.0.1 port 5 ssh2: {forged}"));
        assert_eq!(read, ("bob".into(), false, "10.0.0.1".into(), Some(5), Some(forged.into())));
        let ends = "RSA-CERT SHA256:aa ID x from 9.9.9.9 port 1 ssh2";
        let read = attempt(&format!("bob from 10.0.0.1 port 5 ssh2: {ends}"));
        assert_eq!((read.2.as_str(), read.4.as_deref()), ("10.0.0.1", Some(ends)));
        let principal = attempt("bob from 10.0.0.1 port 5 ssh2: bob@CORP.EXAMPLE");
        assert_eq!(principal.4.as_deref(), Some("bob@CORP.EXAMPLE"));
    }

    #[test]
    fn a_certificate_is_known_by_who_made_it() {
        let made = |info: &str| credential(info).map(Cow::into_owned);
        let (key, ca) = ("ED25519-CERT SHA256:aa", "CA RSA SHA256:c/c+=");
        assert_eq!(
            made(&format!("{key} ID bob laptop (serial 42) {ca}")).unwrap(),
            "SHA256:c/c+= ID bob laptop serial 42"
        );
        assert_eq!(
            made(&format!("{key} ID x (serial 1) CA RSA SHA256:bb (serial 2) {ca}")).unwrap(),
            "SHA256:c/c+= ID x (serial 1) CA RSA SHA256:bb serial 2"
        );
        assert_eq!(made("RSA SHA256:aa").unwrap(), "SHA256:aa");
        for info in [
            "bob@CORP.EXAMPLE",
            "RSA-CERT SHA256:aa ID x",
            "RSA-CERT SHA256:aa ID x (serial y) CA RSA SHA256:b",
        ] {
            assert_eq!(made(info), None, "{info}");
        }
    }

    /// Names that try to be the rest of a message.
    fn user() -> impl Strategy<Value = String> {
        let piece = proptest::sample::select(vec![
            " from ",
            " port ",
            "1.2.3.4",
            "22",
            " ssh2",
            ": ",
            " ssh2: ",
            "RSA SHA256:aa",
            " for ",
            "invalid user ",
            "root",
            " ",
            "x",
            "]",
            "[preauth]",
            "é",
            " from 1.2.3.4 port 22 ssh2",
        ]);
        prop_oneof![
            proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat()),
            "[^\\n]{0,40}",
        ]
    }

    proptest! {
        #[test]
        fn any_name_of_an_invalid_user_comes_back(user in user(), port in any::<u16>()) {
            let expected =
                |info: Option<&str>| (user.clone(), true, "10.0.0.1".to_owned(), Some(port), info.map(str::to_owned));
            let plain = format!("invalid user {user} from 10.0.0.1 port {port} ssh2");
            prop_assert_eq!(attempt(&plain), expected(None));
            let key = "ECDSA-CERT SHA256:x/y+z=";
            prop_assert_eq!(attempt(&format!("{plain}: {key}")), expected(Some(key)));
        }

        #[test]
        fn any_name_comes_back_from_a_password(user in user(), port in any::<u16>()) {
            prop_assume!(!user.starts_with("invalid user ") && !user.starts_with("illegal user "));
            // One that exists cannot hold the border of the information.
            prop_assume!(!user.contains(" ssh2: "));
            let (name, invalid, address, found, info) =
                attempt(&format!("{user} from 10.0.0.1 port {port} ssh2"));
            prop_assert_eq!((name, invalid, address.as_str(), found, info), (user, false, "10.0.0.1", Some(port), None));
        }

        #[test]
        fn any_name_comes_back_from_a_peer(user in user(), port in any::<u16>()) {
            let with_port = format!("{user} from ::1 port {port}");
            let expected = Peer { user: &user, address: "::1", port: Some(port) };
            prop_assert_eq!(Peer::at_end(&with_port), Some(expected));
            let without = format!("{user} from ::1");
            let expected = Peer { user: &user, address: "::1", port: None };
            prop_assert_eq!(Peer::at_end(&without), Some(expected));
        }
    }
}
