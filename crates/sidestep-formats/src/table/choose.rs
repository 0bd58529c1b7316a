//! Chooses the columns of a table that no shape knows: by their names, and by what they hold.

use super::mapping::Mapping;
use super::sample::{ColumnSample, Fit};
use crate::event_field::EventField;

/// Where each field is: its column's index, by [`EventField`] in declaration order.
pub(crate) type Places = [Option<usize>; EventField::ALL.len()];

/// What was chosen.
#[derive(Debug, Clone, Default)]
pub struct ColumnChoice {
    /// Where each field is: its column's index, by [`EventField`] in declaration order.
    pub places: [Option<usize>; EventField::ALL.len()],
    /// The same for people.
    pub read: Mapping,
    /// Whether the numbers of events are Windows' own.
    pub windows_codes: bool,
}

/// Where a field is by the word of the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// Nothing was said: it is looked for.
    Nothing,
    /// Not to be read.
    Absent,
    /// In this column.
    At(usize),
}

/// A column that is called as a field may be.
struct Candidate {
    fit: Fit,
    rank: usize,
    column: usize,
}

/// Chooses a column for each field. `samples` says what the columns hold, or is empty where that is
/// not known.
///
/// # Errors
/// What to say of a table in which the day and the time of day are in two columns.
pub fn choose_columns(
    names: &[&str],
    samples: &[ColumnSample],
    said: impl Fn(EventField) -> Said,
) -> Result<ColumnChoice, String> {
    let mut choice = ColumnChoice::default();
    let by_hand: Vec<usize> = EventField::ALL
        .iter()
        .filter_map(|&field| match said(field) {
            Said::At(column) => Some(column),
            _ => None,
        })
        .collect();
    let unknown = ColumnSample::default();
    let sample = |column: usize| samples.get(column).unwrap_or(&unknown);
    for &field in EventField::ALL {
        let place = match said(field) {
            Said::At(column) => Some(column),
            Said::Absent => None,
            Said::Nothing => {
                let named = names.iter().enumerate().filter(|(at, _)| !by_hand.contains(at));
                let candidates = named.filter_map(|(column, name)| {
                    let rank = field.rank(name)?;
                    Some(Candidate { fit: fit(field, name, sample(column)), rank, column })
                });
                best(field, candidates.collect(), names, sample, &mut choice.read.notes)
            }
        };
        choice.places[field as usize] = place;
    }
    addresses_as_names(&mut choice, names, sample, &said);
    if said(EventField::Outcome) == Said::Nothing {
        check_codes(&choice, names, sample)?;
    }
    if said(EventField::Time) == Said::Nothing {
        check_days(&mut choice, names, sample)?;
    }
    choice.windows_codes = choice.places[EventField::EventCode as usize]
        .is_some_and(|column| sample(column).holds_windows_codes());
    let name = |column: usize| match names.get(column) {
        Some(name) if !name.is_empty() => (*name).to_owned(),
        _ => format!("column {}", column + 1),
    };
    let fields = EventField::ALL.iter().zip(choice.places);
    choice.read.fields = fields.filter_map(|(&field, place)| Some((field, name(place?)))).collect();
    let unread = (0..names.len()).filter(|column| !choice.places.contains(&Some(*column)));
    choice.read.unread = unread.map(name).collect();
    Ok(choice)
}

/// Says so where the column of the time holds days only: all that happened on a day would be at
/// midnight.
fn check_days<'s>(
    choice: &mut ColumnChoice,
    names: &[&str],
    sample: impl Fn(usize) -> &'s ColumnSample,
) -> Result<(), String> {
    let Some(days) = choice.places[EventField::Time as usize] else { return Ok(()) };
    if !sample(days).holds_days() {
        return Ok(());
    }
    let clock = (0..names.len()).find(|&column| column != days && sample(column).holds_clock());
    if let Some(clock) = clock {
        return Err(format!(
            "column {:?} holds days and {:?} the time of day: write both into one column, such as \
             2026-03-01T08:15:30Z",
            names[days], names[clock]
        ));
    }
    choice.read.notes.push(format!("{} holds days without a time of day", names[days]));
    Ok(())
}

/// Says so where the outcome would be the number of an error: 0 may be the success there, and is a failure
/// where truths are 1 and 0.
fn check_codes<'s>(
    choice: &ColumnChoice,
    names: &[&str],
    sample: impl Fn(usize) -> &'s ColumnSample,
) -> Result<(), String> {
    match choice.places[EventField::Outcome as usize] {
        Some(column) if sample(column).holds_error_codes() => Err(format!(
            "column {:?} holds 0 and numbers of errors, and nothing says whether 0 is a success: write \
             success and failure, or leave it out with --map outcome=",
            names[column]
        )),
        _ => Ok(()),
    }
}

/// How well a column suits a field that it is named for.
fn fit(field: EventField, name: &str, sample: &ColumnSample) -> Fit {
    match field {
        // These names are of what happened, unless all that they hold is how it ended.
        EventField::Outcome if EventField::Activity.rank(name).is_some() => {
            let is_number = EventField::may_be_of_activity(name) && sample.holds_numbers();
            if sample.holds_outcomes() && !is_number { Fit::Good } else { Fit::Unfit }
        }
        EventField::Activity
            if EventField::may_be_of_activity(name)
                && !sample.says_what_happened(EventField::is_of_texts(name)) =>
        {
            Fit::Unfit
        }
        _ => sample.fit(field),
    }
}

