//! What kind of organisation a seed makes: every constant of everyday life, drawn from wide ranges.

use crate::rng::{Rng, Stream};

/// The organisation's constants. Rates are per working day unless said otherwise.
#[derive(Debug, Clone)]
pub(crate) struct Parameters {
    /// People per department, on average.
    pub(crate) department_size: f64,
    /// Spread of department sizes: the largest over the smallest.
    pub(crate) department_spread: f64,
    /// Share of departments that are technical.
    pub(crate) technical: f64,
    /// Share of people of technical departments who hop between servers.
    pub(crate) developers: f64,
    /// Share of people with a second machine.
    pub(crate) second_machine: f64,
    /// Share of people without a machine of their own.
    pub(crate) hot_desk: f64,
    /// Servers a department has.
    pub(crate) department_servers: (u32, u32),
    /// People per application.
    pub(crate) people_per_app: f64,
    /// Servers a person uses by habit.
    pub(crate) habit: (u32, u32),
    /// How much a person prefers the first of them.
    pub(crate) habit_skew: f64,
    /// Jump hosts.
    pub(crate) jump_hosts: u32,
    /// Whether administrators go through jump hosts rather than straight from their machine.
    pub(crate) jump_discipline: f64,
    /// Share of people who administer something.
    pub(crate) admins: f64,
    /// Share of them with a second account for it.
    pub(crate) second_account: f64,
    /// Whether second accounts are named apart from people's.
    pub(crate) admin_letter: char,
    /// Service accounts beside those of the applications, per hundred accounts.
    pub(crate) service_accounts: f64,
    /// Servers in one administrative group.
    pub(crate) server_group: f64,
    /// Share of accounts that nobody uses any more.
    pub(crate) dormant: f64,
    /// Domains.
    pub(crate) domains: u8,
    /// Sites, and by how many hours each begins later.
    pub(crate) site_offsets: Vec<u32>,
    /// When the day begins, in hours.
    pub(crate) start_hour: f64,
    /// How far people differ in that.
    pub(crate) start_spread: f64,
    /// Length of a working day in hours.
    pub(crate) day_hours: f64,
    /// Chance that somebody works on a day of the weekend.
    pub(crate) weekend: f64,
    /// Network visits of a person.
    pub(crate) visits: f64,
    /// Unlocks of a screen.
    pub(crate) unlocks: f64,
    /// Factor on what machines do by themselves.
    pub(crate) machine_noise: f64,
    /// Factor on tickets asked for.
    pub(crate) tickets: f64,
    /// Share of visits that fall back to NTLM on an ordinary server.
    pub(crate) ntlm: f64,
    /// Share of servers that speak NTLM most of the time.
    pub(crate) ntlm_servers: f64,
    /// Share of technical servers that are reached by SSH.
    pub(crate) unix: f64,
    /// Mistyped passwords of a person.
    pub(crate) typos: f64,
    /// Share of what is done on servers that leaves the habits of whoever does it.
    pub(crate) stray: f64,
    /// Destinations that are new to a person.
    pub(crate) explore: f64,
    /// Share of new destinations that become a habit.
    pub(crate) adopt: f64,
    /// Visits to a colleague's machine.
    pub(crate) colleague_share: f64,
    /// Own password typed at a colleague's desk.
    pub(crate) colleague_desk: f64,
    /// Use of the team's account by one of its members.
    pub(crate) team_use: f64,
    /// Use of a service account by a developer or administrator.
    pub(crate) service_use: f64,
    /// Administrators' tasks.
    pub(crate) admin_tasks: f64,
    /// Desks a helpdesk member visits remotely.
    pub(crate) helpdesk_visits: f64,
    /// Developers' walks from server to server.
    pub(crate) walks: f64,
    /// Whether the machine is named as the asker of a logon at the keyboard.
    pub(crate) machine_asks: bool,
    /// Visits by an application to its database.
    pub(crate) app_visits: f64,
    /// Factor on one-off and rare changes (see the calendar), by organisation.
    pub(crate) change: f64,
    /// Whether people may reach colleagues' machines over the network at all.
    pub(crate) open_workstations: bool,
}

impl Parameters {
    /// Draws the constants of `seed`; `restlessness` raises everything that looks like an attack.
    pub(crate) fn draw(seed: u64, accounts: u32, restlessness: f64) -> Self {
        let mut rng = Rng::new(seed, Stream::Parameters, 0, 0);
        let rng = &mut rng;
        let size = f64::from(accounts);
        let low = rng.int(1, 3);
        let habit = rng.int(3, 6);
        let sites = if size < 60.0 { 1 } else { rng.int(1, 4) };
        let mut site_offsets = vec![0];
        for _ in 1..sites {
            site_offsets.push(rng.int(0, 9));
        }
        Self {
            department_size: rng.log_range(9.0, 55.0),
            department_spread: rng.log_range(1.5, 8.0),
            technical: rng.range(0.12, 0.45),
            developers: rng.range(0.25, 0.8),
            second_machine: rng.range(0.04, 0.3),
            hot_desk: rng.range(0.01, 0.12),
            department_servers: (low, low + rng.int(1, 4)),
            people_per_app: rng.log_range(18.0, 90.0),
            habit: (habit, habit + rng.int(2, 9)),
            habit_skew: rng.range(1.3, 2.8),
            jump_hosts: rng.int(1, 3) + (size / 2_500.0) as u32,
            jump_discipline: rng.range(0.15, 0.95),
            admins: rng.range(0.025, 0.07),
            second_account: rng.range(0.5, 1.0),
            admin_letter: if rng.chance(0.7) { 'A' } else { 'U' },
            service_accounts: rng.log_range(0.5, 3.0),
            server_group: rng.log_range(6.0, 25.0),
            dormant: rng.range(0.01, 0.04),
            domains: if rng.chance(0.35) { 2 } else { 1 },
            site_offsets,
            start_hour: rng.range(6.5, 9.0),
            start_spread: rng.range(0.4, 1.6),
            day_hours: rng.range(7.8, 9.5),
            weekend: rng.log_range(0.01, 0.15),
            visits: rng.log_range(8.0, 15.0),
            unlocks: rng.range(1.0, 4.5),
            machine_noise: rng.range(0.75, 1.35),
            tickets: rng.range(0.6, 1.3),
            ntlm: rng.log_range(0.005, 0.06),
            ntlm_servers: rng.range(0.02, 0.15),
            unix: rng.range(0.0, 0.3),
            typos: rng.log_range(0.02, 0.15),
            stray: rng.log_range(0.006, 0.036) * restlessness,
            explore: rng.log_range(0.024, 0.096) * restlessness,
            adopt: rng.range(0.05, 0.3),
            colleague_share: rng.log_range(0.0024, 0.024) * restlessness,
            colleague_desk: rng.log_range(0.002, 0.01) * restlessness,
            team_use: rng.log_range(0.018, 0.12) * restlessness,
            service_use: rng.log_range(0.012, 0.072) * restlessness,
            admin_tasks: rng.range(1.5, 4.5),
            helpdesk_visits: rng.range(2.0, 7.0),
            walks: rng.log_range(0.09, 0.42) * libm::sqrt(restlessness),
            machine_asks: rng.chance(0.6),
            app_visits: rng.log_range(12.0, 50.0),
            change: rng.log_range(0.7, 1.5) * restlessness,
            open_workstations: rng.chance(0.5),
        }
    }
}
