//! Names as logs give them, and as they are kept.

use std::hash::{BuildHasher, Hasher};

use ahash::RandomState;

/// Bytes of a name that is kept in place: with its length, and the mark that it is, 24.
const SHORT: usize = 22;

/// A name that is kept. Most are short, and are kept in place: whoever looks a name up reads one line
/// of memory, and not another where its text is.
#[derive(Debug, Clone)]
pub(super) enum Name {
    Short { len: u8, bytes: [u8; SHORT] },
    Long(Box<str>),
}

impl Name {
    pub(super) fn new(text: &str) -> Self {
        let mut bytes = [0; SHORT];
        match bytes.get_mut(..text.len()) {
            Some(place) => {
                place.copy_from_slice(text.as_bytes());
                Self::Short { len: text.len() as u8, bytes }
            }
            None => Self::Long(text.into()),
        }
    }

    fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Short { len, bytes } => &bytes[..usize::from(*len)],
            Self::Long(text) => text.as_bytes(),
        }
    }

    pub(super) fn as_str(&self) -> &str {
        match self {
            // It was made of text.
            Self::Short { .. } => std::str::from_utf8(self.as_bytes()).unwrap_or_default(),
            Self::Long(text) => text,
        }
    }
}

/// A name in the two parts that a log gives: compared and hashed without regard to ASCII case.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NameParts<'a> {
    pub(crate) name: &'a str,
    pub(crate) domain: Option<&'a str>,
}

impl<'a> NameParts<'a> {
    /// A name that has no domain.
    pub(crate) const fn of(name: &'a str) -> Self {
        Self { name, domain: None }
    }
}

impl NameParts<'_> {
    /// Hash of `name@domain` in lower case; of the name alone where there is no domain.
    pub(super) fn hash(self, keys: &RandomState) -> u64 {
        let mut folding = Folding { hasher: keys.build_hasher(), word: 0, bytes: 0 };
        folding.push(self.name.as_bytes());
        if let Some(domain) = self.domain {
            folding.push(b"@");
            folding.push(domain.as_bytes());
        }
        folding.finish()
    }

    pub(super) fn matches(self, stored: &Name) -> bool {
        let stored = stored.as_bytes();
        match self.domain {
            None => is_same(stored, self.name.as_bytes()),
            Some(domain) => {
                let at = self.name.len();
                stored.len() == at + 1 + domain.len()
                    && stored[at] == b'@'
                    && is_same(&stored[..at], self.name.as_bytes())
                    && is_same(&stored[at + 1..], domain.as_bytes())
            }
        }
    }

    pub(super) fn to_name(self) -> Name {
        match self.domain {
            None => Name::new(self.name),
            Some(domain) => Name::new(&format!("{}@{domain}", self.name)),
        }
    }
}

/// Whether two names differ in ASCII case at most; most do not differ at all.
fn is_same(a: &[u8], b: &[u8]) -> bool {
    a == b || a.eq_ignore_ascii_case(b)
}

/// Hashes text in lower case, in words of eight bytes, whatever pieces it comes in. Every event hashes
/// several names, and most are shorter than a word.
struct Folding<H> {
    hasher: H,
    /// Bytes that do not fill a word yet, the first lowest.
    word: u64,
    /// How many bytes came.
    bytes: u32,
}

impl<H: Hasher> Folding<H> {
    fn push(&mut self, text: &[u8]) {
        let (words, rest) = text.as_chunks::<8>();
        for word in words {
            self.take(u64::from_le_bytes(*word), 8);
        }
        if !rest.is_empty() {
            self.take(short_word(rest), rest.len() as u32);
        }
    }

    /// Takes in the `count` lowest bytes of a word of which the others are 0.
    fn take(&mut self, word: u64, count: u32) {
        let word = lower_case(word);
        let filled = self.bytes % 8;
        self.bytes = self.bytes.wrapping_add(count);
        self.word |= word << (8 * filled);
        if filled + count >= 8 {
            self.hasher.write_u64(self.word);
            self.word = word.checked_shr(8 * (8 - filled)).unwrap_or(0);
        }
    }

    fn finish(mut self) -> u64 {
        self.hasher.write_u64(self.word);
        self.hasher.write_u32(self.bytes);
        self.hasher.finish()
    }
}

/// One to seven bytes as the lowest of a word.
fn short_word(bytes: &[u8]) -> u64 {
    match *bytes {
        [a] => u64::from(a),
        [a, b] => u64::from(u16::from_le_bytes([a, b])),
        [a, b, c] => u64::from(u32::from_le_bytes([a, b, c, 0])),
        [a, b, c, d, ref rest @ ..] => {
            let low = u64::from(u32::from_le_bytes([a, b, c, d]));
            rest.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte)) << 32 | low
        }
        [] => 0,
    }
}

/// Eight bytes with the ASCII capitals among them made small.
const fn lower_case(word: u64) -> u64 {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    let low = word & (0x7f * ONES);
    // The high bit of each byte says: at least `A`; more than `Z`; ASCII at all.
    let from_a = low + (0x80 - b'A' as u64) * ONES;
    let past_z = low + (0x7f - b'Z' as u64) * ONES;
    let capitals = from_a & !past_z & !word & (0x80 * ONES);
    word | capitals >> 2
}

#[cfg(test)]
mod tests {
    use super::super::hash_keys;
    use super::*;

    fn name(text: &str) -> NameParts<'_> {
        NameParts { name: text, domain: None }
    }

    #[test]
    fn a_name_is_kept_as_it_is_whatever_its_length() {
        assert_eq!(size_of::<Name>(), 24);
        for length in 0..60 {
            let text: String = "Größe-0123456789-".chars().cycle().take(length).collect();
            let kept = Name::new(&text);
            assert_eq!(kept.as_str(), text);
            assert!(name(&text).matches(&kept) && name(&text.to_ascii_uppercase()).matches(&kept));
            assert!(!name(&format!("{text}x")).matches(&kept));
            let parts = NameParts { name: &text, domain: Some("Corp") };
            assert!(parts.matches(&Name::new(&format!("{text}@CORP"))));
            assert!(!parts.matches(&kept));
        }
    }

    #[test]
    fn pieces_and_case_do_not_change_a_hash() {
        let keys = hash_keys();
        let text = "Ab[Z@`{a\u{c9}z-WORKSTATION-0123456789.Corp.EXAMPLE@Other";
        for (at, _) in text.match_indices('@') {
            for end in (at + 1..=text.len()).filter(|&end| text.is_char_boundary(end)) {
                let whole = name(&text[..end]).hash(&keys);
                let parts = NameParts { name: &text[..at], domain: Some(&text[at + 1..end]) };
                assert_eq!(parts.hash(&keys), whole, "{parts:?}");
                let small = text[..end].to_ascii_lowercase();
                assert_eq!(name(&small).hash(&keys), whole, "{small}");
            }
        }
        for other in ["ab@c", "abc@", "ab[", "ab{", "ab@", "ab`", "ab", "ab\0"] {
            for one in ["ab@d", "ab\u{e9}"] {
                assert_ne!(name(other).hash(&keys), name(one).hash(&keys), "{other} {one}");
            }
        }
        assert_ne!(name("ab[").hash(&keys), name("ab{").hash(&keys));
        assert_ne!(name("ab@").hash(&keys), name("ab`").hash(&keys));
    }
}
