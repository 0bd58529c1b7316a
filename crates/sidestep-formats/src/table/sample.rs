//! What a column holds, by its first values: a name alone may mean two things.

use sidestep::event::LogonType;

use crate::event_field::EventField;
use crate::field_value::FieldValue;
use crate::time::TimeFormat;
use crate::{values, vocabulary};

/// Rows at the head of a table that are looked at before its columns are chosen.
pub const SAMPLED_ROWS: usize = 1000;

/// Tallies of the first values of one column.
#[derive(Debug, Clone, Default)]
pub struct ColumnSample {
    /// Values that say something.
    present: u32,
    times: u32,
    /// Days without a time of day.
    days: u32,
    /// Times of day without a day.
    clocks: u32,
    addresses: u32,
    /// What names no host: paths, addresses of pages, inputs of a collector, sentences.
    no_hosts: u32,
    /// Texts of several words.
    spaced: u32,
    numbers: u32,
    /// Of these the number 0.
    zeros: u32,
    /// Of these numbers in decimal above 1.
    codes: u32,
    outcomes: u32,
    activities: u32,
    /// The same, and what says in one word how it ended as well.
    happenings: u32,
    logon_types: u32,
    second_factors: u32,
    /// Numbers that Windows gives to logons and tickets.
    windows_logons: u32,
}

/// How well what a column holds suits a field, the best last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fit {
    /// It is something else.
    Unfit,
    /// It holds nothing, so far.
    Empty,
    /// It may be, but not what is usual there.
    Poor,
    Good,
}

impl ColumnSample {
    /// Takes in one value, and how times are written.
    pub fn note(&mut self, value: FieldValue<'_>, format: &TimeFormat) {
        self.note_rows(value, 1, format);
    }

    /// Takes in a value that so many rows have.
    pub fn note_rows(&mut self, value: FieldValue<'_>, rows: u32, format: &TimeFormat) {
        match value {
            FieldValue::Text(text) => self.note_text(text.trim(), rows, format),
            FieldValue::Number(number) => {
                self.present += rows;
                self.numbers += rows;
                self.zeros += rows * u32::from(number == 0);
                self.codes += rows * u32::from(number > 1);
                let whole = i64::try_from(number).ok();
                self.times += rows * u32::from(whole.and_then(|n| format.of_number(n)).is_some());
                self.logon_types += rows * u32::from(known(vocabulary::windows_logon_type(number)));
                self.second_factors += rows * u32::from(number < 2);
                self.note_code(number, rows);
            }
            FieldValue::Truth(_) => {
                self.present += rows;
                self.outcomes += rows;
                self.second_factors += rows;
            }
        }
    }

    /// Takes in values of so many rows that are stored as times.
    pub fn note_times(&mut self, rows: u32) {
        self.present += rows;
        self.times += rows;
    }

    fn note_text(&mut self, text: &str, rows: u32, format: &TimeFormat) {
        if vocabulary::is_absent(text) {
            return;
        }
        self.present += rows;
        let is_time = format.parse(text).is_some()
            || !matches!(format, TimeFormat::Auto) && TimeFormat::Auto.parse(text).is_some();
        if is_time {
            self.times += rows;
            self.days += rows * u32::from(is_day(text));
        }
        self.clocks += rows * u32::from(is_clock(text));
        self.addresses += rows * u32::from(values::ip(text).is_some());
        self.spaced += rows * u32::from(text.contains(' '));
        self.no_hosts += rows * u32::from(is_no_host(text));
        self.outcomes += rows * u32::from(vocabulary::outcome(text).is_some());
        self.activities += rows * u32::from(vocabulary::known_activity(text).is_some());
        self.happenings += rows * u32::from(vocabulary::happened(text).is_some());
        self.logon_types += rows * u32::from(known(vocabulary::logon_type(text)));
        self.second_factors += rows * u32::from(vocabulary::mfa(text).is_some());
        if let Some(number) = values::number(text) {
            self.numbers += rows;
            self.note_code(number, rows);
            if text.bytes().all(|byte| byte.is_ascii_digit()) {
                self.zeros += rows * u32::from(number == 0);
                self.codes += rows * u32::from(number > 1);
            }
        }
    }

