//! What is listened to: programs, and texts that are records of another dialect.

use crate::audit;
use crate::windows;

/// Whether a program is OpenSSH's server, or one of those it consists of in newer versions; by its
/// unit, where the journal names that.
#[inline]
pub(crate) fn is_sshd(program: &str) -> bool {
    if !program.starts_with("ssh") {
        return false;
    }
    matches!(program, "sshd" | "sshd-session" | "sshd-auth" | "ssh.service" | "sshd.service")
        || program.ends_with(".service")
            && (program.starts_with("sshd@") || program.starts_with("ssh@"))
}

/// Whether anything is listened to that a program says, so that others need not be read.
pub(super) fn is_heard(program: &str, text: &str) -> bool {
    is_sshd(program)
        || matches!(
            program,
            "sudo"
                | "su"
                | "doas"
                | "pkexec"
                | "CEF"
                | "LEEF"
                | "dropbear"
                | "krb5kdc"
                | "kdc"
                | "heimdal-kdc"
        )
        || matches!(program, "smbd" | "samba" | "winbindd" | "smbd_audit")
        || matches!(program, "radiusd" | "freeradius" | "audit" | "audispd" | "audisp-syslog")
        || (program == "kernel" && audit::of_kernel(text).is_some())
        || text.starts_with("pam_")
        || text.starts_with("message repeated ")
        || text.starts_with("last message repeated ")
        || is_audit(text)
        || is_json(text)
        || text.starts_with(XML)
        || program.contains('(')
        || windows::is_relayed(program, text)
}

/// Whether a text is a record of the audit system, whatever the name under which its file was
/// forwarded.
#[inline]
pub(super) fn is_audit(text: &str) -> bool {
    (text.starts_with("type=") || text.starts_with("node="))
        && memchr::memmem::find(text.as_bytes(), b" msg=audit(").is_some()
}

/// What may stand before a record in JSON.
pub(super) const CEE: &str = "@cee:";

/// How a Windows event begins that a relay sent on as it was.
pub(super) const XML: &str = "<Event";

/// Whether a text is a record in JSON, which a relay sent on as it was.
#[inline]
pub(super) fn is_json(text: &str) -> bool {
    text.starts_with('{') || text.starts_with(CEE)
}
