//! Accounts and hosts of which nothing is known any more.

use super::{Baseline, HostProfile};
use crate::store::Id;

impl Baseline {
    /// Forgets edges and pairs of accounts and hosts, and counts what others have without them.
    pub(crate) fn forget_ids(
        &mut self,
        is_account: &impl Fn(Id) -> bool,
        is_host: &impl Fn(Id) -> bool,
    ) {
        self.edges.sweep(|[account, source, destination], _| {
            !(is_account(account) || is_host(source) || is_host(destination))
        });
        self.presence.sweep(|[account, host], _| !(is_account(account) || is_host(host)));
        self.keyboard.sweep(|[account, host], _| !(is_account(account) || is_host(host)));
        self.companions.sweep(|[one, other], _| !(is_account(one) || is_account(other)));
        self.journal.forget(is_account, is_host);
        let mut gone = Vec::new();
        self.account_destination.sweep(|key @ [account, host], _| {
            let is_gone = is_account(account) || is_host(host);
            gone.extend(is_gone.then_some(key));
            !is_gone
        });
        for [account, host] in gone.drain(..) {
            self.forget_account_destination(account, host);
        }
        self.account_source.sweep(|key @ [account, host], _| {
            let is_gone = is_account(account) || is_host(host);
            gone.extend(is_gone.then_some(key));
            !is_gone
        });
        for [account, host] in gone.drain(..) {
            self.forget_account_source(account, host);
        }
        self.source_destination.sweep(|key @ [source, destination], _| {
            let is_gone = is_host(source) || is_host(destination);
            gone.extend(is_gone.then_some(key));
            !is_gone
        });
        for [source, _] in gone.drain(..) {
            self.forget_source_destination(source);
        }
        let forget = |profile: &mut HostProfile| profile.forget_accounts(is_account);
        self.hosts.profiles_mut().iter_mut().for_each(forget);
    }
}
