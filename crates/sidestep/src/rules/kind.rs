//! What kind of thing a detection found, so that only its like makes it usual.

use serde::{Deserialize, Serialize};

/// The kind of a finding: a path, a session, a target, whatever tells the benign habit of a detection
/// from the attack that it must not excuse. Equal texts have the same kind in every run.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
pub(crate) struct Kind(u32);

impl Kind {
    /// All that a detection finds, whatever its kind.
    pub(crate) const ANY: Self = Self(0);

    /// The kind that these texts name together, whatever their case. Digits do not count: programs
    /// number what they make (`update-17.exe`).
    pub(crate) fn of(parts: &[&str]) -> Self {
        Self::hash(parts, |byte| !byte.is_ascii_digit())
    }

    /// The same where digits count: in names of hosts and accounts they tell one from another.
    pub(crate) fn exactly(parts: &[&str]) -> Self {
        Self::hash(parts, |_| true)
    }

    fn hash(parts: &[&str], counts: impl Fn(&u8) -> bool) -> Self {
        let mut hash: u32 = 0x811c_9dc5;
        let mut take = |byte: u8| hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
        for part in parts {
            part.bytes().filter(&counts).for_each(|byte| take(byte.to_ascii_lowercase()));
            take(0xff);
        }
        Self(hash.max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_digits_are_no_difference_and_the_order_is() {
        assert_eq!(Kind::of(&["Backup17", "a"]), Kind::of(&["backup2", "A"]));
        assert_ne!(Kind::of(&["a", "b"]), Kind::of(&["b", "a"]));
        assert_ne!(Kind::of(&["ab"]), Kind::of(&["a", "b"]));
        assert_ne!(Kind::of(&[]), Kind::ANY);
        assert_ne!(Kind::exactly(&["WS-17"]), Kind::exactly(&["WS-99"]));
        assert_eq!(Kind::exactly(&["WS-17"]), Kind::exactly(&["ws-17"]));
    }
}
