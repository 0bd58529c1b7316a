//! The labels of the rendered texts, and which value each names in which event.

/// What a label means in an event: under which heading it stands, and what the value is called.
pub(super) struct Meaning {
    /// Empty for a label that stands but once in the event.
    pub(super) section: &'static str,
    pub(super) label: &'static str,
    pub(super) name: &'static str,
}

const fn of(section: &'static str, label: &'static str, name: &'static str) -> Meaning {
    Meaning { section, label, name }
}

/// What begins the explanations at the end of a text.
pub(super) const FOOTERS: &[&str] = &[
    "This event is generated",
    "Token Elevation Type indicates",
    "Certificate information is only",
    "Pre-authentication types,",
];

/// Every heading and label. No two can stand at one place, for each ends with its colon.
pub(super) const LABELS: &[&str] = &[
    "Access Mask",
    "Access Reasons",
    "Access Request Information",
    "Accesses",
    "Account Domain",
    "Account For Which Logon Failed",
    "Account Information",
    "Account Name",
    "Account Whose Credentials Were Used",
    "Account That Was Locked Out",
    "Additional Information",
    "Attributes",
    "Authentication Package",
    "Caller Process ID",
    "Caller Process Name",
    "Certificate Information",
    "Certificate Issuer Name",
    "Certificate Serial Number",
    "Certificate Thumbprint",
    "Changed Attributes",
    "Client Address",
    "Client Name",
    "Client Port",
    "Computer Account That Was Changed",
    "Creator Process ID",
    "Creator Process Name",
    "Creator Subject",
    "Detailed Authentication Information",
    "Domain",
    "Elevated Token",
    "Error Code",
    "Failure Code",
    "Failure Information",
    "Failure Reason",
    "Group",
    "Group Domain",
    "Group Name",
    "Impersonation Level",
    "Key Length",
    "Linked Logon ID",
    "Logon Account",
    "Logon GUID",
    "Logon ID",
    "Logon Information",
    "Logon Process",
    "Logon Type",
    "Mandatory Label",
    "Member",
    "Network Account Domain",
    "Network Account Name",
    "Network Address",
    "Network Information",
    "New Account",
    "New Account Name",
    "New Computer Account",
    "New Logon",
    "New Process ID",
    "New Process Name",
    "Object Type",
    "Old Account Name",
    "Package Name (NTLM only)",
    "Port",
    "Pre-Authentication Type",
    "Privileges",
    "Process Command Line",
    "Process ID",
    "Process Information",
    "Process Name",
    "Relative Target Name",
    "Remote Credential Guard",
    "Restricted Admin Mode",
    "Result Code",
    "Security ID",
    "Service Account",
    "Service File Name",
    "Service ID",
    "Service Information",
    "Service Name",
    "Service Start Type",
    "Service Type",
    "Session",
    "Session ID",
    "Session Name",
    "Share Information",
    "Share Name",
    "Share Path",
    "Source Address",
    "Source Network Address",
    "Source Port",
    "Source Workstation",
    "Status",
    "Sub Status",
    "Subject",
    "Supplied Realm Name",
    "Target Account",
    "Target Server",
    "Target Server Name",
    "Target Subject",
    "Task Content",
    "Task Information",
    "Task Name",
    "Task New Content",
    "Ticket Encryption Type",
    "Ticket Options",
    "Ticket information",
    "Token Elevation Type",
    "Transited Services",
    "User",
    "User ID",
    "Virtual Account",
    "Workstation Name",
];

/// The values of an event's text, in the order in which they stand there.
pub(super) fn meanings(event_id: u32) -> &'static [Meaning] {
    match event_id {
        4624 | 4625 => LOGON,
        4634 | 4647 => LOGOFF,
        4648 => EXPLICIT,
        4662 | 4672 => SUBJECT_ONLY,
        4688 => PROCESS,
        4697 | 7045 => SERVICE,
        4698 | 4702 => TASK,
        4720 | 4722 | 4724 | 4738 | 4741 | 4742 => ACCOUNT,
        4728 | 4732 | 4756 => MEMBER,
        4768..=4771 => TICKET,
        4776 => VALIDATION,
        4778 | 4779 | 4825 => SESSION,
        4781 => RENAMED,
        5140 | 5142 | 5145 => SHARE,
        21 | 24 | 25 => DESKTOP,
        1149 => DESKTOP_USER,
        _ => &[],
    }
}

const SUBJECT: [Meaning; 4] = [
    of("Subject", "Security ID", "SubjectUserSid"),
    of("Subject", "Account Name", "SubjectUserName"),
    of("Subject", "Account Domain", "SubjectDomainName"),
    of("Subject", "Logon ID", "SubjectLogonId"),
];

