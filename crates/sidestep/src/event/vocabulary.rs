//! The closed vocabularies of an authentication event, in OCSF's captions.

/// Declares a fieldless enum with the caption of each variant, and `ALL` in declaration order.
macro_rules! vocabulary {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $caption:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        #[non_exhaustive]
        pub enum $name { $($(#[$vmeta])* $variant,)+ }

        impl $name {
            /// Every value, in declaration order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The caption that people read.
            #[must_use]
            pub const fn caption(self) -> &'static str {
                match self { $(Self::$variant => $caption,)+ }
            }
        }

        impl crate::store::Coded for $name {
            const CODED: &'static [Self] = Self::ALL;
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.caption())
            }
        }
    };
}
pub(crate) use vocabulary;

vocabulary! {
    /// What happened. OCSF `activity_id`, with the Windows events that OCSF lumps under "Other" named.
    Activity {
        /// An account logged on to a host (OCSF 1; Windows 4624, 4625).
        #[default]
        Logon = "Logon",
        /// A session ended (OCSF 2; Windows 4634, 4647).
        Logoff = "Logoff",
        /// A ticket-granting ticket was asked for (OCSF 3; Windows 4768).
        TicketGrantingTicket = "Authentication Ticket",
        /// A service ticket was asked for (OCSF 4; Windows 4769).
        ServiceTicket = "Service Ticket Request",
        /// A ticket was renewed (OCSF 5; Windows 4770).
        Renewal = "Service Ticket Renew",
        /// Kerberos pre-authentication failed or was made (OCSF 6; Windows 4771).
        Preauthentication = "Preauth",
        /// Explicit credentials were used or a session switched account (OCSF 7; Windows 4648).
        AccountSwitch = "Account Switch",
        /// Special privileges were given to a new logon (Windows 4672).
        SpecialPrivileges = "Special Privileges",
        /// A session was taken up again (Windows 4778).
        SessionReconnect = "Session Reconnect",
        /// A session was left open (Windows 4779).
        SessionDisconnect = "Session Disconnect",
        /// A controller checked a credential for another host (Windows 4776).
        CredentialValidation = "Credential Validation",
        /// Something else that names an account and a host.
        Other = "Other",
    }
}

vocabulary! {
    /// How the account logged on. OCSF `logon_type_id`.
    LogonType {
        /// The log does not say.
        #[default]
        Unknown = "Unknown",
        /// The system account at start (Windows 0).
        System = "System",
        /// At the keyboard (2).
        Interactive = "Interactive",
        /// Over the network (3).
        Network = "Network",
        /// A scheduled job (4).
        Batch = "Batch",
        /// A service (5).
        Service = "OS Service",
        /// A locked session was unlocked (7).
        Unlock = "Unlock",
        /// Over the network, password in clear (8).
        NetworkCleartext = "Network Cleartext",
        /// Other credentials for outgoing connections (9; runas /netonly).
        NewCredentials = "New Credentials",
        /// Remote desktop (10).
        RemoteInteractive = "Remote Interactive",
        /// At the keyboard, checked against the cache (11).
        CachedInteractive = "Cached Interactive",
        /// Remote desktop, checked against the cache (12).
        CachedRemoteInteractive = "Cached Remote Interactive",
        /// Unlocked against the cache (13).
        CachedUnlock = "Cached Unlock",
        /// A type this vocabulary has no name for.
        Other = "Other",
    }
}

vocabulary! {
    /// The protocol or package that authenticated. OCSF `auth_protocol_id`; `Negotiate`,
    /// `MsV1`, `Password` and `PublicKey` are "Other" there.
    AuthProtocol {
        /// The log does not say.
        #[default]
        Unknown = "Unknown",
        /// NTLM.
        Ntlm = "NTLM",
        /// Kerberos.
        Kerberos = "Kerberos",
        /// Windows chose between Kerberos and NTLM.
        Negotiate = "Negotiate",
        /// `MICROSOFT_AUTHENTICATION_PACKAGE_V1_0`.
        MsV1 = "MSV1",
        /// HTTP digest.
        Digest = "Digest",
        /// OpenID.
        OpenId = "OpenID",
        /// SAML.
        Saml = "SAML",
        /// OAuth 2.0.
        OAuth2 = "OAUTH 2.0",
        /// PAP.
        Pap = "PAP",
        /// CHAP.
        Chap = "CHAP",
        /// EAP.
        Eap = "EAP",
        /// RADIUS.
        Radius = "RADIUS",
        /// HTTP basic.
        Basic = "Basic Authentication",
        /// LDAP bind.
        Ldap = "LDAP",
        /// A password, as sshd names it.
        Password = "Password",
        /// A public key, as sshd names it.
        PublicKey = "Public Key",
        /// A protocol this vocabulary has no name for.
        Other = "Other",
    }
}

vocabulary! {
    /// Whether the attempt succeeded. OCSF `status_id`.
    Outcome {
        /// The log does not say.
        #[default]
        Unknown = "Unknown",
        /// It succeeded.
        Success = "Success",
        /// It failed.
        Failure = "Failure",
    }
}

vocabulary! {
    /// Whether a second factor was used. OCSF `is_mfa`.
    Mfa {
        /// The log does not say.
        #[default]
        Unknown = "Unknown",
        /// A second factor was used.
        Used = "Used",
        /// One factor only.
        NotUsed = "Not Used",
    }
}

/// Encryption type of a Kerberos ticket, by its IANA number (Windows `TicketEncryptionType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct TicketEncryption(pub u32);

impl TicketEncryption {
    /// `rc4-hmac`, the weak type that roasting and overpass-the-hash ask for.
    pub const RC4_HMAC: Self = Self(0x17);
    /// `aes256-cts-hmac-sha1-96`, what current domains use.
    pub const AES256: Self = Self(0x12);

    /// Whether the type is DES or RC4.
    #[must_use]
    pub const fn is_weak(self) -> bool {
        matches!(self.0, 1..=3 | 0x17 | 0x18)
    }
}
