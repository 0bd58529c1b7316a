//! An account or host that an engine forgets, as if it had never been seen.

use crate::engine::Engine;
use crate::event::Account;

impl Engine {
    /// Forgets an account: its names, domains and SIDs, what is known of it, its edges and pairs, what rules remember
    /// of it, and logins and events of it that wait. Whether anything was known of it. When it logs in again, it is new.
    ///
    /// Everybody's movements under way end without another alert, and what is held back is forgotten, since both are of
    /// several accounts: call [`finish`](Engine::finish) before, should their last states matter. What rules
    /// remember for minutes or a day begins anew, as after [`merge`](Engine::merge). What others have stays as it is;
    /// what was counted of all logins together, such as protocols of the network, still holds its part. See
    /// `docs/privacy.md`.
    ///
    /// ```
    /// use sidestep::event::{Account, AuthEvent, Host};
    /// use sidestep::{Config, Engine, Timestamp};
    ///
    /// let mut engine = Engine::new(Config::default());
    /// engine.learn(
    ///     &AuthEvent::builder(Timestamp::from_secs(0), Account::parse("alice@CORP"))
    ///         .src_host(Host::named("WS-17"))
    ///         .dst_host(Host::named("FILES"))
    ///         .build()?,
    /// );
    /// assert!(engine.forget_account(&Account::parse("CORP\\alice")));
    /// assert!(!engine.forget_account(&Account::parse("CORP\\alice")));
    /// assert_eq!(engine.metrics().accounts, 0);
    /// # Ok::<(), sidestep::event::EventError>(())
    /// ```
    pub fn forget_account(&mut self, account: &Account<'_>) -> bool {
        let gone = self.pipeline.resolver.account_to_forget(account);
        self.pipeline.forget(&gone)
    }

    /// Forgets a host under any of its names, or an address: as [`forget_account`](Engine::forget_account). With it go its
    /// addresses, its own account (`HOST$`), and the local accounts that have it as their domain, unless it is also
    /// the name of a domain with machines.
    pub fn forget_host(&mut self, name: &str) -> bool {
        let pipeline = &mut self.pipeline;
        let gone = pipeline.resolver.host_to_forget(name, &pipeline.baseline);
        pipeline.forget(&gone)
    }
}
