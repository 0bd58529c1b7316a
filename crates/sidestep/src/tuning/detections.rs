//! The numbers of the detections: a module for each.

use crate::time::{DAY, HOUR, MINUTE, Micros, SECOND};

pub(crate) mod admin_share {
    /// Nats of what administrators do too: a share looked into, a program opened and not known to be
    /// written.
    pub(crate) const COMMON: f64 = 2.5;
}

pub(crate) mod cloud_session {
    /// Nats of a sign-in that is merely new.
    pub(crate) const NEW: f64 = 2.0;
    /// Nats of one by a single factor.
    pub(crate) const ONE_FACTOR: f64 = 3.0;
}

pub(crate) mod coerced_authentication {
    use super::*;

    /// InboundConnections of a host that are remembered.
    pub(crate) const CALLERS: usize = 32;
    /// Calls remembered, and for how long: the logon follows at once.
    pub(crate) const CALLS: usize = 256;
    pub(crate) const FOLLOWS: Micros = 10 * SECOND;
    /// How long the callers of a host are remembered.
    pub(crate) const REMEMBERED: Micros = 60 * DAY;
    /// Nats of the first call of such an interface that a host ever saw. Each further caller makes it
    /// likelier that it prints, or serves files, for everybody.
    pub(crate) const FIRST: f64 = 4.1;
}

pub(crate) mod credential_spread {
    use super::*;

    /// How long a key is remembered.
    pub(crate) const REMEMBERED: Micros = 180 * DAY;
    /// Accounts or hosts of one key that are told apart.
    pub(crate) const TOLD_APART: usize = 16;
    /// Days that a key is taken to be known for, and changes in them, before anything is.
    pub(crate) const PRIOR_DAYS: f64 = 5.0;
    pub(crate) const PRIOR_CHANGES: f64 = 0.5;
    /// Hosts that are new within an hour to who is new himself.
    pub(crate) const NEWCOMER: f64 = 10.0;
}

pub(crate) mod dcom_wmi {
    use super::*;

    /// How soon what a provider host was started for follows.
    pub(crate) const FOLLOWS: Micros = 5 * SECOND;
    /// Nats of what fits a call from elsewhere in time only.
    pub(crate) const BY_TIME: f64 = 4.5;
    /// Nats of calls that management software makes all day.
    pub(crate) const COMMON: f64 = 2.0;
}

pub(crate) mod desktop_sweep {
    use super::*;

    /// How long desktops are remembered that may turn out to be the first of many.
    pub(crate) const REMEMBERED: Micros = 10 * SECOND;
    /// Desktops remembered of one account.
    pub(crate) const KEPT: usize = 16;
}

pub(crate) mod dormant_account {
    use super::*;

    /// How long an account is remembered.
    pub(crate) const REMEMBERED: Micros = 730 * DAY;
    /// A gap that is taken to be known of everybody, in days.
    pub(crate) const PRIOR_GAP: f64 = 7.0;
    /// Gaps after which the older ones begin to count less.
    pub(crate) const MEMORY: f64 = 256.0;
    /// Gaps of the network that are taken to be known, one of them as long as the one at hand.
    pub(crate) const PRIOR_GAPS: f64 = 100.0;
    /// Classes of length, each twice the one before.
    pub(crate) const LENGTHS: usize = 12;
}

pub(crate) mod forged_ticket {
    use super::*;

    /// How long it is remembered what an account or host does.
    pub(crate) const REMEMBERED: Micros = 60 * DAY;
}

pub(crate) mod guessing_then_success {
    use super::*;

