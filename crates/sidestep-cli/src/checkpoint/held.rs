//! Events that were read and are held back to be put in order, as they are saved.

use serde::{Deserialize, Serialize};
use sidestep::Timestamp;
use sidestep::event::{AuthEvent, Event, HostActivity, Reorder};

/// What is held back, and up to when events were given out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct HeldBack {
    /// One a line, in JSON.
    events: String,
    given: Option<Timestamp>,
    /// Events that came too late.
    late: u64,
}

/// An event as it is saved.
#[derive(Serialize)]
enum Saved<'e> {
    Auth(&'e AuthEvent<'e>),
    Activity(&'e HostActivity<'e>),
}

/// The same as it is read.
#[derive(Deserialize)]
enum Loaded<'e> {
    #[serde(borrow)]
    Auth(AuthEvent<'e>),
    #[serde(borrow)]
    Activity(HostActivity<'e>),
}

impl HeldBack {
    /// What `reorder` holds.
    ///
    /// # Errors
    /// In words, what cannot be written.
    pub(crate) fn of(reorder: &Reorder, late_before: u64) -> Result<Self, String> {
        let mut events = String::new();
        for event in reorder.held() {
            let saved = match event {
                Event::Auth(event) => Saved::Auth(event),
                Event::Activity(activity) => Saved::Activity(activity),
                other => return Err(format!("an event of an unknown kind is held: {other:?}")),
            };
            events.push_str(&serde_json::to_string(&saved).map_err(|error| error.to_string())?);
            events.push('\n');
        }
        Ok(Self { events, given: Some(reorder.given()), late: late_before + reorder.late() })
    }

    /// `empty` with what was held.
    ///
    /// # Errors
    /// In words, what is wrong with an event.
    pub(crate) fn put_in(&self, empty: Reorder) -> Result<Reorder, String> {
        let mut reorder = match self.given {
            Some(given) => empty.resuming(given),
            None => empty,
        };
        let mut lost = 0_u64;
        for line in self.events.lines() {
            let event: Loaded<'_> =
                serde_json::from_str(line).map_err(|error| format!("a held event: {error}"))?;
            let event = match &event {
                Loaded::Auth(event) => Event::Auth(event),
                Loaded::Activity(activity) => Event::Activity(activity),
            };
            reorder.push(event, &mut |_| lost += 1);
        }
        // Whoever holds them back never holds what is due.
        if lost > 0 { Err(format!("{lost} held events were due")) } else { Ok(reorder) }
    }

    /// Whether a name stands in an event that is held, in any case.
    pub(crate) fn names(&self, name: &str) -> bool {
        self.events.to_lowercase().contains(&name.to_lowercase())
    }

    /// Events that came too late so far.
    pub(crate) const fn late(&self) -> u64 {
        self.late
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sidestep::event::{Account, Host, HostActivityKind};

    #[test]
    fn what_is_held_goes_on_as_it_was() {
        let mut reorder = Reorder::new(10, 100);
        let mut given = Vec::new();
        let login = |second: i64| {
            AuthEvent::builder(
                Timestamp::from_micros(second * 1_000_000 + 7),
                Account::parse("a\"\u{e9}@D"),
            )
            .dst_host(Host::named("FILES"))
            .logon_guid(u128::MAX - 3)
            .logon_id(u64::MAX)
            .raw_ref(second.unsigned_abs())
            .build()
            .unwrap()
        };
        for second in [5000, 4700, 4401, 5003, 4402] {
            reorder.push(&login(second), &mut |event| given.push(event.time()));
        }
        let started = HostActivity::builder(
            Timestamp::from_secs(4999),
            HostActivityKind::ServiceInstall,
            Host::named("FILES"),
        )
        .object("a\\b\n")
        .build()
        .unwrap();
        reorder.push(&started, &mut |event| given.push(event.time()));
        let saved = HeldBack::of(&reorder, 2).unwrap();
        let saved: HeldBack = postcard::from_bytes(&postcard::to_stdvec(&saved).unwrap()).unwrap();
        let mut other = saved.put_in(Reorder::new(10, 100)).unwrap();
        assert_eq!(other.held(), reorder.held());
        assert_eq!(saved.late(), 2);
        let rest = |reorder: &mut Reorder| {
            let mut rest = Vec::new();
            for second in [4300, 4650, 6000] {
                reorder.push(&login(second), &mut |event| rest.push(event.time()));
            }
            reorder.finish(&mut |event| rest.push(event.time()));
            (rest, reorder.late())
        };
        assert_eq!(rest(&mut other), rest(&mut reorder));
    }
}
