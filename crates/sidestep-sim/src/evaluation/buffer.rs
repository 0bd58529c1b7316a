//! Events of several logs, put in order of time.

use sidestep::{AuthEvent, Event, HostActivity, Timestamp};

/// Holds events until they can be handed on in order of time: a login is told of by its
/// destination, its controller and a sensor, each in a log of its own.
#[derive(Debug, Default)]
pub struct EventBuffer {
    held: Vec<(Timestamp, Held)>,
    newest: Timestamp,
}

#[derive(Debug)]
enum Held {
    Login(Box<AuthEvent<'static>>),
    Activity(Box<HostActivity<'static>>),
}

impl EventBuffer {
    /// Takes an event.
    pub fn add(&mut self, event: Event<'_>) {
        let held = match event {
            Event::Auth(login) => Held::Login(Box::new(login.clone().into_owned())),
            Event::Activity(activity) => match owned(activity) {
                Some(activity) => Held::Activity(Box::new(activity)),
                None => return,
            },
        };
        self.newest = self.newest.max(event.time());
        self.held.push((event.time(), held));
    }

    /// Events held.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.held.len()
    }

    /// Whether none is held.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// Time of the newest event so far, in microseconds.
    #[must_use]
    pub const fn newest(&self) -> Timestamp {
        self.newest
    }

    /// Hands on what happened before `until`. What has the same time stays in the order in which
    /// it came.
    pub fn give(&mut self, until: Timestamp, sink: &mut dyn FnMut(Event<'_>)) {
        self.held.sort_by_key(|(time, _)| *time);
        let now = self.held.partition_point(|(time, _)| *time < until);
        for (_, held) in self.held.drain(..now) {
            match held {
                Held::Login(login) => sink((&*login).into()),
                Held::Activity(activity) => sink((&*activity).into()),
            }
        }
    }
}

/// The same record that owns its text; `None` never, for a record that exists is a valid one.
fn owned(activity: &HostActivity<'_>) -> Option<HostActivity<'static>> {
    let host = activity.host().clone().into_owned();
    let mut builder = HostActivity::builder(activity.time(), activity.kind(), host)
        .peer(activity.peer().clone().into_owned());
    if let Some(account) = activity.account() {
        builder = builder.account(account.clone().into_owned());
    }
    if let Some(object) = activity.object() {
        builder = builder.object(object.to_owned());
    }
    if let Some(id) = activity.logon_id() {
        builder = builder.logon_id(id);
    }
    if let Some(code) = activity.event_code() {
        builder = builder.event_code(code);
    }
    if let Some(raw_ref) = activity.raw_ref() {
        builder = builder.raw_ref(raw_ref);
    }
    builder.build().ok()
}

#[cfg(test)]
mod tests {
    use sidestep::{Account, Host, HostActivityKind};

    use super::*;

    #[test]
    fn events_come_in_order_and_the_young_are_held() {
        let login =
            |time| AuthEvent::builder(time, Account::new("u")).dst_host(Host::named("h")).build();
        let share = HostActivity::builder(4, HostActivityKind::ShareAccess, Host::named("h"))
            .account(Account::new("u"))
            .object("x")
            .logon_id(3)
            .build()
            .expect("sound");
        let mut buffer = EventBuffer::default();
        for time in [9, 2] {
            let login = login(time);
            login.iter().for_each(|login| buffer.add(login.into()));
        }
        buffer.add((&share).into());
        let mut seen = Vec::new();
        buffer.give(9, &mut |event| {
            if let Event::Activity(activity) = event {
                assert_eq!(activity, &share);
            }
            seen.push(event.time());
        });
        assert_eq!((seen, buffer.len(), buffer.newest()), (vec![2, 4], 1, 9));
        buffer.give(10, &mut |_| ());
        assert!(buffer.is_empty());
    }
}
