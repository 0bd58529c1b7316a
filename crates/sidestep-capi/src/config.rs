//! Settings of an engine.

use sidestep::{Config, ConfigBuilder, WarmUp};
use sidestep_formats::read_policy;

use crate::boundary::call;
use crate::error::{Failure, sidestep_error};
use crate::handle::{self, Opaque};
use crate::pointer;
use crate::status::{SIDESTEP_ERR_CONFIG, SIDESTEP_ERR_VALUE, sidestep_status};
use crate::text::sidestep_str;

/// Settings of an engine: good for most networks of up to some tens of thousands of accounts as they
/// are made.
///
/// It is not safe to use from multiple threads at the same time; it may move between them. An engine
/// takes a copy, so that it may be freed as soon as the engine is made.
pub struct sidestep_config {
    _opaque: (),
}

impl Opaque for sidestep_config {
    type State = ConfigBuilder;
    const MAGIC: u64 = u64::from_le_bytes(*b"ssconfig");
    const NAME: &'static str = "sidestep_config";
}

/// Setting: alerts a day that somebody can read, 0.001 to 100000; 1 unless set.
pub const SIDESTEP_CONFIG_ALERTS_PER_DAY: u32 = 0;
/// Setting: days from the first event after which alerts may begin, 1 to 3650. Or 0: at once, as
/// enough history will be given to `sidestep_engine_learn`. Unless set, alerts begin when new
/// logins have become rare, after one to two weeks.
pub const SIDESTEP_CONFIG_WARM_UP_DAYS: u32 = 1;
/// Setting: how much older than the newest event one may be, in minutes, before it is counted as late and
/// passed over: at most 10080; 60 unless set.
pub const SIDESTEP_CONFIG_LATENESS_MINUTES: u32 = 2;
/// Setting: how long after a login the next one of its movement may come, in hours: 1 to 720; 60 unless set.
pub const SIDESTEP_CONFIG_WINDOW_HOURS: u32 = 3;
/// Setting: days after which a habit that is not renewed counts half: 1 to 3650; 30 unless set.
pub const SIDESTEP_CONFIG_HALF_LIFE_DAYS: u32 = 4;
/// Setting: days for which a login that was alerted on is kept out of what is learned: at most 365; 7
/// unless set.
pub const SIDESTEP_CONFIG_QUARANTINE_DAYS: u32 = 5;
/// Setting: whether the many names and addresses of one host or account are taken for one: 0 or 1; 1
/// unless set.
pub const SIDESTEP_CONFIG_RESOLVE_NAMES: u32 = 6;
/// Setting: hours after which an address that nobody named anew is no longer that of its host: 1 to
/// 8760; 24 unless set.
pub const SIDESTEP_CONFIG_ADDRESS_HOURS: u32 = 7;
/// Setting: accounts remembered: 16 to 2^28; 2^20 unless set.
pub const SIDESTEP_CONFIG_MAX_ACCOUNTS: u32 = 8;
/// Setting: hosts remembered: 16 to 2^28; 2^20 unless set.
pub const SIDESTEP_CONFIG_MAX_HOSTS: u32 = 9;
/// Setting: login edges (account, source, destination) remembered: 16 to 2^30; 2^23 unless set.
pub const SIDESTEP_CONFIG_MAX_EDGES: u32 = 10;
/// Setting: movements followed at a time: 16 to 2^24; 2^16 unless set.
pub const SIDESTEP_CONFIG_MAX_MOVEMENTS: u32 = 11;
/// Setting: hops kept in one movement: 8 to 65536; 256 unless set.
pub const SIDESTEP_CONFIG_MAX_HOPS: u32 = 12;
/// Setting: bytes that an engine may take in all, 2^26 (64 MiB) to 2^40; no limit unless set. Every table has a
/// fixed share of it.
pub const SIDESTEP_CONFIG_MEMORY_LIMIT: u32 = 13;

/// Makes settings that are all as the header says they are unless set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_config_new(
    config: *mut *mut sidestep_config,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_config_new", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        let config = unsafe { pointer::out_handle(config, "config") }?;
        *config = handle::new(Config::builder());
        Ok(())
    })
}

