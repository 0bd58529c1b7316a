//! Engines that took in parts of a stream become one.

use crate::config::Config;
use crate::engine::Engine;
use crate::error::MergeError;

impl Engine {
    /// Takes in what another engine learned of another part of the same stream, as if this one had learned both:
    /// parts by account, by site, or by whole days, in any order. Names are numbered anew in their alphabetical
    /// order, so that it does not matter which engine takes in which.
    ///
    /// What is counted of logins adds up: edges, pairs, what is known of accounts and hosts. It is exactly what one
    /// engine would know as long as no bound is reached, no login of one account between the same two hosts on the
    /// same day is in both parts, and the last days of both lie within four half-lives of each other; a later count
    /// may otherwise be one draw or a thousandth of one off. How surprising logins are, and how often movements and
    /// findings occur, is the sum of what each part saw with what it knew. See `docs/merge.md` for everything that is
    /// not exact.
    ///
    /// Movements under way end without another alert: call [`finish`](Engine::finish) on both before, should their
    /// last states matter. Where either engine raised alerts, this one goes on to raise them, within a budget that
    /// begins anew.
    ///
    /// # Errors
    /// [`MergeError::Settings`] where the settings of the two differ; this engine is then as it was.
    ///
    /// ```
    /// use sidestep::event::{Account, AuthEvent, Host};
    /// use sidestep::{Config, Engine, Timestamp};
    ///
    /// let login = |user: &'static str, host: &'static str| {
    ///     AuthEvent::builder(Timestamp::from_secs(0), Account::new(user))
    ///         .src_host(Host::named("WS-1"))
    ///         .dst_host(Host::named(host))
    ///         .build()
    /// };
    /// let (mut whole, mut part) = (Engine::new(Config::default()), Engine::new(Config::default()));
    /// whole.learn(&login("alice", "FILES")?);
    /// part.learn(&login("bob", "MAIL")?);
    /// whole.merge(part)?;
    /// assert_eq!(whole.metrics().edges, 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn merge(&mut self, other: Self) -> Result<(), MergeError> {
        if let Some(setting) = self.config().first_difference(other.config()) {
            return Err(MergeError::Settings { setting });
        }
        let own = std::mem::replace(self, Self::new(Config::default()));
        self.pipeline = own.pipeline.joined(other.pipeline).within_limit();
        Ok(())
    }
}

#[cfg(test)]
mod tests;
