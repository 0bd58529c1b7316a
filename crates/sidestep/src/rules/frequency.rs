//! How often something benign looks like what a rule sees: by whom, and on this network at all.

use ahash::RandomState;
use serde::{Deserialize, Serialize, Serializer};

use super::detection::Detection;
use super::kind::Kind;
use crate::fading::{Fade, Faded, FadedSum, days_faded};
use crate::identity::join::Numbers;
use crate::store::{Bound, Id, Key, Portion, SavedTable, Table, heap};
use crate::time::Day;
use crate::tuning::frequency::{
    COMMON_DAYS, DEARER, HALF_LIFE_DAYS, HALF_SEEN, IN_ATTACKS, LEAST_HABIT, MOST, NEW_KINDS,
    NO_HABIT, PRIOR_DAYS, REMEMBERED,
};

/// Who did something, or where it was done if nobody knows who did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Actor {
    Account(Id),
    Host(Id),
}

impl Key for (u8, Actor) {
    fn hash(self, keys: &RandomState) -> u64 {
        keys.hash_one(self)
    }
}

impl Key for (u8, Actor, Kind) {
    fn hash(self, keys: &RandomState) -> u64 {
        keys.hash_one(self)
    }
}

heap! {
    Frequency { by_actor, by_kind }
    Actor {}
    Done {}
    Days {}
}

/// Days on which somebody did what a rule sees.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Days {
    count: Faded,
    last: Day,
}

impl Days {
    /// Days until yesterday, as they stood at the last of them.
    fn before(days: Option<&Self>, today: Day, fade: &Fade) -> f64 {
        let until = |days: &Self| {
            let count = days.count.value_on(fade, days.last);
            (count - if days.last == today { 1.0 } else { 0.0 }).max(0.0)
        };
        days.map_or(0.0, until)
    }

    /// Adds those of another part of the stream. The last day of both counts once.
    fn join(&mut self, other: Self, fade: &Fade) {
        let shared = self.last == other.last && self.count.min(other.count) > Faded::default();
        self.count.join(other.count);
        if shared {
            self.count.take_of(fade, self.last);
        }
        self.last = self.last.max(other.last);
    }

    /// Counts today once; gives out whether it was not counted yet.
    fn count(&mut self, today: Day, fade: &Fade) -> bool {
        if self.last == today && self.count > Faded::default() {
            return false;
        }
        self.count.add(fade);
        self.last = today;
        true
    }
}

/// What an actor did of what a rule sees.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Done {
    /// Days with a finding of any kind.
    any: Days,
    /// Of these, days with a kind that was new, but for the very first.
    new_kind: Days,
    /// The same where a kind with its source counts as another from each source.
    new_from: Days,
}

/// Days by rule, actor and kind, and over the whole network.
#[derive(Debug, Clone)]
pub(crate) struct Frequency {
    by_actor: Table<(u8, Actor), Done>,
    by_kind: Table<(u8, Actor, Kind), Days>,
    network: Vec<Network>,
    /// Account-days seen until yesterday.
    account_days: FadedSum,
    /// The first day, and today.
    first: Option<Day>,
    today: Day,
    /// How days of actors fade, and those of the network.
    fade: Fade,
    network_fade: Fade,
}

/// Bins of nats.
const BINS: usize = MOST as usize + 1;

/// What a rule finds on the whole network, forgotten with time.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Network {
    /// Actor-days with a finding until yesterday, and those of today.
    actor_days: FadedSum,
    today: u32,
    /// Of these, those by the comparable nats of the actor's own history, in whole nats.
    by_nats: [FadedSum; BINS],
    by_nats_today: [u32; BINS],
}

impl Actor {
    fn renumbered(self, numbers: &Numbers) -> Option<Self> {
        Some(match self {
            Self::Account(id) => Self::Account(numbers.account(id)?),
            Self::Host(id) => Self::Host(numbers.host(id)?),
        })
    }
}

