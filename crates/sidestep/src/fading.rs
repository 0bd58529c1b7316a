//! Counts that fade, in whole numbers, so that their sums do not depend on the order in which they are made.
//!
//! Nothing is made smaller from day to day: a draw of a later day counts for more (forward decay: Cormode,
//! Shkapenyuk, Srivastava and Xu, ICDE 2009). What a count is worth today is its sum over what a draw of today
//! adds. So the counts of two parts of a stream add up to those of the whole, exactly, in any order. Only after
//! several half-lives are all counts of a table made smaller together, by a power of two, so that there is room
//! for what comes; that rounds each down by less than a thousandth of a draw of that day.

use serde::{Deserialize, Serialize};

use crate::time::Day;

/// How counts of one half-life fade: what a draw of today adds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(from = "SavedFade", into = "SavedFade")]
pub(crate) struct Fade {
    half_life_days: f64,
    today: Day,
    width: Width,
    /// What a draw of today adds, and the same as it is divided by.
    unit: u64,
    divisor: f64,
}

/// How much a count holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Width {
    /// A [`Faded`].
    Narrow,
    /// A [`FadedSum`].
    Wide,
}

impl Width {
    /// Half-lives after which counts are made smaller, and binary digits by which they are.
    const fn step(self) -> u32 {
        match self {
            Self::Narrow => 4,
            Self::Wide => 8,
        }
    }

    /// Binary digits of a fraction that a draw of one step ago has.
    const fn fraction(self) -> u32 {
        match self {
            Self::Narrow => 6,
            Self::Wide => 10,
        }
    }
}

impl Fade {
    /// Of counts as [`Faded`] that count half after so many days.
    pub(crate) fn narrow(half_life_days: f64) -> Self {
        Self::new(half_life_days, 0, Width::Narrow)
    }

    /// Of counts as [`FadedSum`].
    pub(crate) fn wide(half_life_days: f64) -> Self {
        Self::new(half_life_days, 0, Width::Wide)
    }

    fn new(half_life_days: f64, today: Day, width: Width) -> Self {
        let mut fade = Self { half_life_days, today, width, unit: 1, divisor: 1.0 };
        fade.set_unit();
        fade
    }

    /// Whether this is how counts as [`Faded`] of such a half-life fade on `today`: what was saved is checked so.
    pub(crate) fn is_narrow(&self, half_life_days: f64, today: Day) -> bool {
        *self == Self::new(half_life_days, today, Width::Narrow)
    }

    /// The same of counts as [`FadedSum`].
    pub(crate) fn is_wide(&self, half_life_days: f64, today: Day) -> bool {
        *self == Self::new(half_life_days, today, Width::Wide)
    }

    /// Draws of today that one unit is.
    pub(crate) fn draws_of_unit(&self) -> f64 {
        self.divisor.recip()
    }

    /// Moves on to `day`: by how many binary digits every count has to be made smaller.
    #[must_use]
    pub(crate) fn advance_to(&mut self, day: Day) -> u32 {
        if day <= self.today {
            return 0;
        }
        let before = self.step_of(self.today);
        self.today = day;
        self.set_unit();
        // More digits than any count has are all.
        ((self.step_of(day) - before) * f64::from(self.width.step())).min(64.0) as u32
    }

    /// The same counts as they are on an earlier day, on which what is learned later is not there yet. It cannot
    /// move on by [`advance_to`](Self::advance_to).
    pub(crate) fn seen_from(&self, day: Day) -> Self {
        let divisor = self.unit_of(day).max(1.0);
        Self { divisor, unit: divisor as u64, ..*self }
    }

    /// Days after which a draw is still counted in whole numbers, to a sixtieth at the worst.
    pub(crate) fn exact_days(&self) -> f64 {
        self.half_life_days * f64::from(self.width.step())
    }

    fn set_unit(&mut self) {
        self.divisor = self.unit_of(self.today);
        self.unit = self.divisor as u64;
    }

    /// The steps that were made until a day.
    fn step_of(&self, day: Day) -> f64 {
        (f64::from(day) / (self.half_life_days * f64::from(self.width.step()))).floor()
    }