/// Sets one setting, `SIDESTEP_CONFIG_...`. A value that lies outside its range changes nothing and is
/// `SIDESTEP_ERR_CONFIG`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_config_set(
    config: *mut sidestep_config,
    setting: u32,
    value: f64,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_config_set", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        let mut config = unsafe { handle::write(config) }?;
        *config = checked(with(config.clone(), setting, value)?)?;
        Ok(())
    })
}

/// Sets what is changed about the detections, in TOML as `sidestep detect --policy` reads it: weights, and what is
/// allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_config_set_policy(
    config: *mut sidestep_config,
    toml: sidestep_str,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_config_set_policy", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        let (mut config, toml) = unsafe { (handle::write(config)?, toml.required("toml")?) };
        let policy = read_policy(toml)
            .map_err(|error| Failure::new(SIDESTEP_ERR_CONFIG, error.to_string()).at("toml"))?;
        *config = config.clone().policy(policy);
        Ok(())
    })
}

/// Frees settings. NULL is nothing to free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_config_free(config: *mut sidestep_config) -> sidestep_status {
    call("sidestep_config_free", std::ptr::null_mut(), || {
        // SAFETY: the caller keeps the header's contract of pointers.
        unsafe { handle::free(config) }
    })
}

fn with(config: ConfigBuilder, setting: u32, value: f64) -> Result<ConfigBuilder, Failure> {
    Ok(match setting {
        SIDESTEP_CONFIG_ALERTS_PER_DAY => config.alerts_per_day(value),
        SIDESTEP_CONFIG_WARM_UP_DAYS => {
            let days = whole(value, "warm_up_days")?;
            config.warm_up(if days == 0 { WarmUp::None } else { WarmUp::Days(days) })
        }
        SIDESTEP_CONFIG_LATENESS_MINUTES => {
            config.lateness_minutes(whole(value, "lateness_minutes")?)
        }
        SIDESTEP_CONFIG_WINDOW_HOURS => config.window_hours(whole(value, "window_hours")?),
        SIDESTEP_CONFIG_HALF_LIFE_DAYS => config.half_life_days(value),
        SIDESTEP_CONFIG_QUARANTINE_DAYS => config.quarantine_days(whole(value, "quarantine_days")?),
        SIDESTEP_CONFIG_RESOLVE_NAMES => {
            config.resolve_names(match whole(value, "resolve_names")? {
                0 => false,
                1 => true,
                _ => return Err(outside(value, "0 or 1", "resolve_names")),
            })
        }
        SIDESTEP_CONFIG_ADDRESS_HOURS => config.address_hours(whole(value, "address_hours")?),
        SIDESTEP_CONFIG_MAX_ACCOUNTS => config.max_accounts(count(value, "max_accounts")?),
        SIDESTEP_CONFIG_MAX_HOSTS => config.max_hosts(count(value, "max_hosts")?),
        SIDESTEP_CONFIG_MAX_EDGES => config.max_edges(count(value, "max_edges")?),
        SIDESTEP_CONFIG_MEMORY_LIMIT => config.memory_limit(Some(count(value, "memory_limit")?)),
        SIDESTEP_CONFIG_MAX_MOVEMENTS => config.max_movements(count(value, "max_movements")?),
        SIDESTEP_CONFIG_MAX_HOPS => config.max_hops(count(value, "max_hops")?),
        _ => {
            let what = format!("{setting} is no SIDESTEP_CONFIG_ value");
            return Err(Failure::new(SIDESTEP_ERR_VALUE, what).at("setting"));
        }
    })
}

/// The same settings if all lie in their ranges.
fn checked(config: ConfigBuilder) -> Result<ConfigBuilder, Failure> {
    match config.clone().build() {
        Ok(_) => Ok(config),
        Err(error) => Err(Failure::new(SIDESTEP_ERR_CONFIG, error.to_string()).at(error.field)),
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to fit")]
fn whole(value: f64, field: &'static str) -> Result<u32, Failure> {
    if value.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&value) {
        Ok(value as u32)
    } else {
        Err(outside(value, "a whole number, not negative", field))
    }
}

fn count(value: f64, field: &'static str) -> Result<usize, Failure> {
    Ok(whole(value, field)? as usize)
}

fn outside(value: f64, expected: &str, field: &'static str) -> Failure {
    Failure::new(SIDESTEP_ERR_CONFIG, format!("{value} is not {expected}")).at(field)
}
