//! A movement as a line: `C1 -U12-> C7 -A3-> C40`.

use std::collections::BTreeMap;

use sidestep::alert::{Alert, Hop};
use sidestep::event::Outcome;

use super::names::Names;
use crate::text::{clipped, counted};

/// Hops drawn at the beginning and at the end of a long chain.
const HEAD: usize = 5;
const TAIL: usize = 3;
/// Lines and names spent on what lies beside the chain.
const MORE_LINES: usize = 2;
const MORE_NAMES: usize = 5;

/// What is drawn of a movement.
pub(crate) struct Drawing {
    /// The main chain, in pieces that are not to be broken.
    pub(crate) main: Vec<String>,
    /// Other logins, a line for each host that they came from.
    pub(crate) more: Vec<String>,
}

pub(crate) fn of(alert: &Alert, names: &Names) -> Drawing {
    let steps: Vec<Step<'_>> = alert.hops.iter().map(Step::from).collect();
    draw(&steps, names)
}

/// What a drawing needs of a hop.
#[derive(Debug, Clone, Copy)]
struct Step<'a> {
    user: &'a str,
    src: &'a str,
    dst: &'a str,
    failed: bool,
    parent: Option<usize>,
}

impl<'a> From<&'a Hop> for Step<'a> {
    fn from(hop: &'a Hop) -> Self {
        Self {
            user: &hop.user,
            src: &hop.src_host,
            dst: &hop.dst_host,
            failed: hop.outcome == Outcome::Failure,
            parent: hop.parent,
        }
    }
}

