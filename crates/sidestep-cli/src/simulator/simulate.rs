//! `sidestep simulate`.

use sidestep_sim::{Change, Dialect, SimConfig, SimError, Summary, write_dialect_to_dir};

use super::args::SimulateArgs;
use crate::exit::{Exit, Failure};
use crate::output;
use crate::progress::Progress;
use crate::text::counted;

pub(crate) fn run(args: &SimulateArgs) -> Result<Exit, Failure> {
    let learn_days = args.learn_days.unwrap_or_else(|| usual_learn_days(args.days));
    let mut config = SimConfig::new(args.seed, args.accounts, args.days, learn_days, args.scenario)
        .map_err(failure)?;
    if let Some(telemetry) = args.telemetry {
        config = config.with_telemetry(telemetry);
    }
    if let Some(attacks) = args.attacks {
        config = config.with_attacks(attacks);
    }
    config.attacks_from = args.attacks_from;
    config.adversary = args.adversary;
    config.change = args.change.zip(args.change_day).map(|(kind, day)| Change { kind, day });
    config.check().map_err(failure)?;
    let mut progress = Progress::over_days(args.days);
    let written = write_dialect_to_dir(config, args.dialect, &args.outdir, &mut |day| {
        progress.at(day.into(), String::new);
    });
    let seconds = progress.end().as_secs_f64();
    output::eprint(&closing(args, learn_days, &written.map_err(failure)?, seconds));
    Ok(Exit::Success)
}

/// 14 of every 30 days.
fn usual_learn_days(days: u32) -> u32 {
    u32::try_from(u64::from(days) * 14 / 30).unwrap_or(days)
}

fn failure(error: SimError) -> Failure {
    match error {
        SimError::Config { .. } => Failure::Usage(error.to_string()),
        error => Failure::Error(error.to_string()),
    }
}

fn closing(args: &SimulateArgs, learn_days: u32, written: &Summary, seconds: f64) -> String {
    let dir = args.outdir.display();
    let log = args.outdir.join(match args.dialect {
        Dialect::Lanl => "auth.csv",
        Dialect::WindowsJson => "windows.jsonl",
        Dialect::Sshd => "auth.log",
        Dialect::Ocsf => "ocsf.jsonl",
        // Of several logs a day, whose order in time only the evaluation makes good.
        Dialect::Zeek | Dialect::Mixed => "",
    });
    let find = if args.dialect.by_day() {
        format!("judge them: sidestep evaluate --learn-days {learn_days} {dir}")
    } else {
        format!("find them: sidestep detect --learn-days {learn_days} {}", log.display())
    };
    format!(
        "{dir}: {} of {} days in {seconds:.1} s, telemetry {}; {}, {} of them\n{find}",
        counted(written.rows, "event"),
        args.days,
        written.telemetry,
        counted(written.attacks, "attack"),
        counted(written.truth_logins, "login"),
    )
}
