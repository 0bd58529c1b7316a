use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::baseline::Baseline;
use crate::event::{Account, AuthEvent, AuthProtocol, Host, LogonType, Outcome, Timestamp};
use crate::fading::Fade;
use crate::pipeline::Pipeline;
use crate::store::Id;
use crate::time::{DAY, HOUR, Micros, day_of};

/// One login of few names.
#[derive(Debug, Clone, Copy)]
struct Login {
    time: Micros,
    user: u8,
    from: u8,
    to: u8,
    bits: u8,
}

impl Login {
    fn event(self) -> AuthEvent<'static> {
        let Self { time, user, from, to, bits } = self;
        AuthEvent::builder(
            Timestamp::from_micros(time),
            Account::parse(&format!("U{user}@DOM1")).into_owned(),
        )
        .src_host(Host::named(format!("C{from}")))
        .dst_host(Host::named(format!("C{to}")))
        .auth_protocol(if bits & 1 == 0 { AuthProtocol::Kerberos } else { AuthProtocol::Ntlm })
        .logon_type(if from == to { LogonType::Interactive } else { LogonType::Network })
        .outcome(if bits & 6 == 6 { Outcome::Failure } else { Outcome::Success })
        .build()
        .expect("it is a valid event")
    }
}

/// Logins in order, over a few weeks.
fn logins() -> impl Strategy<Value = Vec<Login>> {
    let login = (0_i64..6 * HOUR, 0_u8..7, 0_u8..9, 0_u8..9, any::<u8>());
    prop::collection::vec(login, 1..160).prop_map(|steps| {
        let mut time = 400 * DAY;
        let next = |(step, user, from, to, bits)| {
            time += step;
            Login { time, user, from, to, bits }
        };
        steps.into_iter().map(next).collect()
    })
}

/// How a stream is cut.
#[derive(Debug, Clone, Copy)]
enum Cut {
    Account,
    Destination,
    Day,
}

impl Cut {
    /// The part of a login, of so many.
    fn part(self, login: Login, parts: usize) -> usize {
        let by = match self {
            Self::Account => usize::from(login.user),
            Self::Destination => usize::from(login.to),
            Self::Day => day_of(login.time) as usize / 2,
        };
        by % parts
    }
}

fn learned(logins: impl IntoIterator<Item = Login>) -> Engine {
    let mut engine = Engine::new(Config::default());
    logins.into_iter().for_each(|login| engine.learn(&login.event()));
    engine
}

/// What adds up, by name.
#[derive(Debug, PartialEq, Default)]
struct Tables(BTreeMap<String, Vec<i64>>);

impl Tables {
    fn of(engine: &Engine) -> Self {
        let mut tables = Self::default();
        let baseline = &engine.pipeline.baseline;
        let account = |id: Id| baseline.accounts.name_of(id).expect("it is known").to_owned();
        let host = |id: Id| baseline.hosts.name_of(id).expect("it is known").to_owned();
        let units = |count: crate::fading::Faded| count.units() as i64;
        for record in baseline.edges.records() {
            let [user, from, to] = record.key;
            let edge = record.value;
            tables.add(
                format!("edge {} {} {}", account(user), host(from), host(to)),
                [edge.last, edge.failed_day.into(), edge.days.into(), edge.protocols_today.into()],
            );
        }
        for (table, what) in
            [(&baseline.account_destination, "destination"), (&baseline.account_source, "source")]
        {
            for record in table.records() {
                let [user, at] = record.key;
                let key = format!("{what} {} {}", account(user), host(at));
                tables.add(key, [record.value.last_day.into(), units(record.value.count)]);
            }
        }
        for record in baseline.source_destination.records() {
            let [from, to] = record.key.map(host);
            let key = format!("hosts {from} {to}");
            tables.add(key, [record.value.last_day.into(), units(record.value.count)]);
        }
        for record in baseline.presence.records() {
            let [user, at] = record.key;
            let key = format!("presence {} {}", account(user), host(at));
            tables.add(key, [record.value.last_day.into(), record.value.days.into()]);
        }
        tables.add_profiles(baseline);
        tables
    }

