//! The closed vocabularies of the header: a number for each word of the engine's.
//!
//! A number keeps its meaning for ever; new words get new numbers at the end.

use sidestep::alert::{AlertState, Severity};
use sidestep::event::{
    AccountKind, Activity, AuthProtocol, HostActivityKind, LogonType, Mfa, Outcome,
};

use crate::error::Failure;
use crate::status::SIDESTEP_ERR_VALUE;

/// The word that a number stands for. The number is its place in the table.
pub(crate) fn word<T: Copy>(table: &[T], number: u32, field: &'static str) -> Result<T, Failure> {
    table.get(number as usize).copied().ok_or_else(|| unknown(table.len(), number, field))
}

#[cold]
fn unknown(words: usize, number: u32, field: &'static str) -> Failure {
    let most = words - 1;
    Failure::new(SIDESTEP_ERR_VALUE, format!("{number} is no value of it; they end with {most}"))
        .at(field)
}

/// The number that a word has: `other` for one that this version of the header has no number for.
#[allow(clippy::cast_possible_truncation, reason = "tables have some dozen entries")]
pub(crate) fn number<T: PartialEq>(table: &[T], word: &T, other: u32) -> u32 {
    table.iter().position(|known| known == word).map_or(other, |at| at as u32)
}

/// `activity`: an account logged on to a host (OCSF 1; Windows 4624, 4625).
pub const SIDESTEP_ACTIVITY_LOGON: u32 = 0;
/// `activity`: a session ended (OCSF 2; Windows 4634, 4647).
pub const SIDESTEP_ACTIVITY_LOGOFF: u32 = 1;
/// `activity`: a ticket-granting ticket was asked for (OCSF 3; Windows 4768).
pub const SIDESTEP_ACTIVITY_TICKET_GRANTING_TICKET: u32 = 2;
/// `activity`: a service ticket was asked for (OCSF 4; Windows 4769).
pub const SIDESTEP_ACTIVITY_SERVICE_TICKET: u32 = 3;
/// `activity`: a ticket was renewed (OCSF 5; Windows 4770).
pub const SIDESTEP_ACTIVITY_RENEWAL: u32 = 4;
/// `activity`: Kerberos pre-authentication failed or was made (OCSF 6; Windows 4771).
pub const SIDESTEP_ACTIVITY_PREAUTHENTICATION: u32 = 5;
/// `activity`: explicit credentials were used or a session switched account (OCSF 7; Windows 4648).
pub const SIDESTEP_ACTIVITY_ACCOUNT_SWITCH: u32 = 6;
/// `activity`: special privileges were given to a new logon (Windows 4672).
pub const SIDESTEP_ACTIVITY_SPECIAL_PRIVILEGES: u32 = 7;
/// `activity`: a session was taken up again (Windows 4778).
pub const SIDESTEP_ACTIVITY_SESSION_RECONNECT: u32 = 8;
/// `activity`: a session was left open (Windows 4779).
pub const SIDESTEP_ACTIVITY_SESSION_DISCONNECT: u32 = 9;
/// `activity`: a controller checked a credential for another host (Windows 4776).
pub const SIDESTEP_ACTIVITY_CREDENTIAL_VALIDATION: u32 = 10;
/// `activity`: something else that names an account and a host.
pub const SIDESTEP_ACTIVITY_OTHER: u32 = 11;

pub(crate) const ACTIVITIES: &[Activity] = &[
    Activity::Logon,
    Activity::Logoff,
    Activity::TicketGrantingTicket,
    Activity::ServiceTicket,
    Activity::Renewal,
    Activity::Preauthentication,
    Activity::AccountSwitch,
    Activity::SpecialPrivileges,
    Activity::SessionReconnect,
    Activity::SessionDisconnect,
    Activity::CredentialValidation,
    Activity::Other,
];

