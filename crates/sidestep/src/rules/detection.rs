//! What a detection is, in words and for everybody to read.

use super::observation::EventClass;
use crate::attack::Technique;
use crate::event::classify::is_by_sshd;
use crate::event::{AccountKind, Activity, Event, LogonType, Mfa, Outcome};

/// A named detection of the rule layer. Its documentation is made of this.
#[derive(Debug)]
#[non_exhaustive]
pub struct Detection {
    /// What alerts, settings and documentation call it, such as `service_install`.
    pub id: &'static str,
    /// What happened, in a few words.
    pub title: &'static str,
    /// Techniques of ATT&CK that it labels a movement with, the most telling first.
    pub techniques: &'static [Technique],
    /// What it sees, in sentences.
    pub sees: &'static str,
    /// What a log must tell for it to see anything: of each group at least one.
    pub needs: &'static [&'static [Need]],
    /// How it comes to its nats, in sentences or a formula, and where that comes from.
    pub formula: &'static str,
    /// What it cannot see.
    pub blind_spots: &'static str,
    /// What raises it that is no attack.
    pub false_positives: &'static str,
    /// What to ask the host, or its owner, to find out.
    pub ask: &'static str,
    /// Share of an account's days on which something benign looks like this, where nothing is known
    /// of the network yet; see `docs/detections/README.md`.
    pub prior: f64,
    /// What it may do by itself.
    pub role: Role,
}

/// What a detection's findings do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Role {
    /// They open a movement, or strengthen the one that they belong to.
    Opens,
    /// They strengthen a movement, and open none.
    Strengthens,
    /// They see what the statistics weigh already, and so only name it; where there is no history
    /// for statistics, they open movements.
    Labels,
}

impl Detection {
    /// The page of its documentation that is made from the code, in Markdown.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let techniques: Vec<String> = self
            .techniques
            .iter()
            .map(|technique| format!("- {} {}", technique.id, technique.name))
            .collect();
        let needs: Vec<String> = self
            .needs
            .iter()
            .map(|group| {
                let any: Vec<&str> = group.iter().map(|need| need.words()).collect();
                format!("- {}", any.join(", or "))
            })
            .collect();
        let role = match self.role {
            Role::Opens => "It may open a movement by itself.",
            Role::Strengthens => "It strengthens and labels movements, and opens none.",
            Role::Labels => {
                "The statistics weigh the same, so that it only labels movements; without history it \
                 may open one."
            }
        };
        format!(
            "# {}\n\n{}.\n\n{}\n\n## What it sees\n\n{} {role}\n\n## What it needs\n\n{}\n\n\
             ## How it counts\n\n{}\n\nWhere nothing is known yet, it is taken to be seen on {} of \
             an account's days.\n\n## Blind spots\n\n{}\n\n## Known false positives\n\n{}\n\n\
             ## What to ask\n\n{}\n",
            self.id,
            self.title,
            techniques.join("\n"),
            self.sees,
            needs.join("\n"),
            self.formula,
            share(self.prior),
            self.blind_spots,
            self.false_positives,
            self.ask,
        )
    }
}

/// A small share in words.
fn share(share: f64) -> String {
    format!("one in {:.0}", 1.0 / share)
}

/// Declares what detections need: the words, and how it is told that an event brings it.
macro_rules! needs {
    ($($(#[$meta:meta])* $need:ident = $words:literal, $event:ident => $test:expr;)+) => {
        /// Something that a log may tell.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Need { $($(#[$meta])* $need,)+ }

        impl Need {
            /// Everything that may be needed.
            pub const ALL: &'static [Self] = &[$(Self::$need,)+];

            /// What it is, in words.
            #[must_use]
            pub const fn words(self) -> &'static str {
                match self { $(Self::$need => $words,)+ }
            }

            /// Whether an event brings it.
            #[must_use]
            pub fn is_met_by(self, event: Event<'_>) -> bool {
                match self { $(Self::$need => { let $event = event; $test })+ }
            }
        }
    };
}

fn is(event: Event<'_>, class: EventClass) -> bool {
    EventClass::of(event).is_some_and(|found| class.has(found))
}

fn auth(event: Event<'_>, test: impl Fn(&crate::event::AuthEvent<'_>) -> bool) -> bool {
    event.auth().is_some_and(test)
}

fn activity(event: Event<'_>, test: impl Fn(&crate::event::HostActivity<'_>) -> bool) -> bool {
    match event {
        Event::Activity(activity) => test(activity),
        Event::Auth(_) => false,
    }
}

