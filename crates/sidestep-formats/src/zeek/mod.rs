//! Zeek logs, as TSV or as JSON.
//!
//! Either fills a [`Record`] and hands it to [`emit`], which is the one place that knows what each
//! log means.

use std::borrow::Cow;
use std::ops::ControlFlow;

use crate::error::Fault;
use crate::reader::Run;

/// The logs that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `kerberos.log`; the others follow in time.
    Kerberos,
}

impl Kind {
    /// The kind of a log of this path, as in `#path` and `_path`.
    pub(crate) fn of_path(_path: &str) -> Option<Self> {
        None
    }

    /// The kind that a JSON record without `_path` must be, told from the names of its fields.
    pub(crate) fn of_fields<'n>(_names: impl Iterator<Item = &'n str>) -> Option<Self> {
        None
    }
}

/// One record: the values by Zeek's names (`id.orig_h`), unset ones left out.
#[derive(Debug)]
pub(crate) struct Record<'r> {
    pub(crate) kind: Kind,
    pub(crate) raw_ref: Option<u64>,
    values: std::marker::PhantomData<&'r str>,
}

impl<'r> Record<'r> {
    /// A record of this kind that holds nothing yet.
    pub(crate) const fn new(kind: Kind) -> Self {
        Self { kind, raw_ref: None, values: std::marker::PhantomData }
    }

    /// Takes a value; a name that no event here needs is dropped.
    pub(crate) fn set(&mut self, _name: &str, _value: Cow<'r, str>) {}
}

/// Hands on what the record tells.
pub(crate) fn emit(_record: &Record<'_>, _run: &mut Run<'_>) -> Result<ControlFlow<()>, Fault> {
    Ok(ControlFlow::Continue(()))
}
