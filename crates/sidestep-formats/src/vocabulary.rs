//! The words that logs use for the closed vocabularies, whatever their case and punctuation.

mod happened;

use sidestep::event::{Activity, AuthProtocol, LogonType, Mfa, Outcome};

pub(crate) use happened::happened;

/// Longest word that any table here holds.
const LONGEST: usize = 48;

/// Calls `with` with the letters and digits of `text` in lower case, without an allocation;
/// words longer than any known one come out cut, and so match nothing.
pub(crate) fn folded<T>(text: &str, with: impl FnOnce(&str) -> T) -> T {
    let mut buffer = [0_u8; LONGEST];
    let mut length = 0;
    for byte in text.bytes().filter(u8::is_ascii_alphanumeric).take(LONGEST) {
        buffer[length] = byte.to_ascii_lowercase();
        length += 1;
    }
    // Only ASCII was put in.
    with(std::str::from_utf8(&buffer[..length]).unwrap_or_default())
}

/// Whether a field says that it says nothing.
pub(crate) fn is_absent(text: &str) -> bool {
    matches!(text, "" | "-" | "?" | "--")
        || text.starts_with(['(', '<', '[']) && is_absent_in_brackets(text)
        || text.eq_ignore_ascii_case("null")
        || text.eq_ignore_ascii_case("none")
        || text.eq_ignore_ascii_case("n/a")
}

/// Whether a text in brackets says that it says nothing: `(null)`, `<none>`, `[empty]`.
fn is_absent_in_brackets(text: &str) -> bool {
    folded(text, |word| {
        matches!(
            word,
            "" | "null" | "none" | "nil" | "na" | "empty" | "blank" | "notset" | "unknown"
        )
    })
}

/// How the account logged on; a word that is not known is [`LogonType::Other`].
pub(crate) fn logon_type(text: &str) -> LogonType {
    spelt_logon_type(text).unwrap_or(LogonType::Other)
}

/// How the account logged on, by the number or the word, or both of them: `3`, `0x3`, `3.0`, `Network`,
/// `10 - RemoteInteractive`, `Network (3)`. A number decides over the word beside it, which is written
/// in the language of the host. `None` for a word that is not known.
pub(crate) fn spelt_logon_type(text: &str) -> Option<LogonType> {
    if let Ok(number) = text.parse() {
        return Some(windows_logon_type(number));
    }
    logon_type_by_word(text).or_else(|| logon_type_by_number(text.trim()))
}

/// The one number in a text, be it in hexadecimal or with nothing but zeros after its point.
fn logon_type_by_number(text: &str) -> Option<LogonType> {
    if let Some(digits) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        return u64::from_str_radix(digits, 16).ok().map(windows_logon_type);
    }
    let begin = text.find(|c: char| c.is_ascii_digit())?;
    let digits = &text[begin..];
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let (number, rest) = digits.split_at(end);
    let is_whole = match rest.strip_prefix('.') {
        Some(fraction) => fraction.trim_start_matches('0').trim().is_empty(),
        None => !rest.contains(|c: char| c.is_ascii_digit()),
    };
    // A sign, or letters that run into it, make it another number or a code.
    let stands_alone = !text[..begin].ends_with(|c: char| c.is_alphanumeric() || c == '-')
        && !rest.starts_with(char::is_alphanumeric);
    (is_whole && stands_alone).then(|| number.parse().ok().map(windows_logon_type))?
}

fn logon_type_by_word(text: &str) -> Option<LogonType> {
    folded(text, |word| {
        Some(match word {
            "unknown" => LogonType::Unknown,
            "system" => LogonType::System,
            "interactive" => LogonType::Interactive,
            "network" => LogonType::Network,
            "batch" => LogonType::Batch,
            "service" | "osservice" => LogonType::Service,
            "unlock" => LogonType::Unlock,
            "networkcleartext" => LogonType::NetworkCleartext,
            "newcredentials" => LogonType::NewCredentials,
            "remoteinteractive" | "rdp" => LogonType::RemoteInteractive,
            "cachedinteractive" => LogonType::CachedInteractive,
            "cachedremoteinteractive" => LogonType::CachedRemoteInteractive,
            "cachedunlock" => LogonType::CachedUnlock,
            "other" => LogonType::Other,
            _ => return None,
        })
    })
}

/// How the account logged on, by Windows' number.
pub(crate) const fn windows_logon_type(number: u64) -> LogonType {
    match number {
        0 => LogonType::System,
        2 => LogonType::Interactive,
        3 => LogonType::Network,
        4 => LogonType::Batch,
        5 => LogonType::Service,
        7 => LogonType::Unlock,
        8 => LogonType::NetworkCleartext,
        9 => LogonType::NewCredentials,
        10 => LogonType::RemoteInteractive,
        11 => LogonType::CachedInteractive,
        12 => LogonType::CachedRemoteInteractive,
        13 => LogonType::CachedUnlock,
        _ => LogonType::Other,
    }
}

