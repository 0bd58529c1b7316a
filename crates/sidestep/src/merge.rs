//! Engines that took in parts of a stream become one.

use crate::config::Config;
use crate::engine::Engine;
use crate::error::MergeError;
use crate::pipeline::Pipeline;

impl Engine {
    /// Takes in what another engine learned of another part of the same stream, as if this one had learned both:
    /// parts by account, by site, or by whole days, in any order. Names are numbered anew in their alphabetical
    /// order, so that it does not matter which engine takes in which.
    ///
    /// What is counted of logins adds up: edges, pairs, what is known of accounts and hosts. It is exactly what one
    /// engine would know as long as no bound is reached, no login of one account between the same two hosts on the
    /// same day is in both parts, and the last days of both lie within four half-lives of each other; a later count
    /// may otherwise be one draw or a thousandth of one off. The logins of the last weeks are judged again by what the
    /// whole knows of them. How often movements and findings occur is the sum of what each part saw with what it knew.
    /// See `docs/merge.md` for everything that is not exact.
    ///
    /// To merge many, see [`Merger`].
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
        let mut merger = Merger::new(std::mem::replace(self, Self::new(Config::default())));
        let added = merger.add(other);
        *self = merger.finish();
        added
    }
}

/// Joins many engines, each as [`Engine::merge`] does: what has to be judged again is judged once, at the end.
///
/// ```
/// use sidestep::{Config, Engine, Merger};
///
/// let parts = [(); 3].map(|()| Engine::new(Config::default()));
/// let mut merger = Merger::new(Engine::new(Config::default()));
/// for part in parts {
///     merger.add(part)?;
/// }
/// assert_eq!(merger.finish().metrics().events, 0);
/// # Ok::<(), sidestep::MergeError>(())
/// ```
#[derive(Debug)]
pub struct Merger {
    whole: Pipeline,
    /// Whether more than one part had learned anything.
    is_joined: bool,
}

impl Merger {
    /// Begins with one engine.
    #[must_use]
    pub fn new(first: Engine) -> Self {
        Self { whole: first.pipeline, is_joined: false }
    }

    /// Adds what another learned.
    ///
    /// # Errors
    /// [`MergeError::Settings`] where its settings differ from those of the first; nothing is added then.
    pub fn add(&mut self, part: Engine) -> Result<(), MergeError> {
        if let Some(setting) = self.whole.config.first_difference(part.config()) {
            return Err(MergeError::Settings { setting });
        }
        self.is_joined |= self.whole.has_learned() && part.pipeline.has_learned();
        let empty = Pipeline::new(self.whole.config.clone());
        let whole = std::mem::replace(&mut self.whole, empty);
        self.whole = whole.joined(part.pipeline);
        Ok(())
    }

    /// The engine that learned all of it.
    #[must_use]
    pub fn finish(mut self) -> Engine {
        if self.is_joined {
            self.whole.judge_again();
            self.whole = self.whole.within_limit();
        }
        Engine { pipeline: self.whole }
    }
}

#[cfg(test)]
mod tests;