impl Done {
    fn join(&mut self, other: Self, fade: &Fade) {
        self.any.join(other.any, fade);
        self.new_kind.join(other.new_kind, fade);
        self.new_from.join(other.new_from, fade);
    }

    fn shrink(&mut self, digits: u32) {
        for days in [&mut self.any, &mut self.new_kind, &mut self.new_from] {
            days.count.shrink(digits);
        }
    }
}

impl Network {
    fn join(&mut self, other: Self) {
        self.actor_days.join(other.actor_days);
        self.today = self.today.saturating_add(other.today);
        for (count, more) in self.by_nats.iter_mut().zip(other.by_nats) {
            count.join(more);
        }
        for (count, more) in self.by_nats_today.iter_mut().zip(other.by_nats_today) {
            *count = count.saturating_add(more);
        }
    }

    /// Takes today's counts into those before, which then get smaller by so many binary digits.
    fn end_day(&mut self, fade: &Fade, digits: u32) {
        self.actor_days.add_many(std::mem::take(&mut self.today).into(), fade);
        self.actor_days.shrink(digits);
        let today = std::mem::take(&mut self.by_nats_today);
        for (before, today) in self.by_nats.iter_mut().zip(today) {
            before.add_many(today.into(), fade);
            before.shrink(digits);
        }
    }
}

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct FindingWeight {
    /// `ln` of how much likelier an attack shows it than a day of this actor.
    pub(crate) nats: f64,
    /// The same were the actor known for [`COMMON_DAYS`]: nats of different days are compared by this,
    /// or whoever is new to something would be rarer every day than all who were new before.
    pub(crate) comparable: f64,
    /// Days on which the actor did the same, of the same kind.
    pub(crate) days: f64,
    /// Share of all account-days on which anybody did.
    pub(crate) share: f64,
}

impl Frequency {
    /// Knows nothing yet of so many rules; it remembers this portion of what it usually does.
    pub(crate) fn new(rules: usize, portion: Portion) -> Self {
        let bound = Bound::of(portion.of(REMEMBERED));
        Self {
            by_actor: Table::new(bound),
            by_kind: Table::new(bound),
            network: vec![Network::default(); rules],
            account_days: FadedSum::default(),
            first: None,
            today: 0,
            fade: Fade::narrow(HALF_LIFE_DAYS),
            network_fade: Fade::wide(HALF_LIFE_DAYS),
        }
    }

    /// Begins a day; on those since the one before `accounts` were known.
    pub(crate) fn begin_day(&mut self, day: Day, accounts: usize) {
        let days = self.first.map_or(0, |_| day.saturating_sub(self.today));
        self.first.get_or_insert(day);
        let account_days = u64::from(days) * accounts as u64;
        self.account_days.add_many(account_days, &self.network_fade);
        self.fade_to(day);
    }

    /// Lets all that was counted fade until a day.
    pub(crate) fn fade_to(&mut self, day: Day) {
        self.today = day;
        let fade = self.network_fade;
        let digits = self.network_fade.advance_to(day);
        self.account_days.shrink(digits);
        for network in &mut self.network {
            network.end_day(&fade, digits);
        }
        let digits = self.fade.advance_to(day);
        if digits > 0 {
            self.by_kind.sweep(|_, days| {
                days.count.shrink(digits);
                true
            });
            self.by_actor.sweep(|_, done| {
                done.shrink(digits);
                true
            });
        }
    }

    /// Days until yesterday, weighted by age.
    fn days(&self) -> f64 {
        let days = self.first.map_or(0, |first| self.today - first);
        days_faded(days.into(), HALF_LIFE_DAYS)
    }

    /// Account-days until yesterday, weighted by age.
    fn account_days(&self) -> f64 {
        self.account_days.value(&self.network_fade)
    }