/// What authenticated; a word that is not known is [`AuthProtocol::Other`].
pub(crate) fn auth_protocol(text: &str) -> AuthProtocol {
    folded(text, |word| match word {
        "unknown" => AuthProtocol::Unknown,
        "kerberos" | "krb5" => AuthProtocol::Kerberos,
        "ntlm" | "ntlmssp" | "ntlmv1" | "ntlmv2" => AuthProtocol::Ntlm,
        "negotiate" | "negotiat" => AuthProtocol::Negotiate,
        "msv1" | "msv10" => AuthProtocol::MsV1,
        "digest" | "wdigest" => AuthProtocol::Digest,
        "openid" | "oidc" => AuthProtocol::OpenId,
        "saml" | "saml2" => AuthProtocol::Saml,
        "oauth" | "oauth2" | "oauth20" => AuthProtocol::OAuth2,
        "pap" => AuthProtocol::Pap,
        "chap" | "mschap" | "mschapv2" => AuthProtocol::Chap,
        "eap" => AuthProtocol::Eap,
        "radius" => AuthProtocol::Radius,
        "basic" | "basicauthentication" => AuthProtocol::Basic,
        "ldap" => AuthProtocol::Ldap,
        "password" | "keyboardinteractive" => AuthProtocol::Password,
        "publickey" => AuthProtocol::PublicKey,
        // LANL holds this name cut anywhere.
        _ if word.len() >= 9 && word.starts_with("microsoft") => AuthProtocol::MsV1,
        _ => AuthProtocol::Other,
    })
}

/// Whether it succeeded; `None` for a word that says neither.
pub(crate) fn outcome(text: &str) -> Option<Outcome> {
    folded(text, |word| match word {
        "success" | "successful" | "succeeded" | "succeed" | "ok" | "pass" | "passed" | "true"
        | "yes" | "y" | "t" | "1" | "allow" | "allowed" | "accept" | "accepted" | "granted"
        | "authorized" | "authenticated" | "auditsuccess" | "logonsuccess" | "loginsuccess"
        | "loginsuccessful" | "logonsuccessful" | "0x0" | "0x00000000" => Some(Outcome::Success),
        "fail" | "failure" | "failed" | "false" | "no" | "n" | "f" | "0" | "deny" | "denied"
        | "reject" | "rejected" | "refused" | "blocked" | "locked" | "lockedout"
        | "unauthorized" | "error" | "auditfailure" | "logonfailed" | "loginfailed"
        | "logonfailure" | "loginfailure" | "invalid" => Some(Outcome::Failure),
        // Neither yet: more was asked for, or nobody says how it ended.
        "unknown" | "unspecified" | "interrupted" | "interrupt" | "challenge" | "challenged"
        | "pending" | "partial" | "attempt" | "attempted" | "logonattempted" => {
            Some(Outcome::Unknown)
        }
        // A Windows status other than 0x0.
        _ if word.starts_with("0x") && word.len() == 10 => Some(Outcome::Failure),
        _ => None,
    })
}

/// What happened; a word that is not known is [`Activity::Other`].
pub(crate) fn activity(text: &str) -> Activity {
    known_activity(text).unwrap_or(Activity::Other)
}

/// What happened; `None` for a word that is not known.
pub(crate) fn known_activity(text: &str) -> Option<Activity> {
    folded(text, |word| {
        Some(match word {
            "logon" | "login" | "loggedin" | "loggedon" | "sessionopened" | "signin" | "signon"
            | "userlogin" | "userlogon" | "userloggedin" | "userloggedon" | "authentication"
            | "authenticate" | "authenticated" => Activity::Logon,
            "logoff" | "logout" | "loggedoff" | "loggedout" | "sessionclosed" | "userlogoff"
            | "userlogout" | "signout" | "signoff" | "userloggedout" | "userloggedoff" => {
                Activity::Logoff
            }
            "tgt" | "authenticationticket" | "as" | "asreq" => Activity::TicketGrantingTicket,
            "tgs" | "serviceticketrequest" | "serviceticket" | "tgsreq" => Activity::ServiceTicket,
            "serviceticketrenew" | "renewal" | "renew" => Activity::Renewal,
            "preauth" | "preauthentication" => Activity::Preauthentication,
            "accountswitch" | "explicitcredentials" => Activity::AccountSwitch,
            "specialprivileges" => Activity::SpecialPrivileges,
            "screenunlock" | "sessionreconnect" => Activity::SessionReconnect,
            "screenlock" | "sessiondisconnect" => Activity::SessionDisconnect,
            "credentialvalidation" => Activity::CredentialValidation,
            "other" | "unknown" | "authmap" => Activity::Other,
            _ => return None,
        })
    })
}