needs! {
    /// Logons from one host to another.
    RemoteLogons = "logons with source and destination (Windows 4624, sshd, LANL ...)",
        event => auth(event, |e| e.activity() == Activity::Logon && !e.src_host().is_unknown());
    /// Sessions with an id, to join what follows with.
    Sessions = "logons with a session id (Windows 4624 `TargetLogonId`)",
        event => is(event, EventClass::LOGON) && auth(event, |e| e.logon_id().is_some());
    /// Logons by remote desktop.
    RemoteDesktop = "remote desktop logons (Windows 4624 type 10, 1149, 21, Zeek rdp)",
        event => auth(event, |e| e.logon_type() == LogonType::RemoteInteractive);
    /// Length of NTLM session keys.
    KeyLengths = "key lengths of NTLM logons (Windows 4624 `KeyLength`)",
        event => auth(event, |e| e.key_length().is_some());
    /// Logons with other credentials for the network.
    NewCredentials = "logons of type 9 (Windows 4624 by `seclogo`)",
        event => auth(event, |e| e.logon_type() == LogonType::NewCredentials);
    /// Failed logons of any kind.
    Failures = "failed logons (Windows 4625, 4771, 4776, sshd ...)",
        event => auth(event, |e| e.outcome() == Outcome::Failure);
    /// Ticket-granting tickets.
    GrantingTickets = "ticket-granting tickets (Windows 4768, Zeek kerberos AS)",
        event => auth(event, |e| e.activity() == Activity::TicketGrantingTicket);
    /// Service tickets.
    ServiceTickets = "service tickets (Windows 4769, Zeek kerberos TGS)",
        event => auth(event, |e| e.activity() == Activity::ServiceTicket);
    /// Encryption of tickets.
    TicketEncryption = "encryption types of tickets (Windows `TicketEncryptionType`, Zeek `cipher`)",
        event => auth(event, |e| e.ticket_encryption().is_some());
    /// Pre-authentication of tickets.
    Preauthentication = "pre-authentication of tickets (Windows 4768 `PreAuthType`)",
        event => auth(event, |e| e.preauth_type().is_some());
    /// Explicit credentials.
    ExplicitCredentials = "explicit credentials (Windows 4648)",
        event => is(event, EventClass::EXPLICIT);
    /// Marks of credentials.
    CredentialMarks = "fingerprints of keys or hashes of tickets (sshd, Zeek `auth_ticket`)",
        event => auth(event, |e| e.credential().is_some());
    /// Sessions taken up again.
    Reconnects = "sessions taken up again (Windows 4778, LocalSessionManager 25)",
        event => is(event, EventClass::RECONNECT);
    /// Logons by sshd.
    Ssh = "logons by SSH (sshd, journald)",
        event => auth(event, is_by_sshd);
    /// Whether a second factor was used.
    SecondFactors = "whether a second factor was used (Entra ID, CloudTrail, OCSF `is_mfa`)",
        event => auth(event, |e| e.mfa() != Mfa::Unknown);
    /// Logons of nobody or of machines.
    MachineLogons = "logons of machines and of nobody in particular",
        event => is(event, EventClass::LOGON)
            && auth(event, |e| matches!(
                e.account().kind, AccountKind::Machine | AccountKind::Anonymous));
    /// Shares opened.
    Shares = "shares opened (Windows 5140, 5145, Zeek smb_mapping)",
        event => is(event, EventClass::SHARE);
    /// Files in shares.
    ShareFiles = "files opened in shares, and whether to write (Windows 5145, Zeek smb_files)",
        event => is(event, EventClass::FILE)
            || activity(event, |a| is(event, EventClass::SHARE) && a.writes().is_some());
    /// Pipes opened over the network.
    Pipes = "pipes opened over the network (Windows 5145 of IPC$, Sysmon 17 and 18, Zeek dce_rpc)",
        event => is(event, EventClass::PIPE)
            || activity(event, |a| is(event, EventClass::SHARE)
                && a.object().is_some_and(|o| o.to_ascii_uppercase().contains("IPC$\\")));
    /// Services installed.
    Services = "services installed (Windows 4697, 7045)",
        event => is(event, EventClass::SERVICE);
    /// Scheduled tasks.
    Tasks = "scheduled tasks made or changed (Windows 4698, 4702)",
        event => is(event, EventClass::TASK);
    /// Processes started.
    Processes = "processes started, and what started them (Windows 4688, Sysmon 1)",
        event => is(event, EventClass::PROCESS);
    /// Connections made.
    Connections = "connections by services that one moves by (Zeek conn, Sysmon 3)",
        event => is(event, EventClass::CONNECTION);
    /// Accounts made.
    AccountsMade = "accounts created (Windows 4720, 4741)",
        event => is(event, EventClass::ACCOUNT_MADE);
    /// Accounts changed.
    AccountsChanged = "accounts changed (Windows 4722, 4724, 4738, 4742)",
        event => is(event, EventClass::ACCOUNT_CHANGED);
    /// Group members.
    Groups = "members added to groups (Windows 4728, 4732, 4756)",
        event => is(event, EventClass::GROUP);
    /// Replication asked for.
    Replication = "replication of the directory asked for (Windows 4662 with its rights)",
        event => is(event, EventClass::REPLICATION);
}
