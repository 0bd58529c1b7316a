//! The simulation: an organisation, its everyday life, its attackers, one day at a time.

use sidestep::event::{Activity, AuthEvent, AuthProtocol, Host, LogonType, Outcome};

use crate::activity::SimActivity;
use crate::adversary::Preparations;
use crate::attack::Attackers;
use crate::benign::Everyday;
use crate::config::{Scenario, SimConfig, SimError, Telemetry};
use crate::hard_negatives::Tally;
use crate::log::settle;
use crate::login_row::{Auth, Logon, Orientation, Row};
use crate::names::Names;
use crate::org;
use crate::rng::{Rng, Stream};
use crate::telemetry::Filter;
use crate::truth::{Attack, Truth, TruthLogin};
use sidestep::Timestamp;

/// An organisation, its everyday life and its attackers, one day at a time.
///
/// ```
/// use sidestep_sim::{Scenario, SimConfig, Simulation};
///
/// let mut simulation = Simulation::new(SimConfig::new(7, 40, 5, 2, Scenario::Standard)?)?;
/// let mut rows = 0;
/// while let Some(day) = simulation.next_day() {
///     rows += day.len();
/// }
/// assert!(rows > 0 && !simulation.truth().attacks.is_empty());
/// # Ok::<(), sidestep_sim::SimError>(())
/// ```
pub struct Simulation {
    config: SimConfig,
    names: Names,
    everyday: Everyday,
    attackers: Attackers,
    preparations: Option<Preparations>,
    filter: Filter,
    day: u32,
    benign: Vec<Row>,
    hostile: Vec<Row>,
    rows: Vec<Row>,
    activities: Vec<SimActivity>,
    /// Rows and activities whose skewed clock puts them into the next day.
    late: Vec<Row>,
    late_activities: Vec<SimActivity>,
    truth: Truth,
    /// Per attack: logins in the log that succeeded, first and last time.
    spans: Vec<(u32, i64, i64)>,
}

impl std::fmt::Debug for Simulation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Simulation")
            .field("config", &self.config)
            .field("day", &self.day)
            .finish_non_exhaustive()
    }
}

impl Simulation {
    /// Builds the organisation and plans what will happen.
    ///
    /// # Errors
    /// [`SimError::Config`], naming the field that is out of range.
    pub fn new(config: SimConfig) -> Result<Self, SimError> {
        config.check()?;
        let everyday = Everyday::new(org::build(&config), &config);
        let org = &everyday.org;
        let mut rng = Rng::new(config.seed, Stream::Names, 0, 0);
        let domains: Vec<u8> = org.hosts.iter().map(|host| host.domain).collect();
        let mut names = Names::new(&mut rng, &org.accounts, &domains);
        let filter = Filter::new(&config, org);
        let attackers = Attackers::new(&config, org.ids());
        let preparations = Preparations::plan(&config, org, &mut names)?;
        let spans = vec![(0, i64::MAX, 0); attackers.attacks.len()];
        Ok(Self {
            config,
            names,
            everyday,
            attackers,
            preparations,
            filter,
            day: 0,
            benign: Vec::new(),
            hostile: Vec::new(),
            rows: Vec::new(),
            activities: Vec::new(),
            late: Vec::new(),
            late_activities: Vec::new(),
            truth: Truth::default(),
            spans,
        })
    }

    /// What is simulated.
    #[must_use]
    pub const fn config(&self) -> &SimConfig {
        &self.config
    }

    /// What of it reaches the log, drawn or given.
    #[must_use]
    pub const fn telemetry(&self) -> Telemetry {
        self.filter.kind
    }

    /// Days lived through so far.
    pub(crate) const fn days_done(&self) -> u32 {
        self.day
    }

    pub(crate) const fn org(&self) -> &org::Org {
        &self.everyday.org
    }

    pub(crate) const fn names(&self) -> &Names {
        &self.names
    }

    /// The attackers' rows of the day last given out, before telemetry.
    pub(crate) fn hostile(&self) -> &[Row] {
        &self.hostile
    }

    pub(crate) const fn attackers(&self) -> &Attackers {
        &self.attackers
    }

