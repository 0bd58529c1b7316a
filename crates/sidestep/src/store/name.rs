//! Names as logs give them, and as they are kept: compared and hashed without regard to ASCII case.
//!
//! Every event looks several names up, and most are short. A short name is folded into three words once;
//! hashing it and comparing it are a few operations on these, and no walk through its text.

use std::hash::{BuildHasher, Hasher};

use ahash::RandomState;

/// Bytes of a name that is folded into words: with its length they fill three.
const SHORT: usize = 23;

/// Bytes of a word.
const WORD: usize = 8;

/// Stands where a short name has its length.
const LONG: u8 = 0xff;

/// A name in the two parts that a log gives.
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

    /// Bytes of `name@domain`, or of the name alone.
    fn len(self) -> usize {
        self.name.len() + self.domain.map_or(0, |domain| 1 + domain.len())
    }

    /// `name@domain`, or the name alone.
    pub(super) fn to_text(self) -> Box<str> {
        match self.domain {
            None => self.name.into(),
            Some(domain) => format!("{}@{domain}", self.name).into(),
        }
    }

    /// Whether this is `text` but for ASCII case.
    fn is(self, text: &str) -> bool {
        let Some(domain) = self.domain else { return self.name.eq_ignore_ascii_case(text) };
        text.len() == self.len()
            && text.split_at_checked(self.name.len()).is_some_and(|(name, rest)| {
                name.eq_ignore_ascii_case(self.name)
                    && rest.strip_prefix('@').is_some_and(|rest| rest.eq_ignore_ascii_case(domain))
            })
    }
}

/// A name as it is kept: a short one in place, with its length in the last byte, so that whoever looks it up
/// reads one line of memory. Of a long one, its hash and its length; its text is elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PackedName([u8; 3 * WORD]);

impl PackedName {
    /// No name.
    pub(super) const EMPTY: Self = Self([0; 3 * WORD]);

    fn of_words(words: [u64; 3]) -> Self {
        let mut bytes = [0; 3 * WORD];
        for (place, word) in bytes.as_chunks_mut::<WORD>().0.iter_mut().zip(words) {
            *place = word.to_le_bytes();
        }
        Self(bytes)
    }

    fn words(&self) -> [u64; 3] {
        let [first, second, third] = self.0.as_chunks::<WORD>().0 else { return [0; 3] };
        [first, second, third].map(|word| u64::from_le_bytes(*word))
    }

    /// Whether its text is elsewhere, and names of this hash and length may differ.
    pub(super) const fn is_long(&self) -> bool {
        self.0[SHORT] == LONG
    }

    /// What a short name is looked up by: its words in lower case. A length is no capital letter.
    fn key(&self) -> [u64; 3] {
        self.words().map(lower_case)
    }

    /// Its hash in a table with these hash keys, by which a long one was made.
    pub(super) fn hash(&self, keys: &RandomState) -> u64 {
        if self.is_long() { self.words()[0] } else { hash_key(self.key(), keys) }
    }

    /// The bytes of a short name; none of a long one.
    pub(super) fn as_bytes(&self) -> &[u8] {
        self.0[..SHORT].get(..usize::from(self.0[SHORT])).unwrap_or_default()
    }
}

/// The hash of the words of a short name, as far as it fills them.
#[inline]
fn hash_key([first, second, third]: [u64; 3], keys: &RandomState) -> u64 {
    match third >> 56 {
        0..=8 => keys.hash_one(first),
        9..=16 => keys.hash_one(u128::from(first) | u128::from(second) << 64),
        _ => {
            let mut hasher = keys.build_hasher();
            [first, second, third].into_iter().for_each(|word| hasher.write_u64(word));
            hasher.finish()
        }
    }
}

/// A name that is to be looked up, folded once for every table that it is looked up in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FoldedName<'a> {
    parts: NameParts<'a>,
    /// `None` for a long name, of which every table has its own hash.
    short: Option<Short>,
}

/// A short name in words: as it is written, and in lower case.
#[derive(Debug, Clone, Copy)]
struct Short {
    written: [u64; 3],
    key: [u64; 3],
}

