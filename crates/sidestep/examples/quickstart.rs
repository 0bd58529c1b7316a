//! Learns two weeks of an imaginary office, then watches somebody go where they never went.

#![allow(clippy::print_stdout, reason = "a program")]

use std::time::Duration;

use sidestep::event::{Account, AuthEvent, EventError, Host, Outcome};
use sidestep::{Config, Engine, Timestamp, WarmUp};

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

fn login(
    after: Duration,
    user: &str,
    src: &str,
    dst: &str,
) -> Result<AuthEvent<'static>, EventError> {
    AuthEvent::builder(Timestamp::UNIX_EPOCH + after, Account::parse(user).into_owned())
        .src_host(Host::named(src.to_owned()))
        .dst_host(Host::named(dst.to_owned()))
        .outcome(Outcome::Success)
        .build()
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let config = Config::builder().alerts_per_day(1.0).warm_up(WarmUp::None).build()?;
    let mut engine = Engine::new(config);
    // A hundred and twenty people use the server of their department every day, from their own machine.
    for day in 0..14 {
        for person in 0..120 {
            let (user, home) = (format!("user{person}@CORP"), format!("WS-{person}"));
            let server = format!("FILES-{}", person / 10);
            engine.learn(&login(DAY * day + 9 * HOUR, &user, &home, &server)?);
        }
    }
    // Then one of them goes to a colleague's machine, and from there on with the colleague's account.
    let intrusion = [
        login(14 * DAY + 10 * HOUR, "user3@CORP", "WS-3", "WS-17")?,
        login(14 * DAY + 11 * HOUR, "user17@CORP", "WS-17", "WS-25")?,
        login(14 * DAY + 12 * HOUR, "user25@CORP", "WS-25", "FILES-0")?,
    ];
    let _ = engine.process_all(&intrusion);
    for alert in engine.finish() {
        println!("{}: {}", alert.severity, alert.summary);
        for hop in &alert.hops {
            println!(
                "  {} -{}-> {} ({:.1} nats)",
                hop.src_host, hop.user, hop.dst_host, hop.surprise
            );
        }
    }
    Ok(())
}