    /// The rows of the next day, in order of time; `None` after the last.
    pub fn next_day(&mut self) -> Option<&[Row]> {
        if self.day >= self.config.days {
            return None;
        }
        let day = self.day;
        self.day += 1;
        self.benign.clear();
        self.hostile.clear();
        if let Some(change) = self.config.change {
            change.rename(day, &mut self.names, &self.everyday.org);
        }
        let mut activities = self.everyday.day(day, &mut self.benign);
        if self.config.scenario != Scenario::Clean {
            let org = &self.everyday.org;
            if let Some(preparations) = &self.preparations {
                preparations.day(day, org, &self.benign, &mut self.hostile);
            }
            let attackers = &mut self.attackers;
            activities.extend(attackers.day(
                day,
                org,
                &self.filter,
                &self.benign,
                &mut self.hostile,
            ));
        }
        self.merge(day);
        self.merge_activities(day, &activities);
        self.note_truth();
        if self.day == self.config.days {
            self.close();
        }
        Some(&self.rows)
    }

    /// The rows of the day last given out.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// What was done beside the logons of these rows, in order of time: what companion records tell
    /// of. Of the hosts that are seen by nobody there is nothing here; single records are lost as
    /// they are written.
    #[must_use]
    pub fn activities(&self) -> &[SimActivity] {
        &self.activities
    }

    /// Everyday rows and attackers' rows as the log has them.
    fn merge(&mut self, day: u32) {
        self.rows.clear();
        self.rows.append(&mut self.late);
        let filter = &self.filter;
        let visible = |row: &&Row| filter.visible(row);
        let mut hostile = self.hostile.iter().filter(visible).peekable();
        for row in self.benign.iter().filter(visible) {
            while let Some(first) = hostile.next_if(|first| first.time < row.time) {
                self.rows.push(filter.stamp(*first));
            }
            self.rows.push(filter.stamp(*row));
        }
        self.rows.extend(hostile.map(|row| filter.stamp(*row)));
        if filter.skews() {
            self.rows.sort_by_key(|row| row.time);
            let end = (day + 1) * 86_400;
            let now = self.rows.partition_point(|row| row.time < end);
            self.late.extend(self.rows.drain(now..));
        }
    }

    /// The activities of everyday life and of attackers as the log has them.
    fn merge_activities(&mut self, day: u32, activities: &[SimActivity]) {
        self.activities.clear();
        self.activities.append(&mut self.late_activities);
        let filter = &self.filter;
        let visible = activities.iter().filter(|activity| filter.tells_of(activity));
        self.activities.extend(visible.map(|activity| filter.stamp_activity(*activity)));
        settle(&mut self.activities, &mut self.late_activities, day);
    }

    fn note_truth(&mut self) {
        for row in &self.rows {
            // What failed is in the log, but an alert is judged by the logins that led somewhere.
            if !row.success || !self.filter.is_truth(row) {
                continue;
            }
            let time = i64::from(row.time);
            if let Some(span) = self.spans.get_mut(usize::from(row.attack).wrapping_sub(1)) {
                span.0 += 1;
                span.1 = span.1.min(time);
                span.2 = span.2.max(time);
            }
            self.truth.logins.push(TruthLogin {
                time,
                account: self.names.account_text(row.account).to_owned(),
                src_host: self.names.host(row.src).to_owned(),
                dst_host: self.names.host(row.dst).to_owned(),
                attack_id: attack_id(row.attack),
                phase: row.phase,
            });
        }
    }

    /// Lists the attacks that left anything in the log.
    fn close(&mut self) {
        let mut order: Vec<usize> =
            (0..self.spans.len()).filter(|i| self.spans[*i].1 != i64::MAX).collect();
        order.sort_by_key(|i| self.spans[*i].1);
        for i in order {
            let (hops, _, last_time) = self.spans[i];
            let attack = &self.attackers.attacks[i];
            self.truth.attacks.push(Attack {
                attack_id: attack_id(attack.number),
                start: attack.plan.start.to_string(),
                goal: attack.plan.goal.to_string(),
                stealth: attack.plan.stealth.to_string(),
                entry_host: self.names.host(attack.entry).to_owned(),
                victim: self.names.account_text(attack.victim).to_owned(),
                hops,
                last_time,
                technique: attack.main_technique().to_string(),
            });
        }
    }