    /// Runs of failures, and accounts with a habit of them, that are remembered.
    pub(crate) const REMEMBERED: usize = 1 << 13;
    /// Characters of an account's name that are remembered.
    pub(crate) const NAME: usize = 64;
    /// How long a run of failures waits for the next, or for success.
    pub(crate) const WAITS: Micros = DAY;
    /// A client that tries an old password again waits this long at the least, and evenly: the standard
    /// deviation of its waits is within a quarter of their mean.
    pub(crate) const PATIENT: f64 = 10.0;
    pub(crate) const EVEN: f64 = 0.25;
    /// Waits from which on it can be said whether they are even.
    pub(crate) const WAITED: u32 = 4;
}

pub(crate) mod kerberos_client {
    use super::*;

    /// How long before and after a program's call a ticket that its host was given is the one it asked
    /// for: clocks of two hosts, and records of one connection, are seconds apart.
    pub(crate) const FOLLOWS: Micros = 10 * SECOND;
}

pub(crate) mod lateral_tool_transfer {
    use super::*;

    /// Files of a host that are remembered.
    pub(crate) const FILES: usize = 16;
    /// How long a file is remembered.
    pub(crate) const REMEMBERED: Micros = DAY;
    /// Nats of a program that was copied, and that nobody ran yet.
    pub(crate) const COPIED: f64 = 3.5;
}

pub(crate) mod machine_name {
    use super::*;

    /// How long a machine is known.
    pub(crate) const KNOWN: Micros = 60 * DAY;
    /// How long after an account was renamed a ticket by its new name is attributed to who did it.
    pub(crate) const RENAMED: Micros = HOUR;
    /// Nats of the name of a machine that is no controller: people name their computers after themselves.
    pub(crate) const ORDINARY: f64 = 4.5;
    /// Nats of the renaming of an account, of which no ticket was asked for yet.
    pub(crate) const RENAMING: f64 = 6.5;
}

pub(crate) mod mfa_gap {
    use super::*;

    /// How long it is remembered how somebody logs on.
    pub(crate) const REMEMBERED: Micros = 60 * DAY;
}

pub(crate) mod new_account_use {
    use super::*;

    /// How long an account is new.
    pub(crate) const NEW: Micros = 7 * DAY;
    /// How long it is remembered who makes accounts.
    pub(crate) const REMEMBERED: Micros = 180 * DAY;
    /// Days of making accounts that stand in for what is not known of one, and the share of days on
    /// which somebody unknown makes one for a reason.
    pub(crate) const PRIOR_DAYS: f64 = 5.0;
    pub(crate) const BY_STRANGERS: f64 = 0.01;
}

pub(crate) mod overpass_the_hash {
    use super::*;

    /// How long it is remembered what an account asks for.
    pub(crate) const REMEMBERED: Micros = 60 * DAY;
}

pub(crate) mod pass_the_hash {
    use super::*;

    /// How long a session that carries other credentials is taken to be the cause of what leaves its host.
    pub(crate) const CARRIED: Micros = HOUR;
    /// How soon a session that was made to open a pipe does so.
    pub(crate) const PIPE_FOLLOWS: Micros = 10 * SECOND;
    /// How long it is remembered how an account logs on.
    pub(crate) const REMEMBERED: Micros = 60 * DAY;
}

pub(crate) mod pass_the_ticket {
    use super::*;

    /// How long a granting ticket can be renewed; then a new one must be asked for.
    pub(crate) const RENEWABLE: Micros = 7 * DAY;
    /// How long a ticket lives.
    pub(crate) const LIFETIME: Micros = 10 * HOUR;
    /// How long it is remembered what a host does.
    pub(crate) const REMEMBERED: Micros = 60 * DAY;
}

pub(crate) mod password_guessing {
    use super::*;

    /// How long a source is remembered with an account that failed from it.
    pub(crate) const REMEMBERED: Micros = 7 * DAY;
    /// Failures in a window beyond which more say no more.
    pub(crate) const ENOUGH: u32 = 128;
    /// A client that tries again waits this many seconds at the least, and evenly: the standard deviation of
    /// its waits is within a quarter of their mean. A tool does not wait.
    pub(crate) const PATIENT: f64 = 1.0;
    pub(crate) const EVEN: f64 = 0.25;
}

