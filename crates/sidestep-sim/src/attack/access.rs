//! What a credential opens.

use super::observed_logins::ObservedLogins;
use crate::org::{HostKind, Org, Owner, Tier};
use crate::rng::Rng;

/// Whether `account` may log on to `host`.
pub(super) fn may(org: &Org, observed: &ObservedLogins, account: u32, host: u32) -> bool {
    if observed.used(account).contains(&host) {
        return true;
    }
    let about = &org.hosts[host as usize];
    if about.kind == HostKind::Global {
        return true;
    }
    match org.owners.get(account as usize) {
        Some(Owner::Spare) => true,
        Some(Owner::Team(d)) => org.departments[usize::from(*d)].servers.contains(&host),
        Some(Owner::Service) => org.service_reach(account).1.contains(&host),
        Some(Owner::Person(p) | Owner::Second(p)) => {
            let person = &org.people[*p as usize];
            if org.administers(account) {
                let of_tier = match person.tier {
                    Tier::Domain => true,
                    Tier::Servers => {
                        about.kind == HostKind::Jump
                            || (about.is_server() && person.groups.contains(&about.group))
                    }
                    Tier::Helpdesk => !about.is_server(),
                    Tier::Nothing => false,
                };
                if of_tier {
                    return true;
                }
            }
            let own = &org.departments[usize::from(person.department)];
            person.servers.contains(&host)
                || own.servers.contains(&host)
                || (about.kind == HostKind::Workstation
                    && org.parameters.open_workstations
                    && about.department == person.department)
        }
        None => false,
    }
}

/// Hosts that `account` opens: a list that is not complete, but broad.
pub(super) fn reach(org: &Org, observed: &ObservedLogins, account: u32, rng: &mut Rng) -> Vec<u32> {
    let mut list: Vec<u32> = rng.sample(observed.used(account), 16);
    list.extend(rng.sample(&org.globals, 2));
    match org.owners.get(account as usize) {
        Some(Owner::Spare) => {
            list.extend(rng.sample(&org.servers, 24));
            list.extend(rng.sample(&org.workstations, 12));
            list.extend(rng.pick(&org.controllers));
        }
        Some(Owner::Team(d)) => list.extend(&org.departments[usize::from(*d)].servers),
        Some(Owner::Service) => {
            let targets = org.service_reach(account).1;
            list.extend(rng.sample(&targets, 24));
            // Service accounts are local administrators in more places than they are used in.
            list.extend(rng.sample(&org.servers, 10));
        }
        Some(Owner::Person(p) | Owner::Second(p)) => {
            let person = &org.people[*p as usize];
            list.extend(rng.sample(&person.servers, 12));
            let own = &org.departments[usize::from(person.department)];
            list.extend(rng.sample(&own.servers, 12));
            if org.parameters.open_workstations {
                let peers = rng.sample(&own.members, 5);
                list.extend(peers.iter().map(|peer| org.people[*peer as usize].home));
            }
            if org.administers(account) {
                match person.tier {
                    Tier::Domain => {
                        list.extend(rng.sample(&org.servers, 20));
                        list.extend(rng.sample(&org.controllers, 4));
                        list.extend(rng.sample(&org.workstations, 6));
                    }
                    Tier::Servers => {
                        for group in person.groups {
                            let group = org.groups.get(usize::from(group));
                            list.extend(rng.sample(group.map_or(&[][..], Vec::as_slice), 14));
                        }
                        list.extend(&org.jumps);
                    }
                    Tier::Helpdesk => list.extend(rng.sample(&org.workstations, 30)),
                    Tier::Nothing => {}
                }
            }
        }
        None => {}
    }
    crate::org::dedup(&mut list);
    list
}

/// What an insider is curious about: other departments' servers, open to him or not.
pub(super) fn curiosity(
    org: &Org,
    observed: &ObservedLogins,
    account: u32,
    rng: &mut Rng,
) -> Vec<u32> {
    let mut list = rng.sample(&org.servers, 18);
    list.extend(peers_go(org, observed, account, rng));
    let used = observed.used(account);
    list.retain(|host| !used.contains(host));
    list.truncate(30);
    list.extend(rng.sample(used, 4));
    crate::org::dedup(&mut list);
    list
}

/// Where the peers of `account` go: those of its department, or of its kind of administrator.
pub(super) fn peers_go(
    org: &Org,
    observed: &ObservedLogins,
    account: u32,
    rng: &mut Rng,
) -> Vec<u32> {
    let Some(p) = org.person_of(account) else {
        return observed.used(account).to_vec();
    };
    let person = &org.people[p as usize];
    let second = person.second == account;
    let peers: &[u32] = match (second, person.tier) {
        (true, Tier::Helpdesk) => &org.helpdesk,
        (true, Tier::Servers) => &org.server_admins,
        (true, Tier::Domain) => &org.domain_admins,
        _ => &org.departments[usize::from(person.department)].members,
    };
    let mut list = Vec::new();
    for peer in rng.sample(peers, 10) {
        let peer = &org.people[peer as usize];
        let account = if second { peer.admin_account() } else { peer.account };
        list.extend_from_slice(observed.used(account));
    }
    crate::org::dedup(&mut list);
    list
}
