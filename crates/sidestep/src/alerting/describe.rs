//! A movement as the alert that somebody reads.

use super::techniques;
use crate::alert::{Alert, AlertState, CredentialSwitch, Hop, Origin, Severity, bounded};
use crate::event::Timestamp;
use crate::movement::{self, Movement};
use crate::time::Micros;

/// Days in a week, a month and a year: a movement expected less than once in each is medium,
/// high, critical.
const SEVERITIES: [(f64, Severity); 3] =
    [(365.0, Severity::Critical), (30.0, Severity::High), (7.0, Severity::Medium)];

impl Movement {
    /// The alert on this movement.
    ///
    /// `rate` is the number of movements a day that reach its score, `p_value` their share.
    pub(crate) fn to_alert(
        &self,
        state: AlertState,
        detected_at: Micros,
        rate: f64,
        p_value: f64,
    ) -> Alert {
        let hops = self.hops();
        let origin =
            Origin { host: self.hops[0].src_host.clone(), user: self.hops[0].user.clone() };
        let (pivots, targets) = self.reached();
        let credential_switches = self.switches();
        let techniques = techniques::of(&self.hops, self.failed, !credential_switches.is_empty());
        let severity = SEVERITIES
            .into_iter()
            .find(|&(days, _)| rate * days <= 1.0)
            .map_or(Severity::Low, |(_, severity)| severity);
        let time = |micros: Option<Micros>| Timestamp::from_micros(micros.unwrap_or(detected_at));
        let summary = self.summary(&origin, &pivots, &targets, credential_switches.len());
        Alert {
            id: format!("{:016x}", self.id),
            state,
            score: bounded(self.score),
            surprise: self.score,
            p_value,
            severity,
            first_seen: time(self.hops.iter().map(|hop| hop.time).min()),
            last_seen: time(self.hops.iter().map(|hop| hop.time).max()),
            detected_at: Timestamp::from_micros(detected_at),
            origin,
            pivots,
            targets,
            techniques,
            credential_switches,
            hops,
            summary,
            held_back: None,
        }
    }

    /// The hops in order of time: a login that came late may be older than the one before it.
    fn hops(&self) -> Vec<Hop> {
        let mut order: Vec<usize> = (0..self.hops.len()).collect();
        order.sort_by_key(|&at| self.hops[at].time);
        let mut place = vec![0; order.len()];
        for (to, &from) in order.iter().enumerate() {
            place[from] = to;
        }
        order.iter().map(|&at| hop(&self.hops[at], &place)).collect()
    }

    /// Hosts reached and moved on from, and hosts reached and not moved on from.
    fn reached(&self) -> (Vec<String>, Vec<String>) {
        let is_left = |host: &str| self.hops.iter().any(|hop| hop.src_host == host);
        let origin = &self.hops[0].src_host;
        let (mut pivots, mut targets): (Vec<String>, Vec<String>) = Default::default();
        for hop in &self.hops {
            let host = &hop.dst_host;
            if host == origin {
                continue;
            }
            let list = if is_left(host) { &mut pivots } else { &mut targets };
            if !list.contains(host) {
                list.push(host.clone());
            }
        }
        (pivots, targets)
    }

    fn switches(&self) -> Vec<CredentialSwitch> {
        let mut switches: Vec<CredentialSwitch> = Vec::new();
        for hop in &self.hops {
            let Some(parent) = hop.parent else { continue };
            let from = &self.hops[parent as usize].user;
            let known = |s: &CredentialSwitch| s.host == hop.src_host && s.to == hop.user;
            if from != &hop.user && !switches.iter().any(known) {
                switches.push(CredentialSwitch {
                    time: Timestamp::from_micros(hop.time),
                    host: hop.src_host.clone(),
                    from: from.clone(),
                    to: hop.user.clone(),
                });
            }
        }
        switches
    }

    fn summary(
        &self,
        origin: &Origin,
        pivots: &[String],
        targets: &[String],
        switches: usize,
    ) -> String {
        let mut users: Vec<&str> = Vec::new();
        for hop in &self.hops {
            if !users.contains(&hop.user.as_str()) {
                users.push(&hop.user);
            }
        }
        let failed = self.failed;
        if pivots.is_empty() && targets.is_empty() {
            return format!(
                "On {}, {} did what is told below.",
                origin.host,
                listed(&users, "accounts")
            );
        }
        let mut text = format!("From {}, {} ", origin.host, listed(&users, "accounts"));
        let targets: Vec<&str> = targets.iter().map(String::as_str).collect();
        let pivots: Vec<&str> = pivots.iter().map(String::as_str).collect();
        match pivots.is_empty() {
            true => text += &format!("reached {}", listed(&targets, "hosts")),
            false if targets.is_empty() => {
                text += &format!("moved over {}", listed(&pivots, "hosts"));
            }
            false => {
                text += &format!(
                    "moved over {} to {}",
                    listed(&pivots, "hosts"),
                    listed(&targets, "hosts")
                );
            }
        }
        if switches > 0 {
            text += &format!(", changing credentials {}", times(switches));
        }
        if failed > 0 {
            text += &format!("; {failed} login{} failed", if failed == 1 { "" } else { "s" });
        }
        text.push('.');
        text
    }
}

/// One to three names, or a number of things.
fn listed(names: &[&str], things: &str) -> String {
    match names {
        [] => format!("no {things}"),
        [one] => (*one).to_owned(),
        [one, two] => format!("{one} and {two}"),
        [one, two, three] => format!("{one}, {two} and {three}"),
        many => format!("{} {things}", many.len()),
    }
}

fn times(count: usize) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        count => format!("{count} times"),
    }
}

fn hop(hop: &movement::Hop, place: &[usize]) -> Hop {
    Hop {
        time: Timestamp::from_micros(hop.time),
        user: hop.user.clone(),
        src_host: hop.src_host.clone(),
        dst_host: hop.dst_host.clone(),
        outcome: hop.outcome,
        auth_protocol: hop.auth_protocol,
        logon_type: hop.logon_type,
        parent: hop.parent.map(|parent| place[parent as usize]),
        surprise: hop.surprise,
        evidence: hop.evidence.iter().cloned().map(Into::into).collect(),
        raw_ref: hop.raw_ref,
    }
}
