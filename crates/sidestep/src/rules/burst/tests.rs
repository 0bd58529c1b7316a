use proptest::prelude::*;

use super::*;

/// The first day of the tests.
const START: Micros = 20_000 * DAY;

/// A stream of numbers in 0..1 that depends on its seed only (SplitMix64).
struct Draws(u64);

impl Draws {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((bits ^ (bits >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A Poisson count, by the product of uniforms (Knuth).
    fn poisson(&mut self, mean: f64) -> u32 {
        let (limit, mut product, mut count) = ((-mean).exp(), self.unit(), 0);
        while product > limit {
            product *= self.unit();
            count += 1;
        }
        count
    }

    /// A gamma variable of a whole shape, as a sum of exponentials.
    fn gamma(&mut self, shape: u32, mean: f64) -> f64 {
        let sum: f64 = (0..shape).map(|_| -(1.0 - self.unit()).ln()).sum();
        sum * mean / f64::from(shape)
    }
}

fn windows(counts: &[u32]) -> Windows {
    let mut windows = Windows::default();
    counts.iter().for_each(|count| windows.add(f64::from(*count)));
    windows
}

#[test]
fn the_tail_is_that_of_a_negative_binomial() {
    // With shape 1 it is geometric: P(X >= k) = q^k.
    for from in [0, 1, 5, 50] {
        let expected = f64::from(from) * (2.0_f64 / 3.0).ln();
        assert!((ln_tail(1.0, 2.0, from) - expected).abs() < 1e-4, "{from}");
    }
    // Shape 2 and mean 2: P(X >= 2) = 1 - 1/4 - 1/4.
    assert!((ln_tail(2.0, 2.0, 2) - 0.5_f64.ln()).abs() < 1e-4);
}

/// The share of windows beyond `nats`, for actors whose rates are drawn by `rate` and whose windows
/// are Poisson about `rate * swing`.
fn share_beyond(nats: f64, mut rate: impl FnMut(&mut Draws) -> (f64, Option<u32>)) -> f64 {
    let (mut draws, mut peers) = (Draws(1), Windows::default());
    let (mut beyond, mut all) = (0.0, 0.0);
    for _ in 0..1_500 {
        let (mean, swing) = rate(&mut draws);
        let mut own = Windows::default();
        for at in 0..40 {
            let now = swing.map_or(mean, |shape| draws.gamma(shape, mean));
            let counted = draws.poisson(now);
            if at > 0 {
                all += 1.0;
                beyond += f64::from(u8::from(own.nats(&peers, counted) > nats));
            }
            own.add(f64::from(counted));
            peers.add(f64::from(counted));
        }
    }
    beyond / all
}

#[test]
fn few_windows_lie_far_out_whatever_the_habits() {
    for nats in [2.0, 4.0, 6.0] {
        let most = 2.0 * f64::exp(-nats);
        let steady = share_beyond(nats, |_| (3.0, None));
        let unlike = share_beyond(nats, |draws| (draws.gamma(1, 4.0), None));
        let swinging = share_beyond(nats, |draws| (draws.gamma(2, 4.0), Some(4)));
        for (share, what) in [(steady, "steady"), (unlike, "unlike"), (swinging, "swinging")] {
            assert!(share <= most, "{what}: {share} of windows lie beyond {nats} nats");
        }
    }
}

proptest! {
    #[test]
    fn nats_rise_with_the_count(
        own in prop::collection::vec(0_u32..60, 0..20),
        peers in prop::collection::vec(0_u32..60, 0..60),
        counted in 0_u32..200,
    ) {
        let (own, peers) = (windows(&own), windows(&peers));
        let (less, more) = (own.nats(&peers, counted), own.nats(&peers, counted + 1));
        prop_assert!(less.is_finite() && less >= 0.0);
        prop_assert!(more >= less - 1e-4, "{less} {more}");
    }

    #[test]
    fn nats_fall_with_a_history_of_the_like(
        peers in prop::collection::vec(0_u32..10, 10..60),
        counted in 10_u32..120,
        times in 1_usize..10,
    ) {
        let peers = windows(&peers);
        let before = windows(&vec![counted; times - 1]).nats(&peers, counted);
        let after = windows(&vec![counted; times]).nats(&peers, counted);
        prop_assert!(after <= before + 1e-4, "{before} {after}");
    }

    #[test]
    fn memory_is_bounded_and_the_state_is_saved_whole(
        touched in prop::collection::vec((0_u32..4, 0_u32..400, 0_i64..3 * HOUR), 1..600),
    ) {
        let (mut bursts, mut time) = (Bursts::default(), START);
        let mut restored: Option<Bursts> = None;
        let half = touched.len() / 2;
        for (at, (actor, thing, wait)) in touched.into_iter().enumerate() {
            if at == half {
                let bytes = postcard::to_stdvec(&bursts).unwrap();
                restored = Some(postcard::from_bytes(&bytes).unwrap());
            }
            time += wait;
            let touch =
                |bursts: &mut Bursts| bursts.observe(Actor::Host(actor), thing, false, time, (None, 0));
            let told = touch(&mut bursts);
            if let Some(restored) = &mut restored {
                prop_assert_eq!(told, touch(restored));
            }
            let is_sound = |track: &Track| {
                track.things.len() <= THINGS && track.things.is_sorted_by_key(|thing| thing.id)
            };
            prop_assert!(bursts.actors.values().all(is_sound));
        }
    }
}

/// What is told of an actor that touches `things` at `time`, a second apart.
fn touch(bursts: &mut Bursts, things: std::ops::Range<u32>, time: Micros) -> Vec<Burst> {
    let first = things.start;
    let at = |thing: u32| time + Micros::from(thing - first) * crate::time::SECOND;
    things
        .filter_map(|thing| bursts.observe(Actor::Host(1), thing, false, at(thing), (None, thing)))
        .collect()
}

#[test]
fn a_burst_is_told_few_times_and_at_the_same_door() {
    let mut bursts = Bursts::default();
    let told = touch(&mut bursts, 0..100, START);
    assert!((1..=6).contains(&told.len()), "{told:?}");
    assert!(told.iter().all(|burst| burst.door == told[0].door), "{told:?}");
    assert!(told.windows(2).all(|pair| pair[1].nats >= pair[0].nats + STEP), "{told:?}");
}

#[test]
fn what_was_touched_before_is_not_new() {
    let mut bursts = Bursts::default();
    touch(&mut bursts, 0..100, START);
    assert!(touch(&mut bursts, 0..100, START + 7 * DAY).is_empty());
}

#[test]
fn actors_are_forgotten_when_there_are_too_many_or_they_are_gone() {
    let mut bursts = Bursts::default();
    for actor in 0..ACTORS as u32 + 10 {
        let time = START + Micros::from(actor / 1_000) * DAY;
        bursts.observe(Actor::Host(actor), 0, false, time, (None, 0));
        assert!(bursts.actors.len() <= ACTORS);
    }
    assert!(!bursts.actors.contains_key(&Actor::Host(0)));
    bursts.forget(START + 200 * DAY);
    assert!(bursts.actors.is_empty());
}
