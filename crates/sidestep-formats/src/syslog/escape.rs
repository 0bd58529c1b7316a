//! The escape that sshd puts its messages through before they reach syslog.

use std::borrow::Cow;

/// A name as it was before sshd escaped it: a backslash is doubled, and a byte outside of printable
/// ASCII is three octal digits behind one. Bytes that are no UTF-8, and control characters, become
/// U+FFFD. What is no escape stays: messages that come in other ways are not escaped.
pub(super) fn unescaped(text: &str) -> Cow<'_, str> {
    if memchr::memchr(b'\\', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        if byte != b'\\' {
            plain.push(byte);
        } else if bytes.get(at) == Some(&b'\\') {
            plain.push(b'\\');
            at += 1;
        } else if let Some(byte) = octal(&bytes[at..]) {
            if byte < b' ' || byte == 0x7f {
                plain.extend("\u{fffd}".as_bytes());
            } else {
                plain.push(byte);
            }
            at += 3;
        } else {
            plain.push(b'\\');
        }
    }
    Cow::Owned(match String::from_utf8(plain) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    })
}

/// Three octal digits that are a byte.
fn octal(bytes: &[u8]) -> Option<u8> {
    let digits = bytes.first_chunk::<3>()?;
    digits
        .iter()
        .try_fold(0_u16, |value, digit| match digit {
            b'0'..=b'7' => Some(8 * value + u16::from(digit - b'0')),
            _ => None,
        })
        .and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What OpenSSH makes of a name.
    fn escaped(name: &str) -> String {
        let mut text = String::new();
        for byte in name.bytes() {
            match byte {
                b'\\' => text.push_str("\\\\"),
                b' '..=b'~' => text.push(char::from(byte)),
                _ => text.push_str(&format!("\\{byte:03o}")),
            }
        }
        text
    }

    #[test]
    fn a_name_is_unescaped() {
        for (text, name) in [
            ("bob", "bob"),
            (r"CORP\\emil", r"CORP\emil"),
            (r"CORP\emil", r"CORP\emil"),
            (r"na\303\257ve", "naïve"),
            (r"na\\303\\257ve", r"na\303\257ve"),
            (r"a\303", "a\u{fffd}"),
            (r"a\000\177b", "a\u{fffd}\u{fffd}b"),
            (r"a\400\", r"a\400\"),
            (r"a\99", r"a\99"),
        ] {
            assert_eq!(unescaped(text), name, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_name_comes_back(name in "[^\\x00-\\x1f\\x7f]{0,30}") {
            let once = escaped(&name);
            prop_assert_eq!(unescaped(&once), name.as_str());
            let twice = escaped(&once);
            let back = unescaped(&twice).into_owned();
            prop_assert_eq!(unescaped(&back), name.as_str());
        }

        #[test]
        fn any_text_is_taken(text in "(\\\\|[0-9]|[a-zé]){0,30}") {
            prop_assert!(unescaped(&text).len() <= 3 * text.len());
        }
    }
}
