//! What is true of a log: the attacker's logins, and what each attack was.

/// One login of an attacker, as `truth.csv` lists it: `time,account,src_host,dst_host,attack_id`.
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
}

/// One attack, as `attacks.csv` lists it:
/// `attack_id,start,goal,stealth,entry_host,victim,hops,last_time`.
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
    /// How many logins it made.
    pub hops: u32,
    /// Time of its last login, seconds since the log's start.
    pub last_time: i64,
}

/// The attacker's logins and the attacks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Truth {
    /// In order of time.
    pub logins: Vec<TruthLogin>,
    /// In order of their first login.
    pub attacks: Vec<Attack>,
}
