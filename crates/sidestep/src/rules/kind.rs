//! What kind of thing a detection found, so that only its like makes it usual.

use serde::{Deserialize, Serialize};

use crate::store::Id;

/// The kind of a finding: a path, a session, a target, whatever tells the benign habit of a detection
/// from the attack that it must not excuse. Equal texts have the same kind in every run.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
pub(crate) struct Kind(u32);

impl Kind {
    /// All that a detection finds, whatever its kind.
    pub(crate) const ANY: Self = Self(0);

    /// The kind that these texts name together, whatever their case. Digits and what stands in braces do
    /// not count: programs number what they make (`update-17.exe`, `Sync-{8A3C...}`).
    pub(crate) fn of(parts: &[&str]) -> Self {
        let mut kind = Self(0x811c_9dc5);
        for part in parts {
            let mut in_braces = false;
            for byte in part.bytes() {
                in_braces = byte == b'{' || in_braces && byte != b'}';
                if !in_braces && !byte.is_ascii_digit() {
                    kind.take(byte.to_ascii_lowercase());
                }
            }
            kind.take(0xff);
        }
        Self(kind.0.max(1))
    }

    /// The kind of the same that has to do with this account or host.
    pub(crate) fn with(mut self, id: Id) -> Self {
        self.take(0xfe);
        id.to_le_bytes().into_iter().for_each(|byte| self.take(byte));
        Self(self.0.max(1))
    }

    /// A step of FNV-1a.
    fn take(&mut self, byte: u8) {
        self.0 = (self.0 ^ u32::from(byte)).wrapping_mul(0x0100_0193);
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
        assert_eq!(Kind::of(&["sync-{8a3c}.x"]), Kind::of(&["Sync-{77ff}.X"]));
        assert_ne!(Kind::of(&["a"]).with(1), Kind::of(&["a"]).with(2));
        assert_ne!(Kind::ANY.with(1), Kind::ANY);
    }
}