    fn note_code(&mut self, number: u64, rows: u32) {
        let code = u32::try_from(number).ok();
        self.windows_logons += rows * u32::from(code.and_then(vocabulary::windows_event).is_some());
    }

    /// Whether the numbers of events are Windows' own.
    pub(crate) const fn holds_windows_codes(&self) -> bool {
        self.windows_logons > 0
    }

    /// Whether the values are days without a time of day.
    pub(crate) const fn holds_days(&self) -> bool {
        self.present > 0 && 2 * self.days >= self.present
    }

    /// Whether the values are times of day without a day.
    pub(crate) const fn holds_clock(&self) -> bool {
        self.present > 0 && 2 * self.clocks >= self.present
    }

    /// How well the column suits a field.
    pub(crate) fn fit(&self, field: EventField) -> Fit {
        if self.present == 0 {
            return Fit::Empty;
        }
        let most = |count: u32| 2 * count >= self.present;
        let good_if = |good: bool, else_: Fit| if good { Fit::Good } else { else_ };
        match field {
            EventField::Time if self.holds_days() => Fit::Poor,
            EventField::Time => good_if(most(self.times), Fit::Unfit),
            EventField::Account | EventField::Subject => {
                // A name for people, such as `Alex Example`, is not what an account is called.
                good_if(2 * self.spaced <= self.present, Fit::Poor)
            }
            EventField::SrcHost | EventField::DstHost => {
                good_if(2 * self.no_hosts <= self.present, Fit::Unfit)
            }
            EventField::SrcIp | EventField::DstIp => good_if(self.addresses > 0, Fit::Poor),
            EventField::SrcPort | EventField::EventCode | EventField::LogonId => {
                good_if(self.numbers > 0, Fit::Unfit)
            }
            EventField::LogonType => good_if(most(self.logon_types), Fit::Poor),
            EventField::Outcome => good_if(most(self.outcomes), Fit::Poor),
            EventField::Activity if self.holds_outcomes() => Fit::Unfit,
            EventField::Activity => good_if(most(self.happenings), Fit::Poor),
            EventField::Mfa => good_if(self.second_factors > 0, Fit::Unfit),
            _ => Fit::Good,
        }
    }

    /// Whether every value is an outcome, and none of them says what happened.
    pub(crate) const fn holds_outcomes(&self) -> bool {
        self.present > 0 && self.outcomes == self.present && self.activities == 0
    }

    /// Whether there are numbers among the values.
    pub(crate) const fn holds_numbers(&self) -> bool {
        self.numbers > 0
    }

    /// Whether some of the values say what happened, or `all` of them.
    pub(crate) const fn says_what_happened(&self, all: bool) -> bool {
        self.happenings > 0 && (!all || self.happenings == self.present)
    }

    /// Whether the numbers are 0 and others than 1.
    pub(crate) const fn holds_error_codes(&self) -> bool {
        self.zeros > 0 && self.codes > 0 && self.zeros + self.codes == self.numbers
    }

    /// What the values look like, for people.
    pub(crate) fn looks_like(&self) -> &'static str {
        let most = |count: u32| 2 * count >= self.present;
        if self.present == 0 {
            "nothing"
        } else if most(self.addresses) {
            "addresses"
        } else if most(self.outcomes) {
            "outcomes"
        } else if self.numbers == self.present {
            "numbers"
        } else if most(self.times) {
            "times"
        } else if most(self.no_hosts) && !most(self.spaced) {
            "paths or names of logs"
        } else if most(self.spaced) {
            "texts of several words"
        } else {
            "words"
        }
    }
}

fn known(kind: LogonType) -> bool {
    kind != LogonType::Other
}

/// Whether a text is a date alone.
fn is_day(text: &str) -> bool {
    text.len() == "2026-03-01".len() && text.as_bytes()[4] == b'-'
}