pub(crate) mod rdp {
    use super::*;

    /// How long somebody who came by remote desktop is taken to sit there.
    pub(crate) const SITS: Micros = 8 * HOUR;
    /// Nats of a remote desktop that is merely new.
    pub(crate) const NEW: f64 = 2.5;
}

pub(crate) mod remote_exploit {
    use super::*;

    /// How long a refusal is remembered.
    pub(crate) const REMEMBERED: Micros = MINUTE;
    /// How long after a logon of nobody what happens on the host is attributed to it.
    pub(crate) const AFTERWARDS: Micros = 10 * SECOND;
    /// How long it is remembered whose a connection is, after it was last used.
    pub(crate) const CONNECTED: Micros = 10 * MINUTE;
    /// How long a controller is known as one.
    pub(crate) const KNOWN: Micros = 30 * DAY;
    /// Nats that each doubling of the refusals says.
    pub(crate) const PER_DOUBLING: f64 = 1.0;
}

pub(crate) mod remote_task {
    /// Nats of a question to the scheduler: consoles ask too.
    pub(crate) const ASKED: f64 = 2.0;
    /// Nats of output to a temporary file, which a task of one's own may leave there too.
    pub(crate) const BY_FILE: f64 = 4.5;
}

pub(crate) mod service_install {
    use super::*;

    /// How long somebody who logged on at a host is taken to sit there.
    pub(crate) const SITS: Micros = 8 * HOUR;
    /// How long a session is remembered.
    pub(crate) const REMEMBERED: Micros = 7 * DAY;
    /// Nats of a service that only lies where remote executions put theirs.
    pub(crate) const BY_PLACE: f64 = 4.5;
}

pub(crate) mod session_takeover {
    use super::*;

    /// How long it is remembered who came from where.
    pub(crate) const REMEMBERED: Micros = 7 * DAY;
    /// Whoever takes up their own session logs on for it first, so long before at most.
    pub(crate) const FRESH: Micros = 2 * MINUTE;
    /// How soon a session that is passed on is taken up by another: Windows does both at once.
    pub(crate) const AT_ONCE: Micros = 10 * SECOND;
    /// Nats of a session that the system puts back on the console, as scripts do that keep a desktop
    /// unlocked after somebody leaves it.
    pub(crate) const TO_CONSOLE: f64 = 2.5;
}

pub(crate) mod ssh {
    use super::*;

    /// Accounts and sources that a key remembers.
    pub(crate) const USES: usize = 8;
    /// How long a key is remembered after its last use.
    pub(crate) const REMEMBERED: Micros = 60 * DAY;
    /// Nats of a login that is merely new.
    pub(crate) const NEW: f64 = 2.0;
    /// Nats of a key that comes from another place: laptops do.
    pub(crate) const ELSEWHERE: f64 = 2.5;
    /// Nats of a key that opens another account: those of administrators do. Each of these grows by the
    /// logarithm of the days on which the key was known not to.
    pub(crate) const ANOTHER: f64 = 3.5;
}

pub(crate) mod ssh_hijacking {
    use super::*;

    /// How long it is remembered that a key was shown at a host: agents are forwarded as long as a session lasts.
    pub(crate) const REMEMBERED: Micros = 7 * DAY;
    /// How soon after they came guests are taken to use what they found.
    pub(crate) const SOON: Micros = HOUR;
}

pub(crate) mod vnc {
    use super::*;

    /// How long a way is remembered.
    pub(crate) const REMEMBERED: Micros = 60 * DAY;
}

pub(crate) mod winrm {
    /// Nats of a shell that somebody opened, where it is not known who.
    pub(crate) const NOBODY: f64 = 4.5;
    /// Nats of a connection by nobody known: collectors of logs are called so all day.
    pub(crate) const CONNECTED: f64 = 2.0;
}
