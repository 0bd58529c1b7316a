//! The techniques of MITRE ATT&CK (version 19) that detections and alerts name.

#[cfg(feature = "serde")]
use serde::Serialize;

/// A technique of MITRE ATT&CK.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[non_exhaustive]
pub struct Technique {
    /// Identifier, such as `T1021`.
    pub id: &'static str,
    /// Name.
    pub name: &'static str,
}

impl Technique {
    /// The technique of this identifier, if any detection or alert may name it.
    #[must_use]
    pub fn of_id(id: &str) -> Option<Self> {
        ALL.iter().find(|known| known.id == id).copied()
    }
}

macro_rules! techniques {
    ($($name:ident = $id:literal, $words:literal;)+) => {
        $(pub(crate) const $name: Technique = Technique { id: $id, name: $words };)+

        /// All of them, in order of their ids.
        pub(crate) const ALL: &[Technique] = &[$($name,)+];
    };
}

techniques! {
    OS_CREDENTIAL_DCSYNC = "T1003.006", "DCSync";
    REMOTE_SYSTEM_DISCOVERY = "T1018", "Remote System Discovery";
    REMOTE_SERVICES = "T1021", "Remote Services";
    RDP = "T1021.001", "Remote Desktop Protocol";
    ADMIN_SHARES = "T1021.002", "SMB/Windows Admin Shares";
    DCOM = "T1021.003", "Distributed Component Object Model";
    SSH = "T1021.004", "SSH";
    VNC = "T1021.005", "VNC";
    WINRM = "T1021.006", "Windows Remote Management";
    CLOUD_SERVICES = "T1021.007", "Cloud Services";
    NETWORK_SERVICE_DISCOVERY = "T1046", "Network Service Discovery";
    WMI = "T1047", "Windows Management Instrumentation";
    SCHEDULED_TASK = "T1053.005", "Scheduled Task";
    ESCALATION_EXPLOIT = "T1068", "Exploitation for Privilege Escalation";
    VALID_ACCOUNTS = "T1078", "Valid Accounts";
    ACCOUNT_DISCOVERY = "T1087", "Account Discovery";
    ACCOUNT_MANIPULATION = "T1098", "Account Manipulation";
    BRUTE_FORCE = "T1110", "Brute Force";
    PASSWORD_GUESSING = "T1110.001", "Password Guessing";
    PASSWORD_SPRAYING = "T1110.003", "Password Spraying";
    TOKEN_IMPERSONATION = "T1134.001", "Token Impersonation/Theft";
    SHARE_DISCOVERY = "T1135", "Network Share Discovery";
    CREATE_ACCOUNT = "T1136", "Create Account";
    FORCED_AUTHENTICATION = "T1187", "Forced Authentication";
    EXPLOIT_REMOTE_SERVICES = "T1210", "Exploitation of Remote Services";
    WINDOWS_SERVICE = "T1543.003", "Windows Service";
    ALTERNATE_MATERIAL = "T1550", "Use Alternate Authentication Material";
    PASS_THE_HASH = "T1550.002", "Pass the Hash";
    PASS_THE_TICKET = "T1550.003", "Pass the Ticket";
    MODIFY_MFA = "T1556.006", "Multi-Factor Authentication";
    SMB_RELAY = "T1557.001", "Name Resolution Poisoning and SMB Relay";
    FORGED_TICKETS = "T1558", "Steal or Forge Kerberos Tickets";
    GOLDEN_TICKET = "T1558.001", "Golden Ticket";
    SILVER_TICKET = "T1558.002", "Silver Ticket";
    KERBEROASTING = "T1558.003", "Kerberoasting";
    ASREP_ROASTING = "T1558.004", "AS-REP Roasting";
    SSH_HIJACKING = "T1563.001", "SSH Hijacking";
    RDP_HIJACKING = "T1563.002", "RDP Hijacking";
    SERVICE_EXECUTION = "T1569.002", "Service Execution";
    TOOL_TRANSFER = "T1570", "Lateral Tool Transfer";
    PROTOCOL_TUNNELING = "T1572", "Protocol Tunneling";
}
