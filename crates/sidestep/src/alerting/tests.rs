use crate::alert::AlertState;
use crate::config::{Config, WarmUp};
use crate::event::LogonType;
use crate::event::Purpose;
use crate::movement::{Candidate, Tracker};
use crate::pipeline::Pipeline;
use crate::rules::testing::{MORNING, logon};
use crate::time::{DAY, SECOND};

/// Alerts over 60 days, each with one odd login of which findings are a part.
fn opened(of_rules: f64) -> usize {
    let config = Config::builder().alerts_per_day(0.5).warm_up(WarmUp::Days(14)).build();
    let mut pipeline = Pipeline::new(config.expect("it is in order"));
    // Enough logins were judged before, so that detections do not decide alone.
    (0..400).for_each(|at| pipeline.judge.calibration.observe(f64::from(at % 10)));
    pipeline.judge.calibration.begin_day(1);
    let mut alerts = Vec::new();
    for day in 0..74_u32 {
        let at = i64::from(day) * DAY;
        let everyday = logon(at / SECOND, "p@CORP", "WS-1", "FILES").build();
        let everyday = everyday.expect("it is a valid event");
        alerts.extend(pipeline.take((&everyday).into(), Purpose::Detect));
        let gain = 6.0 + f64::from(day * 7 % 10) / 2.0;
        let key = [1000 + day, 2000 + day, 3000 + day];
        let candidate = Candidate::of_test(key, MORNING + at, gain, of_rules * gain);
        let attached = pipeline.tracker.attach(candidate).expect("it opens a movement");
        pipeline.rise(&attached.rose, Purpose::Detect, &mut alerts);
    }
    alerts.iter().filter(|alert| alert.state == AlertState::Opened).count()
}

#[test]
fn a_logon_over_the_network_that_opened_a_desktop_is_shown_as_one() {
    let mut tracker = Tracker::new(&Config::default());
    let candidate = Candidate::of_test([1000, 2000, 3000], MORNING, 8.0, 0.0);
    let serial = tracker.attach(candidate).expect("it opens a movement").movement;
    let mut shown = |key, seconds| {
        tracker.became_desktop(key, MORNING + seconds * SECOND);
        tracker.get(serial).map(|movement| movement.hops[0].logon_type)
    };
    assert_eq!(shown([1000, 2001, 3000], 5), Some(LogonType::Network), "from elsewhere");
    assert_eq!(shown([1000, 2000, 3000], 600), Some(LogonType::Network), "much later");
    assert_eq!(shown([1000, 2000, 3000], 5), Some(LogonType::RemoteInteractive));
}

#[test]
fn findings_lead_few_of_the_alerts() {
    let (few, many) = (opened(0.8), opened(0.2));
    assert!((2..=9).contains(&few), "a tenth of the 30 asked for, and some: {few}");
    assert!((24..=36).contains(&many), "30 were asked for: {many}");
}
