//! What happened and how it ended, in one word or sentence: `LOGIN_FAILED`, `4625 - An account failed to
//! log on`.

use sidestep::event::{Activity, Outcome};

use super::{folded, known_activity, windows_event};
use crate::windows;

/// What stands before or behind a word for what happened, and how it ended then.
const ENDS: [(&str, Outcome); 16] = [
    ("successful", Outcome::Success),
    ("successfully", Outcome::Success),
    ("success", Outcome::Success),
    ("succeeded", Outcome::Success),
    ("succeed", Outcome::Success),
    ("accepted", Outcome::Success),
    ("ok", Outcome::Success),
    ("failed", Outcome::Failure),
    ("failure", Outcome::Failure),
    ("fail", Outcome::Failure),
    ("denied", Outcome::Failure),
    ("rejected", Outcome::Failure),
    ("error", Outcome::Failure),
    ("invalid", Outcome::Failure),
    ("attempted", Outcome::Unknown),
    ("attempt", Outcome::Unknown),
];

/// What happened, and how it ended where the text says that too; `None` for a text that is not known.
pub(crate) fn happened(text: &str) -> Option<(Activity, Option<Outcome>)> {
    if let Some(activity) = known_activity(text) {
        return Some((activity, None));
    }
    let compound = folded(text, |word| {
        ENDS.iter().find_map(|(end, outcome)| {
            let rest = word.strip_suffix(end).or_else(|| word.strip_prefix(end))?;
            let activity = known_activity(rest).filter(|one| *one != Activity::Other)?;
            Some((activity, Some(*outcome)))
        })
    });
    compound.or_else(|| of_windows(text))
}

/// As [`happened`], of what Windows writes about its own events.
fn of_windows(text: &str) -> Option<(Activity, Option<Outcome>)> {
    // `4624 - An account ...`, or `4624`.
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let number = if digits == 4 { text[..digits].parse().ok() } else { None };
    let stands_alone = !text[digits..].starts_with(|c: char| c.is_alphanumeric() || c == '.');
    let code = match number.filter(|_| stands_alone) {
        Some(code) => code,
        // QRadar and others put `Success Audit: ` before the title.
        None => windows::event_of_title(text.rsplit_once(": ").map_or(text, |(_, title)| title))?,
    };
    windows_event(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_may_say_what_happened_and_how_it_ended() {
        let (logon, logoff) = (Activity::Logon, Activity::Logoff);
        for (text, expected) in [
            ("login", (logon, None)),
            ("LOGIN_FAILED", (logon, Some(Outcome::Failure))),
            ("Failed login", (logon, Some(Outcome::Failure))),
            ("login.success", (logon, Some(Outcome::Success))),
            ("User Login Failure", (logon, Some(Outcome::Failure))),
            ("login attempt", (logon, Some(Outcome::Unknown))),
            ("Successful Logout", (logoff, Some(Outcome::Success))),
            ("4625 - An account failed to log on.", (logon, Some(Outcome::Failure))),
            ("An account was successfully logged on", (logon, Some(Outcome::Success))),
            ("Success Audit: An account was logged off", (logoff, Some(Outcome::Success))),
        ] {
            assert_eq!(happened(text), Some(expected), "{text}");
        }
        for text in
            ["", "success", "failed", "FILE_READ", "46250", "2026-03-01", "4688", "no login"]
        {
            assert_eq!(happened(text), None, "{text}");
        }
    }
}
