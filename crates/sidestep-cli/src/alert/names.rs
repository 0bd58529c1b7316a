//! Names without the domain that says nothing.

use sidestep::alert::Alert;

/// Shortens names where all accounts of an alert share one domain.
pub(crate) struct Names {
    /// `@domain`.
    domain: Option<String>,
}

impl Names {
    pub(crate) fn of(alert: &Alert) -> Self {
        Self::of_users(alert.hops.iter().map(|hop| hop.user.as_str()))
    }

    /// Leaves names as they are.
    #[cfg(test)]
    pub(crate) const fn none() -> Self {
        Self { domain: None }
    }

    fn of_users<'u>(users: impl Iterator<Item = &'u str>) -> Self {
        let mut domains = users.map(|user| user.rfind('@').map(|at| &user[at..]));
        let first = domains.next().flatten();
        let shared = domains.all(|domain| domain == first);
        Self { domain: first.filter(|_| shared).map(str::to_owned) }
    }

    /// A text without the shared domain behind any name.
    pub(crate) fn short(&self, text: &str) -> String {
        let Some(domain) = &self.domain else {
            return text.to_owned();
        };
        let mut short = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find(domain.as_str()) {
            let (before, after) = (&rest[..at], &rest[at + domain.len()..]);
            short.push_str(before);
            // A longer domain that begins alike, or a sign that stands alone, stays.
            let goes_on =
                after.chars().next().is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
            let dotted = after.strip_prefix('.').and_then(|tail| tail.chars().next());
            let named = before.chars().next_back().is_some_and(|c| !c.is_whitespace());
            if goes_on || dotted.is_some_and(char::is_alphanumeric) || !named {
                short.push_str(domain);
            }
            rest = after;
        }
        short.push_str(rest);
        short
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shared_domain_is_left_out() {
        let names = Names::of_users(["U1@DOM1", "A3@DOM1"].into_iter());
        assert_eq!(names.short("U1@DOM1"), "U1");
        assert_eq!(
            names.short("U1@DOM1 went where U2@DOM10, U3@DOM1.org and A3@DOM1."),
            "U1 went where U2@DOM10, U3@DOM1.org and A3."
        );
    }

    #[test]
    fn different_domains_stay() {
        for users in [["U1@A", "U1@B"], ["U1@A", "U1"], ["U1", "U1@A"]] {
            let names = Names::of_users(users.into_iter());
            assert_eq!(names.short("U1@A"), "U1@A");
        }
    }
}
