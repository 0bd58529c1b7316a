//! Who wrote an event: the numbers of events are unique to their provider only.

/// The providers whose events are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    Security,
    ServiceControl,
    Netlogon,
    LocalSession,
    RemoteConnection,
    RdpCore,
    WinRm,
    Sysmon,
    OpenSsh,
    Gateway,
    DistributedCom,
    Ntlm,
}

/// The events of each provider that are read.
const LISTED: [(Origin, &[u32]); 12] = [
    (
        Origin::Security,
        &[
            4624, 4625, 4634, 4647, 4648, 4662, 4672, 4688, 4697, 4698, 4702, 4720, 4722, 4724,
            4728, 4732, 4738, 4741, 4742, 4756, 4768, 4769, 4770, 4771, 4776, 4778, 4779, 4781,
            4825, 5140, 5142, 5145,
        ],
    ),
    (Origin::ServiceControl, &[7045]),
    (Origin::Netlogon, &[5805]),
    (Origin::LocalSession, &[21, 24, 25]),
    (Origin::RemoteConnection, &[1149]),
    (Origin::RdpCore, &[131]),
    (Origin::WinRm, &[6, 91, 169]),
    (Origin::Sysmon, &[1, 3, 11, 17, 18]),
    // By severity: critical, error, warning, information. More, and 6, are its debugging.
    (Origin::OpenSsh, &[1, 2, 3, 4]),
    (Origin::Gateway, &[302, 303]),
    (Origin::DistributedCom, &[10016]),
    (Origin::Ntlm, &[4020, 4021, 4022, 4023, 8001, 8003, 8004]),
];

/// A bit for each number of an event that [`LISTED`] has.
static NUMBERS: [u64; 1 << 10] = {
    let mut bits = [0; 1 << 10];
    let mut origin = 0;
    while origin < LISTED.len() {
        let ids = LISTED[origin].1;
        let mut at = 0;
        while at < ids.len() {
            bits[ids[at] as usize / 64] |= 1 << (ids[at] % 64);
            at += 1;
        }
        origin += 1;
    }
    bits
};

/// How providers call themselves.
const PROVIDERS: [(&str, Origin); 20] = [
    ("Microsoft-Windows-Security-Auditing", Origin::Security),
    // As the list of providers shows it to people, and as the old event log called it.
    ("Microsoft Windows security auditing.", Origin::Security),
    ("Microsoft Windows security auditing", Origin::Security),
    ("Security-Auditing", Origin::Security),
    ("Security", Origin::Security),
    ("Microsoft-Windows-Sysmon", Origin::Sysmon),
    ("Linux-Sysmon", Origin::Sysmon),
    ("Service Control Manager", Origin::ServiceControl),
    ("NETLOGON", Origin::Netlogon),
    ("Microsoft-Windows-TerminalServices-LocalSessionManager", Origin::LocalSession),
    ("Microsoft-Windows-TerminalServices-RemoteConnectionManager", Origin::RemoteConnection),
    ("Microsoft-Windows-RemoteDesktopServices-RdpCoreTS", Origin::RdpCore),
    ("Microsoft-Windows-RemoteDesktopServices-RdpCoreCDV", Origin::RdpCore),
    ("Microsoft-Windows-WinRM", Origin::WinRm),
    ("OpenSSH", Origin::OpenSsh),
    ("Microsoft-Windows-TerminalServices-Gateway", Origin::Gateway),
    ("Microsoft-Windows-DistributedCOM", Origin::DistributedCom),
    ("DCOM", Origin::DistributedCom),
    ("Microsoft-Windows-NTLM", Origin::Ntlm),
    ("Microsoft-Windows-Security-Netlogon", Origin::Ntlm),
];

impl Origin {
    /// The origin of an event that is read, or `None`. The provider decides where it is known;
    /// else the channel, which is that of the provider unless the event was forwarded; else the
    /// number, where no other provider is known to use it.
    pub(crate) fn of(event_id: u32, provider: &str, channel: &str) -> Option<Self> {
        let origin = if provider.is_empty() {
            Self::of_channel(event_id, file_name(channel))?
        } else {
            Self::of_provider(provider)?
        };
        origin.lists(event_id).then_some(origin)
    }

    pub(crate) fn of_provider(provider: &str) -> Option<Self> {
        let known = |name: &&(&str, Self)| {
            name.0.len() == provider.len() && name.0.eq_ignore_ascii_case(provider)
        };
        Some(PROVIDERS.iter().find(known)?.1)
    }

