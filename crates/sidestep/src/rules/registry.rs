//! All rules together: what each wants to see, and what they found.

use serde::{Deserialize, Serialize, Serializer};

use super::detection::Detection;
use super::finding::Finding;
use super::frequency::{Frequency, SavedFrequency};
use super::inbound_sessions::{InboundSessions, SavedInboundSessions};
use super::observation::{AccountRef, EventClass, HostRef, Observation};
use super::rule::{Rule, RuleContext};
use crate::attack::Technique;
use crate::baseline::Baseline;
use crate::event::{Account, Event};
use crate::identity::join::Numbers;
use crate::identity::resolve::{Party, Resolved, Resolver};
use crate::store::{MAX_COUNT, Portion, heap, sum_counts};
use crate::time::Micros;

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
            fn join(&mut self, part: Self, numbers: &Numbers) {
                $(self.$file.join(part.$file, numbers);)+
            }

            fn evaluate(&mut self, seen: &Observation<'_>, context: &RuleContext<'_>, found: &mut Vec<Finding>) {
                let mut place = 0;
                $(
                    if <super::detections::$file::$rule as Rule>::WANTS.has(seen.class) {
                        let before = found.len();
                        self.$file.evaluate(seen, context, found);
                        found[before..].iter_mut().for_each(|finding| finding.rule = place);
                    }
                    place += 1;
                )+
                let _ = place;
            }

            fn forget(&mut self, now: Micros) {
                $(self.$file.forget(now);)+
            }
        }

        heap! { Set { $($file),+ } }
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
    sessions: InboundSessions,
    pub(crate) frequency: Frequency,
    pub(super) counts: FindingCounts,
    /// What was found, before it is weighed.
    #[cfg(test)]
    pub(crate) found: Vec<(&'static str, String)>,
}

/// What was found, of all time.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct FindingCounts {
    /// Findings that are not usual for whoever did it.
    pub(crate) findings: u64,
    /// Findings of what the policy allows.
    pub(crate) suppressed: u64,
}

impl FindingCounts {
    const fn joined(self, other: Self) -> Self {
        Self {
            findings: sum_counts(self.findings, other.findings),
            suppressed: sum_counts(self.suppressed, other.suppressed),
        }
    }
}

heap! {
    Rules { set, sessions, frequency }
}

impl Rules {
    /// Knows nothing yet; it remembers this portion of what it usually does.
    pub(crate) fn new(portion: Portion) -> Self {
        Self {
            set: Set::default(),
            sessions: InboundSessions::new(portion),
            frequency: Frequency::new(ALL.len(), portion),
            counts: FindingCounts::default(),
            #[cfg(test)]
            found: Vec::new(),
        }
    }

    /// Whether any rule wants to see events of this class, or has to remember them.
    pub(crate) const fn want(class: EventClass) -> bool {
        WANTED.or(EventClass::LOGON).has(class)
    }

    /// What was found, of all time.
    pub(crate) const fn counts(&self) -> FindingCounts {
        self.counts
    }

    /// Shows an event to the rules that want it; returns what they found.
    pub(crate) fn inspect(
        &mut self,
        event: Event<'_>,
        class: EventClass,
        resolved: &Resolved,
        baseline: &Baseline,
        resolver: &Resolver,
    ) -> Vec<Finding> {
        if !Self::want(class) {
            return Vec::new();
        }
        let (account, subject, object) = match event {
            Event::Auth(event) => (Some(event.account()), event.subject(), String::new()),
            Event::Activity(activity) => {
                let object = activity.object().unwrap_or_default().to_ascii_lowercase();
                (activity.account(), None, object)
            }
        };
        let account_ref = |party: Option<Party>, account: Option<&Account<'_>>| {
            let (party, account) = party.zip(account)?;
            let text = resolver.text_of(party, baseline);
            Some(AccountRef { id: party.id, kind: account.kind, text })
        };
        let host_ref =
            |party: Party| HostRef { id: party.id, text: baseline.hosts.text(party.slot) };
        let seen = Observation {
            time: event.micros(),
            class,
            event,
            object: &object,
            account: account_ref(resolved.account, account),
            subject: account_ref(resolved.subject, subject),
            source: resolved.source.map(host_ref),
            destination: resolved.destination.map(host_ref),
        };
        self.evaluate(&seen, baseline)
    }

    fn evaluate(&mut self, seen: &Observation<'_>, baseline: &Baseline) -> Vec<Finding> {
        self.sessions.observe(seen);
        let mut found = Vec::new();
        let context = RuleContext { sessions: &self.sessions, baseline };
        self.set.evaluate(seen, &context, &mut found);
        // What the record of an act does not say, the logon of its session does.
        let source = self.sessions.session(seen).and_then(|session| session.source);
        for finding in found.iter_mut().filter(|finding| finding.source.is_none()) {
            finding.source = source;
        }
        found
    }

    /// Forgets what is of no use any more.
    pub(crate) fn forget(&mut self, now: Micros) {
        self.set.forget(now);
    }

    /// This, which knows nothing yet, with what both parts of a stream remember for weeks. Sessions under way are not
    /// known any more.
    pub(crate) fn joined(self, [a, b]: [Self; 2], numbers: &[Numbers; 2]) -> Self {
        let mut set = self.set;
        set.join(a.set, &numbers[0]);
        set.join(b.set, &numbers[1]);
        Self {
            set,
            sessions: self.sessions,
            frequency: self.frequency.joined([a.frequency, b.frequency], numbers),
            counts: a.counts.joined(b.counts),
            #[cfg(test)]
            found: Vec::new(),
        }
    }

    /// The same with what was saved.
    pub(crate) fn with_saved(self, saved: SavedRules) -> Result<Self, String> {
        if saved.counts.findings.max(saved.counts.suppressed) > MAX_COUNT {
            return Err("the counts of findings are wrong".to_owned());
        }
        Ok(Self {
            set: saved.set,
            sessions: self.sessions.with_saved(saved.sessions)?,
            frequency: self.frequency.with_saved(saved.frequency)?,
            counts: saved.counts,
            #[cfg(test)]
            found: Vec::new(),
        })
    }
}

/// As [`SavedRules`] is read.
impl Serialize for Rules {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (&self.set, &self.sessions, &self.frequency, self.counts).serialize(serializer)
    }
}

/// The rule layer as it is saved.
#[derive(Serialize, Deserialize)]
pub(crate) struct SavedRules {
    set: Set,
    sessions: SavedInboundSessions,
    frequency: SavedFrequency,
    counts: FindingCounts,
}
