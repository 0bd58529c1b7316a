//! What relays put around a log line: Filebeat, Fluentd, Vector, Logstash, rsyslog, Wazuh and others hold
//! the line, or an event in JSON or XML, as a text under `message` or the like, and note beside it where
//! and when it came from.

mod list;

use super::shape::{self, Shape};
use super::tape::{Node, Tape};
use super::{Taken, take_within};
use crate::record_sink::RecordSink;
use crate::syslog::{self, Envelope};
use crate::windows;
use crate::windows_xml;

/// Where the text lies, the original before what was made of it.
const TEXTS: [&str; 29] = [
    "event.original",
    "full_log",
    "MESSAGE",
    "message",
    "@message",
    "_raw",
    "raw",
    "raw_message",
    "rawmsg",
    "log",
    "full_message",
    "msg",
    "short_message",
    "line",
    "body",
    "event",
    "textPayload",
    "jsonPayload.message",
    "content",
    "text",
    "SyslogMessage",
    "Message",
    "event.message",
    "event.log",
    "event.line",
    "event._raw",
    "columns.message",
    "value",
    "payload",
];

/// Where a record lies that is an object.
const OBJECTS: [&str; 12] = [
    "event",
    "message",
    "log",
    "record",
    "data",
    "payload",
    "body",
    "jsonPayload",
    "content",
    "attributes",
    "document",
    "value",
];

/// How deep such objects may lie in each other.
const DEEPEST: u8 = 3;

const HOSTS: [&str; 20] = [
    "predecoder.hostname",
    "host.hostname",
    "host.name",
    "hostname",
    "HOSTNAME",
    "_HOSTNAME",
    "syslog_hostname",
    "syslog.hostname",
    "fromhost",
    "logsource",
    "host",
    "computer",
    "beat.hostname",
    "agent.hostname",
    "agent.name",
    "HostName",
    "Hostname",
    "Computer",
    "HOST",
    "columns.host",
];

const PROGRAMS: [&str; 23] = [
    "predecoder.program_name",
    "SYSLOG_IDENTIFIER",
    "syslog_identifier",
    "syslog.identifier",
    "log.syslog.appname",
    "process.name",
    "programname",
    "application_name",
    "program",
    "app-name",
    "appname",
    "app_name",
    "ident",
    "syslog_program",
    "syslog.appname",
    "syslogtag",
    "tag",
    "_COMM",
    "ProcessName",
    "SourceName",
    "PROGRAM",
    "application_name",
    "columns.tag",
];

const TIMES: [&str; 14] = [
    "@timestamp",
    "timestamp",
    "timereported",
    "time",
    "date",
    "datetime",
    "_time",
    "ts",
    "timegenerated",
    "EventTime",
    "TimeGenerated",
    "ISODATE",
    "_messagetime",
    "columns.time",
];

/// Hands on what the record within a record tells; `None` where there is none that is understood.
/// Records of which only the text is known are read anew, since no other needs it.
pub(super) fn take(
    record: Node<'_>,
    number: u64,
    within: u8,
    sink: &mut RecordSink<'_>,
) -> Option<Taken> {
    let within = within.checked_sub(1)?;
    let mut whole = Tape::whole();
    let root = whole.read(record.source()).ok()?;
    // Where the record lies in another, so does what is around its text.
    let root = match shape::tell(root) {
        Shape::Ecs(root) | Shape::Other(root) => root,
        _ => root,
    };
    if let Some(object) = held(root, DEEPEST) {
        return Some(take_within(object, number, within, sink));
    }
    open(root, DEEPEST, number, within, sink)
}

/// Hands on the record that is a text in this object or one within it, or those of a list.
fn open(
    root: Node<'_>,
    depth: u8,
    number: u64,
    within: u8,
    sink: &mut RecordSink<'_>,
) -> Option<Taken> {
    if let Some(taken) = list::take(root, number, within, sink) {
        return Some(taken);
    }
    let first = |paths: &[&str]| paths.iter().find_map(|path| root.word(path));
    let envelope = Envelope {
        time: TIMES.iter().find_map(|path| sink.times().read(root.word(path)?)),
        host: first(&HOSTS).unwrap_or_default(),
        program: first(&PROGRAMS).map(plain).unwrap_or_default(),
        process: "",
        raw_ref: Some(number),
    };
    let of_text = TEXTS.iter().find_map(|path| {
        let text = root.word(path)?;
        inner(text, &envelope, within, sink)
    });
    let depth = depth.checked_sub(1)?;
    of_text.or_else(|| {
        let objects = OBJECTS.iter().filter_map(|name| root.get(name));
        let mut objects = objects.filter(|object| object.is_object());
        objects.find_map(|object| open(object, depth, number, within, sink))
    })
}

/// The record that is an object within others.
fn held(root: Node<'_>, depth: u8) -> Option<Node<'_>> {
    OBJECTS.iter().find_map(|name| {
        let object = root.get(name).filter(|node| node.is_object())?;
        match shape::tell(object) {
            Shape::Other(_) | Shape::Ecs(_) if depth > 1 => held(object, depth - 1),
            Shape::Other(_) | Shape::Ecs(_) | Shape::Preview => None,
            _ => Some(object),
        }
    })
}

/// The name of a program in a tag such as `sshd[812]:`.
fn plain(tag: &str) -> &str {
    tag.split(['[', ':']).next().unwrap_or(tag).trim()
}

/// Hands on what a text tells, be it an event or a line of syslog.
fn inner(
    text: &str,
    envelope: &Envelope<'_>,
    within: u8,
    sink: &mut RecordSink<'_>,
) -> Option<Taken> {
    let number = envelope.raw_ref.unwrap_or_default();
    if text.starts_with('{') {
        let mut tape = Tape::default();
        let root = tape.read(text).ok()?;
        return match shape::tell(root) {
            Shape::Other(record) | Shape::Ecs(record) => take(record, number, within, sink),
            _ => Some(take_within(root, number, within, sink)),
        };
    }
    if windows_xml::begins_event(text.as_bytes()) {
        return Some(windows_xml::take(text, number, sink));
    }
    if windows::is_listing(text) {
        return Some(windows::listing(envelope, text, sink));
    }
    if let Some(taken) = syslog::line_within(text, envelope, sink) {
        return Some(taken);
    }
    (!envelope.program.is_empty() && !envelope.host.is_empty())
        .then(|| syslog::message(envelope, text, sink))
}
