//! All rules together: what each wants to see, and what they found.

use serde::{Deserialize, Serialize};

use super::detection::Detection;
use super::frequency::{Frequency, SavedFrequency};
use super::inbound_sessions::{InboundSessions, SavedInboundSessions};
use super::observation::{EventClass, Finding, Observation};
use crate::alert::Technique;
use crate::baseline::Baseline;
use crate::event::Timestamp;

/// One detection: what it is, what it wants to see, and what it makes of it. What it remembers is
/// bounded, and saved with the engine.
pub(crate) trait Rule {
    /// What it is.
    const DETECTION: Detection;
    /// Classes of events that it is shown.
    const WANTS: EventClass;

    /// Looks at one event.
    fn look(&mut self, seen: &Observation<'_>, around: &RuleContext<'_>, found: &mut Vec<Finding>);

    /// Which of its techniques fit what was seen, in the words of a finding: alerts keep these words,
    /// so that what is saved need not say it again.
    fn techniques(_observed: &str) -> &'static [Technique] {
        Self::DETECTION.techniques
    }

    /// Forgets what is of no use any more; called every hour of the events' time.
    fn forget(&mut self, _now: Timestamp) {}
}

/// What else a rule may look at.
#[derive(Clone, Copy)]
pub(crate) struct RuleContext<'r> {
    pub(crate) arrivals: &'r InboundSessions,
    pub(crate) baseline: &'r Baseline,
}

/// Declares the rules: a file for each, in the order in which they are listed everywhere.
macro_rules! rules {
    ($($file:ident: $rule:ident,)+) => {
        /// What the rules remember.
        #[derive(Debug, Clone, Default, Serialize, Deserialize)]
        pub(crate) struct Set { $($file: super::detections::$file::$rule,)+ }

        static ALL: [Detection; [$(stringify!($file),)+].len()] =
            [$(<super::detections::$file::$rule as Rule>::DETECTION,)+];

        /// Which techniques what each saw fits.
        static TECHNIQUES: [fn(&str) -> &'static [Technique]; ALL.len()] =
            [$(<super::detections::$file::$rule as Rule>::techniques,)+];

        /// What any rule wants to see.
        const WANTED: EventClass = EventClass::NONE$(.or(<super::detections::$file::$rule as Rule>::WANTS))+;

        impl Set {
            fn look(&mut self, seen: &Observation<'_>, around: &RuleContext<'_>, found: &mut Vec<Finding>) {
                let mut place = 0;
                $(
                    if <super::detections::$file::$rule as Rule>::WANTS.has(seen.class) {
                        let before = found.len();
                        self.$file.look(seen, around, found);
                        found[before..].iter_mut().for_each(|finding| finding.rule = place);
                    }
                    place += 1;
                )+
                let _ = place;
            }

            fn forget(&mut self, now: Timestamp) {
                $(self.$file.forget(now);)+
            }
        }
    };
}

rules! {
    service_install: ServiceInstall,
    pipe_escalation: PipeEscalation,
    admin_share: AdminShare,
    remote_task: RemoteTask,
    rdp: Rdp,
    desktop_sweep: DesktopSweep,
    rdp_tunnel: RdpTunnel,
    winrm: WinRm,
    dcom_wmi: DcomWmi,
    ssh: Ssh,
    vnc: Vnc,
    cloud_session: CloudSession,
    remote_exploit: RemoteExploit,
    coerced_authentication: CoercedAuthentication,
    lateral_tool_transfer: LateralToolTransfer,
    pass_the_hash: PassTheHash,
    keyless_ntlm: KeylessNtlm,
    host_sweep: HostSweep,
    share_sweep: ShareSweep,
    account_enumeration: AccountEnumeration,
    password_spray: PasswordSpray,
    password_guessing: PasswordGuessing,
    guessing_then_success: GuessingThenSuccess,
    overpass_the_hash: OverpassTheHash,
    pass_the_ticket: PassTheTicket,
    forged_ticket: ForgedTicket,
    explicit_credentials: ExplicitCredentials,
    kerberos_client: KerberosClient,
    machine_name: MachineName,
    kerberoast: Kerberoast,
    asrep_roast: AsrepRoast,
    dcsync: Dcsync,
    new_account_use: NewAccountUse,
    group_escalation: GroupEscalation,
    dormant_account: DormantAccount,
    credential_spread: CredentialSpread,
    session_takeover: SessionTakeover,
    ssh_hijacking: SshHijacking,
    mfa_gap: MfaGap,
}

/// Every detection, in the order in which they are documented.
#[must_use]
pub fn detections() -> &'static [Detection] {
    &ALL
}

/// The techniques of what the detection of this name observed; none where no detection is called so.
pub(crate) fn techniques_of(detection: &str, observed: &str) -> &'static [Technique] {
    let place = ALL.iter().position(|known| known.id == detection);
    place.map_or(&[], |place| TECHNIQUES[place](observed))
}

/// The rule layer of an engine.
#[derive(Debug, Clone)]
pub(crate) struct Rules {
    set: Set,
    arrivals: InboundSessions,
    pub(crate) frequency: Frequency,
}

impl Rules {
    pub(crate) fn new() -> Self {
        Self {
            set: Set::default(),
            arrivals: InboundSessions::new(),
            frequency: Frequency::new(ALL.len()),
        }
    }

    /// Whether any rule wants to see events of this class, or has to remember them.
    pub(crate) const fn want(class: EventClass) -> bool {
        WANTED.or(EventClass::LOGON).has(class)
    }

    /// Shows an event to the rules that want it.
    pub(crate) fn look(&mut self, seen: &Observation<'_>, baseline: &Baseline) -> Vec<Finding> {
        self.arrivals.observe(seen);
        let mut found = Vec::new();
        let around = RuleContext { arrivals: &self.arrivals, baseline };
        self.set.look(seen, &around, &mut found);
        // What the record of an act does not say, the logon of its session does.
        let source = self.arrivals.session(seen).and_then(|arrival| arrival.source);
        for finding in found.iter_mut().filter(|finding| finding.source.is_none()) {
            finding.source = source;
        }
        found
    }

    /// Forgets what is of no use any more.
    pub(crate) fn forget(&mut self, now: Timestamp) {
        self.set.forget(now);
    }

    pub(crate) fn to_saved(&self) -> SavedRules {
        SavedRules {
            set: self.set.clone(),
            arrivals: self.arrivals.to_saved(),
            frequency: self.frequency.to_saved(),
        }
    }

    pub(crate) fn from_saved(saved: SavedRules) -> Result<Self, String> {
        Ok(Self {
            set: saved.set,
            arrivals: InboundSessions::from_saved(saved.arrivals)?,
            frequency: Frequency::from_saved(saved.frequency, ALL.len())?,
        })
    }
}

/// The rule layer as it is saved.
#[derive(Serialize, Deserialize)]
pub(crate) struct SavedRules {
    set: Set,
    arrivals: SavedInboundSessions,
    frequency: SavedFrequency,
}