const SUBJECT_ONLY: &[Meaning] = &SUBJECT;

const NEW_LOGON: &str = "New Logon";
const FAILED: &str = "Account For Which Logon Failed";

/// 4624 has the one section of an account, 4625 the other.
const LOGON: &[Meaning] = &[
    of("Subject", "Security ID", "SubjectUserSid"),
    of("Subject", "Account Name", "SubjectUserName"),
    of("Subject", "Account Domain", "SubjectDomainName"),
    of("Subject", "Logon ID", "SubjectLogonId"),
    of("", "Logon Type", "LogonType"),
    of(NEW_LOGON, "Security ID", "TargetUserSid"),
    of(NEW_LOGON, "Account Name", "TargetUserName"),
    of(NEW_LOGON, "Account Domain", "TargetDomainName"),
    of(NEW_LOGON, "Logon ID", "TargetLogonId"),
    of(NEW_LOGON, "Logon GUID", "LogonGuid"),
    of(FAILED, "Security ID", "TargetUserSid"),
    of(FAILED, "Account Name", "TargetUserName"),
    of(FAILED, "Account Domain", "TargetDomainName"),
    of("", "Failure Reason", "FailureReason"),
    of("", "Status", "Status"),
    of("", "Sub Status", "SubStatus"),
    of("", "Workstation Name", "WorkstationName"),
    of("", "Source Network Address", "IpAddress"),
    of("", "Source Port", "IpPort"),
    of("", "Logon Process", "LogonProcessName"),
    of("", "Authentication Package", "AuthenticationPackageName"),
    of("", "Package Name (NTLM only)", "LmPackageName"),
    of("", "Key Length", "KeyLength"),
];

const LOGOFF: &[Meaning] = &[
    of("Subject", "Security ID", "TargetUserSid"),
    of("Subject", "Account Name", "TargetUserName"),
    of("Subject", "Account Domain", "TargetDomainName"),
    of("Subject", "Logon ID", "TargetLogonId"),
    of("", "Logon Type", "LogonType"),
];

const USED: &str = "Account Whose Credentials Were Used";

const EXPLICIT: &[Meaning] = &[
    of("Subject", "Security ID", "SubjectUserSid"),
    of("Subject", "Account Name", "SubjectUserName"),
    of("Subject", "Account Domain", "SubjectDomainName"),
    of("Subject", "Logon ID", "SubjectLogonId"),
    of("Subject", "Logon GUID", "LogonGuid"),
    of(USED, "Account Name", "TargetUserName"),
    of(USED, "Account Domain", "TargetDomainName"),
    of(USED, "Logon GUID", "TargetLogonGuid"),
    of("", "Target Server Name", "TargetServerName"),
    of("Target Server", "Additional Information", "TargetInfo"),
    of("", "Network Address", "IpAddress"),
    of("", "Port", "IpPort"),
];

const CREATOR: &str = "Creator Subject";

const PROCESS: &[Meaning] = &[
    of("Subject", "Security ID", "SubjectUserSid"),
    of("Subject", "Account Name", "SubjectUserName"),
    of("Subject", "Account Domain", "SubjectDomainName"),
    of("Subject", "Logon ID", "SubjectLogonId"),
    of(CREATOR, "Security ID", "SubjectUserSid"),
    of(CREATOR, "Account Name", "SubjectUserName"),
    of(CREATOR, "Account Domain", "SubjectDomainName"),
    of(CREATOR, "Logon ID", "SubjectLogonId"),
    of("Target Subject", "Security ID", "TargetUserSid"),
    of("Target Subject", "Account Name", "TargetUserName"),
    of("Target Subject", "Account Domain", "TargetDomainName"),
    of("Target Subject", "Logon ID", "TargetLogonId"),
    of("", "New Process Name", "NewProcessName"),
    of("", "Creator Process Name", "ParentProcessName"),
    of("", "Process Command Line", "CommandLine"),
];

/// 4697; the text of 7045 has the labels alone.
const SERVICE: &[Meaning] = &[
    of("Subject", "Security ID", "SubjectUserSid"),
    of("Subject", "Account Name", "SubjectUserName"),
    of("Subject", "Account Domain", "SubjectDomainName"),
    of("Subject", "Logon ID", "SubjectLogonId"),
    of("", "Service Name", "ServiceName"),
    of("", "Service File Name", "ServiceFileName"),
    of("", "Service Type", "ServiceType"),
];

const TASK: &[Meaning] = &[
    of("Subject", "Security ID", "SubjectUserSid"),
    of("Subject", "Account Name", "SubjectUserName"),
    of("Subject", "Account Domain", "SubjectDomainName"),
    of("Subject", "Logon ID", "SubjectLogonId"),
    of("", "Task Name", "TaskName"),
];

