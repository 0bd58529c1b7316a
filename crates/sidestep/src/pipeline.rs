//! How an event comes in: its names resolved, its meaning read, its day begun.

use std::borrow::Cow;

use crate::alert::Alert;
use crate::engine::Engine;
use crate::event::classify::{EventRole, is_desktop, is_idle, role_of};
use crate::event::{Account, Activity, AuthEvent, Event, Outcome, Timestamp};
use crate::identity::resolve::Resolved;
use crate::judge::Odd;
use crate::login::{Login, host_parts, may_use_ticket, protocol_class};
use crate::rules::observation::{EventClass, Finding};
use crate::store::Id;
use crate::time::MINUTE;

impl Engine {
    /// Takes one event in, and raises alerts if asked and ready.
    pub(crate) fn take(&mut self, event: Event<'_>, raise: bool, alerts: &mut Vec<Alert>) {
        self.metrics.events += 1;
        let time = event.time();
        if time < self.now {
            let allowed = Timestamp::from(self.config.lateness_minutes) * MINUTE;
            if self.now - time > allowed {
                self.metrics.late += 1;
                return;
            }
        } else {
            self.advance_to(time, raise, alerts);
        }
        match event {
            Event::Auth(auth) => self.identity.learn(auth),
            Event::Activity(activity) => {
                self.metrics.activities += 1;
                self.identity.learn_activity(activity);
            }
        }
        let class = EventClass::of(event);
        if class.is_none() && event.auth().is_none_or(is_idle) {
            // Nobody looks at it, so its names must not take the place of others.
            self.metrics.passed_over += u64::from(event.auth().is_some());
            return;
        }
        let parties = self.parties(event);
        let found = class.map_or_else(Vec::new, |class| self.inspect(event, class, &parties));
        match event {
            Event::Auth(auth) => self.take_auth(auth, &parties, found, raise, alerts),
            Event::Activity(_) => self.prove_found(found, event, raise, alerts),
        }
    }

    fn take_auth(
        &mut self,
        event: &AuthEvent<'_>,
        parties: &Resolved,
        found: Vec<Finding>,
        raise: bool,
        alerts: &mut Vec<Alert>,
    ) {
        let time = event.time();
        let Resolved { source, destination, .. } = *parties;
        let remote = source.zip(destination).is_some_and(|(from, to)| from != to);
        let source_name = source.and_then(|id| self.baseline.hosts.name_of(id));
        let meaning = role_of(event, source_name, remote);
        if meaning == EventRole::Nothing {
            self.metrics.passed_over += 1;
            return self.prove_found(found, event.into(), raise, alerts);
        }
        let account = self.login_account(event, parties);
        let [source, destination] = match meaning {
            EventRole::Login | EventRole::Ticket => [source, destination],
            _ => [None, destination.or(source)],
        }
        .map(|host| host.and_then(|id| self.baseline.hosts.slot_of(id)));
        let Some(destination) = destination else {
            return self.prove_found(found, event.into(), raise, alerts);
        };
        match (meaning, source) {
            (EventRole::LocalActivity | EventRole::InteractiveLogon, _) => {
                if meaning == EventRole::InteractiveLogon {
                    let subject = subject_of(event).map(|subject| self.account_slot(subject));
                    self.baseline.learn_keyboard(account, destination, time, subject);
                }
                self.baseline.learn_presence(account, destination, time);
                self.prove_found(found, event.into(), raise, alerts);
            }
            (EventRole::Login | EventRole::Ticket, Some(source)) => {
                if let (Activity::ServiceTicket, Some(guid)) =
                    (event.activity(), event.logon_guid())
                {
                    let source = self.baseline.hosts.id(source);
                    self.sessions.learn_ticket(guid, source, time);
                }
                let protocol = protocol_class(event.auth_protocol(), event.logon_type());
                let profile = self.baseline.hosts.profile_mut(destination);
                if meaning == EventRole::Login {
                    profile.reports_tickets_used |= may_use_ticket(protocol);
                } else if profile.reports_tickets_used {
                    self.baseline.learn_presence(account, source, time);
                    return self.prove_found(found, event.into(), raise, alerts);
                }
                let login = Login {
                    time,
                    account,
                    source,
                    destination,
                    protocol,
                    failed: event.outcome() == Outcome::Failure,
                };
                self.take_login(event, &login, parties, found, raise, alerts);
            }
            (EventRole::Nothing | EventRole::Login | EventRole::Ticket, _) => {}
        }
    }

