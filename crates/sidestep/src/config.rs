//! Settings, validated once.

pub(crate) mod saved;

use crate::error::ConfigError;
use crate::rules::policy::Policy;
use crate::store::Bounds;
use crate::time::{HOUR, Micros};

/// When an engine that was given no history may begin to raise alerts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum WarmUp {
    /// When new logins have become rare enough that a new one means something: judged from the
    /// data, after a week at the least and two weeks at the most.
    Auto,
    /// After this many days from the first event.
    Days(u32),
    /// At once: the caller has called `learn` on enough history.
    None,
}

/// What a limit of memory may be, in bytes: less leaves too little of each table, and more than the latter a
/// 32-bit machine cannot say.
const LEAST_MEMORY: usize = 64 << 20;
const MOST_MEMORY: usize = if usize::BITS > 40 { 1 << 40 } else { usize::MAX };

macro_rules! getters {
    ($($name:ident: $kind:ty,)+) => {
        $(
            #[doc = concat!("What was set by [`ConfigBuilder::", stringify!($name), "`].")]
            #[must_use]
            pub const fn $name(&self) -> $kind {
                self.$name
            }
        )+
    };
}

/// Settings of an [`Engine`](crate::Engine). Made by [`Config::builder`]; the default is good for
/// most networks of up to some tens of thousands of accounts.
///
/// ```
/// use sidestep::{Config, WarmUp};
///
/// let config = Config::builder().alerts_per_day(3.0).warm_up(WarmUp::Days(14)).build()?;
/// assert_eq!(config.window_hours(), 60);
/// assert!(Config::builder().alerts_per_day(-1.0).build().is_err());
/// # Ok::<(), sidestep::ConfigError>(())
/// ```
///
/// With the feature `serde` it is read through the same checks as those of the builder; what is missing
/// has its default.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "saved::SavedConfig", into = "saved::SavedConfig"))]
pub struct Config {
    pub(crate) alerts_per_day: f64,
    pub(crate) warm_up: WarmUp,
    pub(crate) lateness_minutes: u32,
    pub(crate) window_hours: u32,
    pub(crate) half_life_days: f64,
    pub(crate) quarantine_days: u32,
    pub(crate) resolve_names: bool,
    pub(crate) address_hours: u32,
    pub(crate) max_accounts: usize,
    pub(crate) max_hosts: usize,
    pub(crate) max_edges: usize,
    pub(crate) max_movements: usize,
    pub(crate) max_hops: usize,
    pub(crate) memory_limit: Option<usize>,
    pub(crate) policy: Policy,
}

/// The first of these fields that differs.
macro_rules! first_difference {
    ($one:expr, $other:expr; $($field:ident),+ $(,)?) => {
        [$((stringify!($field), $one.$field == $other.$field)),+]
            .into_iter()
            .find_map(|(field, is_same)| (!is_same).then_some(field))
    };
}

impl Config {
    /// The name of the first setting that differs from those of another.
    pub(crate) fn first_difference(&self, other: &Self) -> Option<&'static str> {
        first_difference!(self, other;
            alerts_per_day, warm_up, lateness_minutes, window_hours, half_life_days, quarantine_days,
            resolve_names, address_hours, max_accounts, max_hosts, max_edges, max_movements, max_hops,
            memory_limit, policy,
        )
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            alerts_per_day: 1.0,
            warm_up: WarmUp::Auto,
            lateness_minutes: 60,
            window_hours: 60,
            half_life_days: 30.0,
            quarantine_days: 7,
            resolve_names: true,
            address_hours: 24,
            max_accounts: 1 << 20,
            max_hosts: 1 << 20,
            max_edges: 1 << 23,
            max_movements: 1 << 16,
            max_hops: 256,
            memory_limit: None,
            policy: Policy::default(),
        }
    }
}

impl Config {
    /// Begins settings from the default.
    #[must_use]
    pub fn builder() -> ConfigBuilder {
        ConfigBuilder { config: Self::default() }
    }

    /// Begins settings from these.
    #[must_use]
    pub fn to_builder(&self) -> ConfigBuilder {
        ConfigBuilder { config: self.clone() }
    }

    getters! {
        alerts_per_day: f64,
        warm_up: WarmUp,
        lateness_minutes: u32,
        window_hours: u32,
        half_life_days: f64,
        quarantine_days: u32,
        resolve_names: bool,
        address_hours: u32,
        max_accounts: usize,
        max_hosts: usize,
        max_edges: usize,
        max_movements: usize,
        max_hops: usize,
        memory_limit: Option<usize>,
    }

    /// What was set by [`ConfigBuilder::policy`].
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }
}

/// Builds a [`Config`].
#[derive(Debug, Clone)]
pub struct ConfigBuilder {
    config: Config,
}