/// Each event of these has one of the headings of the account.
const ACCOUNT: &[Meaning] = &[
    of("Subject", "Security ID", "SubjectUserSid"),
    of("Subject", "Account Name", "SubjectUserName"),
    of("Subject", "Account Domain", "SubjectDomainName"),
    of("Subject", "Logon ID", "SubjectLogonId"),
    of("New Account", "Security ID", "TargetSid"),
    of("New Account", "Account Name", "TargetUserName"),
    of("New Account", "Account Domain", "TargetDomainName"),
    of("New Computer Account", "Security ID", "TargetSid"),
    of("New Computer Account", "Account Name", "TargetUserName"),
    of("New Computer Account", "Account Domain", "TargetDomainName"),
    of("Target Account", "Security ID", "TargetSid"),
    of("Target Account", "Account Name", "TargetUserName"),
    of("Target Account", "Account Domain", "TargetDomainName"),
    of("Computer Account That Was Changed", "Security ID", "TargetSid"),
    of("Computer Account That Was Changed", "Account Name", "TargetUserName"),
    of("Computer Account That Was Changed", "Account Domain", "TargetDomainName"),
];

const MEMBER: &[Meaning] = &[
    of("Subject", "Security ID", "SubjectUserSid"),
    of("Subject", "Account Name", "SubjectUserName"),
    of("Subject", "Account Domain", "SubjectDomainName"),
    of("Subject", "Logon ID", "SubjectLogonId"),
    of("Member", "Security ID", "MemberSid"),
    of("Member", "Account Name", "MemberName"),
    of("", "Group Name", "TargetUserName"),
    of("", "Group Domain", "TargetDomainName"),
];

const TICKET: &[Meaning] = &[
    of("Account Information", "Security ID", "TargetSid"),
    of("Account Information", "Account Name", "TargetUserName"),
    of("", "Supplied Realm Name", "TargetDomainName"),
    of("Account Information", "Account Domain", "TargetDomainName"),
    of("", "User ID", "TargetSid"),
    of("", "Logon GUID", "LogonGuid"),
    of("", "Service Name", "ServiceName"),
    of("", "Client Address", "IpAddress"),
    of("", "Client Port", "IpPort"),
    of("", "Result Code", "Status"),
    of("", "Failure Code", "Status"),
    of("", "Ticket Encryption Type", "TicketEncryptionType"),
    of("", "Pre-Authentication Type", "PreAuthType"),
];

const VALIDATION: &[Meaning] = &[
    of("", "Authentication Package", "PackageName"),
    of("", "Logon Account", "TargetUserName"),
    of("", "Source Workstation", "Workstation"),
    of("", "Error Code", "Status"),
];

const SESSION: &[Meaning] = &[
    of("Subject", "Account Name", "AccountName"),
    of("Subject", "Account Domain", "AccountDomain"),
    of("Subject", "Logon ID", "LogonID"),
    of("", "Session Name", "SessionName"),
    of("", "Client Name", "ClientName"),
    of("", "Client Address", "ClientAddress"),
];

const RENAMED: &[Meaning] = &[
    of("Subject", "Security ID", "SubjectUserSid"),
    of("Subject", "Account Name", "SubjectUserName"),
    of("Subject", "Account Domain", "SubjectDomainName"),
    of("Subject", "Logon ID", "SubjectLogonId"),
    of("Target Account", "Security ID", "TargetSid"),
    of("Target Account", "Account Domain", "TargetDomainName"),
    of("", "Old Account Name", "OldTargetUserName"),
    of("", "New Account Name", "NewTargetUserName"),
];

const SHARE: &[Meaning] = &[
    of("Subject", "Security ID", "SubjectUserSid"),
    of("Subject", "Account Name", "SubjectUserName"),
    of("Subject", "Account Domain", "SubjectDomainName"),
    of("Subject", "Logon ID", "SubjectLogonId"),
    of("", "Source Address", "IpAddress"),
    of("", "Source Port", "IpPort"),
    of("", "Share Name", "ShareName"),
    of("", "Relative Target Name", "RelativeTargetName"),
    of("", "Access Mask", "AccessMask"),
];

/// What the session manager says of a desktop, and the connection manager of who was let in.
const DESKTOP: &[Meaning] = &[of("", "User", "User"), of("", "Source Network Address", "Address")];

const DESKTOP_USER: &[Meaning] = &[
    of("", "User", "Param1"),
    of("", "Domain", "Param2"),
    of("", "Source Network Address", "Param3"),
];
