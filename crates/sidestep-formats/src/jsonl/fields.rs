//! What the shapes of records have in common.

use sidestep::event::{Account, EventError, Host};

use super::tape::Node;
use crate::endpoint::Endpoint;
use crate::error::Fault;
use crate::time::{Micros, Times};

/// The first of these paths that holds a time.
pub(super) fn time_at(
    record: Node<'_>,
    paths: &[&'static str],
    times: Times<'_>,
) -> Result<Micros, Fault> {
    let column = paths.first().copied().unwrap_or_default();
    let Some(text) = paths.iter().find_map(|path| record.word(path)) else {
        return Err(Fault::column(column, "is missing; an event needs a time"));
    };
    times.read(text).ok_or_else(|| Fault::word(column, text.as_bytes(), times.expected()))
}

/// The first of these paths that holds a time, in the first of these records that has one.
pub(super) fn time_in(
    records: &[Node<'_>],
    paths: &[&'static str],
    times: Times<'_>,
) -> Result<Micros, Fault> {
    let has = |record: &&Node<'_>| paths.iter().any(|path| record.word(path).is_some());
    match records.iter().find(has).or(records.first()) {
        Some(record) => time_at(*record, paths, times),
        None => Err(Fault::record("has no time; an event needs one")),
    }
}

/// The host that these texts name; each may be a name or an address, with a port.
pub(super) fn host<'r>(texts: &[Option<&'r str>]) -> Host<'r> {
    joined(texts, |_| true)
}

/// The same of a source, without the texts by which a host calls itself: they say nothing of where.
pub(super) fn source<'r>(texts: &[Option<&'r str>]) -> Host<'r> {
    joined(texts, |end| !end.is_here)
}

fn joined<'r>(texts: &[Option<&'r str>], is_wanted: impl Fn(&Endpoint<'_>) -> bool) -> Host<'r> {
    let mut host = Host::default();
    for text in texts.iter().flatten() {
        let end = Endpoint::parse(text);
        if is_wanted(&end) {
            host.name = host.name.or(end.name.map(Into::into));
            host.ip = host.ip.or(end.ip);
            host.port = host.port.or(end.port);
        }
    }
    host
}

/// The destination of a login, which a record of these shapes must name.
pub(super) fn destination<'r>(host: Host<'r>, column: &'static str) -> Result<Host<'r>, Fault> {
    if host.is_unknown() {
        return Err(Fault::column(column, "is missing; a login needs a destination"));
    }
    Ok(host)
}

/// The host with the port that a text gives, if it gives one.
pub(super) fn with_port<'r>(host: Host<'r>, text: Option<&str>) -> Host<'r> {
    match text.and_then(|text| text.parse().ok()) {
        Some(port) if port > 0 && !host.is_unknown() => host.with_port(port),
        _ => host,
    }
}

/// An account by name, domain and identifier; the name may hold the domain itself.
pub(super) fn account<'r>(
    name: Option<&'r str>,
    domain: Option<&'r str>,
    id: Option<&'r str>,
) -> Option<Account<'r>> {
    let mut account = Account::parse(name?);
    if account.domain.is_none()
        && let Some(domain) = domain
    {
        account = account.with_domain(domain);
    }
    match id {
        Some(sid) if sid.starts_with("S-1-") => Some(account.with_sid(sid)),
        _ => Some(account),
    }
}

/// The engine's refusal, with the names that the shape has for its fields.
pub(super) fn refused(error: &EventError, names: &[(&'static str, &'static str)]) -> Fault {
    let field = match error {
        EventError::Missing { field } | EventError::TooLong { field, .. } => *field,
        _ => "time",
    };
    let name = names.iter().find(|(ours, _)| *ours == field).map_or(field, |(_, theirs)| *theirs);
    Fault::column(name, error.to_string())
}
