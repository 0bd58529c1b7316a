//! The head of a line: RFC 3164, the same with an ISO time (as rsyslog writes it), or RFC 5424.

/// What stands before the message.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Head<'l> {
    pub(super) when: When<'l>,
    pub(super) host: &'l str,
    pub(super) program: &'l str,
    pub(super) text: &'l str,
}

/// A time, as it is written.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum When<'l> {
    /// RFC 5424's `-`.
    Unknown,
    /// RFC 3164's, which has neither year nor zone.
    Yearless(Stamp),
    /// ISO 8601, with a zone or without.
    Whole(&'l str),
}

/// `Dec 10 06:55:46`, with a fraction or without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) month: i8,
    pub(super) day: i8,
    pub(super) hour: i8,
    pub(super) minute: i8,
    pub(super) second: i8,
    pub(super) micros: u32,
}

impl<'l> Head<'l> {
    /// Takes a line apart; `None` for what is no line of syslog.
    pub(super) fn parse(line: &'l str) -> Option<Self> {
        if let Some(rest) = priority(line) {
            if let Some(rest) = rest.strip_prefix("1 ") {
                return Self::structured(rest);
            }
            return Self::plain(rest);
        }
        Self::plain(line)
    }

    /// `time host program[number]: text`.
    fn plain(line: &'l str) -> Option<Self> {
        let (when, rest) = if line.as_bytes().first()?.is_ascii_digit() {
            let (time, rest) = line.split_once(' ')?;
            // The shape of a date; its value is looked at where it is needed.
            let bytes = time.as_bytes();
            if bytes.len() < 19 || bytes[4] != b'-' || bytes[7] != b'-' || bytes[13] != b':' {
                return None;
            }
            (When::Whole(time), rest)
        } else {
            let (stamp, used) = Stamp::parse(line.as_bytes())?;
            (When::Yearless(stamp), line.get(used..)?.strip_prefix(' ')?)
        };
        let (host, rest) = rest.trim_start_matches(' ').split_once(' ')?;
        // login(1) calls itself ` -- root`.
        let rest = rest.trim_start_matches(' ');
        let end = rest.find(['[', ':', ' ']).unwrap_or(rest.len());
        let (program, mut text) = rest.split_at(end);
        if let Some(number) = text.strip_prefix('[') {
            text = number.split_once(']').map_or("", |(_, text)| text);
        }
        let text = text.strip_prefix(':').unwrap_or(text);
        let text = text.strip_prefix(' ').unwrap_or(text);
        Self::of(when, host, program, text)
    }

    /// `time host program number id [data] text`, each `-` where it is not known.
    fn structured(rest: &'l str) -> Option<Self> {
        let (time, rest) = rest.split_once(' ')?;
        let (host, rest) = rest.split_once(' ')?;
        let (program, rest) = rest.split_once(' ')?;
        let (_number, rest) = rest.split_once(' ')?;
        let (_id, rest) = rest.split_once(' ')?;
        let text = past_data(rest)?;
        let text = text.strip_prefix(' ').unwrap_or(text);
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let when = if time == "-" { When::Unknown } else { When::Whole(time) };
        Self::of(when, if host == "-" { "" } else { host }, program, text)
    }

    fn of(when: When<'l>, host: &'l str, program: &'l str, text: &'l str) -> Option<Self> {
        let program = program.rsplit_once('/').map_or(program, |(_, program)| program);
        (!program.is_empty()).then_some(Self { when, host, program, text })
    }
}

/// What follows `<34>`.
fn priority(line: &str) -> Option<&str> {
    let (number, rest) = line.strip_prefix('<')?.split_once('>')?;
    (matches!(number.len(), 1..=3) && number.bytes().all(|byte| byte.is_ascii_digit()))
        .then_some(rest)
}

/// What follows the structured data: `-`, or elements in brackets whose quoted values may hold
/// brackets, and quotes behind a backslash.
fn past_data(text: &str) -> Option<&str> {
    if let Some(rest) = text.strip_prefix('-') {
        return Some(rest);
    }
    let (mut quoted, mut escaped, mut open) = (false, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' if open => quoted = !quoted,
            _ if quoted => {}
            b'[' if !open => open = true,
            b']' if open => open = false,
            _ if open => {}
            _ => return (at > 0).then(|| &text[at..]),
        }
    }
    (!open && !text.is_empty()).then_some("")
}