    /// A row as the engine takes it: what reading its line would give.
    #[must_use]
    pub fn event(&self, row: &Row) -> AuthEvent<'_> {
        let mut builder = AuthEvent::builder(
            Timestamp::from_micros(i64::from(row.time) * 1_000_000),
            self.names.account(row.account),
        )
        .src_host(Host::named(self.names.host(row.src)))
        .dst_host(Host::named(self.names.host(row.dst)))
        .activity(activity(row.orientation))
        .logon_type(logon_type(row.logon))
        .auth_protocol(protocol(row.auth))
        .outcome(if row.success { Outcome::Success } else { Outcome::Failure });
        if row.subject != row.account {
            builder = builder.subject(self.names.account(row.subject));
        }
        // Names and times of a simulation are all well within what an event may hold.
        builder.build().expect("a simulated row is a valid event")
    }

    /// Appends the row to `text` as a line of LANL's format, with its line end.
    pub fn write_row(&self, row: &Row, text: &mut String) {
        push_number(text, row.time);
        for field in [
            self.names.account_text(row.subject),
            self.names.account_text(row.account),
            self.names.host(row.src),
            self.names.host(row.dst),
            row.auth.text(),
            row.logon.text(),
            row.orientation.text(),
            if row.success { "Success" } else { "Fail" },
        ] {
            text.push(',');
            text.push_str(field);
        }
        text.push('\n');
    }

    /// The attackers' successful logins so far; after the last day all of them, and the attacks.
    #[must_use]
    pub const fn truth(&self) -> &Truth {
        &self.truth
    }

    /// How often each hard negative has happened so far.
    #[must_use]
    pub const fn tally(&self) -> &Tally {
        &self.everyday.tally
    }

    /// How each attack that has a number in a row was planned.
    #[must_use]
    pub fn attack_kinds(&self) -> Vec<AttackKind> {
        let kind = |attack: &crate::attack::Attack| AttackKind {
            number: attack.number,
            attack_id: attack_id(attack.number),
            start: attack.plan.start,
            goal: attack.plan.goal,
            stealth: attack.plan.stealth,
            technique: attack.plan.technique,
            noise: attack.plan.noise,
        };
        self.attackers.attacks.iter().map(kind).collect()
    }
}

/// Where an attack lies on every axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttackKind {
    /// Its number in [`Row::attack`].
    pub number: u16,
    /// Its id in the truth.
    pub attack_id: String,
    /// How it begins.
    pub start: crate::Start,
    /// What it is after.
    pub goal: crate::Goal,
    /// How it hides.
    pub stealth: crate::Stealth,
    /// How it mostly logs on.
    pub technique: crate::Technique,
    /// What noise it makes.
    pub noise: crate::Noise,
}

fn attack_id(number: u16) -> String {
    format!("attack-{number:03}")
}

const fn activity(orientation: Orientation) -> Activity {
    match orientation {
        Orientation::LogOn => Activity::Logon,
        Orientation::LogOff => Activity::Logoff,
        Orientation::Tgs => Activity::ServiceTicket,
        Orientation::Tgt => Activity::TicketGrantingTicket,
        Orientation::AuthMap => Activity::Other,
        Orientation::ScreenLock => Activity::SessionDisconnect,
        Orientation::ScreenUnlock => Activity::SessionReconnect,
    }
}

const fn logon_type(logon: Logon) -> LogonType {
    match logon {
        Logon::Unknown => LogonType::Unknown,
        Logon::Interactive => LogonType::Interactive,
        Logon::Network => LogonType::Network,
        Logon::Batch => LogonType::Batch,
        Logon::Service => LogonType::Service,
        Logon::Unlock => LogonType::Unlock,
        Logon::NetworkCleartext => LogonType::NetworkCleartext,
        Logon::NewCredentials => LogonType::NewCredentials,
        Logon::RemoteInteractive => LogonType::RemoteInteractive,
        Logon::CachedInteractive => LogonType::CachedInteractive,
    }
}

const fn protocol(auth: Auth) -> AuthProtocol {
    match auth {
        Auth::Unknown => AuthProtocol::Unknown,
        Auth::Kerberos => AuthProtocol::Kerberos,
        Auth::Ntlm => AuthProtocol::Ntlm,
        Auth::Negotiate => AuthProtocol::Negotiate,
        Auth::MsV1 => AuthProtocol::MsV1,
    }
}

fn push_number(text: &mut String, number: u32) {
    let mut digits = [0_u8; 10];
    let mut at = digits.len();
    let mut left = number;
    loop {
        at -= 1;
        digits[at] = b'0' + (left % 10) as u8;
        left /= 10;
        if left == 0 {
            break;
        }
    }
    text.extend(digits[at..].iter().map(|digit| char::from(*digit)));
}
