//! What an attempt that failed tells of the account it was made with, and where it came from.

use std::net::IpAddr;

use super::observation::{HostRef, Observation};
use crate::event::classify::is_by_sshd;
use crate::event::{Activity, AuthEvent, HostActivity};

/// Why an attempt failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FailureReason {
    /// There is no such account.
    NoSuchAccount,
    /// The account is disabled, has expired, or is locked.
    Barred,
    /// There is such an account, and the password was wrong.
    WrongPassword,
    /// It was asked for a password first, as every client is: nothing failed.
    Nothing,
    /// Something that has to do with neither.
    Other,
    /// The log does not say.
    Unsaid,
}

impl FailureReason {
    /// Why an event failed: by Windows' status codes, Kerberos' errors, or the words of sshd, Zeek
    /// and others.
    pub(super) fn of(event: &AuthEvent<'_>) -> Self {
        let is_ssh = is_by_sshd(event);
        let Some(reason) = event.outcome_reason() else {
            return if is_ssh { Self::WrongPassword } else { Self::Unsaid };
        };
        let reason = reason.trim().to_ascii_lowercase();
        if let Some(code) = reason.strip_prefix("0x") {
            return u32::from_str_radix(code, 16).map_or(Self::Other, Self::of_code);
        }
        let says = |words: &[&str]| words.iter().any(|word| reason.contains(word));
        if says(&[
            "principal_unknown",
            "no_such_user",
            "invalid user",
            "unknown user",
            "no such user",
        ]) {
            Self::NoSuchAccount
        } else if says(&["disabled", "locked", "revoked", "expired"]) {
            Self::Barred
        } else if says(&["preauth_required"]) {
            Self::Nothing
        } else if says(&["preauth_failed", "wrong_password", "wrong password", "bad password"]) {
            Self::WrongPassword
        } else if says(&["logon_failure", "authentication failure", "incorrect"]) {
            Self::Unsaid
        } else {
            Self::Other
        }
    }

    /// NTSTATUS values, and Kerberos' error codes (RFC 4120, section 7.5.9), which are small.
    const fn of_code(code: u32) -> Self {
        match code {
            0x6 | 0xc000_0064 => Self::NoSuchAccount,
            0x1 | 0x12 | 0xc000_006e | 0xc000_0072 | 0xc000_0193 | 0xc000_0234 => Self::Barred,
            0x18 | 0xc000_006a => Self::WrongPassword,
            0x19 => Self::Nothing,
            0xc000_006d => Self::Unsaid,
            _ => Self::Other,
        }
    }
}

/// Whether an event is an attempt with an account's password or key: to log on, or to be given the
/// ticket by which one does.
pub(super) const fn tries_a_credential(event: &AuthEvent<'_>) -> bool {
    matches!(
        event.activity(),
        Activity::Logon
            | Activity::TicketGrantingTicket
            | Activity::Preauthentication
            | Activity::CredentialValidation
    )
}

/// Where an attempt came from: the source, or the host itself where no other is named. None for what
/// comes from an address of the Internet: it knocks at every door, and has not moved yet.
pub(super) fn origin<'e>(seen: &Observation<'e>) -> Option<HostRef<'e>> {
    let named = seen.auth().map(AuthEvent::src_host).or(seen.activity().map(HostActivity::peer))?;
    let from_outside = named.name.is_none() && named.ip.is_some_and(|ip| is_public(&ip));
    seen.source.or(seen.destination).filter(|_| !from_outside)
}

/// Whether an address is routed on the Internet: none of those for private use (RFC 1918, 4193,
/// 6598) or for a link.
pub(super) fn is_public(ip: &IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            let [a, b, ..] = ip.octets();
            let shared = a == 100 && b & 0xc0 == 64;
            !(ip.is_private() || ip.is_loopback() || ip.is_link_local() || shared)
        }
        IpAddr::V6(ip) => match ip.to_ipv4_mapped() {
            Some(ip) => is_public(&ip.into()),
            None => !(ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Timestamp;
    use crate::event::{Account, Host, Outcome};

    fn refusal(reason: Option<&str>) -> FailureReason {
        let mut builder = AuthEvent::builder(Timestamp::from_micros(0), Account::new("bob"))
            .dst_host(Host::named("SRV"))
            .outcome(Outcome::Failure);
        if let Some(reason) = reason {
            builder = builder.outcome_reason(reason);
        }
        FailureReason::of(&builder.build().unwrap())
    }

    #[test]
    fn reasons_are_read_in_every_dialect() {
        for reason in ["0x6", "0xC0000064", "KDC_ERR_C_PRINCIPAL_UNKNOWN", "invalid user"] {
            assert_eq!(refusal(Some(reason)), FailureReason::NoSuchAccount, "{reason}");
        }
        for reason in ["0x18", "0xc000006a", "KDC_ERR_PREAUTH_FAILED", "WRONG_PASSWORD"] {
            assert_eq!(refusal(Some(reason)), FailureReason::WrongPassword, "{reason}");
        }
        for reason in ["0x12", "0xC0000072", "ACCOUNT_DISABLED", "KDC_ERR_CLIENT_REVOKED"] {
            assert_eq!(refusal(Some(reason)), FailureReason::Barred, "{reason}");
        }
        assert_eq!(refusal(Some("KDC_ERR_PREAUTH_REQUIRED")), FailureReason::Nothing);
        assert_eq!(refusal(Some("LOGON_FAILURE")), FailureReason::Unsaid);
        assert_eq!(refusal(Some("0xnothing")), FailureReason::Other);
        assert_eq!(refusal(None), FailureReason::Unsaid);
    }

    #[test]
    fn only_what_is_routed_is_public() {
        let public = |text: &str| is_public(&text.parse().unwrap());
        for address in ["10.1.2.3", "172.16.0.1", "192.168.0.1", "100.64.0.1", "fd00::1", "::1"] {
            assert!(!public(address), "{address}");
        }
        for address in ["8.8.8.8", "172.32.0.1", "100.128.0.1", "2001:db9::1", "::ffff:8.8.8.8"] {
            assert!(public(address), "{address}");
        }
    }
}
