//! Words of short texts. Those of a line are a few bytes long, so that a plain loop finds where they end
//! before the standard library's searches, which are made for long texts, have made ready.

use memchr::memchr;

/// Where a byte of ASCII stands first.
#[inline]
pub(super) fn position(text: &str, byte: u8) -> Option<usize> {
    text.bytes().position(|other| other == byte)
}

/// The first word and what follows its blank; `None` for the last.
#[inline]
pub(super) fn first(text: &str) -> Option<(&str, &str)> {
    at(text, position(text, b' ')?, 1)
}

/// What stands before and behind a byte of ASCII, which stands first there.
#[inline]
pub(super) fn around_byte(text: &str, byte: u8) -> Option<(&str, &str)> {
    at(text, position(text, byte)?, 1)
}

/// What stands before and behind the first of some `words` that begin with a byte of ASCII.
#[inline]
pub(super) fn around<'t>(text: &'t str, words: &str) -> Option<(&'t str, &'t str)> {
    let first = *words.as_bytes().first()?;
    let mut from = 0;
    loop {
        let found = from + memchr(first, text.as_bytes().get(from..)?)?;
        if text.as_bytes()[found..].starts_with(words.as_bytes()) {
            return at(text, found, words.len());
        }
        from = found + 1;
    }
}

/// The same with the last of them.
#[inline]
pub(super) fn around_last<'t>(text: &'t str, words: &str) -> Option<(&'t str, &'t str)> {
    let bytes = text.as_bytes();
    let first = *words.as_bytes().first()?;
    let mut end = (bytes.len() + 1).checked_sub(words.len())?;
    loop {
        let found = bytes[..end].iter().rposition(|byte| *byte == first)?;
        if bytes[found..].starts_with(words.as_bytes()) {
            return at(text, found, words.len());
        }
        end = found;
    }
}

#[inline]
fn at(text: &str, at: usize, length: usize) -> Option<(&str, &str)> {
    Some((text.get(..at)?, text.get(at + length..)?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn words_are_found_where_the_standard_library_finds_them(
            text in "[ab):p\u{e9} ]{0,24}",
            words in prop_oneof![Just("): "), Just(" ab"), Just("a"), Just("aa"), Just(" b ")],
        ) {
            prop_assert_eq!(first(&text), text.split_once(' '));
            prop_assert_eq!(around_byte(&text, b')'), text.split_once(')'));
            prop_assert_eq!(around(&text, words), text.split_once(words));
            prop_assert_eq!(around_last(&text, words), text.rsplit_once(words));
        }
    }
}
