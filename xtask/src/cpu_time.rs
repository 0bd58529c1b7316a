//! How long a program runs and how much of the processor it takes, threads and all.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::step::{output, run};

/// What one run of a program took.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Taken {
    /// From start to end, in seconds.
    pub(crate) wall: f64,
    /// User and system time, in seconds.
    pub(crate) cpu: f64,
}

/// Runs a program to its end. The system counts the time of children in hundredths of a second, once they
/// were waited for; nothing else may be run at the same time.
pub(crate) fn timed(command: &mut Command) -> Result<Taken, String> {
    let before = of_children()?;
    let start = Instant::now();
    run(command)?;
    let wall = start.elapsed().as_secs_f64();
    let cpu = of_children()?.saturating_sub(before).as_secs_f64();
    Ok(Taken { wall, cpu })
}

fn of_children() -> Result<Duration, String> {
    let stat = fs::read_to_string("/proc/self/stat")
        .map_err(|error| format!("/proc/self/stat: {error}; the time of programs is read there"))?;
    let ticks = ticks(&stat).ok_or_else(|| "/proc/self/stat is not as expected".to_owned())?;
    let a_second = output(Command::new("getconf").arg("CLK_TCK"))?;
    let a_second: u64 = a_second.trim().parse().map_err(|_| "CLK_TCK is no number".to_owned())?;
    Ok(Duration::from_millis(ticks * 1000 / a_second.max(1)))
}

/// Fields 16 and 17, `cutime` and `cstime`; the name in parentheses before them may hold anything.
fn ticks(stat: &str) -> Option<u64> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_ascii_whitespace().skip(13);
    let mut next = || fields.next()?.parse::<u64>().ok();
    Some(next()? + next()?)
}

#[cfg(test)]
mod tests {
    use super::ticks;

    #[test]
    fn the_time_of_children_is_found_behind_any_name() {
        let stat = "7 (a ) b) R 1 2 3 4 5 6 7 8 9 10 110 120 130 140 20 0 1";
        assert_eq!(ticks(stat), Some(130 + 140));
        assert_eq!(ticks("7 (a"), None);
    }
}