macro_rules! setters {
    ($($(#[$meta:meta])* $name:ident: $kind:ty,)+) => {
        $($(#[$meta])* #[must_use] pub fn $name(mut self, $name: $kind) -> Self {
            self.config.$name = $name;
            self
        })+
    };
}

impl ConfigBuilder {
    setters! {
        /// Alerts a day that somebody can read: 0.001 to 100,000; 1 unless said.
        alerts_per_day: f64,
        /// When alerts may begin; judged from the data unless said.
        warm_up: WarmUp,
        /// How much older than the newest event one may be, in minutes, before it is counted as
        /// late and passed over: at most 10,080 (a week); 60 unless said.
        lateness_minutes: u32,
        /// How long after a login the next one of its movement may come, in hours: 1 to 720;
        /// 60 unless said, which also catches one hop a day.
        window_hours: u32,
        /// Days after which a habit that is not renewed counts half: 1 to 3650; 30 unless said.
        half_life_days: f64,
        /// Days for which a login that was alerted on is kept out of the baseline: at most 365;
        /// 7 unless said.
        quarantine_days: u32,
        /// Whether the many names and addresses of one host or account are taken for one; they are
        /// unless said.
        resolve_names: bool,
        /// Hours after which an address that nobody named anew is no longer that of its host: 1 to
        /// 8,760; 24 unless said.
        address_hours: u32,
        /// Accounts remembered: 16 to 2^28; 2^20 unless said.
        max_accounts: usize,
        /// Hosts remembered: 16 to 2^28; 2^20 unless said.
        max_hosts: usize,
        /// Login edges (account, source, destination) remembered: 16 to 2^30; 2^23 unless said.
        max_edges: usize,
        /// Movements followed at a time: 16 to 2^24; 2^16 unless said.
        max_movements: usize,
        /// Hops kept in one movement: 8 to 65,536; 256 unless said.
        max_hops: usize,
        /// Bytes that an engine may take in all: 64 MiB to 1 TiB; no limit unless said. Every table has a
        /// fixed share of it (`docs/memory.md` lists them), and gives up what it holds itself: of names,
        /// edges and pairs those that came once before those that came back, and of these what was not
        /// used for longest; of movements the weakest; of what detections remember the older half.
        memory_limit: Option<usize>,
        /// What is changed about the detections: weights, and what is allowed.
        policy: Policy,
    }

    /// Checks the settings and gives them out.
    ///
    /// # Errors
    /// [`ConfigError`], naming the first field outside its range.
    pub fn build(self) -> Result<Config, ConfigError> {
        self.config.validated()
    }
}

impl Config {
    /// What every table may hold.
    pub(crate) const fn bounds(&self) -> Bounds {
        Bounds::new(self.memory_limit, self.max_accounts, self.max_hosts, self.max_edges)
    }

    /// How long an address is believed to be its host's.
    pub(crate) fn address_lifetime(&self) -> Micros {
        Micros::from(self.address_hours) * HOUR
    }

    /// The same settings if all lie in their ranges.
    pub(crate) fn validated(self) -> Result<Self, ConfigError> {
        fn within<T: PartialOrd + std::fmt::Display>(
            field: &'static str,
            value: T,
            low: T,
            high: T,
            expected: &'static str,
        ) -> Result<(), ConfigError> {
            if value >= low && value <= high {
                Ok(())
            } else {
                Err(ConfigError { field, value: value.to_string(), expected })
            }
        }
        let c = &self;
        within("alerts_per_day", c.alerts_per_day, 1e-3, 1e5, "it must lie in 0.001 to 100000")?;
        if let WarmUp::Days(days) = c.warm_up {
            within("warm_up", days, 1, 3650, "its days must lie in 1 to 3650")?;
        }
        within("lateness_minutes", c.lateness_minutes, 0, 10_080, "at most 10080 (a week)")?;
        within("window_hours", c.window_hours, 1, 720, "it must lie in 1 to 720")?;
        within("half_life_days", c.half_life_days, 1.0, 3650.0, "it must lie in 1 to 3650")?;
        within("quarantine_days", c.quarantine_days, 0, 365, "at most 365")?;
        within("address_hours", c.address_hours, 1, 8_760, "it must lie in 1 to 8760")?;
        within("max_accounts", c.max_accounts, 16, 1 << 28, "it must lie in 16 to 2^28")?;
        within("max_hosts", c.max_hosts, 16, 1 << 28, "it must lie in 16 to 2^28")?;
        within("max_edges", c.max_edges, 16, 1 << 30, "it must lie in 16 to 2^30")?;
        within("max_movements", c.max_movements, 16, 1 << 24, "it must lie in 16 to 2^24")?;
        within("max_hops", c.max_hops, 8, 65_536, "it must lie in 8 to 65536")?;
        let limit = c.memory_limit.unwrap_or(LEAST_MEMORY);
        within("memory_limit", limit, LEAST_MEMORY, MOST_MEMORY, "it must lie in 64 MiB to 1 TiB")?;
        Ok(self)
    }
}
