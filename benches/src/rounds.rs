//! Measuring several things in turn, round after round, so that whatever else the machine does meets all
//! of them.

use std::error::Error;
use std::fmt::Write;
use std::time::Duration;

/// Why something could not be measured.
pub type Failed = Box<dyn Error>;

/// One thing that is measured.
pub struct Case<'w> {
    /// What the table calls it.
    pub name: String,
    /// What is counted.
    pub unit: &'static str,
    /// How many of these one round does.
    pub amount: u64,
    /// The name of the case that this one is compared with.
    pub base: Option<&'static str>,
    /// Does it once, and says how long it took.
    pub work: Box<dyn FnMut() -> Result<Duration, Failed> + 'w>,
}

impl<'w> Case<'w> {
    /// A case that is compared with nothing.
    pub fn new(
        name: impl Into<String>,
        unit: &'static str,
        amount: u64,
        work: impl FnMut() -> Result<Duration, Failed> + 'w,
    ) -> Self {
        Self { name: name.into(), unit, amount, base: None, work: Box::new(work) }
    }

    /// The same, compared with the case of this name.
    #[must_use]
    pub const fn against(mut self, base: &'static str) -> Self {
        self.base = Some(base);
        self
    }
}

impl std::fmt::Debug for Case<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Case").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The middle of several figures, and the ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// The median.
    pub median: f64,
    /// The least.
    pub min: f64,
    /// The most.
    pub max: f64,
}

impl Spread {
    /// Of figures; all are 0 where there is none.
    #[must_use]
    pub fn of(figures: impl IntoIterator<Item = f64>) -> Self {
        let mut sorted: Vec<f64> = figures.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        let (low, high) = (sorted.len().saturating_sub(1) / 2, sorted.len() / 2);
        let at = |place: usize| sorted.get(place).copied().unwrap_or(0.0);
        Self {
            median: f64::midpoint(at(low), at(high)),
            min: at(0),
            max: at(sorted.len().saturating_sub(1)),
        }
    }
}

/// What was measured of a case.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// What the table calls it.
    pub name: String,
    /// What is counted.
    pub unit: &'static str,
    /// How many a second.
    pub rate: Spread,
    /// What it is compared with, and how many times as long it takes for each unit: round by round.
    pub ratio: Option<(&'static str, Spread)>,
}

/// Runs every case once a round, each round beginning with another one.
///
/// # Errors
/// What a case fails with.
pub fn measure(
    cases: &mut [Case<'_>],
    rounds: usize,
    progress: &mut dyn FnMut(usize, &str),
) -> Result<Vec<Measured>, Failed> {
    let mut seconds = vec![Vec::with_capacity(rounds); cases.len()];
    for round in 0..rounds {
        for turn in 0..cases.len() {
            let at = (turn + round) % cases.len();
            let case = &mut cases[at];
            progress(round + 1, &case.name);
            let spent = (case.work)().map_err(|error| format!("{}: {error}", case.name))?;
            // Nothing takes no time at all, but the clock may be coarse.
            seconds[at].push(spent.max(Duration::from_nanos(1)).as_secs_f64());
        }
    }
    #[allow(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    let rates = |at: usize| {
        let amount = cases[at].amount as f64;
        seconds[at].iter().map(move |seconds: &f64| amount / seconds)
    };
    let measured = cases.iter().enumerate().map(|(at, case)| {
        let base = case.base.and_then(|name| cases.iter().position(|case| case.name == name));
        let ratio = base.map(|base| Spread::of(rates(base).zip(rates(at)).map(|(b, own)| b / own)));
        Measured {
            name: case.name.clone(),
            unit: case.unit,
            rate: Spread::of(rates(at)),
            ratio: case.base.zip(ratio),
        }
    });
    Ok(measured.collect())
}

/// A table in Markdown.
#[must_use]
pub fn table(measured: &[Measured]) -> String {
    let mut text = String::from(
        "| what | a second | least to most | of | time as a multiple of |\n|---|--:|--:|---|---|\n",
    );
    for Measured { name, unit, rate, ratio } in measured {
        let range = format!("{} to {}", number(rate.min), number(rate.max));
        let ratio = ratio.as_ref().map_or_else(String::new, |(base, ratio)| {
            let least_to_most = format!("{:.2} to {:.2}", ratio.min, ratio.max);
            format!("{:.2} ({least_to_most}) {base}", ratio.median)
        });
        // Writing to a String cannot fail.
        let _ = writeln!(text, "| {name} | {} | {range} | {unit} | {ratio} |", number(rate.median));
    }
    text
}

/// Three figures of a number, with "million" or "thousand" where it has so many.
#[must_use]
pub fn number(value: f64) -> String {
    let (value, word) = match value {
        value if value >= 999_500.0 => (value / 1e6, " million"),
        value if value >= 9_995.0 => (value / 1e3, " thousand"),
        value => (value, ""),
    };
    match value {
        value if value >= 99.95 => format!("{value:.0}{word}"),
        value if value >= 9.995 => format!("{value:.1}{word}"),
        value => format!("{value:.2}{word}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-9
    }

    #[test]
    fn cases_take_turns_and_are_compared_round_by_round() -> Result<(), Failed> {
        let takes = |millis: [u64; 3]| {
            let mut rounds = millis.into_iter();
            move || Ok(Duration::from_millis(rounds.next().unwrap_or(0)))
        };
        let mut cases = [
            Case::new("plain", "lines", 100, takes([100, 200, 400])),
            Case::new("ours", "lines", 100, takes([300, 400, 1600])).against("plain"),
        ];
        let mut order = Vec::new();
        let measured = measure(&mut cases, 3, &mut |round, name| {
            order.push(format!("{round} {name}"));
        })?;
        assert_eq!(order, ["1 plain", "1 ours", "2 ours", "2 plain", "3 plain", "3 ours"]);
        assert!(close(measured[0].rate.median, 500.0));
        let (base, ratio) = measured[1].ratio.expect("it has a base");
        assert_eq!(base, "plain");
        assert!(close(ratio.median, 3.0) && close(ratio.min, 2.0) && close(ratio.max, 4.0));
        let table = table(&measured);
        assert!(table.contains("| ours | 250 | 62.5 to 333 | lines | 3.00 (2.00 to 4.00) plain |"));
        Ok(())
    }

    #[test]
    fn the_median_of_an_even_count_lies_between() {
        assert!(close(Spread::of([4.0, 1.0]).median, 2.5));
        assert!(close(Spread::of([]).median, 0.0));
    }

    #[test]
    fn numbers_have_three_figures() {
        let written = [1.0, 62.5, 999.6, 12_340.0, 999_600.0, 1_634_000.0].map(number);
        let expected = ["1.00", "62.5", "1000", "12.3 thousand", "1.00 million", "1.63 million"];
        assert_eq!(written, expected);
    }
}
