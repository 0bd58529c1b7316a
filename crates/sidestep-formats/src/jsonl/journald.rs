//! The systemd journal, as `journalctl -o json` writes it.

use std::borrow::Cow;
use std::ops::ControlFlow;

use super::Taken;
use super::tape::Node;
use crate::record_sink::RecordSink;
use crate::syslog::{self, Envelope};
use crate::time::TimeFormat;
use sidestep::Timestamp;

/// Hands on what an entry's message tells.
pub(super) fn take(root: Node<'_>, number: u64, sink: &mut RecordSink<'_>) -> Taken {
    let word = |name: &str| root.get(name).and_then(Node::first_text);
    // What the program itself noted comes before when the journal got it.
    let time = word("_SOURCE_REALTIME_TIMESTAMP").or_else(|| word("__REALTIME_TIMESTAMP"));
    let envelope = Envelope {
        time: time.and_then(|text| TimeFormat::Microseconds.parse(text)).map(Timestamp::micros),
        host: word("_HOSTNAME").or_else(|| word("_MACHINE")).unwrap_or_default(),
        program: word("SYSLOG_IDENTIFIER").or_else(|| word("_COMM")).unwrap_or_default(),
        process: word("SYSLOG_PID").or_else(|| word("_PID")).unwrap_or_default(),
        raw_ref: Some(number),
    };
    match root.get("MESSAGE").and_then(message) {
        Some(text) => syslog::message(&envelope, &text, sink),
        None => {
            sink.pass_over("journal entry without a message");
            Ok(ControlFlow::Continue(()))
        }
    }
}

/// The text of a message. One that is not UTF-8, or holds control characters, is a list of bytes.
fn message(node: Node<'_>) -> Option<Cow<'_, str>> {
    if let Some(text) = node.text() {
        return Some(Cow::Borrowed(text));
    }
    let mut parts = node.children().map(|part| part.text().unwrap_or_default()).peekable();
    // A field that was given several times is a list of texts; the first is the message.
    if parts.peek()?.parse::<u8>().is_err() {
        return parts.next().map(Cow::Borrowed);
    }
    let bytes: Vec<u8> = parts.map_while(|part| part.parse().ok()).collect();
    Some(Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()))
}

#[cfg(test)]
mod tests {
    use super::super::tape::Tape;
    use super::*;

    #[test]
    fn a_message_may_be_text_or_bytes() {
        for (json, text) in [
            (r#"{"MESSAGE":"Accepted \u0041"}"#, Some("Accepted A")),
            (r#"{"MESSAGE":[65,99,99,255]}"#, Some("Acc\u{fffd}")),
            (r#"{"MESSAGE":["one","two"]}"#, Some("one")),
            (r#"{"MESSAGE":null}"#, None),
            (r#"{"MESSAGE":[]}"#, None),
        ] {
            let mut tape = Tape::default();
            let root = tape.read(json).unwrap();
            let found = root.get("MESSAGE").and_then(message);
            assert_eq!(found.as_deref(), text, "{json}");
        }
    }
}
