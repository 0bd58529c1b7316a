//! Events of which a query kept only some columns, as those of Azure's `SecurityEvent` or of
//! Velociraptor: the account may then stand under names that are not Windows' own.

use std::borrow::Cow;

use super::super::tape::{Node, Tape};
use crate::error::Fault;
use crate::windows::{Field, Record};

/// Names of a host beside an event that has no `Computer`.
const HOSTS: [&str; 6] =
    ["host.hostname", "host.name", "host", "agent.hostname", "agent.name", "source"];

/// How deep in other objects an event may lie.
const DEEPEST: u8 = 4;

/// Whether an event lacks what it must have: the host, or a name for its account, be it an empty one.
pub(super) fn lacks_names(record: &Record<'_>) -> bool {
    let has = |field: Field| record.values[field as usize].is_some();
    let has_account = match record.event_id {
        4624 | 4625 | 4634 | 4647 | 4648 | 4768..=4771 | 4776 => {
            has(Field::TargetName) || has(Field::TargetSid)
        }
        4672 => has(Field::SubjectName) || has(Field::SubjectSid),
        _ => return false,
    };
    !has_account || record.computer.is_empty()
}

/// Takes the account from `TargetAccount` (`CORP\alice`), or from `Account` where that means the same,
/// and the host from what a collector calls it. The record is read anew for it, since few need it.
///
/// # Errors
/// A name that may be the account's and may be another's: the event would be one of nobody. No host.
pub(super) fn fill<'r>(
    root: Node<'r>,
    event_id: Node<'r>,
    whole: &'r mut Tape,
    record: &mut Record<'r>,
) -> Result<(), Fault> {
    // A row of a table has no text of its own, and all its columns.
    let outer = whole.read(root.source()).ok();
    let event = outer.and_then(|outer| holder(outer, event_id, DEEPEST)).unwrap_or(root);
    if record.computer.is_empty() {
        let around = [Some(event), outer].into_iter().flatten();
        let mut hosts = around.flat_map(|node| HOSTS.iter().filter_map(move |at| node.word(at)));
        let Some(host) = hosts.find(|host| !host.contains(['/', '\\', ' ', ':'])) else {
            return Err(Fault::column(
                "Computer",
                "is missing: nothing says which host this is of",
            ));
        };
        record.computer = Cow::Borrowed(host);
    }
    account(event, record)
}

fn account<'r>(event: Node<'r>, record: &mut Record<'r>) -> Result<(), Fault> {
    let text = |wanted: &str| event.get_any_case(wanted).and_then(Node::first_text);
    let is_subject = record.event_id == 4672;
    let (name, domain, sid, own) = if is_subject {
        (Field::SubjectName, Field::SubjectDomain, Field::SubjectSid, "SubjectAccount")
    } else {
        (Field::TargetName, Field::TargetDomain, Field::TargetSid, "TargetAccount")
    };
    if [name, sid].iter().any(|field| record.values[*field as usize].is_some()) {
        return Ok(());
    }
    // Explicit credentials have the account of who used them under `Account`.
    let account = || text("Account").filter(|_| record.event_id != 4648);
    if let Some(account) = text(own).or_else(account) {
        let (of_domain, of_name) = account.split_once('\\').unwrap_or(("", account));
        record.put(name, Cow::Borrowed(of_name));
        if record.values[domain as usize].is_none() && !of_domain.is_empty() {
            record.put(domain, Cow::Borrowed(of_domain));
        }
        return Ok(());
    }
    let doubtful = event.children().find(|node| {
        may_be_account(node.name()) && node.first_text().is_some_and(|text| !text.contains(' '))
    });
    match doubtful {
        Some(node) => Err(Fault::column(
            if is_subject { "SubjectUserName" } else { "TargetUserName" },
            format!("is missing, and {} may be the account or the one who asked", node.name()),
        )),
        None => Ok(()),
    }
}

/// Whether a name is one for an account, and does not say of which end of a logon.
fn may_be_account(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let of_other_end = ["subject", "network", "targetoutbound", "display"];
    (name.contains("user") || name.contains("account"))
        && ["user", "name", "account", "upn"].iter().any(|end| name.ends_with(end))
        && !of_other_end.iter().any(|start| name.starts_with(start))
}

/// The object that has the event's number, which relays and stores may have put into others.
fn holder<'r>(node: Node<'r>, event_id: Node<'_>, depth: u8) -> Option<Node<'r>> {
    let is_number = |child: Node<'r>| {
        child.name() == event_id.name() && child.first_text() == event_id.first_text()
    };
    if node.children().any(is_number) {
        return Some(node);
    }
    let depth = depth.checked_sub(1)?;
    node.children().filter(|child| child.is_object()).find_map(|one| holder(one, event_id, depth))
}
