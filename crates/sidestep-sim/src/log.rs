//! The rows that single acts leave in a log.

use crate::activity::{Activities, ActivityKind};
use crate::login_row::{Auth, Logon, Mark, Orientation, Phase, Row};
use crate::names::Ids;
use crate::rng::Rng;

/// Rows and activities being written, on behalf of everyday life or of one attack.
pub(crate) struct Log<'a> {
    pub(crate) rows: &'a mut Vec<Row>,
    pub(crate) activities: &'a mut Activities,
    pub(crate) ids: Ids,
    /// 0 for everyday life, else the attack's number.
    pub(crate) attack: u16,
}

impl Log<'_> {
    #[allow(clippy::too_many_arguments)] // the columns of a row
    pub(crate) fn push(
        &mut self,
        time: u32,
        subject: u32,
        account: u32,
        (src, dst): (u32, u32),
        auth: Auth,
        logon: Logon,
        orientation: Orientation,
        success: bool,
    ) {
        let attack = self.attack;
        self.rows.push(Row {
            time,
            account,
            subject,
            src,
            dst,
            attack,
            auth,
            logon,
            orientation,
            success,
            mark: Mark::Plain,
            phase: Phase::Attack,
        });
    }

    /// Marks the row last written.
    pub(crate) fn mark(&mut self, mark: Mark) {
        if let Some(row) = self.rows.last_mut() {
            row.mark = mark;
        }
    }

    /// Asks for a ticket-granting ticket.
    pub(crate) fn tgt(&mut self, time: u32, account: u32, host: u32, success: bool) {
        self.ticket(time, account, (host, host), Orientation::Tgt, success);
    }

    /// Asks for a ticket to a service on `dst`.
    pub(crate) fn tgs(&mut self, time: u32, account: u32, src: u32, dst: u32) {
        self.ticket(time, account, (src, dst), Orientation::Tgs, true);
    }

    fn ticket(
        &mut self,
        time: u32,
        account: u32,
        pair: (u32, u32),
        kind: Orientation,
        success: bool,
    ) {
        let (auth, logon) = (Auth::Unknown, Logon::Unknown);
        self.push(time, account, account, pair, auth, logon, kind, success);
    }

    /// Ends a session.
    pub(crate) fn logoff(&mut self, time: u32, account: u32, host: u32, logon: Logon) {
        let pair = (host, host);
        self.push(time, account, account, pair, Auth::Unknown, logon, Orientation::LogOff, true);
    }

    /// Logs on.
    pub(crate) fn logon(
        &mut self,
        time: u32,
        account: u32,
        pair: (u32, u32),
        auth: Auth,
        logon: Logon,
        success: bool,
    ) {
        self.push(time, account, account, pair, auth, logon, Orientation::LogOn, success);
    }

    /// Logs on as `account`, asked for by `subject`.
    #[allow(clippy::too_many_arguments)] // the columns of a row
    pub(crate) fn logon_by(
        &mut self,
        time: u32,
        subject: u32,
        account: u32,
        pair: (u32, u32),
        auth: Auth,
        logon: Logon,
        success: bool,
    ) {
        self.push(time, subject, account, pair, auth, logon, Orientation::LogOn, success);
    }

    /// One visit over the network: perhaps a ticket, the logon, most often its end.
    pub(crate) fn visit(
        &mut self,
        rng: &mut Rng,
        time: u32,
        account: u32,
        pair: (u32, u32),
        visit: Visit,
    ) {
        let auth = visit.auth;
        if auth == Auth::Kerberos && visit.ticket {
            self.tgs(time.saturating_sub(rng.below(2)), account, pair.0, pair.1);
        }
        self.logon(time, account, pair, auth, Logon::Network, true);
        if rng.chance(0.93) {
            let lasts = rng.exponential(visit.lasts) as u32;
            self.logoff(time + lasts.min(30_000), account, pair.1, Logon::Network);
        }
    }

    /// A remote desktop session: network authentication first, then the session itself.
    pub(crate) fn remote_desktop(
        &mut self,
        rng: &mut Rng,
        time: u32,
        account: u32,
        pair: (u32, u32),
        lasts: u32,
    ) {
        self.tgs(time, account, pair.0, pair.1);
        self.logon(time, account, pair, Auth::Kerberos, Logon::Network, true);
        let begun = time + rng.int(1, 4);
        self.logon(begun, account, pair, Auth::Negotiate, Logon::RemoteInteractive, true);
        self.activity(begun, account, pair, ActivityKind::Desktop);
        self.logoff(begun + rng.below(3), account, pair.1, Logon::Network);
        // What the session itself asks for on the host it runs on.
        self.tgt(begun + 1, account, pair.1, true);
        if rng.chance(0.8) {
            self.logoff(begun + lasts.max(30), account, pair.1, Logon::RemoteInteractive);
        }
    }

    /// The machine starts something as SYSTEM.
    pub(crate) fn system_service(&mut self, time: u32, host: u32) {
        let (machine, system) = (self.ids.machine(host), self.ids.system(host));
        self.logon_by(time, machine, system, (host, host), Auth::Negotiate, Logon::Service, true);
    }

    /// A null session to `dst`.
    pub(crate) fn anonymous(&mut self, time: u32, src: u32, dst: u32) {
        let account = self.ids.anonymous(dst);
        self.logon(time, account, (src, dst), Auth::Ntlm, Logon::Network, true);
        self.logoff(time + 1, account, dst, Logon::Network);
    }
}

/// How one visit over the network is made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Visit {
    /// What authenticates it.
    pub(crate) auth: Auth,
    /// Whether the client still needs a ticket for the service.
    pub(crate) ticket: bool,
    /// Mean length in seconds.
    pub(crate) lasts: f64,
}

/// What happens at a second of the log.
pub(crate) trait Timed: Copy {
    /// The second.
    fn time(&self) -> u32;
    /// Moves it.
    fn set_time(&mut self, time: u32);
}

impl Timed for Row {
    fn time(&self) -> u32 {
        self.time
    }

    fn set_time(&mut self, time: u32) {
        self.time = time;
    }
}

/// Puts what happened on `day` in order of time; that of later days goes to `later`. What an act did
/// just before midnight, of a day that is over, is moved to the day's first second.
pub(crate) fn settle<T: Timed>(list: &mut Vec<T>, later: &mut Vec<T>, day: u32) {
    let (begin, end) = (day * 86_400, (day + 1) * 86_400);
    list.retain_mut(|item| {
        item.set_time(item.time().max(begin));
        let now = item.time() < end;
        if !now {
            later.push(*item);
        }
        now
    });
    list.sort_by_key(Timed::time);
}
