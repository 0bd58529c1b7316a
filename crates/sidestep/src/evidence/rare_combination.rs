//! Familiar and unfamiliar come together as they do not.
//!
//! An account new to a destination is common, and so is one new to a source; both at once, by night,
//! on a host that nobody visits, is not. A sum of surprises takes them for independent.

use super::{Context, Evidence, nats};
use crate::baseline::aode::{Combination, LEVELS};
use crate::time::HOUR;
use crate::tuning::evidence::RARE_COMBINATION;

pub(super) const EVIDENCE: Evidence =
    Evidence { name: "rare_combination", weight: RARE_COMBINATION, surprise, words };

/// `-ln P(what is known and unknown of the login)`.
fn surprise(context: &Context<'_>) -> f64 {
    nats(context.baseline.combinations.probability(&levels(context)))
}

/// Level of a figure: how many of the steps it reaches.
fn level(figure: f64, steps: &[f64]) -> u8 {
    steps.iter().take_while(|&&step| figure >= step).count() as u8
}

/// The aspects of a login, each on a few levels.
pub(crate) fn levels(context: &Context<'_>) -> Combination {
    let known = |draws: f64| level(draws, &[0.01, 2.5]);
    let many = |distinct: u32, steps: &[f64]| level(f64::from(distinct), steps);
    let (account, source, destination) =
        (context.account.profile, context.source.profile, context.destination.profile);
    let source_known = match known(context.account_source) {
        0 if context.sat_down => LEVELS as u8 - 1,
        0 => context.why_source.explanation as u8,
        known => LEVELS as u8 - 4 + known,
    };
    let protocol = super::protocol_given_account::surprise(context);
    let away = (context.time - account.at_keyboard) as f64 / HOUR as f64;
    [
        known(context.account_destination),
        source_known,
        known(context.source_destination),
        many(destination.accounts_to.distinct(), &[1.0, 3.0, 8.0, 25.0]),
        many(source.accounts_from.distinct(), &[1.0, 2.0, 5.0, 13.0]),
        many(source.accounts_to.distinct(), &[1.0, 3.0, 10.0, 40.0]),
        many(account.destinations.distinct(), &[1.0, 4.0, 12.0, 40.0]),
        level(protocol, &[0.3, 1.0, 3.0]),
        level(account.hours.share(context.time), &[0.02, 0.08, 0.25]),
        if account.at_keyboard == 0 { 4 } else { level(away, &[0.33, 8.0, 18.0]) },
    ]
}

fn words(context: &Context<'_>) -> (String, String) {
    let mut parts = Vec::new();
    let mut add = |applies: bool, what: &'static str| {
        if applies {
            parts.push(what);
        }
    };
    add(context.account_source <= 0.0, "new source");
    add(context.account_destination <= 0.0, "new destination");
    add(context.source_destination <= 0.0, "new pair of hosts");
    add(context.destination.profile.accounts_to.distinct() < 3, "seldom visited host");
    add(context.account.profile.hours.share(context.time) < 0.08, "unusual hour");
    let observed = match parts.as_slice() {
        [] => "familiar parts in an unfamiliar combination".to_owned(),
        [one] => format!("{one} where all else is usual"),
        [first @ .., last] => format!("{} and {last} at once", first.join(", ")),
    };
    let p = context.baseline.combinations.probability(&levels(context));
    (observed, format!("probability {p:.0e}"))
}
