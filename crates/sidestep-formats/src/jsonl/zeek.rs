//! Zeek's logs in JSON, one object a line.

use std::borrow::Cow;
use std::ops::ControlFlow;

use super::Taken;
use super::tape::Node;
use crate::record_sink::RecordSink;
use crate::zeek::{self, Kind, Record};

/// Hands on what a record tells. Its values are given as Zeek's TSV writes them.
pub(super) fn take(root: Node<'_>, number: u64, sink: &mut RecordSink<'_>) -> Taken {
    let path = root.get("_path").or_else(|| root.get("@stream")).and_then(Node::text);
    let kind = match path {
        Some(path) => Kind::of_path(path),
        None => None,
    };
    // A filter may have given the log another name; its fields still say what it is.
    let of_fields = || Kind::of_fields(root.children().map(|node| zeek_name(node.name())));
    let Some(kind) = kind.or_else(of_fields) else {
        zeek::pass_over_log(path.unwrap_or("of unknown kind"), sink);
        return Ok(ControlFlow::Continue(()));
    };
    let mut record = Record::new(kind);
    record.raw_ref = Some(number);
    values(root, |name, value| record.set(name, value));
    zeek::emit(&record, sink)
}

/// Gives every value that is set.
fn values<'r>(root: Node<'r>, mut set: impl FnMut(&'r str, Cow<'r, str>)) {
    for node in root.children() {
        let name = zeek_name(node.name());
        if let Some(text) = node.text() {
            let text = match text {
                "true" if node.is_bool() => "T",
                "false" if node.is_bool() => "F",
                text => text,
            };
            if !matches!(text, "" | "-" | "(empty)") {
                set(name, Cow::Borrowed(text));
            }
        } else if name == "id" && node.is_object() {
            for end in node.children() {
                if let (Some(name), Some(text)) = (end_name(end.name()), end.text()) {
                    set(name, Cow::Borrowed(text));
                }
            }
        } else if node.is_array() {
            let mut texts = node.children().filter_map(Node::text);
            let Some(first) = texts.next() else { continue };
            let mut list = Cow::Borrowed(first);
            for text in texts {
                let list = list.to_mut();
                list.push(',');
                list.push_str(text);
            }
            set(name, list);
        }
    }
}

/// The name as Zeek has it, where a forwarder that takes no dots in names wrote `id_orig_h`.
fn zeek_name(name: &str) -> &str {
    name.strip_prefix("id_").and_then(end_name).unwrap_or(name)
}

/// The name of one of the four fields of a connection's ends.
fn end_name(name: &str) -> Option<&'static str> {
    Some(match name {
        "orig_h" => "id.orig_h",
        "orig_p" => "id.orig_p",
        "resp_h" => "id.resp_h",
        "resp_p" => "id.resp_p",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::tape::Tape;
    use super::*;

    fn all(json: &str) -> Vec<(String, String)> {
        let mut tape = Tape::default();
        let mut found = Vec::new();
        values(tape.read(json).unwrap(), |name, value| {
            found.push((name.to_owned(), value.into_owned()));
        });
        found
    }

    #[test]
    fn values_are_given_as_tsv_has_them() {
        let found =
            all(r#"{"ts":1588317555.874701,"uid":"C1","id_orig_h":"10.0.1.5","id.orig_p":61013,
               "id":{"resp_h":"10.0.0.4","resp_p":88},"success":true,"auth_success":false,
               "answers":["10.0.0.9","10.0.0.10"],"TTLs":[60.0,5],"cipher":null,"service":"-",
               "empty":[],"client":"UTICA$/DMEVALS.LOCAL","id_other":"x"}"#);
        let expected = [
            ("ts", "1588317555.874701"),
            ("uid", "C1"),
            ("id.orig_h", "10.0.1.5"),
            ("id.orig_p", "61013"),
            ("id.resp_h", "10.0.0.4"),
            ("id.resp_p", "88"),
            ("success", "T"),
            ("auth_success", "F"),
            ("answers", "10.0.0.9,10.0.0.10"),
            ("TTLs", "60.000000,5"),
            ("client", "UTICA$/DMEVALS.LOCAL"),
            ("id_other", "x"),
        ];
        assert_eq!(found, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }
}