/// `logon_type`: the log does not say.
pub const SIDESTEP_LOGON_TYPE_UNKNOWN: u32 = 0;
/// `logon_type`: the system account at start (Windows 0).
pub const SIDESTEP_LOGON_TYPE_SYSTEM: u32 = 1;
/// `logon_type`: at the keyboard (2).
pub const SIDESTEP_LOGON_TYPE_INTERACTIVE: u32 = 2;
/// `logon_type`: over the network (3).
pub const SIDESTEP_LOGON_TYPE_NETWORK: u32 = 3;
/// `logon_type`: a scheduled job (4).
pub const SIDESTEP_LOGON_TYPE_BATCH: u32 = 4;
/// `logon_type`: a service (5).
pub const SIDESTEP_LOGON_TYPE_SERVICE: u32 = 5;
/// `logon_type`: A locked session was unlocked (7).
pub const SIDESTEP_LOGON_TYPE_UNLOCK: u32 = 6;
/// `logon_type`: over the network, password in clear (8).
pub const SIDESTEP_LOGON_TYPE_NETWORK_CLEARTEXT: u32 = 7;
/// `logon_type`: other credentials for outgoing connections (9; runas /netonly).
pub const SIDESTEP_LOGON_TYPE_NEW_CREDENTIALS: u32 = 8;
/// `logon_type`: remote desktop (10).
pub const SIDESTEP_LOGON_TYPE_REMOTE_INTERACTIVE: u32 = 9;
/// `logon_type`: at the keyboard, checked against the cache (11).
pub const SIDESTEP_LOGON_TYPE_CACHED_INTERACTIVE: u32 = 10;
/// `logon_type`: remote desktop, checked against the cache (12).
pub const SIDESTEP_LOGON_TYPE_CACHED_REMOTE_INTERACTIVE: u32 = 11;
/// `logon_type`: unlocked against the cache (13).
pub const SIDESTEP_LOGON_TYPE_CACHED_UNLOCK: u32 = 12;
/// `logon_type`: a type this vocabulary has no name for.
pub const SIDESTEP_LOGON_TYPE_OTHER: u32 = 13;

pub(crate) const LOGON_TYPES: &[LogonType] = &[
    LogonType::Unknown,
    LogonType::System,
    LogonType::Interactive,
    LogonType::Network,
    LogonType::Batch,
    LogonType::Service,
    LogonType::Unlock,
    LogonType::NetworkCleartext,
    LogonType::NewCredentials,
    LogonType::RemoteInteractive,
    LogonType::CachedInteractive,
    LogonType::CachedRemoteInteractive,
    LogonType::CachedUnlock,
    LogonType::Other,
];

/// `auth_protocol`: the log does not say.
pub const SIDESTEP_AUTH_PROTOCOL_UNKNOWN: u32 = 0;
/// `auth_protocol`: NTLM.
pub const SIDESTEP_AUTH_PROTOCOL_NTLM: u32 = 1;
/// `auth_protocol`: Kerberos.
pub const SIDESTEP_AUTH_PROTOCOL_KERBEROS: u32 = 2;
/// `auth_protocol`: Windows chose between Kerberos and NTLM.
pub const SIDESTEP_AUTH_PROTOCOL_NEGOTIATE: u32 = 3;
/// `auth_protocol`: `MICROSOFT_AUTHENTICATION_PACKAGE_V1_0`.
pub const SIDESTEP_AUTH_PROTOCOL_MSV1: u32 = 4;
/// `auth_protocol`: HTTP digest.
pub const SIDESTEP_AUTH_PROTOCOL_DIGEST: u32 = 5;
/// `auth_protocol`: OpenID.
pub const SIDESTEP_AUTH_PROTOCOL_OPENID: u32 = 6;
/// `auth_protocol`: SAML.
pub const SIDESTEP_AUTH_PROTOCOL_SAML: u32 = 7;
/// `auth_protocol`: OAuth 2.0.
pub const SIDESTEP_AUTH_PROTOCOL_OAUTH2: u32 = 8;
/// `auth_protocol`: PAP.
pub const SIDESTEP_AUTH_PROTOCOL_PAP: u32 = 9;
/// `auth_protocol`: CHAP.
pub const SIDESTEP_AUTH_PROTOCOL_CHAP: u32 = 10;
/// `auth_protocol`: EAP.
pub const SIDESTEP_AUTH_PROTOCOL_EAP: u32 = 11;
/// `auth_protocol`: RADIUS.
pub const SIDESTEP_AUTH_PROTOCOL_RADIUS: u32 = 12;
/// `auth_protocol`: HTTP basic.
pub const SIDESTEP_AUTH_PROTOCOL_BASIC: u32 = 13;
/// `auth_protocol`: LDAP bind.
pub const SIDESTEP_AUTH_PROTOCOL_LDAP: u32 = 14;
/// `auth_protocol`: a password, as sshd names it.
pub const SIDESTEP_AUTH_PROTOCOL_PASSWORD: u32 = 15;
/// `auth_protocol`: a public key, as sshd names it.
pub const SIDESTEP_AUTH_PROTOCOL_PUBLIC_KEY: u32 = 16;
/// `auth_protocol`: a protocol this vocabulary has no name for.
pub const SIDESTEP_AUTH_PROTOCOL_OTHER: u32 = 17;

