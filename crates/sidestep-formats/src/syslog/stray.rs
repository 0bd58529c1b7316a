//! Messages of sshd's in lines that do not say that they are sshd's.

use std::sync::LazyLock;

use memchr::memmem::{self, Finder};

/// What is looked for in every line of a program that is not listened to, made ready once.
static FOR: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(" for "));
static FROM: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(" FROM "));
static LOG: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("log"));

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
    let Some(at) = FOR.find(text.as_bytes()) else { return false };
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
        // Dropbear's.
        if after.starts_with('\'')
            && (before.ends_with("auth succeeded") || before.ends_with("password attempt"))
        {
            return true;
        }
        match memmem::find(after.as_bytes(), b" for ") {
            Some(next) => at += " for ".len() + next,
            None => return false,
        }
    }
}

/// What tells of a login to a shell or a device, in words that are known but not read: those of
/// network devices, and of login(1) for somebody who comes from elsewhere.
#[inline]
pub(super) fn foreign_login(text: &str) -> Option<&'static str> {
    if let Some(at) = memchr::memchr(b'%', text.as_bytes())
        && is_cisco_login(&text[at + 1..])
    {
        return Some("a login to a device of Cisco's");
    }
    // `LOGIN ON pts/0 BY bob FROM client`, `FAILED LOGIN 1 FROM client FOR bob`.
    if FROM.find(text.as_bytes()).is_some()
        && (text.contains("LOGIN ON ") || text.contains("FAILED LOGIN"))
    {
        return Some("a login by login(1) from another host");
    }
    let log = LOG.find(text.as_bytes())?;
    let rest = &text[log..];
    (rest.contains("logged in from ")
        || rest.contains("logged in as ")
        || (rest.contains(" action=\"login\"") && rest.contains(" type=\"event\""))
        || rest.contains("login failure for user "))
    .then_some("a login to a network device")
}

/// `SEC_LOGIN-5-LOGIN_SUCCESS: ...`, `ASA-6-605005: ...`.
#[cold]
fn is_cisco_login(text: &str) -> bool {
    let name = text.split([':', ' ']).next().unwrap_or_default();
    let mut parts = name.split('-');
    let (Some(facility), Some(level), Some(what)) = (parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    if level.len() != 1 || !level.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    match facility {
        "ASA" | "FTD" | "PIX" | "FWSM" => matches!(
            what,
            "605004"
                | "605005"
                | "611101"
                | "611102"
                | "113004"
                | "113005"
                | "113015"
                | "716001"
                | "716038"
                | "716039"
                | "722051"
                | "113039"
        ),
        _ => what.contains("LOGIN"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logins_of_other_programs_are_known() {
        for text in [
            "000123: Mar  2 09:00:01.123: %SEC_LOGIN-5-LOGIN_SUCCESS: Login Success [user: bob]",
            "%ASA-6-605005: Login permitted from 10.0.0.5/50001 to inside:10.1.1.1/ssh",
            "login[5]: LOGIN ON pts/0 BY bob FROM client.example",
            "login[5]: FAILED LOGIN 1 FROM 10.0.0.5 FOR bob, Authentication failure",
            "system,info,account user bob logged in from 10.0.0.5 via ssh",
        ] {
            assert!(foreign_login(text).is_some(), "{text}");
        }
        for text in [
            "login[5]: LOGIN ON tty1 BY bob",
            "%ASA-6-302013: Built inbound TCP connection",
            "%SYS-5-CONFIG_I: Configured from console by bob",
            "disk is at 93 % of LOGIN-space",
            "",
        ] {
            assert!(foreign_login(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_login_is_found_anywhere() {
        for text in [
            "Accepted publickey for bob from 10.0.0.5 port 9 ssh2",
            "Password auth succeeded for 'bob' from 10.0.0.5:9",
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