/// What happened and with what outcome, by the number of the Windows event.
pub(crate) const fn windows_event(code: u32) -> Option<(Activity, Option<Outcome>)> {
    Some(match code {
        4624 => (Activity::Logon, Some(Outcome::Success)),
        4625 => (Activity::Logon, Some(Outcome::Failure)),
        4634 | 4647 => (Activity::Logoff, Some(Outcome::Success)),
        4648 => (Activity::AccountSwitch, None),
        4672 => (Activity::SpecialPrivileges, Some(Outcome::Success)),
        4768 => (Activity::TicketGrantingTicket, None),
        4769 => (Activity::ServiceTicket, None),
        4770 => (Activity::Renewal, Some(Outcome::Success)),
        4771 => (Activity::Preauthentication, Some(Outcome::Failure)),
        4776 => (Activity::CredentialValidation, None),
        4778 => (Activity::SessionReconnect, Some(Outcome::Success)),
        4779 => (Activity::SessionDisconnect, Some(Outcome::Success)),
        _ => return None,
    })
}

/// Whether a number is one of those that Windows' auditing gives to its events.
pub(crate) const fn is_windows_audit(code: u32) -> bool {
    matches!(code, 1100..=1108 | 4608..=5632 | 6144..=6425)
}

/// Whether a second factor was used; `None` for a word that does not say.
pub(crate) fn mfa(text: &str) -> Option<Mfa> {
    folded(text, |word| match word {
        "true" | "yes" | "y" | "t" | "1" | "used" | "mfa" => Some(Mfa::Used),
        "false" | "no" | "n" | "f" | "0" | "notused" => Some(Mfa::NotUsed),
        "unknown" => Some(Mfa::Unknown),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_caption_reads_back() {
        for &value in LogonType::ALL {
            assert_eq!(logon_type(value.caption()), value);
        }
        for &value in AuthProtocol::ALL {
            assert_eq!(auth_protocol(value.caption()), value);
        }
        for &value in Activity::ALL {
            assert_eq!(activity(value.caption()), value);
        }
        for &value in Outcome::ALL {
            assert_eq!(outcome(value.caption()), Some(value));
        }
        for &value in Mfa::ALL {
            assert_eq!(mfa(value.caption()), Some(value));
        }
    }

    #[test]
    fn a_logon_type_is_the_same_by_number_and_by_digits() {
        for number in 0..20 {
            assert_eq!(windows_logon_type(number), logon_type(&number.to_string()), "{number}");
        }
    }

    #[test]
    fn a_logon_type_may_be_spelt_by_number_and_word() {
        for (text, expected) in [
            ("3", LogonType::Network),
            ("0x3", LogonType::Network),
            ("0xA", LogonType::RemoteInteractive),
            ("3.0", LogonType::Network),
            (" 3 ", LogonType::Network),
            ("Network (3)", LogonType::Network),
            ("3 (Network)", LogonType::Network),
            ("3 - Netzwerk", LogonType::Network),
            ("LogonType 3", LogonType::Network),
            ("Type: 10", LogonType::RemoteInteractive),
            ("10 - RemoteInteractive", LogonType::RemoteInteractive),
            ("Remote Interactive", LogonType::RemoteInteractive),
            ("New_Credentials", LogonType::NewCredentials),
            ("6", LogonType::Other),
        ] {
            assert_eq!(spelt_logon_type(text), Some(expected), "{text}");
        }
        for text in ["", "three", "-3", "3.5", "3,4", "x3", "3x", "{3}4", "0x", "Netzwerk"] {
            assert_eq!(spelt_logon_type(text), None, "{text}");
        }
    }

    #[test]
    fn nothing_is_written_in_many_ways() {
        for text in ["", "-", "--", "NULL", "(null)", "<null>", "(none)", "[empty]", "()", "N/A"] {
            assert!(is_absent(text), "{text}");
        }
        for text in ["0", "nullius", "(alice)", "[::1]", "[2001:db8::5]:443", "<alice>"] {
            assert!(!is_absent(text), "{text}");
        }
    }

    #[test]
    fn a_package_name_may_be_cut() {
        let whole = "MICROSOFT_AUTHENTICATION_PACKAGE_V1_0";
        for length in "MICROSOFT".len()..=whole.len() {
            assert_eq!(auth_protocol(&whole[..length]), AuthProtocol::MsV1);
        }
        assert_eq!(auth_protocol("Wave"), AuthProtocol::Other);
    }

    #[test]
    fn a_windows_status_is_an_outcome() {
        assert_eq!(outcome("0x0"), Some(Outcome::Success));
        assert_eq!(outcome("0xC000006D"), Some(Outcome::Failure));
        assert_eq!(outcome("200"), None);
    }

    #[test]
    fn a_word_longer_than_any_matches_none() {
        let long = "logon".repeat(40);
        assert_eq!(activity(&long), Activity::Other);
        assert_eq!(outcome(&long), None);
    }
}