pub(crate) const AUTH_PROTOCOLS: &[AuthProtocol] = &[
    AuthProtocol::Unknown,
    AuthProtocol::Ntlm,
    AuthProtocol::Kerberos,
    AuthProtocol::Negotiate,
    AuthProtocol::MsV1,
    AuthProtocol::Digest,
    AuthProtocol::OpenId,
    AuthProtocol::Saml,
    AuthProtocol::OAuth2,
    AuthProtocol::Pap,
    AuthProtocol::Chap,
    AuthProtocol::Eap,
    AuthProtocol::Radius,
    AuthProtocol::Basic,
    AuthProtocol::Ldap,
    AuthProtocol::Password,
    AuthProtocol::PublicKey,
    AuthProtocol::Other,
];

/// `outcome`: the log does not say.
pub const SIDESTEP_OUTCOME_UNKNOWN: u32 = 0;
/// `outcome`: it succeeded.
pub const SIDESTEP_OUTCOME_SUCCESS: u32 = 1;
/// `outcome`: it failed.
pub const SIDESTEP_OUTCOME_FAILURE: u32 = 2;

pub(crate) const OUTCOMES: &[Outcome] = &[Outcome::Unknown, Outcome::Success, Outcome::Failure];

/// `mfa`: the log does not say.
pub const SIDESTEP_MFA_UNKNOWN: u32 = 0;
/// `mfa`: a second factor was used.
pub const SIDESTEP_MFA_USED: u32 = 1;
/// `mfa`: one factor only.
pub const SIDESTEP_MFA_NOT_USED: u32 = 2;

pub(crate) const MFA: &[Mfa] = &[Mfa::Unknown, Mfa::Used, Mfa::NotUsed];

/// `kind` of an activity: a network share was opened (Windows 5140, 5145).
pub const SIDESTEP_HOST_ACTIVITY_SHARE_ACCESS: u32 = 0;
/// `kind` of an activity: a file came or went over the network.
pub const SIDESTEP_HOST_ACTIVITY_FILE_TRANSFER: u32 = 1;
/// `kind` of an activity: a service was installed (Windows 4697, 7045).
pub const SIDESTEP_HOST_ACTIVITY_SERVICE_INSTALL: u32 = 2;
/// `kind` of an activity: a scheduled task was made or changed (Windows 4698, 4702).
pub const SIDESTEP_HOST_ACTIVITY_SCHEDULED_TASK: u32 = 3;
/// `kind` of an activity: an account was created (Windows 4720, 4741).
pub const SIDESTEP_HOST_ACTIVITY_ACCOUNT_CREATION: u32 = 4;
/// `kind` of an activity: an account was changed (Windows 4722, 4724, 4738).
pub const SIDESTEP_HOST_ACTIVITY_ACCOUNT_CHANGE: u32 = 5;
/// `kind` of an activity: an account joined a group (Windows 4728, 4732, 4756).
pub const SIDESTEP_HOST_ACTIVITY_GROUP_MEMBERSHIP: u32 = 6;
/// `kind` of an activity: a process started (Windows 4688, Sysmon 1).
pub const SIDESTEP_HOST_ACTIVITY_PROCESS_START: u32 = 7;
/// `kind` of an activity: a network connection was made (Sysmon 3, Zeek conn).
pub const SIDESTEP_HOST_ACTIVITY_NETWORK_CONNECTION: u32 = 8;
/// `kind` of an activity: a named pipe was created or connected to (Sysmon 17, 18; Zeek dce_rpc).
pub const SIDESTEP_HOST_ACTIVITY_NAMED_PIPE: u32 = 9;
/// `kind` of an activity: a copy of the directory's secrets was asked for, as controllers ask each other (Windows 4662).
pub const SIDESTEP_HOST_ACTIVITY_DIRECTORY_REPLICATION: u32 = 10;
/// `kind` of an activity: an address was leased to, or resolved to, the host's name (Zeek dhcp, dns).
pub const SIDESTEP_HOST_ACTIVITY_ADDRESS_BINDING: u32 = 11;

pub(crate) const HOST_ACTIVITIES: &[HostActivityKind] = &[
    HostActivityKind::ShareAccess,
    HostActivityKind::FileTransfer,
    HostActivityKind::ServiceInstall,
    HostActivityKind::ScheduledTask,
    HostActivityKind::AccountCreation,
    HostActivityKind::AccountChange,
    HostActivityKind::GroupMembership,
    HostActivityKind::ProcessStart,
    HostActivityKind::NetworkConnection,
    HostActivityKind::NamedPipe,
    HostActivityKind::DirectoryReplication,
    HostActivityKind::AddressBinding,
];