    /// How much it weighs that `actor`, known for `known` days, does what a rule sees: the actor's own
    /// frequency of the same kind, with [`PRIOR_DAYS`] days of the network's (a beta prior), and the
    /// network's with the detection's own prior. A kind that the actor never showed is as likely as that
    /// it does anything of the sort, times how often that was something new. What was seen today does not
    /// count yet, so that an intruder's first act does not excuse the second.
    pub(crate) fn weight(
        &self,
        (rule, detection): (usize, &Detection),
        (actor, kind): (Actor, Kind),
        known: f64,
        today: Day,
    ) -> FindingWeight {
        let fade = &self.network_fade;
        let seen = self.network.get(rule).map_or(0.0, |network| network.actor_days.value(fade));
        let share = (seen + 1.0) / (self.account_days() + 1.0 / detection.prior);
        self.weight_of((rule, share), (actor, kind), (|done| &done.new_kind, 0.0), known, today)
    }

    /// As [`weight`](Self::weight), where nothing but detections is judged: that others did the like is
    /// no reason to pass it over, nor that the actor did it once, for both may be the same intruder. So it
    /// is taken for as rare as the detection's own prior has it at the least.
    pub(crate) fn weight_alone(
        &self,
        (rule, detection): (usize, &Detection),
        of: (Actor, Kind),
        known: f64,
        today: Day,
    ) -> FindingWeight {
        let share = 1.0 / (self.account_days() + 1.0 / detection.prior);
        self.weight_of((rule, share), of, (|done| &done.new_from, NO_HABIT), known, today)
    }

    /// The same by the share of account-days on which anybody does so, and by what counts as `new` for the
    /// actor; `no_habit` of its days do not count.
    fn weight_of(
        &self,
        (rule, share): (usize, f64),
        (actor, kind): (Actor, Kind),
        (new, no_habit): (fn(&Done) -> &Days, f64),
        known: f64,
        today: Day,
    ) -> FindingWeight {
        let done = self.by_actor.get((rule as u8, actor));
        let any = Days::before(done.map(|done| &done.any), today, &self.fade);
        let new = Days::before(done.map(new), today, &self.fade);
        let days = match kind {
            Kind::ANY => any,
            kind => Days::before(self.by_kind.get((rule as u8, actor, kind)), today, &self.fade),
        };
        let nats = |known: f64| {
            let p = |days: f64| {
                let habit = Some(days - no_habit).filter(|habit| *habit >= LEAST_HABIT);
                (habit.unwrap_or(0.0) + PRIOR_DAYS * share) / (known.max(days) + PRIOR_DAYS)
            };
            let something_new = p(any) * (new + NEW_KINDS) / (any + 1.0);
            let p = if days > 0.0 { p(days) } else { p(0.0).max(something_new) };
            (IN_ATTACKS / p).ln().clamp(0.0, MOST)
        };
        FindingWeight { nats: nats(known), comparable: nats(COMMON_DAYS), days, share }
    }

    /// Nats of a finding on the scale of logins, of which `gated` a day are let in at 0 nats: the rule
    /// says as much as a login that is as rare here as its findings of so many comparable nats or more.
    /// How many those are a day is a Gamma variable, of the detection's own prior until days tell: what is
    /// hardly ever innocent is rarer than the few days that it was not seen on. Infinite on the first
    /// day, of which nothing is known.
    pub(crate) fn rarity(&self, rule: usize, detection: &Detection, nats: f64, gated: f64) -> f64 {
        let Some(network) = self.network.get(rule).filter(|_| self.has_history()) else {
            return f64::INFINITY;
        };
        let fade = &self.network_fade;
        let beyond: f64 = network.by_nats[bin(nats)..].iter().map(|n| n.value(fade)).sum();
        let days = self.days();
        let accounts = (self.account_days() / days).max(1.0);
        let rate = (beyond + HALF_SEEN) / (days + HALF_SEEN / (detection.prior * accounts));
        ((gated / rate).ln() - DEARER).max(0.0)
    }