    fn add_profiles(&mut self, baseline: &Baseline) {
        // What a profile says of itself, but for what depends on verdicts.
        for entry in baseline.accounts.entries() {
            let profile = entry.profile;
            self.add(
                format!("account {} {:?} {:?}", entry.name, profile.hours, profile.protocols),
                [
                    profile.destinations.distinct().into(),
                    (profile.destinations.news(&baseline.fade) * 1e6) as i64,
                    profile.sources.distinct().into(),
                    (profile.sources.news(&baseline.fade) * 1e6) as i64,
                    profile.logins.units() as i64,
                    profile.at_keyboard,
                    profile.first_day.into(),
                ],
            );
        }
        for entry in baseline.hosts.entries() {
            let profile = entry.profile;
            let owner = profile.owner().and_then(|id| baseline.accounts.name_of(id));
            self.add(
                format!("host {} {:?} {owner:?}", entry.name, profile.protocols),
                [
                    profile.accounts_from.distinct().into(),
                    profile.accounts_to.distinct().into(),
                    profile.destinations.distinct().into(),
                    (profile.destinations.news(&baseline.fade) * 1e6) as i64,
                    profile.logins_from.units() as i64,
                    profile.first_day.into(),
                ],
            );
        }
        self.add("network".to_owned(), [baseline.today.into()]);
    }

    fn add<const N: usize>(&mut self, key: String, values: [i64; N]) {
        assert!(self.0.insert(key, values.to_vec()).is_none(), "a key stands twice");
    }
}

fn merged(mut parts: Vec<Engine>) -> Engine {
    let mut whole = parts.remove(0);
    parts.into_iter().for_each(|part| whole.merge(part).expect("the settings are the same"));
    whole
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Merged parts know what one engine knows of the whole, and score by it alike.
    #[test]
    fn parts_know_what_the_whole_knows(
        logins in logins(),
        cut in prop::sample::select(vec![Cut::Account, Cut::Destination, Cut::Day]),
        count in 2_usize..6,
    ) {
        let whole = learned(logins.iter().copied());
        let mut streams = vec![Vec::new(); count];
        logins.iter().for_each(|login| streams[cut.part(*login, count)].push(*login));
        let parts: Vec<Engine> = streams.into_iter().map(learned).collect();
        let joined = merged(parts.clone());
        prop_assert_eq!(Tables::of(&whole), Tables::of(&joined));
        let (one, other) = (whole.metrics(), joined.metrics());
        prop_assert_eq!((one.events, one.logins), (other.events, other.logins));
        // What follows from these tables alone is as surprising.
        let last = logins[logins.len() - 1];
        for user in 0..8 {
            let asked = Login { user, from: user, ..last }.event();
            let vector = |engine: &Engine| engine.score_vector(&asked);
            let [one, other] = [vector(&whole), vector(&joined)];
            prop_assert_eq!(&one.evidence()[..2], &other.evidence()[..2]);
        }
        // In any order, and in any grouping.
        let bytes = joined.save();
        let mut reversed = parts.clone();
        reversed.reverse();
        prop_assert_eq!(&bytes, &merged(reversed).save());
        let (first, second) = parts.split_at(count / 2);
        let mut grouped = merged(first.to_vec());
        grouped.merge(merged(second.to_vec())).expect("the settings are the same");
        prop_assert_eq!(&bytes, &grouped.save());
        // It is a state like any other.
        let restored = Engine::load(&bytes).expect("a merged state is sound");
        prop_assert_eq!(restored.save(), bytes);
    }

    /// Parts that are cut anywhere know at most one draw more of each day that both have of an edge.
    #[test]
    fn a_day_in_two_parts_counts_twice_at_the_most(logins in logins(), at in 0_usize..160) {
        let whole = learned(logins.iter().copied());
        let (first, second) = logins.split_at(at.min(logins.len()));
        let joined = merged(vec![learned(first.iter().copied()), learned(second.iter().copied())]);
        let draws = |engine: &Engine| {
            let baseline = &engine.pipeline.baseline;
            let fade: Fade = baseline.fade;
            let value = |pair: &crate::baseline::Pair| pair.count.value(&fade);
            baseline.account_destination.records().iter().map(|r| value(&r.value)).sum::<f64>()
        };
        let edges = |engine: &Engine| engine.pipeline.baseline.edges.records().len();
        prop_assert_eq!(edges(&whole), edges(&joined));
        // Two protocols at the most, of each edge.
        let most = draws(&whole) + 2.0 * edges(&whole) as f64;
        prop_assert!(draws(&joined) >= draws(&whole) - 0.01 && draws(&joined) <= most);
    }
}