/// `kind` of an account: told from its name: `HOST$` is a machine, `SYSTEM` is built in.
pub const SIDESTEP_ACCOUNT_FROM_NAME: u32 = 0;
/// `kind` of an account: the log does not say.
pub const SIDESTEP_ACCOUNT_UNKNOWN: u32 = 1;
/// `kind` of an account: somebody.
pub const SIDESTEP_ACCOUNT_PERSON: u32 = 2;
/// `kind` of an account: a computer's own account.
pub const SIDESTEP_ACCOUNT_MACHINE: u32 = 3;
/// `kind` of an account: an account that a service or job runs under.
pub const SIDESTEP_ACCOUNT_SERVICE: u32 = 4;
/// `kind` of an account: a built-in principal that exists on every host.
pub const SIDESTEP_ACCOUNT_WELL_KNOWN: u32 = 5;
/// `kind` of an account: nobody in particular.
pub const SIDESTEP_ACCOUNT_ANONYMOUS: u32 = 6;

/// From 1 on: 0 is told from the name.
pub(crate) const ACCOUNT_KINDS: &[AccountKind] = &[
    AccountKind::Unknown,
    AccountKind::Person,
    AccountKind::Machine,
    AccountKind::Service,
    AccountKind::WellKnown,
    AccountKind::Anonymous,
];

/// `state` of an alert: raised now.
pub const SIDESTEP_STATE_OPENED: u32 = 0;
/// `state` of an alert: its movement grew.
pub const SIDESTEP_STATE_UPDATED: u32 = 1;
/// `state` of an alert: its movement has ended, or the engine was finished; this is its last state.
pub const SIDESTEP_STATE_CLOSED: u32 = 2;

pub(crate) const ALERT_STATES: &[AlertState] =
    &[AlertState::Opened, AlertState::Updated, AlertState::Closed];

/// `severity` of an alert: expected more than once a week.
pub const SIDESTEP_SEVERITY_LOW: u32 = 0;
/// `severity` of an alert: expected at most once a week.
pub const SIDESTEP_SEVERITY_MEDIUM: u32 = 1;
/// `severity` of an alert: expected at most once a month.
pub const SIDESTEP_SEVERITY_HIGH: u32 = 2;
/// `severity` of an alert: expected at most once a year.
pub const SIDESTEP_SEVERITY_CRITICAL: u32 = 3;

pub(crate) const SEVERITIES: &[Severity] =
    &[Severity::Low, Severity::Medium, Severity::High, Severity::Critical];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_the_engine_has_a_number() {
        assert!(Activity::ALL.iter().all(|word| ACTIVITIES.contains(word)));
        assert!(LogonType::ALL.iter().all(|word| LOGON_TYPES.contains(word)));
        assert!(AuthProtocol::ALL.iter().all(|word| AUTH_PROTOCOLS.contains(word)));
        assert!(Outcome::ALL.iter().all(|word| OUTCOMES.contains(word)));
        assert!(Mfa::ALL.iter().all(|word| MFA.contains(word)));
        assert!(HostActivityKind::ALL.iter().all(|word| HOST_ACTIVITIES.contains(word)));
        assert!(AccountKind::ALL.iter().all(|word| ACCOUNT_KINDS.contains(word)));
    }

    #[test]
    fn the_number_of_a_word_is_its_place_in_the_table() {
        let pairs: &[(&[Activity], u32, Activity)] =
            &[(ACTIVITIES, SIDESTEP_ACTIVITY_OTHER, Activity::Other)];
        for (table, number, expected) in pairs {
            assert_eq!(word(table, *number, "activity").unwrap(), *expected);
        }
        let last = |table: &[LogonType], number: u32| word(table, number, "logon_type").unwrap();
        assert_eq!(last(LOGON_TYPES, SIDESTEP_LOGON_TYPE_NETWORK), LogonType::Network);
        assert_eq!(last(LOGON_TYPES, SIDESTEP_LOGON_TYPE_OTHER), LogonType::Other);
        assert_eq!(
            word(AUTH_PROTOCOLS, SIDESTEP_AUTH_PROTOCOL_OTHER, "auth_protocol").unwrap(),
            AuthProtocol::Other
        );
        assert_eq!(
            word(HOST_ACTIVITIES, SIDESTEP_HOST_ACTIVITY_ADDRESS_BINDING, "kind").unwrap(),
            HostActivityKind::AddressBinding
        );
        assert_eq!(
            word(ACCOUNT_KINDS, SIDESTEP_ACCOUNT_ANONYMOUS - 1, "kind").unwrap(),
            AccountKind::Anonymous
        );
        assert_eq!(word(OUTCOMES, 3, "outcome").unwrap_err().status(), SIDESTEP_ERR_VALUE);
    }
}
