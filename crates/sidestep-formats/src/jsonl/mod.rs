//! Logs in JSON: one object a line, a list, or one pretty-printed object after another.
//!
//! Each record tells by its contents what it is, so that one log may hold records of several
//! kinds. A record is taken apart once, into a flat list ([`tape`]), and mapped by the file of its
//! shape.

mod cloudtrail;
mod defender;
mod ecs;
mod entra;
mod entra_portal;
mod envelope;
mod fields;
mod frames;
mod github;
mod google;
mod journald;
mod kubernetes;
mod laurel;
mod ocsf;
mod okta;
mod osquery;
mod product;
mod samba;
mod shape;
mod suricata;
mod tape;
mod teleport;
mod vault;
mod windows;
mod zeek;

use std::ops::ControlFlow;

pub(crate) use self::samba::text as samba_text;

use self::frames::{Frames, What};
use self::shape::Shape;
use self::tape::Tape;

pub(crate) use self::tape::{Cell, Node, RowTape};

use crate::dialect::Dialect;
use crate::error::{Fault, FormatError, quote};
use crate::line::{TOO_LONG, is_heading};
use crate::record_sink::RecordSink;
use crate::source::Source;
use crate::table;
use crate::windows_xml;

/// Reads JSON.
pub(crate) struct Json;

/// What a mapping makes of a record.
pub(crate) type Taken = Result<ControlFlow<()>, Fault>;

impl Dialect for Json {
    fn read(
        &mut self,
        source: &mut Source<'_>,
        sink: &mut RecordSink<'_>,
    ) -> Result<ControlFlow<()>, FormatError> {
        let mut frames = Frames::new();
        let mut tape = Tape::default();
        loop {
            let frame = match frames.next(source) {
                Ok(Some(frame)) => frame,
                Ok(None) => return Ok(ControlFlow::Continue(())),
                Err(error) => return Err(sink.broken(frames.line(), error)),
            };
            let record = &source.window()[..frame.length];
            let number = if frame.shares_line { frame.number } else { frame.line };
            let taken = match frame.what {
                What::TooLong => Err(Fault::record(TOO_LONG)),
                What::Unclosed => Err(Fault::record(
                    "the log ends within a list of records: check that the file is complete",
                )),
                What::Debris if is_heading(record) => Ok(ControlFlow::Continue(())),
                What::Debris => {
                    Err(Fault::record(format!("{} is not a JSON object", quote(record))))
                }
                What::Line | What::Braces => match std::str::from_utf8(record) {
                    Err(_) => Err(Fault::record("is not UTF-8")),
                    Ok(text) => match tape.read(text) {
                        Ok(root) if frame.number == 1 && findings(root).is_some() => {
                            return Err(FormatError::Findings {
                                place: sink.place.to_owned(),
                                what: findings(root).map_or("", |findings| findings.what),
                                advice: findings(root).map_or("", |findings| findings.advice),
                            });
                        }
                        Ok(root) => take(root, number, sink),
                        Err(_) if frame.what == What::Line => {
                            frames.look_closer();
                            continue;
                        }
                        Err(error) => Err(not_json(&error)),
                    },
                },
            };
            frames.consume(source, &frame);
            match taken {
                Ok(ControlFlow::Continue(())) => {}
                Ok(ControlFlow::Break(())) => return Ok(ControlFlow::Break(())),
                Err(mut fault) => {
                    if frame.shares_line {
                        fault.what = format!("record {}: {}", frame.number, fault.what);
                    }
                    sink.bad(frame.line, 1, fault)?;
                }
            }
        }
    }
}

/// What a tool found in logs, where the first record is of that: it is no log.
fn findings(root: Node<'_>) -> Option<table::Findings> {
    table::findings(&|name: &str| root.get(name).is_some())
}

/// Whether the shape of a record is known.
pub(crate) fn is_known(root: Node<'_>) -> bool {
    !matches!(shape::tell(root), Shape::Other(_))
}

/// How many records may lie in each other: an event in what a relay put around it, that again in what
/// a store put around both.
const MOST_WITHIN: u8 = 2;

/// Hands on what a record tells that a program sent as the text of a line of syslog; `None` where its
/// shape is not known.
pub(crate) fn in_line(
    text: &str,
    number: u64,
    host: &str,
    sink: &mut RecordSink<'_>,
) -> Option<Taken> {
    let mut tape = Tape::default();
    let root = tape.read(text).ok()?;
    match shape::tell(root) {
        Shape::Other(_) => None,
        Shape::Samba(_) => Some(samba_text(text, number, host, sink)),
        _ => Some(take_within(root, number, 1, sink)),
    }
}

/// Gives a record to the mapping of its shape.
pub(crate) fn take(root: Node<'_>, number: u64, sink: &mut RecordSink<'_>) -> Taken {
    take_within(root, number, MOST_WITHIN, sink)
}

/// As [`take`], in which so many more may lie.
fn take_within(root: Node<'_>, number: u64, within: u8, sink: &mut RecordSink<'_>) -> Taken {
    match shape::tell(root) {
        Shape::Windows(layout) => windows::take(layout, number, sink),
        Shape::Zeek(record) => zeek::take(record, number, sink),
        Shape::Ocsf(record) => ocsf::take(record, number, sink),
        Shape::CloudTrail(record) => cloudtrail::take(record, number, sink),
        Shape::Entra(record) => entra::take(record, number, sink),
        Shape::Journald(record) => journald::take(record, number, sink),
        Shape::Laurel(record) => laurel::take(record, number, sink),
        Shape::Samba(record) => samba::take(record, number, sink),
        Shape::Ecs(record) if ecs::has_category(record) => ecs::take(record, number, sink),
        Shape::Ecs(record) => match envelope::take(record, number, within, sink) {
            Some(taken) => taken,
            None => ecs::take(record, number, sink),
        },
        Shape::Text(text) if windows_xml::begins_event(text.as_bytes()) => {
            windows_xml::take(text.trim(), number, sink)
        }
        Shape::Of(product, record) => product::take(product, record, number, sink),
        Shape::Text(text) => {
            let mut tape = Tape::default();
            let root = tape.read(text).map_err(|error| not_json(&error))?;
            match within.checked_sub(1) {
                Some(within) => take_within(root, number, within, sink),
                None => Ok(shape::not_understood(sink, root)),
            }
        }
        Shape::Preview => Ok(shape::pass_over(sink, "Splunk", "preview")),
        Shape::Other(record) => match envelope::take(record, number, within, sink) {
            Some(taken) => taken,
            None => Ok(shape::not_understood(sink, record)),
        },
    }
}

/// What the parser says, and where in the record.
#[cold]
fn not_json(error: &serde_json::Error) -> Fault {
    let text = error.to_string();
    let what = text.split(" at line ").next().unwrap_or_default();
    let line = match error.line() {
        0 | 1 => String::new(),
        line => format!("line {line} of it, "),
    };
    Fault::record(format!("is no JSON ({line}byte {}): {what}", error.column()))
}