    fn take_login(
        &mut self,
        event: &AuthEvent<'_>,
        login: &Login,
        parties: &Resolved,
        mut found: Vec<Finding>,
        raise: bool,
        alerts: &mut Vec<Alert>,
    ) {
        let key = self.baseline.edge_key(login);
        if is_desktop(event.logon_type()) && !login.failed {
            self.movements.became_desktop(key, login.time);
        }
        if self.sessions.is_duplicate(event, login.failed, key) {
            self.metrics.duplicates += 1;
            return self.prove_found(found, event.into(), raise, alerts);
        }
        self.metrics.logins += 1;
        if self.baseline.is_habitual(key, login) {
            self.metrics.habitual += 1;
            return self.prove_found(found, event.into(), raise, alerts);
        }
        found.extend(self.inspect(event.into(), EventClass::NEW_LOGIN, parties));
        let proofs = self.weigh_findings(found, event.into());
        // A burst shows what the logins before it were; that is no evidence of this one.
        let (proofs, of_others): (Vec<_>, Vec<_>) =
            proofs.into_iter().partition(|proof| !proof.finding.of_another);
        self.prove(of_others, event.into(), raise, alerts);
        let odd = self.judge(event, login, key);
        let is_new = self.baseline.edges.get(key).is_none();
        self.news[0].0 += 1;
        self.news[0].1 += u64::from(is_new);
        match odd {
            Odd::No(judged) => {
                self.calibrate(&judged);
                self.learn_now(key, login, judged.tail);
                self.prove(proofs, event.into(), raise, alerts);
            }
            Odd::Yes(judged, mut suspect) => {
                proofs.into_iter().for_each(|proof| suspect.prove(proof.weighed));
                self.suspect(login, &judged, *suspect, raise, alerts);
            }
        }
    }

    /// Weighs what was found and takes it in.
    fn prove_found(
        &mut self,
        found: Vec<Finding>,
        event: Event<'_>,
        raise: bool,
        alerts: &mut Vec<Alert>,
    ) {
        if !found.is_empty() {
            let proofs = self.weigh_findings(found, event);
            self.prove(proofs, event, raise, alerts);
        }
    }

    /// Where the session of an event was opened from, should the event itself not say, or not be
    /// believed.
    pub(crate) fn ticket_source(&self, event: &AuthEvent<'_>) -> Option<&str> {
        let hosts = &self.baseline.hosts;
        if let Cow::Owned(source) = self.believed_source(event) {
            let name = self.identity.host(&source, event.time())?;
            let slot = hosts.find(host_parts(Some(&name)))?;
            return hosts.name_of(hosts.id(slot));
        }
        hosts.name_of(self.ticket_source_id(event)?)
    }

    /// The same by its id; none that has been evicted.
    pub(crate) fn ticket_source_id(&self, event: &AuthEvent<'_>) -> Option<Id> {
        let guid = event.logon_guid().filter(|_| event.src_host().is_unknown())?;
        let source = self.sessions.source_of(guid, event.time())?;
        self.baseline.hosts.slot_of(source).map(|_| source)
    }
}

/// Who ran something as another account; not a machine, on whose behalf people log on.
fn subject_of<'e, 'a>(event: &'e AuthEvent<'a>) -> Option<&'e Account<'a>> {
    event.subject().filter(|subject| {
        subject.kind.can_move() && !subject.name.eq_ignore_ascii_case(&event.account().name)
    })
}