impl<'a> FoldedName<'a> {
    #[inline]
    pub(crate) fn new(parts: NameParts<'a>) -> Self {
        let length = parts.len();
        if length > SHORT {
            return Self { parts, short: None };
        }
        let name = parts.name.as_bytes();
        let [first, second, third] = match parts.domain.map(str::as_bytes) {
            // Most names of hosts, and most accounts of a domain, need no packing.
            None if length <= WORD => [whole_word(name), 0, 0],
            Some(domain) if name.len() <= WORD && domain.len() < WORD => {
                let domain = u128::from(whole_word(domain) << 8 | u64::from(b'@'));
                let packed = u128::from(whole_word(name)) | domain << (8 * name.len());
                [packed as u64, (packed >> 64) as u64, 0]
            }
            domain => pack(name, domain),
        };
        let third = third | (length as u64) << 56;
        // What is not filled needs no folding, and a length is no capital letter.
        let key = match length {
            ..=WORD => [lower_case(first), 0, third],
            _ => [first, second, third].map(lower_case),
        };
        Self { parts, short: Some(Short { written: [first, second, third], key }) }
    }

    /// As the log wrote it.
    pub(crate) const fn parts(&self) -> NameParts<'a> {
        self.parts
    }

    /// Whether it is short and ASCII, has no `.` and no `:`.
    pub(crate) fn is_plain(&self) -> bool {
        // The length is none of these bytes.
        let found = |word| has_byte(word, b'.') | has_byte(word, b':') | word & (0x80 * ONES);
        self.short.is_some_and(|Short { key: [first, second, third], .. }| {
            found(first) == 0 && (second == 0 || found(second) == 0) && found(third) == 0
        })
    }

    /// Whether it is short and ASCII.
    pub(crate) fn is_ascii(&self) -> bool {
        self.short.is_some_and(|Short { key: [first, second, third], .. }| {
            (first | second | third) & (0x80 * ONES) == 0
        })
    }

    /// Whether its first eight bytes are these, given in lower case.
    pub(crate) fn begins_with(&self, start: &[u8; WORD]) -> bool {
        match self.short {
            Some(Short { key, .. }) => key[0] == u64::from_le_bytes(*start),
            None => {
                let name = self.parts.name.as_bytes();
                name.get(..WORD).is_some_and(|begin| begin.eq_ignore_ascii_case(start))
            }
        }
    }

    /// As it is kept in a table with these hash keys, and its hash there.
    pub(super) fn pack(&self, keys: &RandomState) -> (PackedName, u64) {
        match self.short {
            Some(Short { written, key }) => (PackedName::of_words(written), hash_key(key, keys)),
            None => {
                let (hash, length) = (self.hash_long(keys), self.parts.len() as u64);
                (PackedName::of_words([hash, length, u64::from(LONG) << 56]), hash)
            }
        }
    }

    /// Whether it is the name that is kept as `kept`. `packed` is how it would be kept itself; `text` is
    /// asked for the text of a long name.
    #[inline]
    pub(super) fn is<'t>(
        &self,
        packed: &PackedName,
        kept: &PackedName,
        text: impl FnOnce() -> &'t str,
    ) -> bool {
        match self.short {
            // Most names are always written in one way.
            Some(Short { key, .. }) => packed == kept || !kept.is_long() && kept.key() == key,
            None => packed == kept && self.parts.is(text()),
        }
    }

    fn hash_long(&self, keys: &RandomState) -> u64 {
        let mut hasher = keys.build_hasher();
        // In pieces of one length, for the hash is that of the pieces.
        let (mut piece, mut filled) = ([0; 64], 0);
        let mut add = |text: &str| {
            for byte in text.bytes() {
                piece[filled] = byte.to_ascii_lowercase();
                filled += 1;
                if filled == piece.len() {
                    hasher.write(&piece);
                    filled = 0;
                }
            }
        };
        add(self.parts.name);
        if let Some(domain) = self.parts.domain {
            add("@");
            add(domain);
        }
        hasher.write(&piece[..filled]);
        hasher.finish()
    }
}

/// A short name in words.
fn pack(name: &[u8], domain: Option<&[u8]>) -> [u64; 3] {
    let mut packed = Packed { words: [0; 4], bytes: 0 };
    packed.push(name);
    if let Some(domain) = domain {
        packed.push_word(u64::from(b'@'), 1);
        packed.push(domain);
    }
    let [first, second, third, _] = packed.words;
    [first, second, third]
}

/// Bytes in words, the first lowest.
struct Packed {
    words: [u64; 4],
    bytes: usize,
}

impl Packed {
    fn push(&mut self, text: &[u8]) {
        let (words, rest) = text.as_chunks::<WORD>();
        for word in words {
            self.push_word(u64::from_le_bytes(*word), WORD);
        }
        if !rest.is_empty() {
            self.push_word(short_word(rest), rest.len());
        }
    }

