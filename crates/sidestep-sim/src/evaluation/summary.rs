//! Figures over all runs of an evaluation.

use serde::Serialize;

use crate::attack::Technique;
use crate::truth::UNKNOWN;

use super::judge::{Detection, ratio};
use super::run::{BUDGETS, ONE, QUARTER, Run, RunAttack};

/// How a figure spreads over the runs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Spread {
    pub(crate) mean: f64,
    /// Sample standard deviation; absent for one run.
    pub(crate) standard_deviation: Option<f64>,
    pub(crate) min: f64,
    pub(crate) max: f64,
}

/// Attacks found in the ranked reading at one budget.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Found {
    /// False alerts a day per 1,000 accounts.
    pub(crate) budget: f64,
    pub(crate) found: usize,
    pub(crate) attacks: usize,
    /// Found of all attacks of all runs.
    pub(crate) share: Option<f64>,
    /// Of the shares of single runs.
    pub(crate) over_runs: Option<Spread>,
}

/// How attacks were found.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct HowFound {
    pub(crate) found: usize,
    pub(crate) attacks: usize,
    pub(crate) share: Option<f64>,
    pub(crate) share_over_runs: Option<Spread>,
    /// Successful logins of the attacker up to detection, median over the attacks found.
    pub(crate) median_logins_until_detection: Option<f64>,
    pub(crate) median_hours_until_detection: Option<f64>,
    /// Mean over the attacks found.
    pub(crate) hop_precision: Option<f64>,
    /// Mean over the attacks found.
    pub(crate) hop_recall: Option<f64>,
}

/// One detector over all runs.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct DetectorSummary {
    pub(crate) name: &'static str,
    pub(crate) ranked: Vec<Found>,
    pub(crate) average_precision: Option<Spread>,
    /// At a quarter of a false alert a day per 1,000 accounts.
    pub(crate) at_quarter: HowFound,
}

/// The engine's online reading over all runs.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct OnlineSummary {
    pub(crate) asked: f64,
    pub(crate) emitted: usize,
    /// Emitted of asked.
    pub(crate) ratio: Option<f64>,
    pub(crate) ratio_over_runs: Option<Spread>,
    pub(crate) false_alerts: usize,
    pub(crate) false_a_day_per_1000_accounts: f64,
    #[serde(flatten)]
    pub(crate) how_found: HowFound,
}

/// Attacks of one kind, as the engine finds them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct AxisRow {
    pub(crate) axis: &'static str,
    pub(crate) value: String,
    pub(crate) attacks: usize,
    /// In the ranked reading.
    pub(crate) found_at_quarter: usize,
    /// In the ranked reading.
    pub(crate) found_at_one: usize,
    pub(crate) found_online: usize,
    /// Of those found at one, those whose technique an alert names; for the axis of techniques only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) named_at_one: Option<usize>,
}

/// The spread of figures; `None` of none.
pub(crate) fn spread(values: &[f64]) -> Option<Spread> {
    if values.is_empty() {
        return None;
    }
    let count = count(values.len());
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    Some(Spread {
        mean,
        standard_deviation: (values.len() > 1).then(|| (squares / (count - 1.0)).sqrt()),
        min: values.iter().copied().fold(f64::INFINITY, f64::min),
        max: values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
    })
}

/// Summaries of every detector, in the order of the first run.
pub(crate) fn detectors(runs: &[Run]) -> Vec<DetectorSummary> {
    let names = runs.first().map(|run| run.detectors.iter().map(|detector| detector.name));
    let summary = |(at, name)| DetectorSummary {
        name,
        ranked: (0..BUDGETS.len()).map(|budget| found(runs, at, budget)).collect(),
        average_precision: spread(
            &runs.iter().filter_map(|run| run.detectors[at].average_precision).collect::<Vec<_>>(),
        ),
        at_quarter: how_found(runs.iter().map(|run| &run.detectors[at].at_quarter[..])),
    };
    names.into_iter().flatten().enumerate().map(summary).collect()
}

fn found(runs: &[Run], detector: usize, budget: usize) -> Found {
    let of_run =
        |run: &Run| (run.detectors[detector].found(run.allowed[budget]), run.attacks.len());
    let pairs: Vec<_> = runs.iter().map(of_run).collect();
    let (found, attacks) = sum(&pairs);
    Found {
        budget: BUDGETS[budget],
        found,
        attacks,
        share: share(found, attacks),
        over_runs: spread(&shares(&pairs)),
    }
}

/// Summary of the online reading.
pub(crate) fn online(runs: &[Run]) -> OnlineSummary {
    let asked = runs.iter().map(|run| run.online.asked).sum();
    let emitted = runs.iter().map(|run| run.online.emitted).sum();
    let false_alerts = runs.iter().map(|run| run.online.false_alerts).sum();
    let account_days: f64 =
        runs.iter().map(|run| run.days_judged * f64::from(run.accounts) / 1000.0).sum();
    let ratio = |emitted: usize, asked: f64| (asked > 0.0).then(|| count(emitted) / asked);
    let ratios: Vec<f64> =
        runs.iter().filter_map(|run| ratio(run.online.emitted, run.online.asked)).collect();
    OnlineSummary {
        asked,
        emitted,
        ratio: ratio(emitted, asked),
        ratio_over_runs: spread(&ratios),
        false_alerts,
        false_a_day_per_1000_accounts: count(false_alerts) / account_days.max(f64::MIN_POSITIVE),
        how_found: how_found(runs.iter().map(|run| &run.online.detections[..])),
    }
}

