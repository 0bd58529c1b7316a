//! The text that Windows renders of an event, for logs that carry nothing else: Snare and other agents
//! that send syslog, `Get-EventLog`, Splunk's `WinEventLog`. Only the English text is read.

mod labels;

use std::borrow::Cow;

use memchr::memmem;

use self::labels::{FOOTERS, LABELS, Meaning, meanings};
use super::{Field, Origin, Record};

/// A label at its place in a text.
struct Found<'t> {
    label: &'static str,
    /// What follows it, up to the next label.
    value: &'t str,
}

impl<'r> Record<'r> {
    /// Whether the rendered text of such an event can be read.
    pub(crate) fn has_message(&self) -> bool {
        !meanings(self.event_id).is_empty() || self.is_of_sysmon()
    }

    fn is_of_sysmon(&self) -> bool {
        Origin::of(self.event_id, &self.provider, &self.channel) == Some(Origin::Sysmon)
    }

    /// Takes the values of the rendered text that are not known yet. `false` where it holds none that
    /// this event needs.
    pub(crate) fn set_by_message(&mut self, text: &str) -> bool {
        let mut any = false;
        let plain = unescaped(text);
        let mut fill = |record: &mut Self, name: &str, value: &str| {
            let Some(field) = Field::of(name) else { return };
            if record.text(field).is_none() && !value.is_empty() {
                record.put(field, Cow::Owned(value.to_owned()));
                any = true;
            }
        };
        if self.is_of_sysmon() {
            // Sysmon's labels are the names of its values.
            for found in labelled(&plain, Field::NAMES) {
                fill(self, found.label, found.value);
            }
            return any;
        }
        let meanings = meanings(self.event_id);
        let mut section = "";
        for found in labelled(end_cut(&plain), LABELS) {
            let meaning = meanings.iter().find(|meaning| {
                meaning.label == found.label
                    && (meaning.section.is_empty() || meaning.section == section)
            });
            match meaning {
                Some(meaning) => fill(self, meaning.name, found.value),
                None if found.value.is_empty() => section = found.label,
                None => {}
            }
        }
        any
    }

    /// Takes what Splunk makes of the text: `Account_Name` and the like, of which each has as many values
    /// as its label stands in the text. `values` gives those of a label.
    pub(crate) fn set_by_labels(&mut self, values: impl Fn(&str) -> Vec<&'r str>) {
        let all = meanings(self.event_id);
        for (place, meaning) in all.iter().enumerate() {
            // The names of one label, each once, for some events share a table.
            let first = |place: usize| {
                let same =
                    |other: &Meaning| other.label == meaning.label && other.name == all[place].name;
                all[place].label == meaning.label && all.iter().position(same) == Some(place)
            };
            if !first(place) {
                continue;
            }
            let values = values(meaning.label);
            // Which of several sections a value is of shows only where each has one.
            if values.len() != (0..all.len()).filter(|place| first(*place)).count() {
                continue;
            }
            let value = values[(0..place).filter(|place| first(*place)).count()];
            if let Some(field) = Field::of(meaning.name)
                && self.text(field).is_none()
            {
                self.put(field, Cow::Borrowed(value));
            }
        }
    }
}

/// The text with its line breaks and tabs, where a relay wrote them as text.
fn unescaped(text: &str) -> Cow<'_, str> {
    let has = |mark: &str| memmem::find(text.as_bytes(), mark.as_bytes()).is_some();
    if has("#012") || has("#011") {
        return Cow::Owned(text.replace("#015", "").replace("#012", "\n").replace("#011", "\t"));
    }
    if has("\\n") && has("\\t") {
        return Cow::Owned(text.replace("\\r", "").replace("\\n", "\n").replace("\\t", "\t"));
    }
    Cow::Borrowed(text)
}

/// The text without the explanations for people at its end.
fn end_cut(text: &str) -> &str {
    let found =
        FOOTERS.iter().filter_map(|footer| memmem::find(text.as_bytes(), footer.as_bytes()));
    &text[..found.min().unwrap_or(text.len())]
}

/// The labels in a text with their values, in order. Where the text has lines a label begins one; else
/// it follows a blank.
fn labelled<'t>(text: &'t str, labels: &'static [&'static str]) -> Vec<Found<'t>> {
    let has_lines = text.trim().contains('\n');
    let mut places: Vec<(usize, &'static str)> = Vec::new();
    let (mut at, mut may_begin) = (0, true);
    let bytes = text.as_bytes();
    while at < bytes.len() {
        let byte = bytes[at];
        if may_begin
            && !byte.is_ascii_whitespace()
            && let Some(label) = label_at(text, at, labels)
        {
            places.push((at, label));
            at += label.len() + 1;
            may_begin = !has_lines;
            continue;
        }
        may_begin = match byte {
            b'\n' => true,
            b' ' | b'\t' | b'\r' => may_begin || !has_lines,
            _ => false,
        };
        at += 1;
    }
    let mut found = Vec::with_capacity(places.len());
    for (place, (at, label)) in places.iter().enumerate() {
        let begin = at + label.len() + 1;
        let next = places.get(place + 1).map_or(text.len(), |(next, _)| *next);
        let mut value = &text[begin..next.max(begin)];
        if has_lines {
            value = value.split('\n').next().unwrap_or(value);
        }
        found.push(Found { label, value: value.trim() });
    }
    found
}

/// The longest label that stands at this place with its colon.
fn label_at(text: &str, at: usize, labels: &'static [&'static str]) -> Option<&'static str> {
    let rest = text.get(at..)?;
    let here = |label: &&&str| {
        rest.as_bytes().get(label.len()) == Some(&b':') && rest.starts_with(**label)
    };
    labels.iter().find(here).copied()
}

#[cfg(test)]
mod tests;
