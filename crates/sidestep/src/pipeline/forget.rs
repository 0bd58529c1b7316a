//! An account or host that every stage forgets.

use super::Pipeline;
use crate::identity::forget::{Forgotten, ForgottenIds};
use crate::identity::join::Numbers;

impl Pipeline {
    /// Forgets what all names of an account or host stand for; whether any of them was known.
    pub(crate) fn forget(&mut self, gone: &Forgotten) -> bool {
        let mut is_known = self.ahead.forget(|event| gone.is_in(event));
        let (had_names, ids) = self.resolver.forget(gone, &mut self.baseline);
        is_known |= had_names;
        if is_known {
            self.forget_ids(&ids);
        }
        is_known
    }

    fn forget_ids(&mut self, ids: &ForgottenIds) {
        let has_account = |id| ids.accounts.contains(&id);
        let has_host = |id| ids.hosts.contains(&id);
        self.baseline.forget_ids(&has_account, &has_host);
        self.sessions.forget_ids(&has_account, &has_host);
        self.learning.forget_ids(&has_account, &has_host);
        // What rules, movements and held alerts keep is known by what it is of only while it is joined with another
        // part of the stream: here one in which nothing happened.
        let mut empty = Self::new(self.config.clone());
        empty.rules.frequency.fade_to(self.baseline.today);
        let rules = std::mem::replace(&mut self.rules, Self::new(self.config.clone()).rules);
        let tracker = std::mem::replace(&mut self.tracker, Self::new(self.config.clone()).tracker);
        let numbers =
            [0; 2].map(|_: u8| Numbers::of_all(&self.baseline, self.resolver.non_movers()));
        let whole = Self::new(self.config.clone());
        self.rules = whole.rules.joined([rules, empty.rules], &numbers);
        self.tracker = whole.tracker.joined([tracker, empty.tracker]);
        self.desk.forget_movements();
        let portion = self.config.bounds().portion();
        crate::store::Heap::keep_to(&mut self.rules, portion);
        crate::store::Heap::keep_to(&mut self.tracker, portion);
        crate::store::Heap::keep_to(&mut self.desk, portion);
    }
}