/// The likeliest of several columns, and a note on why where the names alone do not say.
fn best<'s>(
    field: EventField,
    mut candidates: Vec<Candidate>,
    names: &[&str],
    sample: impl Fn(usize) -> &'s ColumnSample,
    notes: &mut Vec<String>,
) -> Option<usize> {
    candidates.sort_by_key(|one| (std::cmp::Reverse(one.fit), one.rank, one.column));
    let likeliest = candidates.iter().min_by_key(|one| (one.rank, one.column))?;
    let first = &candidates[0];
    let needed = matches!(field, EventField::Time | EventField::Account | EventField::DstHost);
    if first.fit == Fit::Unfit {
        // Without one of these nothing can be read: each record then says what is wrong.
        let told = !needed && !matches!(field, EventField::Outcome | EventField::Activity);
        if told {
            notes.push(format!(
                "{} is not {}: it holds {}",
                names[first.column],
                field.name(),
                sample(first.column).looks_like()
            ));
        }
        return needed.then_some(likeliest.column);
    }
    if first.column != likeliest.column {
        notes.push(format!(
            "{} is {}, and not {}, which holds {}",
            field.name(),
            names[first.column],
            names[likeliest.column],
            sample(likeliest.column).looks_like()
        ));
    } else if let Some(second) = candidates.get(1).filter(|second| second.fit == first.fit) {
        notes.push(format!(
            "{} is {}, and not {}: the name is surer",
            field.name(),
            names[first.column],
            names[second.column]
        ));
    }
    Some(first.column)
}

/// A column that is named for an address and holds names only is the host, where no other is.
fn addresses_as_names<'s>(
    choice: &mut ColumnChoice,
    names: &[&str],
    sample: impl Fn(usize) -> &'s ColumnSample,
    said: &impl Fn(EventField) -> Said,
) {
    for (host, ip) in
        [(EventField::SrcHost, EventField::SrcIp), (EventField::DstHost, EventField::DstIp)]
    {
        let free = [host, ip].iter().all(|&field| said(field) == Said::Nothing);
        let Some(column) = choice.places[ip as usize].filter(|_| free) else { continue };
        let holds_names =
            sample(column).fit(ip) == Fit::Poor && sample(column).fit(host) == Fit::Good;
        if holds_names && choice.places[host as usize].is_none() {
            choice.places[host as usize] = Some(column);
            choice.places[ip as usize] = None;
            choice.read.notes.push(format!("{} holds no address", names[column]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field_value::FieldValue;
    use crate::time::TimeFormat;

    fn choose(table: &[(&str, &[&str])]) -> ColumnChoice {
        let names: Vec<_> = table.iter().map(|(name, _)| *name).collect();
        let samples: Vec<_> = table
            .iter()
            .map(|(_, texts)| {
                let mut sample = ColumnSample::default();
                for text in *texts {
                    sample.note(FieldValue::Text(text), &TimeFormat::Auto);
                }
                sample
            })
            .collect();
        choose_columns(&names, &samples, |_| Said::Nothing).unwrap()
    }

    fn column(choice: &ColumnChoice, field: EventField) -> Option<usize> {
        choice.places[field as usize]
    }

    #[test]
    fn a_column_of_nothing_never_wins() {
        let choice = choose(&[("user", &["-", ""]), ("username", &["alice", "-"])]);
        assert_eq!(column(&choice, EventField::Account), Some(1));
        assert_eq!(choice.read.notes, ["account is username, and not user, which holds nothing"]);
        assert_eq!(choice.read.unread, ["user"]);
    }

    #[test]
    fn an_action_is_what_it_holds() {
        let outcome = choose(&[("action", &["success", "failure"])]);
        assert_eq!(column(&outcome, EventField::Outcome), Some(0));
        assert_eq!(column(&outcome, EventField::Activity), None);
        let activity = choose(&[("action", &["logon", "logoff"]), ("result", &["ok", "failed"])]);
        assert_eq!(column(&activity, EventField::Outcome), Some(1));
        assert_eq!(column(&activity, EventField::Activity), Some(0));
        let both = choose(&[("action", &["allowed", "denied"]), ("result", &["ok", "failed"])]);
        assert_eq!(column(&both, EventField::Outcome), Some(1));
    }

    #[test]
    fn a_time_is_one_that_can_be_read() {
        let choice = choose(&[("time", &["09:00:01"]), ("timestamp", &["2026-03-01T09:00:01Z"])]);
        assert_eq!(column(&choice, EventField::Time), Some(1));
        let none = choose(&[("time", &["soon"])]);
        assert_eq!(column(&none, EventField::Time), Some(0));
    }

    #[test]
    fn a_time_in_two_columns_is_refused() {
        let mut samples = [ColumnSample::default(), ColumnSample::default()];
        samples[0].note(FieldValue::Text("2026-03-01"), &TimeFormat::Auto);
        let one = choose_columns(&["date", "clock"], &samples, |_| Said::Nothing).unwrap();
        assert_eq!(one.read.notes, ["date holds days without a time of day"]);
        samples[1].note(FieldValue::Text("08:15:30"), &TimeFormat::Auto);
        let two = choose_columns(&["date", "clock"], &samples, |_| Said::Nothing).unwrap_err();
        assert!(two.contains("\"date\" holds days and \"clock\""), "{two}");
    }

    #[test]
    fn names_under_an_address_are_a_host() {
        let choice = choose(&[("src_ip", &["ws-1", "ws-2"]), ("host", &["files"])]);
        assert_eq!(column(&choice, EventField::SrcHost), Some(0));
        assert_eq!(column(&choice, EventField::SrcIp), None);
    }

    #[test]
    fn the_word_of_the_caller_stands() {
        let choice = choose_columns(&["user", "who"], &[], |field| match field {
            EventField::Subject => Said::At(0),
            EventField::Time => Said::Absent,
            _ => Said::Nothing,
        });
        let choice = choice.unwrap();
        assert_eq!(column(&choice, EventField::Subject), Some(0));
        assert_eq!(column(&choice, EventField::Account), None);
    }
}
