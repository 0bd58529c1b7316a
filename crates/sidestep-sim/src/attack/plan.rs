//! Which attacks there will be, and when they begin.

use super::axes::{Goal, Noise, Start, Stealth, Technique};
use crate::config::{Scenario, SimConfig};
use crate::rng::{Rng, Stream};

/// What one attack is meant to be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) start: Start,
    pub(crate) goal: Goal,
    pub(crate) stealth: Stealth,
    pub(crate) technique: Technique,
    pub(crate) noise: Noise,
    /// Second at which it begins.
    pub(crate) begin: u32,
    /// Acts it is content with.
    pub(crate) acts: u32,
}

/// Draws the plan of attack `number`, which counts from 1.
pub(crate) fn plan(config: &SimConfig, number: u32) -> Plan {
    let mut rng = Rng::new(config.seed, Stream::AttackPlan, u64::from(number), 0);
    let rng = &mut rng;
    let (start, stealth) = match config.scenario {
        Scenario::Clean | Scenario::Standard => standard(rng),
        Scenario::Hard => hard(rng),
    };
    let goal = goal(rng, start, stealth);
    let technique = technique(rng, start, stealth);
    let noise = if stealth.careful() || start == Start::Insider {
        Noise::None
    } else {
        rng.weighted(&[(Noise::None, 0.6), (Noise::Spray, 0.2), (Noise::Sweep, 0.2)])
            .unwrap_or(Noise::None)
    };
    let first = config.first_attack_day();
    let last = config.days - 2;
    // Slow ones begin early enough to get somewhere.
    let last = if stealth == Stealth::VerySlow { first + (last - first) / 2 } else { last };
    let mut day = rng.int(first, last);
    let office = stealth.office_hours() || start == Start::Insider;
    if day % 7 >= 5 && (office || rng.chance(0.7)) {
        // Not on a weekend, if there is another day.
        let moved = day - (day % 7 - 4);
        day = if moved >= first { moved } else { (day + 7 - day % 7).min(last) };
    }
    let hour = if office || rng.chance(0.6) { rng.range(8.5, 15.5) } else { rng.range(0.0, 23.0) };
    let acts = match (goal, stealth) {
        (_, Stealth::VerySlow) => rng.int(3, 6).min((config.days - day).max(3)),
        (Goal::Burst, _) => rng.int(10, 25),
        (Goal::Explore, _) => rng.int(5, 12),
        (Goal::Escalate, _) => rng.int(4, 9),
        (Goal::Targeted, _) => rng.int(3, 6),
    };
    let acts = if start == Start::LongPath { acts.max(5) } else { acts };
    Plan {
        start,
        goal,
        stealth,
        technique,
        noise,
        begin: day * 86_400 + (hour * 3_600.0) as u32,
        acts,
    }
}

fn standard(rng: &mut Rng) -> (Start, Stealth) {
    let start = rng
        .weighted(&[
            (Start::Random, 0.24),
            (Start::Ambiguous, 0.13),
            (Start::LongPath, 0.13),
            (Start::Insider, 0.02),
            (Start::NewAccount, 0.12),
            (Start::DormantAccount, 0.12),
            (Start::ServiceAccount, 0.12),
            (Start::JumpHost, 0.12),
        ])
        .unwrap_or(Start::Random);
    let stealth = rng
        .weighted(&[
            (Stealth::None, 0.42),
            (Stealth::OfficeHours, 0.23),
            (Stealth::Slow, 0.17),
            (Stealth::ActiveCredentials, 0.12),
            (Stealth::KnownEdges, 0.02),
            (Stealth::PeerMimicry, 0.02),
            (Stealth::VerySlow, 0.02),
        ])
        .unwrap_or(Stealth::None);
    // What is active on a jump host reaches everything from there anyway.
    let stealth = match (start, stealth) {
        (Start::JumpHost | Start::ServiceAccount, Stealth::ActiveCredentials) => Stealth::Slow,
        _ => stealth,
    };
    (start, fitting(start, stealth))
}

fn hard(rng: &mut Rng) -> (Start, Stealth) {
    if rng.chance(0.25) {
        let stealth = rng
            .weighted(&[
                (Stealth::OfficeHours, 0.55),
                (Stealth::Slow, 0.25),
                (Stealth::VerySlow, 0.2),
            ])
            .unwrap_or(Stealth::OfficeHours);
        return (Start::Insider, stealth);
    }
    let stealth = rng
        .weighted(&[
            (Stealth::KnownEdges, 0.24),
            (Stealth::PeerMimicry, 0.22),
            (Stealth::VerySlow, 0.2),
            (Stealth::Both, 0.18),
            (Stealth::ActiveCredentials, 0.1),
            (Stealth::Slow, 0.06),
        ])
        .unwrap_or(Stealth::Both);
    let start = rng
        .weighted(&[
            (Start::Random, 0.3),
            (Start::Ambiguous, 0.2),
            (Start::LongPath, 0.1),
            (Start::ServiceAccount, 0.12),
            (Start::JumpHost, 0.18),
            (Start::DormantAccount, 0.05),
            (Start::NewAccount, 0.05),
        ])
        .unwrap_or(Start::Random);
    (start, fitting(start, stealth))
}

/// An account that nobody uses has no owner to be active and no peers to be like.
fn fitting(start: Start, stealth: Stealth) -> Stealth {
    let ownerless = matches!(start, Start::NewAccount | Start::DormantAccount);
    match stealth {
        Stealth::ActiveCredentials | Stealth::PeerMimicry if ownerless => Stealth::Slow,
        Stealth::Both if ownerless => Stealth::KnownEdges,
        Stealth::PeerMimicry if start == Start::ServiceAccount => Stealth::KnownEdges,
        _ => stealth,
    }
}

fn goal(rng: &mut Rng, start: Start, stealth: Stealth) -> Goal {
    let loud = !stealth.careful() && start != Start::Insider;
    rng.weighted(&[
        (Goal::Explore, 0.32),
        (Goal::Escalate, if start == Start::Insider { 0.0 } else { 0.28 }),
        (Goal::Targeted, if start == Start::LongPath { 0.4 } else { 0.22 }),
        (Goal::Burst, if loud { 0.18 } else { 0.0 }),
    ])
    .unwrap_or(Goal::Explore)
}

fn technique(rng: &mut Rng, start: Start, stealth: Stealth) -> Technique {
    // Whoever wants to look normal asks for tickets as everybody does.
    let hash = if stealth.careful() { 0.04 } else { 0.16 };
    let stolen = if start == Start::Insider { 0.0 } else { 1.0 };
    rng.weighted(&[
        (Technique::RemoteDesktop, 0.18),
        (Technique::Smb, 0.16),
        (Technique::WinRm, 0.14),
        (Technique::Wmi, 0.12),
        (Technique::SshKey, 0.05),
        (Technique::PassTheHash, hash * stolen),
        (Technique::PassTheTicket, 0.08 * stolen),
        (Technique::OverpassTheHash, 0.09 * stolen),
        (Technique::ExplicitCredentials, 0.12 * stolen),
    ])
    .unwrap_or(Technique::Smb)
}