    fn of_channel(event_id: u32, channel: &str) -> Option<Self> {
        let service = channel.split('/').next().unwrap_or_default();
        let named = |(name, _): &&(&str, Self)| name.eq_ignore_ascii_case(service);
        if let Some((_, origin)) = PROVIDERS.iter().find(named) {
            return Some(*origin);
        }
        let is = |name: &str| channel.eq_ignore_ascii_case(name);
        match event_id {
            4608..=5199 if channel.is_empty() || is("Security") || is("ForwardedEvents") => {
                Some(Self::Security)
            }
            7045 => Some(Self::ServiceControl),
            5805 => Some(Self::Netlogon),
            10016 => Some(Self::DistributedCom),
            1149 if channel.is_empty() => Some(Self::RemoteConnection),
            _ => None,
        }
    }

    /// Whether each of its events has values of which it cannot do without all.
    pub(super) const fn has_values(self) -> bool {
        matches!(self, Self::Security | Self::Sysmon | Self::ServiceControl)
    }

    pub(crate) fn lists(self, event_id: u32) -> bool {
        LISTED.iter().any(|(origin, ids)| *origin == self && ids.contains(&event_id))
    }

    /// Whether any provider's events of this number are read. This is asked for every event.
    pub(crate) fn any_lists(event_id: u32) -> bool {
        let bits = NUMBERS.get(event_id as usize / 64);
        bits.is_some_and(|bits| bits >> (event_id % 64) & 1 == 1)
    }
}

/// The name of a channel, also where the path of its file is given instead.
fn file_name(channel: &str) -> &str {
    const EXTENSION: &str = ".evtx";
    let Some(begin) = channel.len().checked_sub(EXTENSION.len()) else { return channel };
    match channel.get(begin..) {
        Some(end) if end.eq_ignore_ascii_case(EXTENSION) => {
            let path = &channel[..begin];
            let name = path.rsplit(['\\', '/']).next().unwrap_or(path);
            // The file of `Microsoft-Windows-Sysmon/Operational` ends in `Sysmon%4Operational.evtx`.
            name.split_once("%4").map_or(name, |(service, _)| service)
        }
        _ => channel,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SESSIONS: &str = "Microsoft-Windows-TerminalServices-LocalSessionManager";

    #[test]
    fn a_number_means_something_only_with_its_provider() {
        assert_eq!(Origin::of(21, SESSIONS, ""), Some(Origin::LocalSession));
        assert_eq!(Origin::of(21, "Microsoft-Windows-Sysmon", ""), None);
        assert_eq!(Origin::of(11, "Microsoft-Windows-Hyper-V-Netvsc", "System"), None);
        assert_eq!(Origin::of(11, "microsoft-windows-sysmon", ""), Some(Origin::Sysmon));
        assert_eq!(Origin::of(1, "", ""), None);
        assert_eq!(Origin::of(4611, "Microsoft-Windows-Security-Auditing", "Security"), None);
    }

    #[test]
    fn a_channel_stands_for_an_unknown_provider() {
        let channel = format!("{SESSIONS}/Operational");
        assert_eq!(Origin::of(25, "", &channel), Some(Origin::LocalSession));
        assert_eq!(Origin::of(4624, "", "security"), Some(Origin::Security));
        assert_eq!(Origin::of(4624, "", ""), Some(Origin::Security));
        assert_eq!(Origin::of(7045, "", "System"), Some(Origin::ServiceControl));
    }

    #[test]
    fn providers_and_channels_have_several_spellings() {
        for provider in [
            "microsoft-windows-security-auditing",
            "Microsoft Windows security auditing.",
            "Security",
        ] {
            assert_eq!(Origin::of(4624, provider, ""), Some(Origin::Security), "{provider}");
        }
        for channel in [
            "SECURITY",
            "Security.evtx",
            r"C:\Windows\System32\winevt\Logs\Security.evtx",
            "/cases/7/security.EVTX",
        ] {
            assert_eq!(Origin::of(4624, "", channel), Some(Origin::Security), "{channel}");
        }
        let sysmon = "Microsoft-Windows-Sysmon%4Operational.evtx";
        assert_eq!(Origin::of(3, "", sysmon), Some(Origin::Sysmon));
        assert_eq!(Origin::of(4624, "Security-SPP", "Security"), None);
    }

    #[test]
    fn a_number_is_listed_where_a_provider_lists_it() {
        for event_id in (0..=70_000).chain([u32::MAX]) {
            let listed = LISTED.iter().any(|(_, ids)| ids.contains(&event_id));
            assert_eq!(Origin::any_lists(event_id), listed, "{event_id}");
        }
    }

    #[test]
    fn forwarded_events_are_known_by_their_provider() {
        assert_eq!(Origin::of(24, SESSIONS, "ForwardedEvents"), Some(Origin::LocalSession));
        assert_eq!(Origin::of(24, "", "ForwardedEvents"), None);
        assert_eq!(Origin::of(4624, "", "ForwardedEvents"), Some(Origin::Security));
    }
}
