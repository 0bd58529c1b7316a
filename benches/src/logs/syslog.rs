//! Syslog made here: two lines in three are of other programs, the rest sshd's.

use std::fmt::Write;
use std::hint::black_box;

/// Lines of each log.
pub const LINES: u64 = 200_000;

/// A day's log of a host. One line in twelve is a login or a failed one.
#[must_use]
pub fn text(time: fn(&mut String, u64)) -> String {
    let mut text = String::new();
    for line in 0..LINES {
        time(&mut text, line / 3);
        let (a, b, port) = (line * 31 % 250, line * 17 % 250, 49_152 + line % 16_000);
        let _ = match line % 12 {
            0 if line % 24 == 0 => writeln!(
                text,
                "web1 sshd[{line}]: Accepted publickey for user{} from 10.0.{a}.{b} port {port} ssh2: ED25519 SHA256:oEdE7+2bbT4mVmHbzMDqFzJxjTJtWVlNmR1h5Sv0tO8",
                line % 97
            ),
            0 => writeln!(
                text,
                "web1 sshd[{line}]: Failed password for invalid user admin{} from 10.0.{a}.{b} port {port} ssh2",
                line % 97
            ),
            1 => writeln!(
                text,
                "web1 sshd[{line}]: pam_unix(sshd:session): session opened for user user{} by (uid=0)",
                line % 97
            ),
            2 => writeln!(
                text,
                "web1 sshd[{line}]: Received disconnect from 10.0.{a}.{b} port {port}:11: disconnected by user"
            ),
            3 => writeln!(
                text,
                "web1 sshd[{line}]: Connection closed by 10.0.{a}.{b} port {port} [preauth]"
            ),
            4 | 5 => writeln!(
                text,
                "web1 CRON[{line}]: pam_unix(cron:session): session opened for user root by (uid=0)"
            ),
            6 => writeln!(
                text,
                "web1 kernel: [{line}.000000] eth0: link is up, 1000 Mbps, full duplex"
            ),
            7 | 8 => writeln!(text, "web1 systemd[1]: Started Session {line} of user root."),
            _ => writeln!(
                text,
                "web1 app[{line}]: request {line} of 10.0.{a}.{b} took {b} ms, status 200"
            ),
        };
    }
    text
}

/// `Dec  9 07:03:00 `, as RFC 3164 has it.
pub fn old(text: &mut String, second: u64) {
    let _ = write!(text, "Dec  9 {:02}:{:02}:{:02} ", second / 3600, second / 60 % 60, second % 60);
}

/// `2024-12-09T07:03:00.000000+01:00 `, as rsyslog writes it.
pub fn iso(text: &mut String, second: u64) {
    let _ = write!(
        text,
        "2024-12-09T{:02}:{:02}:{:02}.{:06}+01:00 ",
        second / 3600,
        second / 60 % 60,
        second % 60,
        second * 7919 % 1_000_000
    );
}

/// Splits the text into lines, and these into words: the plain loop.
#[must_use]
pub fn split(text: &str) -> usize {
    text.lines().map(|line| black_box(line).split_ascii_whitespace().map(black_box).count()).sum()
}