/// A small office for three weeks: people at their own machines, servers of teams, and somebody new to something now
/// and then.
fn office() -> Vec<Login> {
    let mut logins = Vec::new();
    let mut random = 12_345_u64;
    let mut draw = |below: u64| {
        random =
            random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % below
    };
    for day in 400..418 {
        for user in 0..40_u8 {
            let desk = 100 + user;
            let mut time = day * DAY + 8 * HOUR + draw(7200) as Micros * 1_000_000;
            logins.push(Login { time, user, from: desk, to: desk, bits: 0 });
            for _ in 0..3 {
                time += 1 + draw(7200) as Micros * 1_000_000;
                let to = if draw(12) == 0 { draw(60) as u8 } else { user % 5 * 3 + draw(3) as u8 };
                let from = if draw(40) == 0 { 100 + draw(40) as u8 } else { desk };
                let bits = if draw(30) == 0 { 7 } else { draw(2) as u8 };
                logins.push(Login { time, user, from, to, bits });
            }
        }
    }
    logins.sort_by_key(|login| login.time);
    logins
}

/// What is learned by judging, the day after: how probable surprises are, explanations, and who was odd.
fn judged(mut engine: Engine) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
    let (_, last) = engine.span().expect("it learned something");
    let time = (i64::from(day_of(last.micros())) + 1) * DAY;
    engine.learn(&Login { time, user: 1, from: 1, to: 2, bits: 0 }.event());
    let Pipeline { baseline, judge, .. } = &engine.pipeline;
    let p = (0..32).map(|nats| judge.calibration.p_value(f64::from(nats))).collect();
    let explained = (0..6).map(|why| baseline.explanations.share(why)).collect();
    let odd =
        |profile: &crate::baseline::profile::AccountProfile| profile.odd.value(&baseline.fade);
    let mut odd: Vec<(&str, f64)> =
        baseline.accounts.entries().map(|entry| (entry.name, odd(entry.profile))).collect();
    odd.sort_by(|a, b| a.0.cmp(b.0));
    (p, explained, odd.into_iter().map(|(_, odd)| odd).collect())
}

#[test]
fn merged_parts_judge_by_what_the_whole_knew() {
    let logins = office();
    let whole = learned(logins.iter().copied());
    let (p, explained, odd) = judged(whole);
    assert!(p[24] < 0.2 && odd.iter().sum::<f64>() > 3.0, "{p:?} {odd:?}");
    for cut in [Cut::Account, Cut::Destination, Cut::Day] {
        let mut parts = vec![Vec::new(); 8];
        logins.iter().for_each(|login| parts[cut.part(*login, 8)].push(*login));
        let joined = merged(parts.into_iter().map(learned).collect());
        let (p_joined, explained_joined, odd_joined) = judged(joined);
        for (one, other) in p.iter().zip(&p_joined) {
            assert!((one / other).ln().abs() < 0.1, "{cut:?}: {p:?} {p_joined:?}");
        }
        for (one, other) in explained.iter().zip(&explained_joined) {
            assert!((one - other).abs() < 0.02, "{cut:?}: {explained:?} {explained_joined:?}");
        }
        let apart: f64 = odd.iter().zip(&odd_joined).map(|(one, other)| (one - other).abs()).sum();
        assert!(apart < 0.1 * odd.iter().sum::<f64>(), "{cut:?}: {odd:?} {odd_joined:?}");
    }
}

