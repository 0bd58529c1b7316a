//! Events of which a query kept only some columns, as those of Azure's `SecurityEvent` or of
//! Velociraptor: the account may then stand under names that are not Windows' own.

use std::borrow::Cow;

use super::super::tape::{Node, Tape};
use crate::error::Fault;
use crate::windows::{Field, Record};

/// Names that may be of the account or of the one who asked: nothing in the record says which.
const DOUBTFUL: [&str; 8] =
    ["UserName", "User", "Username", "user", "username", "user_name", "AccountName", "Account"];

/// How deep in other objects an event may lie.
const DEEPEST: u8 = 4;

/// Whether an event that should name an account has no name for it, not even an empty one.
pub(super) const fn lacks_account(record: &Record<'_>) -> bool {
    let is_of_account =
        matches!(record.event_id, 4624 | 4625 | 4634 | 4647 | 4648 | 4768..=4771 | 4776);
    is_of_account
        && record.values[Field::TargetName as usize].is_none()
        && record.values[Field::TargetSid as usize].is_none()
}

/// Takes the account from `TargetAccount` (`CORP\alice`), or from `Account` where that means the same.
/// The record is read anew for it, since few have these names.
///
/// # Errors
/// A name that may be the account's and may be another's: the event would be one of nobody.
pub(super) fn fill_account<'r>(
    root: Node<'r>,
    event_id: Node<'r>,
    whole: &'r mut Tape,
    record: &mut Record<'r>,
) -> Result<(), Fault> {
    // A row of a table has no text of its own, and all its columns.
    let outer = whole.read(root.source()).ok();
    let root = outer.and_then(|outer| holder(outer, event_id, DEEPEST)).unwrap_or(root);
    let text = |wanted: &str| {
        let named = root.children().find(|node| node.name().eq_ignore_ascii_case(wanted));
        named.and_then(|node| node.first_text()).map(str::trim).filter(|text| !text.is_empty())
    };
    // Explicit credentials have the account of who used them under `Account`.
    let account = || text("Account").filter(|_| record.event_id != 4648);
    if let Some(account) = text("TargetAccount").or_else(account) {
        let (domain, name) = account.split_once('\\').unwrap_or(("", account));
        record.put(Field::TargetName, Cow::Borrowed(name));
        if record.values[Field::TargetDomain as usize].is_none() && !domain.is_empty() {
            record.put(Field::TargetDomain, Cow::Borrowed(domain));
        }
        return Ok(());
    }
    match DOUBTFUL.into_iter().find(|name| text(name).is_some()) {
        Some(name) => Err(Fault::column(
            "TargetUserName",
            format!("is missing, and {name} may be the account or the one who asked"),
        )),
        None => Ok(()),
    }
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
