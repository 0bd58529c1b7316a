//! Fills a tape: what the parser meets, in its order, without what nobody needs.

use std::fmt::{self, Write};

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{Kind, MAX_DEPTH, Span, Tape};

/// Puts a value and all that is in it on the list.
pub(super) struct Value<'f> {
    pub(super) tape: &'f mut Tape,
    pub(super) name: Span,
    pub(super) depth: u8,
    /// Whether it is left out if it is more than a text or number.
    pub(super) plain: bool,
}

impl Value<'_> {
    /// Writes out a whole number; the formatter of the standard library takes several times as long.
    fn whole(self, number: impl itoa::Integer) {
        let value = self.tape.owned(itoa::Buffer::new().format(number));
        self.tape.push(self.name, Kind::Number, value);
    }

    fn fraction(self, number: fmt::Arguments<'_>) {
        let start = self.tape.arena.len();
        // Writing to a string does not fail.
        let _ = self.tape.arena.write_fmt(number);
        let value = self.tape.since(start);
        self.tape.push(self.name, Kind::Number, value);
    }
}

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = ();

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    #[inline]
    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<(), E> {
        let value = self.tape.borrowed(text);
        self.tape.push(self.name, Kind::Text, value);
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        let value = self.tape.owned(text);
        self.tape.push(self.name, Kind::Text, value);
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        let value = self.tape.owned(if value { "true" } else { "false" });
        self.tape.push(self.name, Kind::Bool, value);
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.whole(value);
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.whole(value);
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        // Microseconds since 1970 come through a binary fraction whole when they are rounded; no
        // other fraction matters here. What is huge must not be written out.
        if value.abs() < 1e15 {
            self.fraction(format_args!("{value:.6}"));
        } else {
            self.fraction(format_args!("{value:e}"));
        }
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.tape.push(self.name, Kind::Null, Span::default());
        Ok(())
    }

    #[inline]
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { tape, name, depth, plain } = self;
        let depth = deeper(depth)?;
        if plain {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(());
        }
        let container = tape.open(name, Kind::Object);
        while let Some(key) = map.next_key_seed(Key { tape })? {
            match key {
                Some((name, plain)) => map.next_value_seed(Value { tape, name, depth, plain })?,
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        tape.close(container);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let Self { tape, name, depth, plain } = self;
        let depth = deeper(depth)?;
        if plain {
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(());
        }
        let container = tape.open(name, Kind::Array);
        let name = Span::default();
        while seq.next_element_seed(Value { tape, name, depth, plain })?.is_some() {}
        tape.close(container);
        Ok(())
    }
}

fn deeper<E: serde::de::Error>(depth: u8) -> Result<u8, E> {
    if depth >= MAX_DEPTH {
        return Err(E::custom(format_args!("nests deeper than {MAX_DEPTH}")));
    }
    Ok(depth + 1)
}

/// Reads a name, and whether only a text under it is needed; `None` where nobody needs anything.
struct Key<'f> {
    tape: &'f mut Tape,
}

/// Names under which no record has what is needed here, though many have them: the texts that
/// Windows writes for people, which are longer than all else together, what `NXLog` and Winlogbeat say of
/// each event, and what Windows says of each logon.
pub(super) fn is_idle(name: &str) -> bool {
    matches!(
        name,
        "@version"
            | "Category"
            | "ElevatedToken"
            | "EventType"
            | "ExecutionProcessID"
            | "ImpersonationLevel"
            | "Keywords"
            | "Message"
            | "Opcode"
            | "OpcodeValue"
            | "ProcessId"
            | "ProcessName"
            | "ProviderGuid"
            | "RenderedDescription"
            | "RestrictedAdminMode"
            | "Severity"
            | "SeverityValue"
            | "SourceModuleName"
            | "SourceModuleType"
            | "TargetLinkedLogonId"
            | "TargetOutboundDomainName"
            | "TargetOutboundUserName"
            | "Task"
            | "ThreadID"
            | "TransmittedServices"
            | "Version"
            | "VirtualAccount"
            | "agent"
            | "api"
            | "keywords"
            | "message"
            | "opcode"
            | "provider_guid"
            | "task"
    )
}

/// Whether a text of this name is needed, but no object: Winlogbeat says of each event which process
/// wrote it, and OpenSSH in a text which of its programs speaks.
pub(super) fn is_plain(name: &str) -> bool {
    name == "process"
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Option<(Span, bool)>;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key<'_> {
    type Value = Option<(Span, bool)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    #[inline]
    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
        let whole = self.tape.whole;
        Ok((whole || !is_idle(name)).then(|| (self.tape.borrowed(name), !whole && is_plain(name))))
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        let whole = self.tape.whole;
        Ok(Some((self.tape.owned(name), !whole && is_plain(name))))
    }
}

#[cfg(test)]
mod tests {
    use super::is_idle;
    use crate::windows;

    #[test]
    fn no_name_that_windows_events_need_is_idle() {
        for name in windows::Field::NAMES {
            assert!(!is_idle(name), "{name}");
        }
    }
}