    /// Whether any day has passed.
    pub(crate) fn has_history(&self) -> bool {
        self.first.is_some_and(|first| first < self.today)
    }

    /// Counts that `actor` did what a rule sees, of a kind without its source and with it, with so many
    /// comparable nats by its own history; once a day.
    pub(crate) fn observe(
        &mut self,
        rule: usize,
        (actor, kinds): (Actor, [Kind; 2]),
        nats: f64,
        today: Day,
    ) {
        let key = (rule as u8, actor);
        let is_first = self.by_actor.get(key).is_none();
        if is_first {
            self.by_actor.insert_new(key, Done::default());
        }
        let [is_new_kind, is_new_from] =
            kinds.map(|kind| self.count_kind((key.0, actor, kind), today));
        let Some(done) = self.by_actor.get_mut(key) else { return };
        if is_new_kind && !is_first {
            done.new_kind.count(today, &self.fade);
        }
        if (is_new_kind || is_new_from) && !is_first {
            done.new_from.count(today, &self.fade);
        }
        if done.any.count(today, &self.fade)
            && let Some(network) = self.network.get_mut(rule)
        {
            network.today += 1;
            network.by_nats_today[bin(nats)] += 1;
        }
    }

    /// Counts a kind of an actor; gives out whether it is new to it.
    fn count_kind(&mut self, key: (u8, Actor, Kind), today: Day) -> bool {
        if let Some(days) = self.by_kind.get_mut(key) {
            days.count(today, &self.fade);
            return false;
        }
        self.by_kind.insert_new(key, Days { count: Faded::one(&self.fade), last: today });
        true
    }

    /// This, which knows nothing yet, with what both parts of a stream counted until the same day. Account-days of
    /// accounts that both parts know count twice.
    pub(super) fn joined(self, [a, b]: [Self; 2], numbers: &[Numbers; 2]) -> Self {
        let fade = a.fade;
        let mut network = a.network;
        for (network, other) in network.iter_mut().zip(b.network) {
            network.join(other);
        }
        let mut account_days = a.account_days;
        account_days.join(b.account_days);
        Self {
            by_actor: self.by_actor.joined(
                [a.by_actor, b.by_actor],
                |part, (rule, actor)| Some((rule, actor.renumbered(&numbers[part])?)),
                |done, other| done.join(other, &fade),
                |done| done.any.last.into(),
            ),
            by_kind: self.by_kind.joined(
                [a.by_kind, b.by_kind],
                |part, (rule, actor, kind)| Some((rule, actor.renumbered(&numbers[part])?, kind)),
                |days, other| days.join(other, &fade),
                |days| days.last.into(),
            ),
            network,
            account_days,
            first: [a.first, b.first].into_iter().flatten().min(),
            today: a.today,
            fade,
            network_fade: a.network_fade,
        }
    }

    /// The same with what was saved.
    pub(crate) fn with_saved(self, saved: SavedFrequency) -> Result<Self, String> {
        let (before, rules) = (saved.network.len(), self.network.len());
        if before != rules {
            return Err(format!("{before} rules were saved, there are {rules}"));
        }
        let days_fit = saved.fade.is_narrow(HALF_LIFE_DAYS, saved.today)
            && saved.network_fade.is_wide(HALF_LIFE_DAYS, saved.today)
            && saved.first.is_none_or(|first| first <= saved.today);
        if !days_fit {
            return Err("findings: the counts are not of these days".to_owned());
        }
        Ok(Self {
            by_actor: self.by_actor.with_saved(saved.by_actor, "findings")?,
            by_kind: self.by_kind.with_saved(saved.by_kind, "kinds of findings")?,
            network: saved.network,
            account_days: saved.account_days,
            first: saved.first,
            today: saved.today,
            fade: saved.fade,
            network_fade: saved.network_fade,
        })
    }
}

/// As [`SavedFrequency`] is read.
impl Serialize for Frequency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let tables = (&self.by_actor, &self.by_kind, &self.network);
        (tables, self.account_days, self.first, self.today, self.fade, self.network_fade)
            .serialize(serializer)
    }
}

