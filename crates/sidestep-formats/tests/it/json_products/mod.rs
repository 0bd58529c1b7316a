//! Records of products that have a JSON shape of their own.

mod cases;
mod cluster;
mod damage;
mod directory;
mod suricata;
mod workforce;

use std::ops::ControlFlow;

use sidestep::event::{AuthEvent, Event, HostActivity, OwnedEvent};
use sidestep_formats::{Format, LogReader, ReadOptions, ReadSummary};

/// What a log gives: its logins, its companion records, and the summary.
struct Given {
    logins: Vec<AuthEvent<'static>>,
    activities: Vec<HostActivity<'static>>,
    summary: ReadSummary,
}

fn given(text: &str) -> Given {
    let options = ReadOptions::default().with_messages_kept(20).with_format(Format::Json);
    let mut reader = LogReader::new(options);
    let (mut logins, mut activities) = (Vec::new(), Vec::new());
    let flow = reader.read(text.as_bytes(), "log.json", &mut |event| {
        match event {
            Event::Auth(login) => logins.push(login.clone().into_owned()),
            Event::Activity(activity) => activities.push(activity.clone().into_owned()),
            _ => unreachable!("an event of a new kind: {:?}", OwnedEvent::from(event)),
        }
        ControlFlow::Continue(())
    });
    assert!(flow.unwrap().is_continue());
    Given { logins, activities, summary: reader.summary().clone() }
}

/// The login of a record that gives one and nothing else.
fn one(text: &str) -> AuthEvent<'static> {
    let text = text.replace('\n', " ");
    let mut given = given(&text);
    assert_eq!(given.summary.events, 1, "{text}: {:?}", given.summary);
    assert_eq!(given.summary.skipped, 0, "{text}: {:?}", given.summary.first_errors);
    given.logins.remove(0)
}

/// What a record that is no login is passed over as.
fn passed(text: &str) -> String {
    let text = text.replace('\n', " ");
    let given = given(&text);
    assert_eq!((given.summary.events, given.summary.skipped), (0, 0), "{:?}", given.summary);
    assert!(given.summary.not_understood.is_empty(), "{text}: {:?}", given.summary);
    given.summary.passed_over.keys().cloned().collect::<Vec<_>>().join(", ")
}

/// The fault of a record that should have been a login.
fn fault(text: &str) -> String {
    let text = text.replace('\n', " ");
    let given = given(&text);
    assert_eq!((given.summary.events, given.summary.skipped), (0, 1), "{:?}", given.summary);
    given.summary.first_errors[0].to_string()
}

/// The record with the parts named in `names` as texts, as a table or a forwarder writes objects.
fn with_texts(record: &str, names: &[&str]) -> String {
    let mut value: serde_json::Value = serde_json::from_str(record).unwrap();
    for name in names {
        let part = value.get_mut(*name).unwrap();
        *part = serde_json::Value::String(part.to_string());
    }
    value.to_string()
}

/// The record with every nested object as names with dots, and every value as a text: a row of a table.
fn flat(record: &str) -> String {
    fn put(
        prefix: &str,
        value: &serde_json::Value,
        to: &mut serde_json::Map<String, serde_json::Value>,
    ) {
        match value {
            serde_json::Value::Object(map) => {
                for (name, value) in map {
                    let path =
                        if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
                    put(&path, value, to);
                }
            }
            serde_json::Value::String(_) => {
                to.insert(prefix.to_owned(), value.clone());
            }
            other => {
                to.insert(prefix.to_owned(), serde_json::Value::String(other.to_string()));
            }
        }
    }
    let mut row = serde_json::Map::new();
    put("", &serde_json::from_str(record).unwrap(), &mut row);
    serde_json::Value::Object(row).to_string()
}

fn src(event: &AuthEvent<'_>) -> String {
    event.src_host().to_string()
}

fn dst(event: &AuthEvent<'_>) -> String {
    event.dst_host().to_string()
}

#[test]
fn what_only_resembles_a_product_is_not_taken_for_one() {
    for (record, kind) in [
        (r#"{"event_type":"login","user":"alice","time":1}"#, "event_type, user, time"),
        (r#"{"action":"user.login","actor":"alice"}"#, "action, actor"),
        (r#"{"action":"login","actor":"alice","actor_ip":"10.0.0.5"}"#, "action, actor, actor_ip"),
        (r#"{"code":"200","event":"GET","time":1}"#, "code, event, time"),
        (r#"{"code":"TEAPOT","event":"x","time":1}"#, "code, event, time"),
        (r#"{"events":[{"name":"login_success"}]}"#, "events"),
        (r#"{"request":{"path":"/login"},"type":"request"}"#, "request, type"),
        (r#"{"published":"2026-03-02T09:00:00Z","title":"x"}"#, "published, title"),
        (r#"{"apiVersion":"v1","kind":"Event","verb":"create"}"#, "apiVersion, kind, verb"),
        (r#"{"hostIdentifier":"web1","status":"ok"}"#, "hostIdentifier, status"),
        (r#"{"ActionType":"LogonSuccess","User":"a"}"#, "ActionType, User"),
        (r#"{"protoPayload":{"a":1}}"#, "protoPayload"),
        (r#"{"operationName":"Publish","category":"x"}"#, "operationName, category"),
    ] {
        let given = given(record);
        let kinds: Vec<_> = given.summary.not_understood.keys().collect();
        assert_eq!((given.summary.events, given.summary.skipped), (0, 0), "{record}");
        assert_eq!(kinds.len(), 1, "{record}: {:?}", given.summary);
        assert!(kinds[0].contains(kind), "{record}: {kinds:?}");
    }
}