/// Whether a text is a time of day alone, such as `8:15` or `08:15:30.5`.
fn is_clock(text: &str) -> bool {
    let mut parts = text.split(':');
    let two = |part: Option<&str>| {
        part.is_some_and(|part| part.len() <= 2 && part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    two(parts.next().filter(|part| !part.is_empty()))
        && two(parts.next().filter(|part| part.len() == 2))
        && parts.next().is_none_or(|seconds| {
            seconds.starts_with(|c: char| c.is_ascii_digit())
                && seconds.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b','))
        })
        && parts.next().is_none()
}

/// Whether a text is no name of a host: a path, a URL, an input of Splunk such as
/// `WinEventLog:Security` or `udp:514`, several words, an address of mail.
fn is_no_host(text: &str) -> bool {
    if values::ip(text).is_some() {
        return false;
    }
    let name = text.trim_start_matches('\\');
    let ends = [".log", ".evtx", ".csv", ".json", ".jsonl", ".gz", ".txt", ".xml", ".exe"];
    let end = |end: &&str| {
        name.len() > end.len()
            && name.is_char_boundary(name.len() - end.len())
            && name[name.len() - end.len()..].eq_ignore_ascii_case(end)
    };
    // An address may stand in brackets, with its port.
    let colon = name.find(':').is_some_and(|at| {
        !name.starts_with('[')
            && (at + 1 == name.len() || !name[at + 1..].bytes().all(|byte| byte.is_ascii_digit()))
    });
    let input = ["udp:", "tcp:", "syslog", "WinEventLog", "XmlWinEventLog", "stdin"];
    name.contains(['/', '\\', ' ', '@'])
        || colon && values::ip(name.split('%').next().unwrap_or_default()).is_none()
        || input.iter().any(|input| {
            name.get(..input.len()).is_some_and(|start| start.eq_ignore_ascii_case(input))
                && (input.ends_with(':') || name.len() == input.len() || name.len() > 40)
        })
        || ends.iter().any(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(texts: &[&str]) -> ColumnSample {
        let mut sample = ColumnSample::default();
        texts.iter().for_each(|text| sample.note(FieldValue::Text(text), &TimeFormat::Auto));
        sample
    }

    #[test]
    fn a_path_is_no_host() {
        for text in [
            "/var/log/secure",
            "WinEventLog:Security",
            "XmlWinEventLog",
            "udp:514",
            "C:\\Logs\\a.evtx",
            "https://example.org",
            "Security.evtx",
            "alice@corp.example",
            "syslog",
            "two words",
        ] {
            assert!(is_no_host(text), "{text}");
        }
        for text in [
            "web1",
            "web1.corp.example",
            "\\\\WS-1",
            "10.0.0.5",
            "10.0.0.5:22",
            "::1",
            "fe80::1%12",
            "[2001:db8::1]:22",
            "syslog-7",
            "web1:22",
            "é.log.corp",
        ] {
            assert!(!is_no_host(text), "{text}");
        }
    }

    #[test]
    fn what_a_column_holds_says_what_it_is() {
        assert_eq!(sample(&["", "-", "null"]).fit(EventField::SrcHost), Fit::Empty);
        assert_eq!(sample(&["/var/log/a", "-"]).fit(EventField::SrcHost), Fit::Unfit);
        assert_eq!(sample(&["success", "failure"]).fit(EventField::Activity), Fit::Unfit);
        assert!(sample(&["success", "failure"]).holds_outcomes());
        assert!(!sample(&["success", "logon"]).holds_outcomes());
        assert_eq!(sample(&["Alex Example"]).fit(EventField::Account), Fit::Poor);
        assert_eq!(sample(&["2026-03-01"]).fit(EventField::Time), Fit::Poor);
        assert_eq!(sample(&["soon"]).fit(EventField::Time), Fit::Unfit);
        assert!(sample(&["1", "4624"]).holds_windows_codes());
        assert!(!sample(&["1", "4711"]).holds_windows_codes());
    }
}