    /// What a draw of a day adds.
    fn unit_of(&self, day: Day) -> f64 {
        let step = f64::from(self.width.step());
        // Counted from one step before the last.
        let from = (self.step_of(self.today) - 1.0) * step;
        let half_lives = f64::from(day) / self.half_life_days - from;
        (half_lives + f64::from(self.width.fraction())).exp2().round()
    }
}

/// The settings of a [`Fade`], of which the rest follows.
#[derive(Serialize, Deserialize)]
struct SavedFade {
    half_life_days: f64,
    today: Day,
    width: Width,
}

impl From<SavedFade> for Fade {
    fn from(saved: SavedFade) -> Self {
        Self::new(saved.half_life_days, saved.today, saved.width)
    }
}

impl From<Fade> for SavedFade {
    fn from(fade: Fade) -> Self {
        let Fade { half_life_days, today, width, .. } = fade;
        Self { half_life_days, today, width }
    }
}

/// A count that fades, in four bytes: of 260,000 draws and more it does not say how many more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub(crate) struct Faded(u32);

/// A count that fades, in eight bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub(crate) struct FadedSum(u64);

macro_rules! counts {
    ($($kind:ident: $int:ty, $width:ident;)+) => {
        $(impl $kind {
            /// Adds a draw of today.
            #[inline]
            pub(crate) fn add(&mut self, fade: &Fade) {
                debug_assert_eq!(fade.width, Width::$width);
                self.0 = self.0.saturating_add(fade.unit as $int);
            }

            /// What it is worth today, in draws.
            #[inline]
            pub(crate) fn value(self, fade: &Fade) -> f64 {
                self.0 as f64 / fade.divisor
            }

            /// Makes it smaller by so many binary digits, as [`Fade::advance_to`] asks.
            pub(crate) fn shrink(&mut self, digits: u32) {
                self.0 = self.0.checked_shr(digits).unwrap_or(0);
            }

            /// Adds what another part of the stream counted, at the same day.
            pub(crate) fn join(&mut self, other: Self) {
                self.0 = self.0.saturating_add(other.0);
            }
        })+
    };
}

counts! {
    Faded: u32, Narrow;
    FadedSum: u64, Wide;
}

impl Faded {
    /// One draw of today.
    pub(crate) fn one(fade: &Fade) -> Self {
        let mut count = Self::default();
        count.add(fade);
        count
    }

    /// Takes a draw of `day` away again.
    pub(crate) fn take_of(&mut self, fade: &Fade, day: Day) {
        self.0 = self.0.saturating_sub(fade.unit_of(day) as u32);
    }

    /// This, where each draw stands for 2^`digits`.
    pub(crate) fn grown(self, digits: u32) -> Self {
        Self(self.0.saturating_mul(1_u32.checked_shl(digits).unwrap_or(u32::MAX)))
    }

    /// This share of it.
    pub(crate) fn share(self, share: f64) -> Self {
        Self((f64::from(self.0) * share) as u32)
    }

    /// Its size, to compare with others of the same day.
    pub(crate) fn units(self) -> u64 {
        self.0.into()
    }

    /// What it was worth on `day`, should nothing have been added since.
    pub(crate) fn value_on(self, fade: &Fade, day: Day) -> f64 {
        f64::from(self.0) / fade.unit_of(day).max(1.0)
    }
}

impl FadedSum {
    /// Makes it larger by so many binary digits.
    pub(crate) fn grow(&mut self, digits: u32) {
        self.0 = self.0.saturating_mul(1_u64.checked_shl(digits).unwrap_or(u64::MAX));
    }

    /// What it is worth, by [`Fade::draws_of_unit`] of today: within rounding what [`value`](Self::value) says, for
    /// those who ask for a hundred of them.
    #[inline]
    pub(crate) fn scaled(self, draws_of_unit: f64) -> f64 {
        // A conversion of numbers with a sign is one instruction.
        self.0.cast_signed() as f64 * draws_of_unit
    }