    /// Adds the `count` lowest bytes of a word of which the others are 0.
    fn push_word(&mut self, word: u64, count: usize) {
        let (at, filled) = (self.bytes / WORD, self.bytes % WORD);
        if let Some([here, next]) =
            self.words.get_mut(at..at + 2).and_then(|at| at.first_chunk_mut())
        {
            *here |= word << (8 * filled);
            // Two shifts, for one by 64 is none.
            *next |= word >> (56 - 8 * filled) >> 8;
        }
        self.bytes += count;
    }
}

/// Up to eight bytes as the lowest of a word.
#[inline]
fn whole_word(bytes: &[u8]) -> u64 {
    match bytes.first_chunk() {
        Some(word) => u64::from_le_bytes(*word),
        None => short_word(bytes),
    }
}

/// One to seven bytes as the lowest of a word.
#[inline]
fn short_word(bytes: &[u8]) -> u64 {
    match *bytes {
        [a] => u64::from(a),
        [a, b] => u64::from(u16::from_le_bytes([a, b])),
        [a, b, c] => u64::from(u32::from_le_bytes([a, b, c, 0])),
        // The two halves overlap in bytes that are the same.
        [a, b, c, d, ..] => {
            let low = u32::from_le_bytes([a, b, c, d]);
            let high = bytes.last_chunk::<4>().map_or(0, |last| u32::from_le_bytes(*last));
            u64::from(low) | u64::from(high) << (8 * (bytes.len() - 4))
        }
        [] => 0,
    }
}

const ONES: u64 = u64::from_le_bytes([1; WORD]);

/// Eight bytes with the ASCII capitals among them made small.
const fn lower_case(word: u64) -> u64 {
    let low = word & (0x7f * ONES);
    // The high bit of each byte says: at least `A`; more than `Z`; ASCII at all.
    let from_a = low + (0x80 - b'A' as u64) * ONES;
    let past_z = low + (0x7f - b'Z' as u64) * ONES;
    let capitals = from_a & !past_z & !word & (0x80 * ONES);
    word | capitals >> 2
}

/// Not 0 if one of eight bytes is `byte`.
const fn has_byte(word: u64, byte: u8) -> u64 {
    let zero_there = word ^ (byte as u64 * ONES);
    // A byte below one that matches may be reported too, which does not change whether any is.
    zero_there.wrapping_sub(ONES) & !zero_there & (0x80 * ONES)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::hash_keys;
    use super::*;

    fn packed(parts: NameParts<'_>, keys: &RandomState) -> (PackedName, u64) {
        FoldedName::new(parts).pack(keys)
    }

    fn is_found(asked: NameParts<'_>, kept: &str, keys: &RandomState) -> bool {
        let asked = FoldedName::new(asked);
        asked.is(&asked.pack(keys).0, &packed(NameParts::of(kept), keys).0, || kept)
    }

    proptest! {
        /// A name is found by its parts in any case, and by no other name.
        #[test]
        fn names_are_the_same_but_for_case(
            name in "[a-zA-Z@\\[`{.é$-]{0,30}",
            domain in prop::option::of("[a-zA-Z@.]{0,14}"),
            other in "[a-zA-Z@\\[`{.é$-]{0,30}",
        ) {
            let keys = hash_keys();
            let parts = NameParts { name: &name, domain: domain.as_deref() };
            let text = parts.to_text();
            let (small, large) = (text.to_ascii_lowercase(), text.to_ascii_uppercase());
            for kept in [&*text, &small, &large] {
                prop_assert!(is_found(parts, kept, &keys), "{parts:?} is not {kept}");
                let (packed, hash) = packed(NameParts::of(kept), &keys);
                prop_assert_eq!(packed.hash(&keys), hash);
                prop_assert_eq!(hash, FoldedName::new(parts).pack(&keys).1);
                if !packed.is_long() {
                    prop_assert_eq!(packed.as_bytes(), kept.as_bytes());
                }
            }
            prop_assert_eq!(is_found(parts, &other, &keys), text.eq_ignore_ascii_case(&other));
            let longer = format!("{text}x");
            prop_assert!(!is_found(parts, &longer, &keys));
        }

        #[test]
        fn what_a_name_holds_is_seen_in_its_words(name in "[a-z.:é-]{0,24}") {
            let folded = FoldedName::new(NameParts::of(&name));
            let plain = name.len() <= SHORT && name.is_ascii() && !name.contains(['.', ':']);
            prop_assert_eq!(folded.is_plain(), plain);
            let longer = format!("S-1-5-21{name}");
            prop_assert!(FoldedName::new(NameParts::of(&longer)).begins_with(b"s-1-5-21"));
            prop_assert!(!folded.begins_with(b"s-1-5-21"));
        }
    }
}
