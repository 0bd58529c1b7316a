//! What merged engines learned by judging, judged again.
//!
//! A part of a stream does not know what is usual elsewhere, so that more of its logins surprised it: how surprising
//! logins are, which aspects of them come together, how new sources explain themselves and who is often odd are not
//! sums over parts. But the tables of a merged engine are those of the whole, and the journal says what was learned
//! lately: taken back, and learned again in order of time, it is judged by what the whole knew at that time.

use super::Pipeline;
use crate::baseline::Baseline;
use crate::baseline::journal::{Entry, Kind};
use crate::evidence::{self, Context, Known};
use crate::judge::Judge;
use crate::learning::PendingOdd;
use crate::login::Login;
use crate::time::Day;
use crate::tuning::{FITTED_LOGINS, MAX_WAITING};

/// Learning anew what was taken back.
struct Again {
    baseline: Baseline,
    judge: Judge,
    pending_odd: PendingOdd,
}

impl Pipeline {
    /// Judges what the journal holds once more. With too few logins to say anything of the whole, what the parts
    /// said stands.
    pub(crate) fn judge_again(&mut self) {
        let journal = &self.baseline.journal;
        let is_login = |entry: &&Entry| matches!(entry.kind, Kind::Login | Kind::Failure);
        let logins = journal.entries().filter(is_login).count();
        if (logins as f64) < FITTED_LOGINS {
            return;
        }
        let mut entries: Vec<Entry> = journal.entries().copied().collect();
        entries.sort_unstable();
        let thinned = journal.thinned();
        let mut again = Again {
            baseline: self.baseline.rewound(),
            judge: Judge::new(),
            pending_odd: PendingOdd::default(),
        };
        again.judge.begin_day(again.baseline.today);
        entries.iter().for_each(|entry| again.take(entry));
        again.go_on_to(self.baseline.today);
        again.pending_odd.release(self.now, &mut again.baseline);
        let Again { baseline: mut past, judge, pending_odd } = again;
        self.baseline.take_odd_of(&past);
        self.learning.pending_odd = pending_odd;
        // Each account that was kept stands for others.
        self.judge.calibration = judge.calibration.grown(thinned);
        past.explanations.grow(thinned);
        past.combinations.grow(thinned);
        self.baseline.explanations = past.explanations;
        self.baseline.combinations = past.combinations;
    }
}

impl Again {
    fn go_on_to(&mut self, day: Day) {
        if day > self.baseline.today {
            self.baseline.go_on_to(day);
            self.judge.begin_day(day);
        }
    }

    fn take(&mut self, entry: &Entry) {
        let Entry { time, day, kind, protocol, key } = *entry;
        self.go_on_to(day);
        self.pending_odd.release(time, &mut self.baseline);
        let baseline = &mut self.baseline;
        let [account, source, destination] = key;
        let (Some(account), Some(source), Some(destination)) = (
            baseline.accounts.slot_of(account),
            baseline.hosts.slot_of(source),
            baseline.hosts.slot_of(destination),
        ) else {
            return;
        };
        match kind {
            Kind::SatDown => return baseline.learn_keyboard(account, source, time, None),
            Kind::Presence => return baseline.learn_presence(account, source, time),
            Kind::Login | Kind::Failure => {}
        }
        let places = baseline.places(key, baseline.edges.find(key));
        let failed = kind == Kind::Failure;
        let login = Login { key, time, account, source, destination, protocol, failed, places };
        self.judge(&login);
        if !failed {
            self.baseline.learn_login(&login);
        }
        self.baseline.count_login(&login);
    }

    fn judge(&mut self, login: &Login) {
        let baseline = &self.baseline;
        let context = Context::new(
            baseline,
            login.time,
            login.protocol,
            &login.places,
            Known::of(&baseline.accounts.get(login.account)),
            Known::of(&baseline.hosts.get(login.source)),
            Known::of(&baseline.hosts.get(login.destination)),
        );
        let weighing = self.judge.weigh(&context);
        let combination = evidence::combination(&context);
        if weighing.is_tail() {
            self.pending_odd.add(login.time, login.key, MAX_WAITING);
        }
        self.judge.observe(&weighing, &combination, &mut self.baseline);
    }
}
