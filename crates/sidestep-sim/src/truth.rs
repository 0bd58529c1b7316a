//! What is true of a log: the attacker's logins, and what each attack was; and its two CSV files.
//!
//! A simulated truth lists the logins that succeeded. What failed, such as a sweep of passwords, is
//! in the log, where a detector may count it, but leads nowhere and is no hop of an alert.

mod table;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::io::{Read, Write};

use thiserror::Error;

use crate::login_row::Phase;

use table::{Table, write_rows};

/// What stands in an attack's axes where the truth does not tell.
pub const UNKNOWN: &str = "unknown";

/// Columns of `truth.csv`, in order, each with other names that its header may give it. The last is
/// written only where an attacker prepared the attack.
const LOGIN_COLUMNS: [&[&str]; 6] = [
    &["time"],
    &["account", "user", "dst_user"],
    &["src_host", "src", "src_computer"],
    &["dst_host", "dst", "dst_computer"],
    &["attack_id", "attack"],
    &["phase"],
];

/// Columns of `attacks.csv`, in order, each with other names that its header may give it.
const ATTACK_COLUMNS: [&[&str]; 9] = [
    &["attack_id", "attack", "id"],
    &["start"],
    &["goal"],
    &["stealth"],
    &["entry_host", "entry"],
    &["victim"],
    &["hops"],
    &["last_time"],
    &["technique"],
];

/// Why a truth file was refused. Shown as `file:line: column: what`.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TruthError {
    /// A value is not what its column holds, or the column is missing.
    #[error("{file}:{line}: {column}: {what}")]
    Value {
        /// `truth.csv` or `attacks.csv`.
        file: &'static str,
        /// Line in the file, from 1.
        line: u64,
        /// Name of the column.
        column: &'static str,
        /// What is wrong.
        what: String,
    },
    /// The file is not CSV, not UTF-8, or could not be read.
    #[error("{file}: {source}")]
    Read {
        /// `truth.csv` or `attacks.csv`.
        file: &'static str,
        /// What the reader says, with the line where it knows it.
        source: csv::Error,
    },
    /// The file could not be written.
    #[error("cannot write {file}: {source}")]
    Write {
        /// `truth.csv` or `attacks.csv`.
        file: &'static str,
        /// What the writer says.
        source: csv::Error,
    },
}

/// One successful login of an attacker, as `truth.csv` lists it:
/// `time,account,src_host,dst_host,attack_id`, and `phase` where an adversary prepared the attacks.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TruthLogin {
    /// Seconds since the log's start, as in the log.
    pub time: i64,
    /// The account logged on as, `name@domain`.
    pub account: String,
    /// Where from.
    pub src_host: String,
    /// Where to.
    pub dst_host: String,
    /// The attack it belongs to.
    pub attack_id: String,
    /// What it is to that attack.
    pub phase: Phase,
}

/// One attack, as `attacks.csv` lists it:
/// `attack_id,start,goal,stealth,entry_host,victim,hops,last_time,technique`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attack {
    /// Its id.
    pub attack_id: String,
    /// How it began, or seconds since the log's start: free text to the evaluation.
    pub start: String,
    /// What it was after.
    pub goal: String,
    /// How it hid.
    pub stealth: String,
    /// The first host.
    pub entry_host: String,
    /// The account taken first.
    pub victim: String,
    /// How many rows of `truth.csv` it has; where another generator wrote the file, what that counts.
    pub hops: u32,
    /// Time of the last of them, seconds since the log's start.
    pub last_time: i64,
    /// How he logged on most often.
    pub technique: String,
}

/// The attackers' successful logins and the attacks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Truth {
    /// In order of time.
    pub logins: Vec<TruthLogin>,
    /// In order of their first login.
    pub attacks: Vec<Attack>,
}