fn how_found<'a>(runs: impl Iterator<Item = &'a [Option<Detection>]>) -> HowFound {
    let runs: Vec<_> = runs.collect();
    let pairs: Vec<_> = runs.iter().map(|run| (run.iter().flatten().count(), run.len())).collect();
    let (found, attacks) = sum(&pairs);
    let of = |figure: fn(&Detection) -> f64| -> Vec<f64> {
        runs.iter().copied().flatten().flatten().map(figure).collect()
    };
    let mean = |values: &[f64]| spread(values).map(|spread| spread.mean);
    HowFound {
        found,
        attacks,
        share: share(found, attacks),
        share_over_runs: spread(&shares(&pairs)),
        median_logins_until_detection: median(of(|d| count(d.logins))),
        median_hours_until_detection: median(of(|d| d.hours)),
        hop_precision: mean(&of(|d| d.precision)),
        hop_recall: mean(&of(|d| d.recall)),
    }
}

/// What the engine (the first detector) finds of each kind of attack.
pub(crate) fn axes(runs: &[Run]) -> Vec<AxisRow> {
    type Axis = (&'static str, fn(&RunAttack) -> &str);
    let axes: [Axis; 4] = [
        ("start", |a| &a.start),
        ("goal", |a| &a.goal),
        ("stealth", |a| &a.stealth),
        ("technique", |a| &a.technique),
    ];
    let mut rows: Vec<AxisRow> = Vec::new();
    for (axis, value_of) in axes {
        let begin = rows.len();
        for run in runs {
            let Some(engine) = run.detectors.first() else { continue };
            for (at, attack) in run.attacks.iter().enumerate() {
                let value = value_of(attack);
                // Some truths give the time of the start instead of its kind.
                if value.parse::<f64>().is_ok() {
                    continue;
                }
                let place = rows[begin..].iter().position(|row| row.value == value);
                let row = match place {
                    Some(place) => &mut rows[begin + place],
                    None => {
                        rows.push(AxisRow {
                            axis,
                            value: value.to_owned(),
                            attacks: 0,
                            found_at_quarter: 0,
                            found_at_one: 0,
                            found_online: 0,
                            named_at_one: None,
                        });
                        let last = rows.len() - 1;
                        &mut rows[last]
                    }
                };
                let within = |budget: usize| {
                    usize::from(engine.false_before[at].is_some_and(|b| b <= run.allowed[budget]))
                };
                row.attacks += 1;
                row.found_at_quarter += within(QUARTER);
                row.found_at_one += within(ONE);
                row.found_online += usize::from(run.online.detections[at].is_some());
                if axis == "technique"
                    && let Ok(technique) = attack.technique.parse::<Technique>()
                {
                    let named = attack.named.iter().any(|id| technique.attack_ids().contains(id));
                    *row.named_at_one.get_or_insert(0) += usize::from(named);
                }
            }
        }
        // An axis that the truth does not tell is no table.
        if rows[begin..].iter().all(|row| row.value == UNKNOWN) {
            rows.truncate(begin);
        }
        rows[begin..].sort_by(|a, b| a.value.cmp(&b.value));
    }
    rows
}

fn sum(pairs: &[(usize, usize)]) -> (usize, usize) {
    pairs.iter().fold((0, 0), |sum, pair| (sum.0 + pair.0, sum.1 + pair.1))
}

fn share(found: usize, attacks: usize) -> Option<f64> {
    (attacks > 0).then(|| ratio(found, attacks))
}

/// Shares of the runs that have attacks.
fn shares(pairs: &[(usize, usize)]) -> Vec<f64> {
    pairs.iter().filter_map(|&(found, attacks)| share(found, attacks)).collect()
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        even if even % 2 == 0 => Some(f64::midpoint(values[middle - 1], values[middle])),
        _ => Some(values[middle]),
    }
}

/// A count as a fraction; exact for any that fits in memory.
#[allow(clippy::cast_precision_loss)]
fn count(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spread_and_median() {
        assert_eq!(spread(&[]), None);
        let one = spread(&[0.5]).expect("one value has a spread");
        assert_eq!((one.mean, one.standard_deviation, one.min, one.max), (0.5, None, 0.5, 0.5));
        let two = spread(&[0.0, 1.0]).expect("two values have a spread");
        assert!(two.standard_deviation.is_some_and(|sd| (sd - 0.5_f64.sqrt()).abs() < 1e-12));
        assert_eq!(median(vec![3.0, 1.0]), Some(2.0));
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(Vec::new()), None);
    }
}
