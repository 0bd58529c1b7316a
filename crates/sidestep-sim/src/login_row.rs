//! One row of the log, compact: numbers for names.

/// Package that authenticated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Auth {
    /// The log does not say.
    Unknown,
    /// Kerberos.
    Kerberos,
    /// NTLM.
    Ntlm,
    /// Windows chose.
    Negotiate,
    /// `MICROSOFT_AUTHENTICATION_PACKAGE_V1_0`.
    MsV1,
}

impl Auth {
    /// As LANL writes it.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Unknown => "?",
            Self::Kerberos => "Kerberos",
            Self::Ntlm => "NTLM",
            Self::Negotiate => "Negotiate",
            Self::MsV1 => "MICROSOFT_AUTHENTICATION_PACKAGE_V1_0",
        }
    }
}

/// Kind of logon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Logon {
    /// The log does not say.
    Unknown,
    /// At the keyboard.
    Interactive,
    /// Over the network.
    Network,
    /// A scheduled job.
    Batch,
    /// A service.
    Service,
    /// A locked session was unlocked.
    Unlock,
    /// Over the network, password in clear.
    NetworkCleartext,
    /// Other credentials for outgoing connections.
    NewCredentials,
    /// Remote desktop.
    RemoteInteractive,
    /// At the keyboard, from the cache.
    CachedInteractive,
}

impl Logon {
    /// As LANL writes it.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Unknown => "?",
            Self::Interactive => "Interactive",
            Self::Network => "Network",
            Self::Batch => "Batch",
            Self::Service => "Service",
            Self::Unlock => "Unlock",
            Self::NetworkCleartext => "NetworkCleartext",
            Self::NewCredentials => "NewCredentials",
            Self::RemoteInteractive => "RemoteInteractive",
            Self::CachedInteractive => "CachedInteractive",
        }
    }

    /// Whether such a logon leaves a credential in the destination's memory.
    #[must_use]
    pub const fn leaves_credential(self) -> bool {
        matches!(
            self,
            Self::Interactive
                | Self::Batch
                | Self::Service
                | Self::Unlock
                | Self::NetworkCleartext
                | Self::RemoteInteractive
                | Self::CachedInteractive
        )
    }
}

/// What the row says happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Orientation {
    /// A logon.
    LogOn,
    /// A session ended.
    LogOff,
    /// A service ticket was asked for.
    Tgs,
    /// A ticket-granting ticket was asked for.
    Tgt,
    /// An account was mapped.
    AuthMap,
    /// The screen was locked.
    ScreenLock,
    /// The screen was unlocked.
    ScreenUnlock,
}

impl Orientation {
    /// As LANL writes it.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::LogOn => "LogOn",
            Self::LogOff => "LogOff",
            Self::Tgs => "TGS",
            Self::Tgt => "TGT",
            Self::AuthMap => "AuthMap",
            Self::ScreenLock => "ScreenLock",
            Self::ScreenUnlock => "ScreenUnlock",
        }
    }
}

/// What the records of a row show beside its columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Mark {
    /// Nothing.
    #[default]
    Plain,
    /// No session key was agreed on.
    NoKey,
    /// The ticket was made with an old cipher.
    OldCipher,
}

/// What a row of an attack is to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Phase {
    /// The attack itself; everyday life has this value too.
    #[default]
    Attack,
    /// Done before the attack, with stolen accounts, so that the attack looks usual.
    Preparation,
    /// Made up to keep a detector and its readers busy.
    Decoy,
}

impl Phase {
    /// The word that `truth.csv` uses.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Attack => "attack",
            Self::Preparation => "preparation",
            Self::Decoy => "decoy",
        }
    }

    /// The phase of a word; every other word is the attack itself, for the files of other generators have
    /// words of their own.
    #[must_use]
    pub fn of_word(word: &str) -> Self {
        match word {
            "preparation" => Self::Preparation,
            "decoy" => Self::Decoy,
            _ => Self::Attack,
        }
    }
}

/// One row of the log. Accounts and hosts are numbers that [`Simulation`](crate::Simulation) turns
/// into names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Row {
    /// Seconds since the log's start.
    pub time: u32,
    /// The account logged on as (LANL's destination user).
    pub account: u32,
    /// The account that asked (LANL's source user).
    pub subject: u32,
    /// Where from.
    pub src: u32,
    /// Where to.
    pub dst: u32,
    /// The attack that made the row, counted from 1; 0 for everyday life.
    pub attack: u16,
    /// Package that authenticated.
    pub auth: Auth,
    /// Kind of logon.
    pub logon: Logon,
    /// What happened.
    pub orientation: Orientation,
    /// Whether it succeeded.
    pub success: bool,
    /// What its records show beside that.
    pub mark: Mark,
    /// What it is to the attack that made it.
    pub phase: Phase,
}

impl Row {
    /// Whether this is a login from one host to another.
    #[must_use]
    pub fn is_movement(&self) -> bool {
        self.orientation == Orientation::LogOn && self.src != self.dst
    }
}