impl Truth {
    /// Reads `truth.csv` and `attacks.csv`. Each may have a header, which may name its columns in
    /// any order and have more of them; without one the columns stand in the order of
    /// [`TruthLogin`] and [`Attack`]. Times are seconds, whole or with a fraction, which is cut.
    /// An attack that has logins but is not listed gets [`UNKNOWN`] axes.
    ///
    /// # Errors
    /// [`TruthError`], which names file, line and column.
    pub fn read(truth_csv: impl Read, attacks_csv: impl Read) -> Result<Self, TruthError> {
        let logins = Table::read("truth.csv", truth_csv, &LOGIN_COLUMNS, 5)?;
        let mut truth = Self::default();
        for row in &logins.rows {
            truth.logins.push(TruthLogin {
                time: logins.seconds(row, 0)?,
                account: logins.required(row, 1)?.to_owned(),
                src_host: logins.required(row, 2)?.to_owned(),
                dst_host: logins.required(row, 3)?.to_owned(),
                attack_id: logins.required(row, 4)?.to_owned(),
                phase: Phase::of_word(logins.get(row, 5)),
            });
        }
        truth.logins.sort_by_key(|login| login.time);

        let attacks = Table::read("attacks.csv", attacks_csv, &ATTACK_COLUMNS, 1)?;
        let mut listed = HashSet::new();
        for row in &attacks.rows {
            let attack_id = attacks.required(row, 0)?.to_owned();
            if !listed.insert(attack_id.clone()) {
                return Err(attacks.wrong(row, 0, format!("{attack_id:?} is listed twice")));
            }
            let axis = |column| match attacks.get(row, column) {
                "" => UNKNOWN.to_owned(),
                text => text.to_owned(),
            };
            truth.attacks.push(Attack {
                attack_id,
                start: axis(1),
                goal: axis(2),
                stealth: axis(3),
                entry_host: attacks.get(row, 4).to_owned(),
                victim: attacks.get(row, 5).to_owned(),
                hops: attacks.count(row, 6)?,
                last_time: if attacks.get(row, 7).is_empty() {
                    0
                } else {
                    attacks.seconds(row, 7)?
                },
                technique: axis(8),
            });
        }
        truth.add_unlisted(&listed);
        truth.order_attacks();
        Ok(truth)
    }

    /// Writes `truth.csv` and `attacks.csv`, each with its header.
    ///
    /// # Errors
    /// [`TruthError::Write`] where a writer fails.
    pub fn write(&self, truth_csv: impl Write, attacks_csv: impl Write) -> Result<(), TruthError> {
        let failed = |file| move |source| TruthError::Write { file, source };
        let mut out = csv::Writer::from_writer(truth_csv);
        let is_plain = self.logins.iter().all(|login| login.phase == Phase::Attack);
        let columns = if is_plain { LOGIN_COLUMNS.len() - 1 } else { LOGIN_COLUMNS.len() };
        write_rows(
            &mut out,
            &LOGIN_COLUMNS[..columns],
            self.logins.iter().map(|l| {
                let time = l.time.to_string();
                let fields = [
                    time,
                    l.account.clone(),
                    l.src_host.clone(),
                    l.dst_host.clone(),
                    l.attack_id.clone(),
                    l.phase.word().to_owned(),
                ];
                fields.into_iter().take(columns)
            }),
        )
        .map_err(failed("truth.csv"))?;
        let mut out = csv::Writer::from_writer(attacks_csv);
        write_rows(
            &mut out,
            &ATTACK_COLUMNS,
            self.attacks.iter().map(|a| {
                [
                    a.attack_id.clone(),
                    a.start.clone(),
                    a.goal.clone(),
                    a.stealth.clone(),
                    a.entry_host.clone(),
                    a.victim.clone(),
                    a.hops.to_string(),
                    a.last_time.to_string(),
                    a.technique.clone(),
                ]
            }),
        )
        .map_err(failed("attacks.csv"))
    }

    /// Makes an attack for every id that has logins and is not listed.
    fn add_unlisted(&mut self, listed: &HashSet<String>) {
        let mut made: HashMap<&str, usize> = HashMap::new();
        for login in self.logins.iter().filter(|login| !listed.contains(&login.attack_id)) {
            let at = *made.entry(&login.attack_id).or_insert_with(|| {
                self.attacks.push(Attack {
                    attack_id: login.attack_id.clone(),
                    start: UNKNOWN.to_owned(),
                    goal: UNKNOWN.to_owned(),
                    stealth: UNKNOWN.to_owned(),
                    entry_host: login.src_host.clone(),
                    victim: login.account.clone(),
                    hops: 0,
                    last_time: login.time,
                    technique: UNKNOWN.to_owned(),
                });
                self.attacks.len() - 1
            });
            let attack = &mut self.attacks[at];
            attack.hops += 1;
            attack.last_time = attack.last_time.max(login.time);
        }
    }

    /// Orders the attacks by their first login; those without one come last, as they were.
    fn order_attacks(&mut self) {
        let mut first: HashMap<&str, i64> = HashMap::new();
        for login in &self.logins {
            first.entry(&login.attack_id).or_insert(login.time);
        }
        self.attacks.sort_by_key(|a| first.get(a.attack_id.as_str()).copied().unwrap_or(i64::MAX));
    }
}
