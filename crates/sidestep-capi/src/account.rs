//! Accounts.

use sidestep::event::{Account, AccountKind};

use crate::boundary::call;
use crate::error::{Failure, sidestep_error};
use crate::pointer;
use crate::status::sidestep_status;
use crate::text::sidestep_str;
use crate::vocabulary::{ACCOUNT_KINDS, number, word};

/// An account, as a log names it. All zeros is no account. It lies within other structs and never changes
/// its size.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct sidestep_account {
    /// The name without domain.
    pub name: sidestep_str,
    /// NetBIOS domain, DNS realm, or the host of a local account; NULL where not known.
    pub domain: sidestep_str,
    /// Security identifier, `S-1-5-21-...`; NULL where not known.
    pub sid: sidestep_str,
    /// What sort of principal it is: `SIDESTEP_ACCOUNT_...`.
    pub kind: u32,
    /// 0.
    pub reserved: u32,
}

/// Names of an account's fields in errors.
pub(crate) struct AccountFields {
    pub(crate) name: &'static str,
    pub(crate) domain: &'static str,
    pub(crate) sid: &'static str,
    pub(crate) kind: &'static str,
}

pub(crate) const ACCOUNT: AccountFields = AccountFields {
    name: "account.name",
    domain: "account.domain",
    sid: "account.sid",
    kind: "account.kind",
};
pub(crate) const SUBJECT: AccountFields = AccountFields {
    name: "subject.name",
    domain: "subject.domain",
    sid: "subject.sid",
    kind: "subject.kind",
};

impl sidestep_account {
    /// No account.
    pub(crate) const NONE: Self = Self {
        name: sidestep_str::NONE,
        domain: sidestep_str::NONE,
        sid: sidestep_str::NONE,
        kind: 0,
        reserved: 0,
    };

    /// An account whose text the caller must keep alive. Its kind is said, not left to the name.
    pub(crate) fn of(account: &Account<'_>) -> Self {
        Self {
            name: sidestep_str::of(&account.name),
            domain: sidestep_str::of_option(account.domain.as_deref()),
            sid: sidestep_str::of_option(account.sid.as_deref()),
            kind: 1 + number(ACCOUNT_KINDS, &account.kind, 0),
            reserved: 0,
        }
    }

    /// The account, if there is one.
    ///
    /// # Safety
    /// Its strings live and do not change for as long as `'t`.
    #[inline(always)]
    pub(crate) unsafe fn get<'t>(
        &self,
        fields: &AccountFields,
    ) -> Result<Option<Account<'t>>, Failure> {
        // SAFETY: the caller's promise.
        let Some(name) = (unsafe { self.name.get(fields.name)? }) else { return Ok(None) };
        // SAFETY: the caller's promise.
        let (domain, sid) =
            unsafe { (self.domain.stated(fields.domain)?, self.sid.stated(fields.sid)?) };
        let kind = match self.kind.checked_sub(1) {
            Some(number) => word(ACCOUNT_KINDS, number, fields.kind)?,
            None => AccountKind::of_name(name),
        };
        let mut account = Account::of_kind(kind, name);
        account.domain = domain;
        account.sid = sid;
        Ok(Some(account))
    }
}

/// Reads `user@domain` or `DOMAIN\user` into the name and domain of `account`; anything else is a name
/// without a domain. The account points into `text`. Any thread may call this.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_account_parse(
    text: sidestep_str,
    account: *mut sidestep_account,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_account_parse", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        let (account, text) = unsafe {
            (
                pointer::out(account, "account")?.write(sidestep_account::NONE),
                text.required("text")?,
            )
        };
        let parsed = Account::parse(text);
        account.name = within(text, &parsed.name);
        account.domain =
            parsed.domain.as_deref().map_or(sidestep_str::NONE, |domain| within(text, domain));
        Ok(())
    })
}

/// The part as the caller's own text: `part` was cut out of `text`, or is empty.
fn within(text: &str, part: &str) -> sidestep_str {
    let whole = text.as_bytes().as_ptr_range();
    if whole.contains(&part.as_ptr()) {
        sidestep_str::of(part)
    } else {
        sidestep_str::of(&text[..0])
    }
}
