//! The values of an event.

use std::fmt::Write;

use super::super::scene::Scene;

/// The values of an event, as JSON without its braces.
#[derive(Debug, Default)]
pub(super) struct Data {
    pub(super) text: String,
}

impl Data {
    pub(super) fn put(&mut self, name: &str, value: impl AsRef<str>) {
        let comma = if self.text.is_empty() { "" } else { "," };
        // Writing to a String cannot fail.
        let _ = write!(self.text, "{comma}\"{name}\":\"");
        for letter in value.as_ref().chars() {
            match letter {
                '"' => self.text.push_str("\\\""),
                '\\' => self.text.push_str("\\\\"),
                '\n' => self.text.push_str("\\n"),
                '\t' => self.text.push_str("\\t"),
                letter => self.text.push(letter),
            }
        }
        self.text.push('"');
    }

    /// A number as Windows writes those of sessions and processes.
    pub(super) fn put_hex(&mut self, name: &str, value: u64) {
        self.put(name, format!("{value:#x}"));
    }

    pub(super) fn nobody(&mut self) {
        self.put("SubjectUserSid", "S-1-0-0");
        self.put("SubjectUserName", "-");
        self.put("SubjectDomainName", "-");
        self.put("SubjectLogonId", "0x0");
    }

    /// The machine itself, in the session of the system.
    pub(super) fn machine(&mut self, scene: &Scene<'_>, host: u32) {
        self.service_of(scene, host, "S-1-5-18", 0x3e7);
    }

    /// The machine itself, in the session of a service with this SID.
    pub(super) fn service_of(&mut self, scene: &Scene<'_>, host: u32, sid: &str, session: u64) {
        let account = scene.account(scene.org.ids().machine(host));
        self.put("SubjectUserSid", sid);
        self.put("SubjectUserName", account.name.as_ref());
        self.put("SubjectDomainName", account.domain.as_deref().unwrap_or("-"));
        self.put_hex("SubjectLogonId", session);
    }

    pub(super) fn subject(&mut self, scene: &Scene<'_>, subject: u32, session: u64) {
        let account = scene.account(subject);
        self.put("SubjectUserSid", scene.sid(subject));
        self.put("SubjectUserName", account.name.as_ref());
        self.put("SubjectDomainName", account.domain.as_deref().unwrap_or("-"));
        self.put_hex("SubjectLogonId", session);
    }

    pub(super) fn target(&mut self, scene: &Scene<'_>, account: u32) {
        let named = scene.account(account);
        self.put("TargetUserSid", scene.sid(account));
        self.put("TargetUserName", named.name.as_ref());
        self.put("TargetDomainName", named.domain.as_deref().unwrap_or("-"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_json_would_take_for_its_own_is_escaped() {
        let mut data = Data::default();
        data.put("ShareName", r"\\*\C$");
        data.put("CommandLine", "\"a\" b\n\tc");
        data.put_hex("ProcessId", 512);
        let text = format!("{{{}}}", data.text);
        let value: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
        assert_eq!(value["ShareName"], r"\\*\C$");
        assert_eq!(value["CommandLine"], "\"a\" b\n\tc");
        assert_eq!(value["ProcessId"], "0x200");
    }
}