/// The same as it is saved.
#[derive(Serialize, Deserialize)]
pub(crate) struct SavedFrequency {
    by_actor: SavedTable<(u8, Actor), Done>,
    by_kind: SavedTable<(u8, Actor, Kind), Days>,
    network: Vec<Network>,
    account_days: FadedSum,
    first: Option<Day>,
    today: Day,
    fade: Fade,
    network_fade: Fade,
}

fn bin(nats: f64) -> usize {
    (nats.max(0.0) as usize).min(BINS - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::detections;

    #[test]
    fn a_newcomer_is_no_rarer_for_coming_later() {
        let mut frequency = Frequency::new(1, Portion::default());
        frequency.begin_day(1, 0);
        let mut tell = |day: Day| {
            let known = f64::from(day);
            let actor = Actor::Account(day);
            let weight = frequency.weight((0, &detections()[0]), (actor, Kind::ANY), known, day);
            let rarity = frequency.rarity(0, &detections()[0], weight.comparable, 10.0);
            frequency.observe(0, (actor, [Kind::ANY; 2]), weight.comparable, day);
            frequency.begin_day(day + 1, 1000);
            (weight.nats, rarity)
        };
        // Every day somebody else of a thousand does it who never did, as the prior has it.
        let told: Vec<(f64, f64)> = (1..=40).map(&mut tell).collect();
        assert!(told[39].0 > told[6].0 + 0.5, "longer known: {told:?}");
        assert!(told[2..].iter().all(|(_, rarity)| *rarity < 1.0), "one a day: {told:?}");
    }

    #[test]
    fn what_is_hardly_ever_innocent_is_rarer_than_the_days_known() {
        let mut frequency = Frequency::new(1, Portion::default());
        (0..=20).for_each(|day| frequency.begin_day(day, 500));
        let rarity = |id: &str| {
            let found = detections().iter().find(|detection| detection.id == id);
            frequency.rarity(0, found.expect("it is one"), 5.0, 10.0)
        };
        assert!(rarity("dcsync") > rarity("service_install") + 1.0);
    }

    #[test]
    fn a_habit_excuses_its_own_kind_only() {
        let nats = |kinds: &dyn Fn(Day) -> Kind, next: Kind| {
            let mut frequency = Frequency::new(1, Portion::default());
            let actor = Actor::Account(7);
            frequency.begin_day(1, 0);
            for day in 1..=14 {
                frequency.observe(0, (actor, [kinds(day); 2]), 5.0, day);
                frequency.begin_day(day + 1, 10);
            }
            frequency.weight((0, &detections()[0]), (actor, next), 14.0, 15).nats
        };
        let (agent, tool) = (Kind::of(&["agent"]), Kind::of(&["psexesvc"]));
        let one = |_: Day| agent;
        assert!(nats(&one, agent) < 1.0, "it does so every day");
        assert!(nats(&one, tool) > 4.0, "it never did that: {}", nats(&one, tool));
        let any = |day: Day| Kind::of(&[["a", "b", "c", "d", "e"][day as usize % 5], "x"]);
        assert!(nats(&any, tool) < 3.0, "it does something new now and then");
    }

    #[test]
    fn once_is_no_habit() {
        let mut frequency = Frequency::new(1, Portion::default());
        let actor = (Actor::Account(7), Kind::of(&["x"]));
        let mut told = Vec::new();
        frequency.begin_day(1, 0);
        for day in 1..=4 {
            let known = f64::from(day - 1);
            told.push(frequency.weight_alone((0, &detections()[0]), actor, known, day).nats);
            frequency.observe(0, (actor.0, [actor.1; 2]), 5.0, day);
            frequency.begin_day(day + 1, 10);
        }
        assert!(told[1] > 4.0 && told[2] < 2.0 && told[3] < 1.0, "{told:?}");
    }
}
