//! One event in XML.

use std::borrow::Cow;
use std::ops::ControlFlow;

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};

use crate::error::Fault;
use crate::record_sink::RecordSink;
use crate::values::number;
use crate::windows::{self, Record};

/// Where in an event a value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Section {
    None,
    /// What every event has.
    System,
    /// Its own values, in `EventData` or `UserData`.
    Values,
    /// The texts that Windows renders for people.
    Rendering,
}

/// Hands on what an event tells.
pub(crate) fn take(
    text: &str,
    number_of_record: u64,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let mut record = Record { raw_ref: Some(number_of_record), ..Record::default() };
    let (mut event_id, mut time) = (None, None);
    let (mut unnamed, mut message) = (Vec::new(), None);
    let parsed = walk(text, |section, name, value| match (section, name) {
        (Section::System, "EventID") => event_id = Some(value),
        (Section::System, "TimeCreated") => time = Some(value),
        (Section::System, "Provider") => record.provider = value,
        (Section::System, "Channel") => record.channel = value,
        (Section::System, "Computer") => record.computer = value,
        (Section::System, "EventRecordID") => record.number = number(value.trim()),
        (Section::Values, name) => record.give(&mut unnamed, true, name, value),
        (Section::Rendering, "Message") => message = Some(value),
        _ => {}
    });
    parsed.map_err(Fault::record)?;
    let Some(event_id) = event_id else {
        return Err(Fault::column("EventID", "is missing; a Windows event needs one"));
    };
    let Some(event_id) = windows::event_number(&event_id) else {
        return Err(Fault::word("EventID", event_id.as_bytes(), "a number"));
    };
    record.event_id = event_id;
    record.time = time.and_then(|time| sink.times().read_utc(time.trim()));
    if windows::is_listed(event_id) {
        if !unnamed.is_empty() {
            record.set_in_order(unnamed)?;
        }
        if record.is_bare()
            && let Some(message) = &message
        {
            record.set_by_message(message);
        }
    }
    windows::emit(&record, sink)
}

/// Gives the values of an `EventData` or `UserData`, in an event or by itself: by name, or in order with
/// an empty one.
pub(crate) fn values<'t>(
    text: &'t str,
    mut set: impl FnMut(&str, Cow<'t, str>),
) -> Result<(), String> {
    walk(text, |section, name, value| {
        if section == Section::Values {
            set(name, value);
        }
    })
}

/// Gives every value of an event with where it stands and what it is called.
fn walk<'t>(
    text: &'t str,
    mut give: impl FnMut(Section, &str, Cow<'t, str>),
) -> Result<(), String> {
    let mut reader = Reader::from_str(text);
    // Tools that put XML together by hand leave what is not to be read as it is.
    reader.config_mut().allow_dangling_amp = true;
    let (mut section, mut section_depth, mut depth) = (Section::None, 0_u32, 0_u32);
    let mut name = String::new();
    let mut value: Option<Cow<'t, str>> = None;
    // Whether nothing but text followed the element that began last.
    let mut is_leaf = false;
    loop {
        match reader.read_event().map_err(|error| format!("is no XML: {error}"))? {
            Event::Start(element) => {
                depth += 1;
                if section == Section::None {
                    section = section_of(element.local_name().into_inner());
                    section_depth = depth;
                } else {
                    begin(&element, section, &mut name, &mut give)?;
                }
                (is_leaf, value) = (true, None);
            }
            Event::Empty(element) => {
                if section != Section::None {
                    let is_given = begin(&element, section, &mut name, &mut give)?;
                    if section == Section::Values && !is_given {
                        give(section, &name, Cow::Borrowed(""));
                    }
                }
                (is_leaf, value) = (false, None);
            }
            Event::Text(text) => append(&mut value, text.into_inner()),
            Event::CData(text) => append(&mut value, text.into_inner()),
            Event::GeneralRef(reference) => {
                let known = resolve_predefined_entity(&reference).map(Cow::Borrowed);
                let known = known.or_else(|| match reference.resolve_char_ref() {
                    Ok(Some(character)) => Some(Cow::Owned(character.to_string())),
                    // What XML may not hold, such as NUL, has no meaning here either.
                    Ok(None) | Err(_) => None,
                });
                append(&mut value, known.unwrap_or(Cow::Borrowed("\u{fffd}")));
            }
            Event::End(_) => {
                if depth == section_depth && section != Section::None {
                    // `<EventData>text</EventData>` has no value.
                    section = Section::None;
                } else if is_leaf && section != Section::None {
                    give(section, &name, value.take().unwrap_or_default());
                }
                (is_leaf, value) = (false, None);
                depth = depth.saturating_sub(1);
            }
            Event::Eof if depth > 0 => return Err("is cut: its end is missing".to_owned()),
            Event::Eof => return Ok(()),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
}

fn section_of(name: &str) -> Section {
    match name {
        "System" => Section::System,
        "EventData" | "UserData" => Section::Values,
        "RenderingInfo" => Section::Rendering,
        _ => Section::None,
    }
}

/// Begins an element within a section: notes what its value is called, which of a `Data` element is in
/// an attribute, and gives the attribute that is the value in `System`. `true` where it gave one.
fn begin<'t>(
    element: &BytesStart<'_>,
    section: Section,
    name: &mut String,
    give: &mut impl FnMut(Section, &str, Cow<'t, str>),
) -> Result<bool, String> {
    let local = element.local_name().into_inner();
    name.clear();
    let attribute = match (section, local) {
        (Section::System, "Provider") | (Section::Values, "Data") => "Name",
        (Section::System, "TimeCreated") => "SystemTime",
        _ => {
            name.push_str(local);
            return Ok(false);
        }
    };
    let found = element.attributes().with_checks(false).find_map(|held| match held {
        Ok(held) if held.key.local_name().into_inner().eq_ignore_ascii_case(attribute) => {
            Some(Ok(held.value))
        }
        Ok(_) => None,
        Err(error) => Some(Err(format!("is no XML: {error}"))),
    });
    let found = found.transpose()?;
    if section == Section::Values {
        name.push_str(found.as_deref().unwrap_or_default());
        return Ok(false);
    }
    name.push_str(local);
    if let Some(found) = &found {
        let plain =
            quick_xml::escape::unescape(found).map_err(|error| format!("is no XML: {error}"))?;
        give(section, name, Cow::Owned(plain.into_owned()));
    }
    Ok(found.is_some())
}

/// Adds to a value, which XML gives in pieces.
fn append<'t>(value: &mut Option<Cow<'t, str>>, piece: Cow<'t, str>) {
    match value {
        None => *value = Some(piece),
        Some(value) => value.to_mut().push_str(&piece),
    }
}
