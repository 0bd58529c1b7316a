//! The `auth.log` that SSH servers send to one place, with ISO times.

use crate::login_row::Orientation;

use super::clock::Stamp;
use super::is_remote_logon;
use super::scene::{Act, Scene};
use super::streams::Streams;

/// The file.
const FILE: &str = "auth.log";

/// Writes what the sshd of the destination tells of an act.
pub(super) fn write(scene: &Scene<'_>, act: &Act, out: &mut Streams) {
    let row = &act.row;
    if !scene.writes_sshd(row.dst) || scene.is_silent(row.dst) {
        return;
    }
    let user = scene.account(row.account).name.to_lowercase();
    let mut line = |after: i64, text: &str| {
        let time = act.time + after + scene.clock(row.dst);
        let (stamp, host) = (Stamp(time, 6), scene.short(row.dst).to_lowercase());
        let process = 1000 + act.dice(6) % 60_000;
        out.put(FILE, "", time, format!("{stamp}+00:00 {host} sshd[{process}]: {text}"));
    };
    if is_remote_logon(row) {
        let from = format!("from {} port {} ssh2", scene.address(row.src), act.port());
        if row.success {
            // Whose key it is does not change from login to login.
            let key = format!(
                "{:016x}{:016x}",
                owned(scene, row.account, 0),
                owned(scene, row.account, 1)
            );
            if owned(scene, row.account, 2).is_multiple_of(4) {
                line(0, &format!("Accepted password for {user} {from}"));
            } else {
                line(0, &format!("Accepted publickey for {user} {from}: ED25519 SHA256:{key}"));
            }
            let opened = format!("session opened for user {user}(uid={}) by (uid=0)", row.account);
            line(20_000, &format!("pam_unix(sshd:session): {opened}"));
        } else {
            line(0, &format!("Failed password for {user} {from}"));
        }
    } else if row.orientation == Orientation::LogOff {
        line(0, &format!("pam_unix(sshd:session): session closed for user {user}"));
    }
}

/// Random bits that stay an account's own.
fn owned(scene: &Scene<'_>, account: u32, what: u64) -> u64 {
    crate::rng::mix(scene.seed ^ crate::rng::mix(u64::from(account) << 8 | what))
}
