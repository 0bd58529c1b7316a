//! Values as logs write them, whatever their dialect: addresses, numbers, GUIDs, texts cut to size.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr};

/// Bytes of a text that an event may carry.
const LONGEST: usize = 1024;

/// An address alone, perhaps in brackets or with a zone; an IPv4 address in IPv6's clothes is IPv4.
pub(crate) fn ip(text: &str) -> Option<IpAddr> {
    // Most names have no such byte, and need not be parsed to see that they are no address.
    if !text.bytes().any(|byte| matches!(byte, b'.' | b':')) {
        return None;
    }
    // How Windows writes most addresses, in a tenth of the steps that the eight groups take.
    if let Some(ip) = text.strip_prefix("::ffff:").and_then(|ip| ip.parse::<Ipv4Addr>().ok()) {
        return Some(ip.into());
    }
    let ip = text.parse::<IpAddr>().ok().or_else(|| {
        let within = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
        let (address, zone) = within.unwrap_or(text).split_once('%').unzip();
        let address = address.or(within)?;
        let is_zone = zone.is_none_or(|zone| !zone.contains([']', ':', ' ']));
        is_zone.then(|| address.parse().ok())?
    })?;
    Some(ip.to_canonical())
}

/// Whether an address names no other host than the one that wrote it.
pub(crate) const fn is_local(ip: &IpAddr) -> bool {
    ip.is_loopback()
        || ip.is_unspecified()
        || matches!(ip, IpAddr::V6(ip) if ip.is_unicast_link_local())
        || matches!(ip, IpAddr::V4(ip) if ip.is_link_local())
}

/// A text without blanks around it. Most texts have none, which their first and last bytes show.
#[inline]
pub(crate) fn trimmed(text: &str) -> &str {
    let is_plain = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_graphic);
    let bytes = text.as_bytes();
    if is_plain(bytes.first()) && is_plain(bytes.last()) { text } else { text.trim() }
}

/// A whole number, in decimal or with `0x`; a fraction of zeros, as tables write it, says nothing.
pub(crate) fn number(text: &str) -> Option<u64> {
    let text = trimmed(text);
    // `+4` is no number of any log.
    if text.starts_with('+') {
        return None;
    }
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    if let Some(digits) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        return u64::from_str_radix(digits, 16).ok();
    }
    let (whole, zeros) = text.split_once('.')?;
    zeros.bytes().all(|byte| byte == b'0').then(|| whole.parse().ok())?
}

/// A GUID, with or without braces and dashes; all zeros is none.
pub(crate) fn guid(text: &str) -> Option<u128> {
    let mut value: u128 = 0;
    let mut digits = 0;
    for byte in text.bytes() {
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'f' => byte - b'a' + 10,
            b'A'..=b'F' => byte - b'A' + 10,
            b'{' | b'}' | b'-' => continue,
            _ => return None,
        };
        value = (value << 4) | u128::from(digit);
        digits += 1;
    }
    (digits == 32 && value != 0).then_some(value)
}

/// As much of a text as an event may carry.
pub(crate) fn clipped(text: &str) -> &str {
    cut(text, LONGEST)
}

/// At most so many bytes of a text, cut between characters.
pub(crate) fn cut(text: &str, longest: usize) -> &str {
    let mut end = text.len().min(longest);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// At most so many bytes of a text: its beginning and its end, with a mark where the rest was. What
/// matters of a command line may stand at either.
pub(crate) fn both_ends(text: &str, longest: usize) -> Cow<'_, str> {
    const MARK: &str = " [...] ";
    if text.len() <= longest {
        return Cow::Borrowed(text);
    }
    let half = longest.saturating_sub(MARK.len()) / 2;
    let mut end = text.len() - half;
    while !text.is_char_boundary(end) {
        end += 1;
    }
    Cow::Owned([cut(text, half), MARK, &text[end..]].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_be_dressed_up() {
        let read = |text| ip(text).map(|ip| ip.to_string());
        assert_eq!(read("::ffff:10.0.0.5").unwrap(), "10.0.0.5");
        assert_eq!(read("[2001:db8::1]").unwrap(), "2001:db8::1");
        assert_eq!(read("fe80::1%eth0").unwrap(), "fe80::1");
        for none in ["", "-", "[", "%", "web1", "10.0.0", "10.0.0.5:22", "[::1]:22"] {
            assert_eq!(read(none), None, "{none}");
        }
    }

    #[test]
    fn an_address_of_the_host_itself_is_local() {
        for here in ["127.0.0.1", "::1", "0.0.0.0", "::", "fe80::1", "::ffff:127.0.0.1"] {
            assert!(is_local(&ip(here).unwrap()), "{here}");
        }
        for there in ["10.0.0.5", "2001:db8::1", "fec0::1"] {
            assert!(!is_local(&ip(there).unwrap()), "{there}");
        }
    }

    #[test]
    fn numbers_and_guids_are_read_as_windows_writes_them() {
        assert_eq!(number("0x562614e"), Some(0x562_614e));
        assert_eq!(number("128"), Some(128));
        assert_eq!(number(" 4624.0 "), Some(4624));
        assert_eq!(number("3."), Some(3));
        for none in ["0x", "", ".", ".0", "1.5", "-1", "+1", "1.0.0", "0x3.0"] {
            assert_eq!(number(none), None, "{none}");
        }
        assert_eq!(guid("{50419e1a-1c62-023a-239e-78c43a7792ab}").unwrap() >> 96, 0x5041_9e1a);
        assert_eq!(guid("{50419e1a}"), None);
        assert_eq!(guid(&"f".repeat(33)), None);
        assert_eq!(guid(&"0".repeat(32)), None);
    }

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(clipped(&"é".repeat(1000)).len(), 1024);
        assert_eq!(cut("aé", 2), "a");
        assert_eq!(cut("aé", 3), "aé");
    }

    #[test]
    fn a_text_keeps_both_its_ends() {
        assert_eq!(both_ends("0123456789", 10), "0123456789");
        assert_eq!(both_ends("aé0123456789é9", 14), "aé [...] é9");
        let long = format!("{}é", "é".repeat(5000));
        let kept = both_ends(&long, 8192);
        assert!(kept.len() <= 8192 && kept.len() > 8180, "{}", kept.len());
        assert!(kept.starts_with('é') && kept.ends_with('é'));
    }
}
