//! Messages of sshd's in lines that do not say that they are sshd's.

use memchr::memmem;

/// Methods of authentication, without what may stand behind a stroke.
const METHODS: [&str; 7] = [
    "password",
    "publickey",
    "keyboard-interactive",
    "none",
    "hostbased",
    "gssapi-with-mic",
    "gssapi-keyex",
];

/// Whether a text holds a login that sshd accepted or refused: `Accepted publickey for bob from
/// 10.0.0.5`.
#[inline]
pub(super) fn holds_login(text: &str) -> bool {
    // Most texts lack even this.
    let Some(at) = memmem::find(text.as_bytes(), b" for ") else { return false };
    holds_login_from(text, at)
}

#[cold]
fn holds_login_from(text: &str, first: usize) -> bool {
    let mut at = first;
    loop {
        let (before, after) = (&text[..at], &text[at + " for ".len()..]);
        if let Some((before, method)) = before.rsplit_once(' ')
            && METHODS.contains(&method.split_once('/').map_or(method, |(method, _)| method))
            && (before.ends_with("Accepted") || before.ends_with("Failed"))
            && after.contains(" from ")
        {
            return true;
        }
        match memmem::find(after.as_bytes(), b" for ") {
            Some(next) => at += " for ".len() + next,
            None => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_found_anywhere() {
        for text in [
            "Accepted publickey for bob from 10.0.0.5 port 9 ssh2",
            "waiting for it: Failed keyboard-interactive/pam for bob from 10.0.0.5",
            "{\"log\":\"Failed none for invalid user x from ::1 port 9 ssh2\"}",
        ] {
            assert!(holds_login(text), "{text}");
        }
        for text in [
            "",
            "Accepted for bob from 10.0.0.5",
            "Accepted offer for bob from sales",
            "Failed password for bob",
            "Accepting password for bob from 10.0.0.5",
            "password for bob from 10.0.0.5",
            " for ",
        ] {
            assert!(!holds_login(text), "{text}");
        }
    }
}