#[test]
fn what_was_learned_before_the_journal_stays_known() {
    // The second part begins when the journal no longer reaches back to the first.
    let early = office();
    let later = early.iter().map(|login| Login { time: login.time + 40 * DAY, ..*login });
    let mut whole = learned(early.iter().copied());
    later.clone().for_each(|login| whole.learn(&login.event()));
    let joined = merged(vec![learned(early.iter().copied()), learned(later)]);
    let ((p, ..), (p_joined, ..)) = (judged(whole), judged(joined));
    for (one, other) in p.iter().zip(&p_joined) {
        assert!((one / other).ln().abs() < 0.5, "{p:?} {p_joined:?}");
    }
}

#[test]
fn what_is_judged_again_does_not_depend_on_the_order_of_merging() {
    let logins = office();
    let mut parts = vec![Vec::new(); 5];
    logins.iter().for_each(|login| parts[Cut::Destination.part(*login, 5)].push(*login));
    let parts: Vec<Engine> = parts.into_iter().map(learned).collect();
    let bytes = merged(parts.clone()).save();
    assert_eq!(bytes, merged(parts.iter().rev().cloned().collect()).save());
    let mut merger = Merger::new(parts[0].clone());
    parts[1..].iter().for_each(|part| merger.add(part.clone()).expect("the settings are the same"));
    assert_eq!(bytes, merger.finish().save(), "judged once, not after each part");
}

#[test]
fn an_engine_of_other_settings_is_refused() {
    let mut engine = learned([]);
    let other = Config::builder().half_life_days(7.0).build().expect("it is in range");
    let error = engine.merge(Engine::new(other)).expect_err("the settings differ");
    assert_eq!(error, MergeError::Settings { setting: "half_life_days" });
}

#[test]
fn what_one_part_set_aside_is_taken_where_the_other_has_come_so_far() {
    let at = |days: i64, user: u8| Login { time: days * DAY, user, from: 1, to: 2, bits: 0 };
    let mut early = learned([at(400, 1), at(420, 2)]);
    assert_eq!(early.metrics().logins, 1, "twenty days ahead of all else");
    early.merge(learned([at(419, 3)])).expect("the settings are the same");
    assert_eq!((early.metrics().logins, early.metrics().future), (3, 0));
    let mut alone = learned([at(400, 1), at(4000, 2)]);
    alone.merge(learned([at(401, 3)])).expect("the settings are the same");
    assert_eq!(alone.metrics().logins, 2, "years ahead of both");
    let alerts = alone.finish();
    assert!(alerts.is_empty());
    assert_eq!(alone.metrics().logins, 3, "nothing else came");
}

#[test]
fn the_more_is_known_the_less_is_evicted() {
    let few = || {
        let config = Config::builder().max_accounts(16).max_hosts(16).max_edges(16).build();
        Engine::new(config.expect("it is in range"))
    };
    let mut parts = [few(), few()];
    for (part, engine) in (0..).zip(&mut parts) {
        for day in 0..3 {
            for user in 0..10 {
                let (user, time) = (part * 100 + user, (400 + day) * DAY);
                engine.learn(&Login { time, user, from: user, to: user + 1, bits: 0 }.event());
            }
        }
    }
    let [mut whole, part] = parts;
    whole.merge(part).expect("the settings are the same");
    let metrics = whole.metrics();
    assert!(metrics.edges <= 16 && metrics.evicted_accounts == 4, "{metrics:?}");
    assert!(metrics.evicted_edges + metrics.evicted_hosts > 0);
    assert!(Engine::load(&whole.save()).is_ok());
}