impl Stamp {
    /// Reads a time at the beginning of a line, and gives its length.
    fn parse(line: &[u8]) -> Option<(Self, usize)> {
        let month = month(line.get(..3)?)?;
        let mut at = 3;
        while line.get(at) == Some(&b' ') && at < 5 {
            at += 1;
        }
        if at == 3 {
            return None;
        }
        let digit = |at: usize| match line.get(at) {
            Some(byte @ b'0'..=b'9') => Some((byte - b'0').cast_signed()),
            _ => None,
        };
        let mut day = digit(at)?;
        at += 1;
        if let Some(second) = digit(at) {
            day = 10 * day + second;
            at += 1;
        }
        let pair = |at: usize| Some(10 * digit(at)? + digit(at + 1)?);
        if line.get(at) != Some(&b' ')
            || line.get(at + 3) != Some(&b':')
            || line.get(at + 6) != Some(&b':')
        {
            return None;
        }
        let (hour, minute, second) = (pair(at + 1)?, pair(at + 4)?, pair(at + 7)?);
        at += 9;
        let mut micros = 0;
        if line.get(at) == Some(&b'.') {
            at += 1;
            let mut scale = 100_000;
            while let Some(digit) = digit(at) {
                micros += scale * u32::from(digit.unsigned_abs());
                scale /= 10;
                at += 1;
            }
        }
        Some((Self { month, day, hour, minute, second, micros }, at))
    }
}

fn month(name: &[u8]) -> Option<i8> {
    Some(match name {
        b"Jan" => 1,
        b"Feb" => 2,
        b"Mar" => 3,
        b"Apr" => 4,
        b"May" => 5,
        b"Jun" => 6,
        b"Jul" => 7,
        b"Aug" => 8,
        b"Sep" => 9,
        b"Oct" => 10,
        b"Nov" => 11,
        b"Dec" => 12,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(line: &str) -> Option<(&str, &str, &str)> {
        Head::parse(line).map(|head| (head.host, head.program, head.text))
    }

    #[test]
    fn the_three_forms_are_told_apart() {
        let parsed = Some(("web1", "sshd", "Hello: there"));
        for line in [
            "Dec 10 06:55:46 web1 sshd[24200]: Hello: there",
            "Dec  1 06:55:46 web1 sshd: Hello: there",
            "Dec 1 06:55:46.250 web1 sshd[1]: Hello: there",
            "<34>Dec 10 06:55:46 web1 /usr/sbin/sshd[24200]: Hello: there",
            "2024-03-01T08:15:30.123456+01:00 web1 sshd[1]: Hello: there",
            "<34>1 2024-03-01T08:15:30.123Z web1 sshd 24200 - - Hello: there",
            "<34>1 - web1 sshd 24200 ID47 [a@1 b=\"x \\\"]\\\" y\"][c@1] Hello: there",
            "<34>1 - web1 sshd 24200 ID47 - \u{feff}Hello: there",
        ] {
            assert_eq!(parts(line), parsed, "{line}");
        }
        assert_eq!(
            parts("Jun 14 15:16:01 combo sshd(pam_unix)[19939]: check pass"),
            Some(("combo", "sshd(pam_unix)", "check pass"))
        );
        assert_eq!(
            parts("Jun 14 15:16:01 combo last message repeated 2 times"),
            Some(("combo", "last", "message repeated 2 times"))
        );
        assert_eq!(
            parts("Jul  7 08:06:15 combo  -- root[2421]: ROOT LOGIN ON tty2"),
            Some(("combo", "--", "root[2421]: ROOT LOGIN ON tty2"))
        );
        assert_eq!(parts("<34>1 - - sshd - - -"), Some(("", "sshd", "")));
    }

    #[test]
    fn what_is_no_syslog_is_refused() {
        for line in [
            "",
            "Dec",
            "Dec 10",
            "Dec  2 13:14:2",
            "Dec 10 06:55:46",
            "Dec 10 06:55:46 web1",
            "Dez 10 06:55:46 web1 sshd: x",
            "Dec 10 06.55.46 web1 sshd: x",
            "<34>1 - web1 sshd 1 - [open",
            "<3455>Dec 10 06:55:46 web1 sshd: x",
            "1,U1@DOM1,U1@DOM1,C1,C7,Kerberos,Network,LogOn,Success",
            "2024-03-01 08:15:30 web1 sshd: x",
        ] {
            assert_eq!(parts(line), None, "{line}");
        }
    }
}
