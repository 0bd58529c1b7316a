//! Everyday life: what people, administrators, services and machines do on one day.

mod admin;
mod machine;
mod person;
mod service;

use crate::activity::{Activities, SimActivity};
use crate::config::SimConfig;
use crate::hard_negatives::{Calendar, Tally, run, scan};
use crate::log::{Log, settle};
use crate::login_row::Row;
use crate::org::Org;
use crate::rng::{Rng, Stream};

/// Somebody's working day: who, on which machine, from when to when.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shift {
    pub(crate) person: u32,
    pub(crate) day: u32,
    pub(crate) host: u32,
    pub(crate) from: u32,
    pub(crate) to: u32,
}

impl Shift {
    /// A moment of the shift: anywhere, but less around noon.
    pub(crate) fn moment(&self, rng: &mut Rng) -> u32 {
        let place = rng.unit();
        let place = if place > 0.44 && place < 0.56 { rng.unit() } else { place };
        self.from + (place * f64::from(self.to - self.from)) as u32
    }
}

/// Everyday life of one organisation, day after day.
pub(crate) struct Everyday {
    pub(crate) org: Org,
    calendar: Calendar,
    seed: u64,
    /// Rows of nights that go on into the next day.
    later: Vec<Row>,
    later_activities: Vec<SimActivity>,
    pub(crate) tally: Tally,
}

impl Everyday {
    pub(crate) fn new(mut org: Org, config: &SimConfig) -> Self {
        let mut calendar = Calendar::plan(&mut org, config);
        if let Some(change) = config.change {
            change.plan(&mut org, &mut calendar, config);
        }
        Self {
            org,
            calendar,
            seed: config.seed,
            later: Vec::new(),
            later_activities: Vec::new(),
            tally: Tally::default(),
        }
    }

    /// Writes the rows of `day`, in order of time, and gives what was done beside them.
    pub(crate) fn day(&mut self, day: u32, rows: &mut Vec<Row>) -> Vec<SimActivity> {
        rows.append(&mut self.later);
        let mut activities = Activities::of_day(self.seed, day);
        activities.list.append(&mut self.later_activities);
        let ids = self.org.ids();
        let mut log = Log { rows, activities: &mut activities, ids, attack: 0 };
        let mut rng = Rng::new(self.seed, Stream::Campaign, u64::from(day), 0);
        for campaign in self.calendar.on(day).to_vec() {
            run(
                &campaign,
                &mut self.org,
                &mut self.calendar,
                day,
                &mut rng,
                &mut log,
                &mut self.tally,
            );
        }
        scan(&self.org, day, &mut rng, &mut log, &mut self.tally);
        for person in 0..self.org.people.len() {
            person::day(&mut self.org, person, day, self.seed, &mut log, &mut self.tally);
        }
        service::day(&self.org, day, self.seed, &mut log, &mut self.tally);
        machine::day(&self.org, day, self.seed, &mut log);
        settle(rows, &mut self.later, day);
        settle(&mut activities.list, &mut self.later_activities, day);
        activities.list
    }
}
