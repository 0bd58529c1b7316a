//! Events as Wazuh's agents write them: `win.system` and `win.eventdata`, each name with a small first
//! letter. The agent that sent an event need not be the host that wrote it.

use super::super::tape::Node;
use super::flat::canonical;
use super::values::{Set, user_data};
use super::{Header, Times};

/// Reads an event, from what is under `win`, or from a record in which each path is one name.
pub(super) fn read<'r>(win: Node<'r>, mut set: impl Set<'r>) -> Header<'r> {
    let mut given = |name: &'r str, value: &'r str| set(canonical(name), value);
    for name in ["eventdata", "eventData", "userdata", "userData"] {
        win.get(name).into_iter().for_each(|node| user_data(node, &mut given));
    }
    for node in win.children() {
        let path = path(node.name());
        if let Some(name) = path.and_then(|path| path.strip_prefix("eventdata."))
            && let Some(text) = node.first_text()
        {
            given(name, text);
        }
    }
    Header {
        time: Times { exact: of_system(win, "systemTime"), ..Times::default() },
        provider: of_system(win, "providerName"),
        channel: of_system(win, "channel"),
        computer: of_system(win, "computer"),
        number: of_system(win, "eventRecordID"),
        packed: None,
    }
}

/// A value of `win.system`.
pub(super) fn of_system<'r>(win: Node<'r>, name: &str) -> Option<&'r str> {
    if let Some(system) = win.get("system") {
        return system.get_any_case(name)?.first_text();
    }
    let is_it = |node: &Node<'_>| {
        path(node.name())
            .and_then(|path| path.strip_prefix("system."))
            .is_some_and(|found| found.eq_ignore_ascii_case(name))
    };
    win.children().find(is_it)?.first_text()
}

/// What follows `win.` in a path that is written as one name.
pub(in super::super) fn path(name: &str) -> Option<&str> {
    name.strip_prefix("data.").unwrap_or(name).strip_prefix("win.")
}
