//! Names within the head of a line: hosts in what loggers put around them, facilities.

use crate::values::ip;

/// A host's name without what stands around it: `[web1]`, `web1:`, `relay/web1`, `s_net@relay/web1`,
/// `10.0.0.7:514`. Of hosts in a chain the last is the one that wrote the line.
pub(super) fn undressed(name: &str) -> &str {
    // An address of IPv6 has colons of its own.
    if ip(name).is_some() {
        return name.trim_start_matches('[').trim_end_matches(']');
    }
    let mut name = name.trim_end_matches([':', ',']);
    name = name.trim_matches(['[', ']', '(', ')', '"', '\'', '<', '>']);
    name = name.rsplit_once('/').map_or(name, |(_, last)| last);
    name = name.rsplit_once('@').map_or(name, |(_, last)| last);
    if let Some((host, port)) = name.rsplit_once(':')
        && !port.is_empty()
        && port.bytes().all(|byte| byte.is_ascii_digit())
        && (!host.contains(':') || host.ends_with(']'))
    {
        name = host.trim_matches(['[', ']']);
    }
    name
}

/// Whether a word is a facility and a level, such as `auth.info`, `<auth.info>`, `auth|security:info`
/// of AIX or `In(38)` of ESXi.
#[inline]
pub(super) fn is_facility(word: &str) -> bool {
    if let Some((level, priority)) = word.split_once('(') {
        return matches!(level, "Em" | "Al" | "Cr" | "Er" | "Wa" | "No" | "In" | "Db")
            && priority.strip_suffix(')').is_some_and(|number| number.parse::<u8>().is_ok());
    }
    let Some((facility, level)) = word.rsplit_once(['.', ':']) else { return false };
    let (facility, level) = (facility.trim_start_matches('<'), level.trim_end_matches('>'));
    let facility = facility.split_once('|').map_or(facility, |(facility, _)| facility);
    matches!(
        level,
        "emerg"
            | "panic"
            | "alert"
            | "crit"
            | "err"
            | "error"
            | "warning"
            | "warn"
            | "notice"
            | "info"
            | "debug"
    ) && (matches!(
        facility,
        "kern"
            | "user"
            | "mail"
            | "daemon"
            | "auth"
            | "security"
            | "syslog"
            | "lpr"
            | "news"
            | "uucp"
            | "cron"
            | "authpriv"
            | "ftp"
            | "ntp"
            | "audit"
            | "console"
            | "clock"
    ) || facility.strip_prefix("local").is_some_and(|number| {
        number.len() == 1 && number.bytes().all(|byte| byte.is_ascii_digit())
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_undressed() {
        for dressed in [
            "web1",
            "[web1]",
            "web1:",
            "[web1]:",
            "(web1)",
            "relay/web1",
            "s_net@relay/web1",
            "s_net@web1",
            "a/relay/web1",
            "web1:514",
            "\"web1\"",
        ] {
            assert_eq!(undressed(dressed), "web1", "{dressed}");
        }
        for own in ["web1.corp.example", "10.0.0.7", "2001:db8::1", "2001:db8::", "::1", "web-1_a"]
        {
            assert_eq!(undressed(own), own);
        }
        for (dressed, own) in [
            ("[2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::1]:514", "2001:db8::1"),
            ("10.0.0.7:514", "10.0.0.7"),
            ("relay/10.0.0.7", "10.0.0.7"),
            ("[]", ""),
            ("", ""),
        ] {
            assert_eq!(undressed(dressed), own);
        }
    }

    #[test]
    fn a_facility_is_no_host() {
        for facility in ["auth|security:info", "In(38)", "Wa(36)"] {
            assert!(is_facility(facility), "{facility}");
        }
        for facility in ["auth.info", "authpriv.notice", "<auth.info>", "local7.err", "daemon:err"]
        {
            assert!(is_facility(facility), "{facility}");
        }
        for host in [
            "web1.info",
            "auth",
            "auth.corp",
            "local7",
            "local77.err",
            "localx.err",
            "",
            "In(x)",
            "web(1)",
        ] {
            assert!(!is_facility(host), "{host}");
        }
    }
}
