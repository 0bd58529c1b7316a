//! The values of each event in the order in which Windows writes them, for logs that leave out their
//! names: Fluent Bit's `StringInserts`, PowerShell's `Properties`, `ReplacementStrings`.
//!
//! The order is fixed by the event's number and version. Tests compare it with what real event logs hold.

use std::borrow::Cow;

use super::{Field, Origin, Record};
use crate::error::Fault;

/// One version of an event: the names of its values, in parts that several events have in common.
pub(super) struct Template {
    pub(super) origin: Origin,
    pub(super) event_id: u32,
    pub(super) names: &'static [&'static [&'static str]],
}

impl Template {
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.names.iter().flat_map(|part| part.iter().copied())
    }

    pub(super) fn count(&self) -> usize {
        self.names.iter().map(|part| part.len()).sum()
    }
}

const fn security(event_id: u32, names: &'static [&'static [&'static str]]) -> Template {
    Template { origin: Origin::Security, event_id, names }
}

const fn sysmon(event_id: u32, names: &'static [&'static [&'static str]]) -> Template {
    Template { origin: Origin::Sysmon, event_id, names }
}

const SUBJECT: &[&str] =
    &["SubjectUserSid", "SubjectUserName", "SubjectDomainName", "SubjectLogonId"];

const TARGET_USER: &[&str] =
    &["TargetUserSid", "TargetUserName", "TargetDomainName", "TargetLogonId"];

/// An account or group that was changed.
const CHANGED: &[&str] = &["TargetUserName", "TargetDomainName", "TargetSid"];

const MEMBER: &[&str] = &["MemberName", "MemberSid"];

const PRIVILEGES: &[&str] = &["PrivilegeList"];

/// How and from where a logon was made.
const LOGON: &[&str] = &[
    "LogonType",
    "LogonProcessName",
    "AuthenticationPackageName",
    "WorkstationName",
    "LogonGuid",
    "TransmittedServices",
    "LmPackageName",
    "KeyLength",
    "ProcessId",
    "ProcessName",
    "IpAddress",
    "IpPort",
];

const OUTBOUND: &[&str] = &[
    "TargetOutboundUserName",
    "TargetOutboundDomainName",
    "VirtualAccount",
    "TargetLinkedLogonId",
    "ElevatedToken",
];

const PROCESS: &[&str] = &["NewProcessId", "NewProcessName", "TokenElevationType", "ProcessId"];

const SERVICE: &[&str] =
    &["ServiceName", "ServiceFileName", "ServiceType", "ServiceStartType", "ServiceAccount"];

/// Who asked for a task or service, in newer versions.
const CALLER: &[&str] = &[
    "ClientProcessStartKey",
    "ClientProcessId",
    "ParentProcessId",
    "RpcCallClientLocality",
    "FQDN",
];

const ATTRIBUTES: &[&str] = &[
    "PrivilegeList",
    "SamAccountName",
    "DisplayName",
    "UserPrincipalName",
    "HomeDirectory",
    "HomePath",
    "ScriptPath",
    "ProfilePath",
    "UserWorkstations",
    "PasswordLastSet",
    "AccountExpires",
    "PrimaryGroupId",
    "AllowedToDelegateTo",
    "OldUacValue",
    "NewUacValue",
    "UserAccountControl",
    "UserParameters",
    "SidHistory",
    "LogonHours",
];

const NAMES_OF_COMPUTER: &[&str] = &["DnsHostName", "ServicePrincipalNames"];

const GRANTING_TICKET: &[&str] = &[
    "TargetUserName",
    "TargetDomainName",
    "TargetSid",
    "ServiceName",
    "ServiceSid",
    "TicketOptions",
    "Status",
    "TicketEncryptionType",
    "PreAuthType",
    "IpAddress",
    "IpPort",
];

const CERTIFICATE: &[&str] = &["CertIssuerName", "CertSerialNumber", "CertThumbprint"];

const SERVICE_TICKET: &[&str] = &[
    "TargetUserName",
    "TargetDomainName",
    "ServiceName",
    "ServiceSid",
    "TicketOptions",
    "TicketEncryptionType",
    "IpAddress",
    "IpPort",
];

const TICKET_HASHES: &[&str] = &["RequestTicketHash", "ResponseTicketHash"];

/// What kinds of key each end has, since the controllers of 2025.
const KEYS: &[&str] = &[
    "AccountSupportedEncryptionTypes",
    "AccountAvailableKeys",
    "ServiceSupportedEncryptionTypes",
    "ServiceAvailableKeys",
    "DCSupportedEncryptionTypes",
    "DCAvailableKeys",
    "ClientAdvertizedEncryptionTypes",
    "SessionKeyEncryptionType",
];

const SESSION: &[&str] =
    &["AccountName", "AccountDomain", "LogonID", "SessionName", "ClientName", "ClientAddress"];

const SHARE: &[&str] = &["ObjectType", "IpAddress", "IpPort", "ShareName", "ShareLocalPath"];

const SYSMON_PROCESS: &[&str] = &["UtcTime", "ProcessGuid", "ProcessId", "Image"];

const SYSMON_START: &[&str] = &[
    "FileVersion",
    "Description",
    "Product",
    "Company",
    "OriginalFileName",
    "CommandLine",
    "CurrentDirectory",
    "User",
    "LogonGuid",
    "LogonId",
    "TerminalSessionId",
    "IntegrityLevel",
    "Hashes",
    "ParentProcessGuid",
    "ParentProcessId",
    "ParentImage",
    "ParentCommandLine",
];

const SYSMON_CONNECTION: &[&str] = &[
    "User",
    "Protocol",
    "Initiated",
    "SourceIsIpv6",
    "SourceIp",
    "SourceHostname",
    "SourcePort",
    "SourcePortName",
    "DestinationIsIpv6",
    "DestinationIp",
    "DestinationHostname",
    "DestinationPort",
    "DestinationPortName",
];

const SYSMON_PIPE: &[&str] = &["UtcTime", "ProcessGuid", "ProcessId", "PipeName", "Image"];

const RULE: &[&str] = &["RuleName"];

/// Every version of every event that is read and whose order is fixed, by number and version.
pub(super) const TEMPLATES: &[Template] = &[
    security(4624, &[SUBJECT, TARGET_USER, LOGON]),
    security(4624, &[SUBJECT, TARGET_USER, LOGON, &["ImpersonationLevel"]]),
    security(
        4624,
        &[SUBJECT, TARGET_USER, LOGON, &["ImpersonationLevel", "RestrictedAdminMode"], OUTBOUND],
    ),
    security(
        4624,
        &[
            SUBJECT,
            TARGET_USER,
            LOGON,
            &["ImpersonationLevel", "RestrictedAdminMode", "RemoteCredentialGuard"],
            OUTBOUND,
        ],
    ),
    security(
        4625,
        &[
            SUBJECT,
            &["TargetUserSid", "TargetUserName", "TargetDomainName"],
            &["Status", "FailureReason", "SubStatus"],
            &["LogonType", "LogonProcessName", "AuthenticationPackageName", "WorkstationName"],
            &["TransmittedServices", "LmPackageName", "KeyLength", "ProcessId", "ProcessName"],
            &["IpAddress", "IpPort"],
        ],
    ),
    security(4634, &[TARGET_USER, &["LogonType"]]),
    security(4647, &[TARGET_USER]),
    security(
        4648,
        &[
            SUBJECT,
            &["LogonGuid", "TargetUserName", "TargetDomainName", "TargetLogonGuid"],
            &["TargetServerName", "TargetInfo", "ProcessId", "ProcessName", "IpAddress", "IpPort"],
        ],
    ),
    security(
        4662,
        &[
            SUBJECT,
            &["ObjectServer", "ObjectType", "ObjectName", "OperationType", "HandleId"],
            &["AccessList", "AccessMask", "Properties", "AdditionalInfo", "AdditionalInfo2"],
        ],
    ),
    security(4672, &[SUBJECT, PRIVILEGES]),
    security(4688, &[SUBJECT, PROCESS]),
    security(4688, &[SUBJECT, PROCESS, &["CommandLine"]]),
    security(
        4688,
        &[
            SUBJECT,
            PROCESS,
            &["CommandLine"],
            TARGET_USER,
            &["ParentProcessName", "MandatoryLabel"],
        ],
    ),
    security(4697, &[SUBJECT, SERVICE]),
    security(
        4697,
        &[SUBJECT, SERVICE, &["ClientProcessStartKey", "ClientProcessId", "ParentProcessId"]],
    ),
    security(4697, &[SUBJECT, SERVICE, CALLER]),
    security(4698, &[SUBJECT, &["TaskName", "TaskContent"]]),
    security(4698, &[SUBJECT, &["TaskName", "TaskContent"], CALLER]),
    security(4702, &[SUBJECT, &["TaskName", "TaskContentNew"]]),
    security(4702, &[SUBJECT, &["TaskName", "TaskContentNew"], CALLER]),
    security(4720, &[CHANGED, SUBJECT, ATTRIBUTES]),
    security(4722, &[CHANGED, SUBJECT]),
    security(4724, &[CHANGED, SUBJECT]),
    security(4728, &[MEMBER, CHANGED, SUBJECT, PRIVILEGES]),
    security(4732, &[MEMBER, CHANGED, SUBJECT, PRIVILEGES]),
    security(4738, &[&["Dummy"], CHANGED, SUBJECT, ATTRIBUTES]),
    security(4741, &[CHANGED, SUBJECT, ATTRIBUTES, NAMES_OF_COMPUTER]),
    security(4742, &[&["ComputerAccountChange"], CHANGED, SUBJECT, ATTRIBUTES, NAMES_OF_COMPUTER]),
    security(4756, &[MEMBER, CHANGED, SUBJECT, PRIVILEGES]),
    security(4768, &[GRANTING_TICKET, CERTIFICATE]),
    security(4768, &[GRANTING_TICKET, CERTIFICATE, &["ResponseTicket"]]),
    security(
        4768,
        &[GRANTING_TICKET, CERTIFICATE, &["ResponseTicket"], KEYS, &["PreAuthEncryptionType"]],
    ),
    security(4769, &[SERVICE_TICKET, &["Status", "LogonGuid", "TransmittedServices"]]),
    security(
        4769,
        &[SERVICE_TICKET, &["Status", "LogonGuid", "TransmittedServices"], TICKET_HASHES],
    ),
    security(
        4769,
        &[SERVICE_TICKET, &["Status", "LogonGuid", "TransmittedServices"], TICKET_HASHES, KEYS],
    ),
    security(4770, &[SERVICE_TICKET]),
    security(
        4771,
        &[
            &["TargetUserName", "TargetSid", "ServiceName", "TicketOptions", "Status"],
            &["PreAuthType", "IpAddress", "IpPort"],
            CERTIFICATE,
        ],
    ),
    security(4776, &[&["PackageName", "TargetUserName", "Workstation", "Status"]]),
    security(4778, &[SESSION]),
    security(4779, &[SESSION]),
    security(
        4781,
        &[
            &["OldTargetUserName", "NewTargetUserName", "TargetDomainName", "TargetSid"],
            SUBJECT,
            PRIVILEGES,
        ],
    ),
    security(4825, &[&["AccountName", "AccountDomain", "LogonID", "ClientAddress"]]),
    security(5140, &[SUBJECT, SHARE, &["AccessMask", "AccessList"]]),
    security(5142, &[SUBJECT, &["ShareName", "ShareLocalPath"]]),
    security(
        5145,
        &[SUBJECT, SHARE, &["RelativeTargetName", "AccessMask", "AccessList", "AccessReason"]],
    ),
    Template {
        origin: Origin::ServiceControl,
        event_id: 7045,
        names: &[&["ServiceName", "ImagePath", "ServiceType", "StartType", "AccountName"]],
    },
    sysmon(1, &[RULE, SYSMON_PROCESS, SYSMON_START]),
    sysmon(1, &[RULE, SYSMON_PROCESS, SYSMON_START, &["ParentUser"]]),
    sysmon(3, &[RULE, SYSMON_PROCESS, SYSMON_CONNECTION]),
    sysmon(11, &[RULE, SYSMON_PROCESS, &["TargetFilename", "CreationUtcTime"]]),
    sysmon(11, &[RULE, SYSMON_PROCESS, &["TargetFilename", "CreationUtcTime", "User"]]),
    sysmon(17, &[RULE, &["EventType"], SYSMON_PIPE]),
    sysmon(17, &[RULE, &["EventType"], SYSMON_PIPE, &["User"]]),
    sysmon(18, &[RULE, &["EventType"], SYSMON_PIPE]),
    sysmon(18, &[RULE, &["EventType"], SYSMON_PIPE, &["User"]]),
    Template {
        origin: Origin::LocalSession,
        event_id: 21,
        names: &[&["User", "SessionID", "Address"]],
    },
    Template {
        origin: Origin::LocalSession,
        event_id: 24,
        names: &[&["User", "SessionID", "Address"]],
    },
    Template {
        origin: Origin::LocalSession,
        event_id: 25,
        names: &[&["User", "SessionID", "Address"]],
    },
    Template { origin: Origin::RdpCore, event_id: 131, names: &[&["ConnType", "ClientIP"]] },
];

/// Most values that stand in an order; no event has as many.
const MOST: usize = 64;

/// The place that a value is called by, as `param7` is: some agents call all values so.
fn place_of(name: &str) -> Option<usize> {
    let number = name.strip_prefix("param").or_else(|| name.strip_prefix("Param"))?;
    let place = number.parse::<usize>().ok()?.checked_sub(1)?;
    (place < MOST).then_some(place)
}

impl<'r> Record<'r> {
    /// Takes a value by its name, over one that is known already if `over` says so. One without a name,
    /// or with that of a place, goes to `ordered`, for [`Record::set_in_order`].
    #[inline]
    pub(crate) fn give(
        &mut self,
        ordered: &mut Vec<Cow<'r, str>>,
        over: bool,
        name: &str,
        value: Cow<'r, str>,
    ) {
        // Nearly every value has a name of its own.
        if over && !matches!(name.as_bytes().first(), None | Some(b'p' | b'P')) {
            self.set(name, value);
        } else {
            self.give_by_place(ordered, over, name, value);
        }
    }

    fn give_by_place(
        &mut self,
        ordered: &mut Vec<Cow<'r, str>>,
        over: bool,
        name: &str,
        value: Cow<'r, str>,
    ) {
        if name.is_empty() {
            ordered.push(value);
        } else if let Some(place) = place_of(name) {
            if ordered.len() <= place {
                ordered.resize(place + 1, Cow::Borrowed(""));
            }
            ordered[place] = value;
        } else if over {
            self.set(name, value);
        } else {
            self.fill(name, value);
        }
    }

    /// Takes values that stand in the order of the event's template, without their names. Events
    /// without a template have none, and take them as `param1`, `param2` and so on.
    ///
    /// The number of values says which version it is: no two of an event have as many, and Windows added
    /// values to some events without another version.
    pub(crate) fn set_in_order(&mut self, values: Vec<Cow<'r, str>>) -> Result<(), Fault> {
        let Some(origin) = Origin::of(self.event_id, &self.provider, &self.channel) else {
            return Ok(());
        };
        let all =
            || TEMPLATES.iter().filter(|one| one.origin == origin && one.event_id == self.event_id);
        match all().find(|template| template.count() == values.len()) {
            Some(template) => {
                for (name, value) in template.names().zip(values) {
                    self.set(name, value);
                }
            }
            None if all().next().is_some() => {
                let (id, count) = (self.event_id, values.len());
                return Err(Fault::column(
                    "EventData",
                    format!("has {count} values without names, which fit no version of {id}"),
                ));
            }
            None => {
                for (field, value) in Field::UNNAMED.into_iter().zip(values) {
                    self.put(field, value);
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