fn draw(steps: &[Step<'_>], names: &Names) -> Drawing {
    let chain = main_chain(steps);
    let mut main = Vec::new();
    if let Some(&first) = chain.first() {
        main.push(steps[first].src.to_owned());
    }
    let skipped = chain.len().saturating_sub(HEAD + TAIL);
    for (index, &at) in chain.iter().enumerate() {
        if skipped > 1 && (HEAD..HEAD + skipped).contains(&index) {
            if index == HEAD {
                main.push(format!("... {} ...", counted(skipped as u64, "hop")));
            }
            continue;
        }
        let step = &steps[at];
        let failed = if step.failed { " failed" } else { "" };
        main.push(format!("-{}{failed}-> {}", names.short(step.user), step.dst));
    }
    Drawing { main, more: others(steps, &chain, names) }
}

/// For each step the one that arrived at its source, which may be further up than its parent: a
/// parent can also be a step from the same source.
fn arrivals(steps: &[Step<'_>]) -> Vec<Option<usize>> {
    let parent = |at: usize| steps[at].parent.filter(|&parent| parent < at);
    (0..steps.len())
        .map(|at| {
            let mut above = parent(at);
            while let Some(step) = above {
                if steps[step].dst == steps[at].src {
                    return above;
                }
                above = parent(step);
            }
            None
        })
        .collect()
}

/// The longest chain of steps from a beginning to an end; of equals the one that did not fail,
/// then the earliest.
fn main_chain(steps: &[Step<'_>]) -> Vec<usize> {
    let arrivals = arrivals(steps);
    let mut length = vec![1_usize; steps.len()];
    for at in 0..steps.len() {
        if let Some(above) = arrivals[at] {
            length[at] = length[above] + 1;
        }
    }
    let last = (0..steps.len()).min_by_key(|&at| (usize::MAX - length[at], steps[at].failed, at));
    let mut chain: Vec<usize> = std::iter::successors(last, |&at| arrivals[at]).collect();
    chain.reverse();
    chain
}

/// Logins that the chain does not show, by the host that they came from.
fn others(steps: &[Step<'_>], chain: &[usize], names: &Names) -> Vec<String> {
    let drawn = |step: &Step<'_>| {
        chain.iter().any(|&at| {
            let shown = &steps[at];
            (shown.user, shown.src, shown.dst) == (step.user, step.src, step.dst)
        })
    };
    // First by first use, so that the order is the movement's.
    let mut order: Vec<&str> = Vec::new();
    let mut by_source: BTreeMap<&str, Vec<&Step<'_>>> = BTreeMap::new();
    for step in steps.iter().filter(|step| !drawn(step)) {
        let group = by_source.entry(step.src).or_default();
        if group.is_empty() {
            order.push(step.src);
        }
        group.push(step);
    }
    let shown = if order.len() > MORE_LINES { MORE_LINES - 1 } else { order.len() };
    let mut lines: Vec<String> = order
        .iter()
        .take(shown)
        .map(|source| from_one(source, &by_source[source], names))
        .collect();
    let left: usize = order.iter().skip(shown).map(|source| by_source[source].len()).sum();
    if left > 0 {
        let hosts = (order.len() - shown) as u64;
        let login = counted(left as u64, "more login");
        lines.push(format!("+ {login} from {}", counted(hosts, "other host")));
    }
    lines
}

/// `+ 3 more logins from C1: U12-> C9, C10`.
fn from_one(source: &str, steps: &[&Step<'_>], names: &Names) -> String {
    let mut pairs: Vec<(&str, &str)> = Vec::new();
    for step in steps {
        if !pairs.contains(&(step.user, step.dst)) {
            pairs.push((step.user, step.dst));
        }
    }
    let mut list = String::new();
    let mut user = "";
    for &(account, host) in pairs.iter().take(MORE_NAMES) {
        if account == user {
            list.push_str(", ");
        } else {
            let between = if list.is_empty() { "" } else { "; " };
            list.push_str(&format!("{between}-{}-> ", names.short(account)));
            user = account;
        }
        list.push_str(host);
    }
    if pairs.len() > MORE_NAMES {
        list.push_str(&format!(" and {} more", pairs.len() - MORE_NAMES));
    }
    let failed = steps.iter().filter(|step| step.failed).count();
    let failed = if failed > 0 { format!(" ({failed} failed)") } else { String::new() };
    let logins = counted(steps.len() as u64, "more login");
    clipped(&format!("+ {logins}{failed} from {source}: {list}"), super::WIDTH - 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step<'a>(user: &'a str, src: &'a str, dst: &'a str, parent: Option<usize>) -> Step<'a> {
        Step { user, src, dst, failed: false, parent }
    }

    fn drawn(steps: &[Step<'_>]) -> (String, Vec<String>) {
        let drawing = draw(steps, &Names::none());
        (drawing.main.join(" "), drawing.more)
    }

    #[test]
    fn the_longest_chain_is_drawn() {
        let steps = [
            step("U12", "C1", "C7", None),
            step("U12", "C1", "C8", Some(0)),
            step("A3", "C7", "C40", Some(0)),
        ];
        let (main, more) = drawn(&steps);
        assert_eq!(main, "C1 -U12-> C7 -A3-> C40");
        assert_eq!(more, ["+ 1 more login from C1: -U12-> C8"]);
    }

    #[test]
    fn a_parent_from_the_same_source_is_no_link() {
        // The third hop's parent is its sibling; its arrival is the first.
        let steps = [
            step("U1", "C1", "C7", None),
            step("U1", "C7", "C8", Some(0)),
            step("U2", "C7", "C9", Some(1)),
            step("U2", "C9", "C10", Some(2)),
        ];
        let (main, more) = drawn(&steps);
        assert_eq!(main, "C1 -U1-> C7 -U2-> C9 -U2-> C10");
        assert_eq!(more, ["+ 1 more login from C7: -U1-> C8"]);
    }

    #[test]
    fn repeats_and_failures_are_told() {
        let mut steps = vec![step("U1", "C1", "C2", None), step("U1", "C1", "C2", Some(0))];
        steps.extend(
            ["C3", "C4", "C5", "C6", "C7", "C8"]
                .map(|dst| Step { failed: dst == "C3", ..step("U1", "C1", dst, Some(0)) }),
        );
        steps.push(step("U2", "C1", "C3", Some(0)));
        let (main, more) = drawn(&steps);
        assert_eq!(main, "C1 -U1-> C2");
        assert_eq!(
            more,
            ["+ 7 more logins (1 failed) from C1: -U1-> C3, C4, C5, C6, C7 and 2 more"]
        );
        let failed = [Step { failed: true, ..step("U1", "C1", "C2", None) }];
        assert_eq!(drawn(&failed).0, "C1 -U1 failed-> C2");
    }

    #[test]
    fn a_long_chain_and_many_sources_are_cut() {
        let hosts: Vec<String> = (0..=20).map(|n| format!("C{n}")).collect();
        let mut steps: Vec<Step<'_>> =
            (0..20).map(|n| step("U1", &hosts[n], &hosts[n + 1], n.checked_sub(1))).collect();
        let sources: Vec<String> = (0..4).map(|n| format!("S{n}")).collect();
        for source in &sources {
            steps.push(step("U1", source, "T", None));
        }
        let (main, more) = drawn(&steps);
        assert!(main.starts_with("C0 -U1-> C1 "), "{main}");
        assert!(main.contains("-> C5 ... 12 hops ... -U1-> C18"), "{main}");
        assert!(main.ends_with("-U1-> C20"), "{main}");
        assert_eq!(more, ["+ 1 more login from S0: -U1-> T", "+ 3 more logins from 3 other hosts"]);
    }

    #[test]
    fn no_hop_is_no_path() {
        assert_eq!(drawn(&[]), (String::new(), vec![]));
    }
}
