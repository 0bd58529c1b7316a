//! Numbers, times and names as people read them.

use std::time::Duration;

use sidestep::Timestamp;

const SECOND: i64 = 1_000_000;

/// A whole number in groups of three digits.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number and its noun, `1 line` or `2 lines`.
pub(crate) fn counted(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// A share in percent, never 0 for one that is not.
pub(crate) fn percent(share: f64) -> String {
    if share > 0.0 && share < 0.000_5 {
        return "less than 0.1 %".to_owned();
    }
    format!("{:.1} %", 100.0 * share)
}

/// A time to the second, UTC.
pub(crate) fn time(time: Timestamp) -> String {
    Timestamp::from_secs(time.micros().div_euclid(SECOND)).to_string()
}

/// A length of time in its two largest units.
pub(crate) fn span(length: Duration) -> String {
    let seconds = length.as_secs();
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    let two = |large: u64, l: &str, small: u64, s: &str| match small {
        0 => format!("{large} {l}"),
        small => format!("{large} {l} {small} {s}"),
    };
    if days > 0 {
        two(days, "d", hours, "h")
    } else if hours > 0 {
        two(hours, "h", minutes, "min")
    } else if minutes > 0 {
        two(minutes, "min", seconds % 60, "s")
    } else {
        format!("{seconds} s")
    }
}

/// Text from a log without what could drive a terminal.
pub(crate) fn printable(text: &str) -> String {
    let unfit =
        |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().map(|c| if unfit(c) { '\u{fffd}' } else { c }).collect()
}

/// At most `width` characters of a text.
pub(crate) fn clipped(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(3)).collect();
    format!("{}...", kept.trim_end())
}

/// Words put into lines of at most `width` characters; each line after the first begins with
/// `indent`. A word that is longer gets a line of its own.
pub(crate) fn wrapped<'w>(
    words: impl IntoIterator<Item = &'w str>,
    width: usize,
    indent: &str,
) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut room = 0;
    for word in words {
        let length = word.chars().count();
        let last = lines.len() - 1;
        if room == 0 {
            lines[last].push_str(word);
            room = length;
        } else if room + 1 + length <= width {
            lines[last].push(' ');
            lines[last].push_str(word);
            room += 1 + length;
        } else {
            lines.push(format!("{indent}{word}"));
            room = indent.chars().count() + length;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(counted(1, "line"), "1 line");
        assert_eq!(counted(1000, "line"), "1,000 lines");
    }

    #[test]
    fn a_share_is_not_shown_as_none() {
        assert_eq!(percent(0.0), "0.0 %");
        assert_eq!(percent(0.000_1), "less than 0.1 %");
        assert_eq!(percent(0.012_34), "1.2 %");
    }

    #[test]
    fn spans_show_two_units() {
        assert_eq!(span(Duration::ZERO), "0 s");
        assert_eq!(span(Duration::from_secs(59)), "59 s");
        assert_eq!(span(Duration::from_secs(61)), "1 min 1 s");
        assert_eq!(span(Duration::from_secs(2 * 3600)), "2 h");
        assert_eq!(span(Duration::from_secs(86_400 + 3 * 3600 + 59)), "1 d 3 h");
    }

    #[test]
    fn a_name_cannot_drive_a_terminal() {
        assert_eq!(printable("C1\u{1b}[2J\u{202e}\r\nx"), "C1\u{fffd}[2J\u{fffd}\u{fffd}\u{fffd}x");
    }

    #[test]
    fn lines_keep_their_width() {
        let words = ["one", "two", "three", "a-word-that-is-too-long", "four"];
        assert_eq!(
            wrapped(words, 9, "  "),
            ["one two", "  three", "  a-word-that-is-too-long", "  four"]
        );
        assert_eq!(clipped("abcdefgh", 6), "abc...");
        assert_eq!(clipped("abc", 6), "abc");
    }
}
