//! What makes one attack differ from another.

use crate::config::axis;

axis! {
    /// How an attack begins.
    Start ("start") {
        /// On anybody's machine.
        Random = "random",
        /// On a machine that several accounts use.
        Ambiguous = "ambiguous",
        /// Far from what it is after, one host after another.
        LongPath = "long-path",
        /// By somebody with nothing but his own credentials, from his own machine and then from the
        /// hosts that he reached.
        Insider = "insider",
        /// With an account that the attacker creates after entry.
        NewAccount = "new-account",
        /// With an account that has been silent for long.
        DormantAccount = "dormant-account",
        /// With a service account, on a host it runs on.
        ServiceAccount = "service-account",
        /// On a jump host.
        JumpHost = "jump-host",
    }
}

axis! {
    /// What an attack is after.
    Goal ("goal") {
        /// Many hosts.
        Explore = "explore",
        /// An administrator's credential, then a controller.
        Escalate = "escalate",
        /// One particular server, by the shortest way there is.
        Targeted = "targeted",
        /// Many hosts at once.
        Burst = "burst",
    }
}

axis! {
    /// How an attack hides.
    Stealth ("stealth") {
        /// Not at all.
        None = "none",
        /// In office hours.
        OfficeHours = "office-hours",
        /// From a host only to hosts that others reached from it before.
        KnownEdges = "known-edges",
        /// With a credential only from a host on which its account was seen within a day, in a session
        /// over the network or at the keyboard.
        ActiveCredentials = "active-credentials",
        /// Known edges and active credentials.
        Both = "both",
        /// Only where the peers of the stolen account go, in office hours.
        PeerMimicry = "peer-mimicry",
        /// Hours between hops.
        Slow = "slow",
        /// A hop a day.
        VerySlow = "very-slow",
    }
}

impl Stealth {
    pub(crate) const fn known_edges(self) -> bool {
        matches!(self, Self::KnownEdges | Self::Both)
    }

    pub(crate) const fn active_credentials(self) -> bool {
        matches!(self, Self::ActiveCredentials | Self::Both)
    }

    pub(crate) const fn office_hours(self) -> bool {
        matches!(self, Self::OfficeHours | Self::PeerMimicry)
    }

    /// Hides among what is normal, and so makes no noise.
    pub(crate) const fn careful(self) -> bool {
        !matches!(self, Self::None | Self::OfficeHours)
    }
}

axis! {
    /// How an attack logs on.
    Technique ("technique") {
        /// Remote desktop.
        RemoteDesktop = "rdp",
        /// Files to a share, then a service.
        Smb = "smb-service",
        /// Windows remote management.
        WinRm = "winrm",
        /// WMI or DCOM.
        Wmi = "wmi-dcom",
        /// A stolen SSH key.
        SshKey = "ssh-key",
        /// NTLM with a stolen hash.
        PassTheHash = "pass-the-hash",
        /// A stolen ticket.
        PassTheTicket = "pass-the-ticket",
        /// A ticket asked for with a stolen hash.
        OverpassTheHash = "overpass-the-hash",
        /// Another account's password from the session one has.
        ExplicitCredentials = "explicit-credentials",
    }
}

impl Technique {
    /// The techniques of ATT&CK that name it.
    #[must_use]
    pub const fn attack_ids(self) -> &'static [&'static str] {
        match self {
            Self::RemoteDesktop => &["T1021.001"],
            Self::Smb => &["T1021.002"],
            Self::WinRm => &["T1021.006"],
            Self::Wmi => &["T1021.003", "T1047"],
            Self::SshKey => &["T1021.004"],
            Self::PassTheHash | Self::OverpassTheHash => &["T1550.002"],
            Self::PassTheTicket => &["T1550.003"],
            Self::ExplicitCredentials => &["T1078"],
        }
    }
}

axis! {
    /// What noise an attack makes.
    Noise ("noise") {
        /// None.
        None = "none",
        /// One password tried on many accounts.
        Spray = "spray",
        /// One account tried on many hosts.
        Sweep = "sweep",
    }
}
