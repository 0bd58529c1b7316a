//! `last message repeated 3 times`, which the syslogd of BSD, Solaris and macOS writes instead of lines.

/// The last line, if it was a failure by sshd: a client that guesses makes the same line several times.
#[derive(Debug, Default)]
pub(super) struct Last {
    is_known: bool,
    pub(super) host: String,
    pub(super) process: String,
    pub(super) text: String,
}

impl Last {
    /// Takes in a line of sshd's.
    #[inline]
    pub(super) fn note(&mut self, host: &str, process: &str, text: &str) {
        self.is_known = text.starts_with("Failed ");
        if self.is_known {
            for (kept, new) in
                [(&mut self.host, host), (&mut self.process, process), (&mut self.text, text)]
            {
                kept.clear();
                kept.push_str(new);
            }
        }
    }

    /// Takes in a line of another program.
    #[inline]
    pub(super) const fn forget(&mut self) {
        self.is_known = false;
    }

    /// Whether the last line was a failure of a host.
    pub(super) fn is_of(&self, host: &str) -> bool {
        self.is_known && self.host == host
    }
}

/// How often a line says that the one before it came again.
#[inline]
pub(super) fn times(program: &str, text: &str) -> Option<u32> {
    let rest = match program {
        "last" => text.strip_prefix("message repeated ")?,
        // macOS writes `--- last message repeated 3 times ---`.
        _ => text.strip_prefix("last message repeated ")?,
    };
    let (times, _) = rest.split_once(" time")?;
    times.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeat_says_how_often() {
        assert_eq!(times("last", "message repeated 3 times"), Some(3));
        assert_eq!(times("last", "message repeated 1 time"), Some(1));
        assert_eq!(times("sshd", "last message repeated 2 times"), Some(2));
        assert_eq!(times("---", "last message repeated 4 times ---"), Some(4));
        assert_eq!(times("last", "message repeated often"), None);
        assert_eq!(times("sshd", "message repeated 3 times: [ Failed"), None);
    }
}