    /// Adds so many draws of today.
    pub(crate) fn add_many(&mut self, count: u64, fade: &Fade) {
        self.0 = self.0.saturating_add(count.saturating_mul(fade.unit));
    }

    /// Adds a draw of `day`.
    pub(crate) fn add_of(&mut self, fade: &Fade, day: Day) {
        self.0 = self.0.saturating_add(fade.unit_of(day) as u64);
    }

    /// Takes a draw of `day` away again.
    pub(crate) fn take_of(&mut self, fade: &Fade, day: Day) {
        self.0 = self.0.saturating_sub(fade.unit_of(day) as u64);
    }
}

/// What so many days, each of which counts one, are worth at the end of them, of which the last was yesterday.
pub(crate) fn days_faded(days: f64, half_life_days: f64) -> f64 {
    let kept = (-1.0 / half_life_days).exp2();
    kept * (1.0 - kept.powf(days)) / (1.0 - kept)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn counts_fade_by_their_half_life(
            days in prop::collection::btree_map(0_u32..900, 1_u32..20, 1..40),
            half_life in 1.0_f64..90.0,
            begin in 0_u32..20_000,
        ) {
            let (mut narrow, mut wide) = (Fade::narrow(half_life), Fade::wide(half_life));
            let (mut faded, mut sum, mut exact) = (Faded::default(), FadedSum::default(), 0.0);
            let mut last = begin;
            for (day, draws) in days {
                let day = begin + day;
                faded.shrink(narrow.advance_to(day));
                sum.shrink(wide.advance_to(day));
                exact *= (-f64::from(day - last) / half_life).exp2();
                last = day;
                for _ in 0..draws {
                    faded.add(&narrow);
                    sum.add(&wide);
                    exact += 1.0;
                }
                prop_assert!((faded.value(&narrow) - exact).abs() < 0.002 * (1.0 + exact));
                prop_assert!((sum.value(&wide) - exact).abs() < 1e-5 * (1.0 + exact));
            }
        }

        /// Two parts of a stream, each of which may end before the other.
        #[test]
        fn parts_add_up(
            draws in prop::collection::vec((0_u32..200, any::<bool>()), 1..60),
            half_life in 20.0_f64..60.0,
        ) {
            let count = |part: Option<bool>| {
                let mut days: Vec<u32> = draws
                    .iter()
                    .filter(|(_, of)| part.is_none_or(|part| part == *of))
                    .map(|(day, _)| *day)
                    .collect();
                days.sort_unstable();
                let (mut fade, mut faded) = (Fade::narrow(half_life), Faded::default());
                for day in days.into_iter().chain([200]) {
                    faded.shrink(fade.advance_to(day));
                    if day < 200 {
                        faded.add(&fade);
                    }
                }
                faded
            };
            let mut joined = count(Some(true));
            joined.join(count(Some(false)));
            // Each step that was made in between may round down once in each part.
            prop_assert!(count(None).0.abs_diff(joined.0) <= 3);
        }
    }

    #[test]
    fn a_draw_of_today_is_one_and_a_full_count_stays_full() {
        let mut fade = Fade::narrow(30.0);
        for day in [0, 1, 119, 120, 121, 20_000] {
            let _ = fade.advance_to(day);
            assert_eq!(Faded::one(&fade).value(&fade), 1.0);
            assert!(fade.unit >= 1024 && fade.unit <= 16_384, "{fade:?}");
        }
        let mut full = Faded(u32::MAX);
        full.add(&fade);
        assert_eq!(full, Faded(u32::MAX));
        full.shrink(64);
        assert_eq!(full, Faded::default());
    }

    #[test]
    fn days_that_each_count_one_fade_as_a_count_of_one_a_day_does() {
        let mut fade = Fade::wide(10.0);
        let mut sum = FadedSum::default();
        for day in 0..40 {
            sum.shrink(fade.advance_to(day));
            sum.add(&fade);
        }
        sum.shrink(fade.advance_to(40));
        assert!((sum.value(&fade) - days_faded(40.0, 10.0)).abs() < 1e-4);
    }
}
