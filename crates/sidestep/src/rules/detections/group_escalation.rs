//! A member added to a group that may do everything.

use serde::{Deserialize, Serialize};

use crate::attack;
use crate::event::AccountKind;
use crate::rules::detection::{Detection, Need, Role};
use crate::rules::finding::Finding;
use crate::rules::observation::{EventClass, Observation};
use crate::rules::rule::{Rule, RuleContext};
use crate::store::heap;

/// Somebody added a member to a privileged group.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct GroupEscalation;

/// Names of privileged groups as Windows writes them in the languages that translate them, folded:
/// administrators; of the domain; of the enterprise; of the schema; operators of backups, accounts
/// and servers.
const NAMES: [&str; 64] = [
    "administrators",
    "administratoren",
    "administrateurs",
    "administradores",
    "amministratori",
    "beheerders",
    "administratörer",
    "administratorer",
    "administratorzy",
    "järjestelmänvalvojat",
    "администраторы",
    "rendszergazdák",
    "yöneticiler",
    "správci",
    "domain admins",
    "domänen-admins",
    "admins du domaine",
    "admins. del dominio",
    "administradores del dominio",
    "admins. do domínio",
    "administradores do domínio",
    "administratori dominio",
    "domeinadministrators",
    "domänadministratörer",
    "администраторы домена",
    "administratorzy domeny",
    "enterprise admins",
    "organisations-admins",
    "administrateurs de l’entreprise",
    "administrateurs de l'entreprise",
    "administradores de empresas",
    "administradores de organización",
    "administratori organizzazione",
    "ondernemingsadministrators",
    "администраторы предприятия",
    "schema admins",
    "schema-admins",
    "administrateurs du schéma",
    "administradores de esquema",
    "administratori schema",
    "администраторы схемы",
    "backup operators",
    "sicherungs-operatoren",
    "opérateurs de sauvegarde",
    "operadores de copia de seguridad",
    "operadores de copia",
    "operatori di backup",
    "операторы архива",
    "account operators",
    "konten-operatoren",
    "opérateurs de compte",
    "operadores de cuentas",
    "operadores de conta",
    "account-operators",
    "операторы учета",
    "server operators",
    "server-operatoren",
    "opérateurs de serveur",
    "operadores de servidores",
    "operadores de servidor",
    "server-operators",
    "операторы сервера",
    "dnsadmins",
    "group policy creator owners",
];

/// Well-known identifiers of the same groups, built in and of a domain.
const BUILT_IN: [&str; 4] = ["s-1-5-32-544", "s-1-5-32-548", "s-1-5-32-549", "s-1-5-32-551"];
const OF_DOMAIN: [&str; 3] = ["-512", "-518", "-519"];

fn is_privileged(group: &str) -> bool {
    NAMES.contains(&group)
        || BUILT_IN.contains(&group)
        || group.starts_with("s-1-5-21-") && OF_DOMAIN.iter().any(|end| group.ends_with(end))
}

/// Whether the account is the system itself, which does what policies say.
fn is_system(seen: &Observation<'_>) -> bool {
    let account = seen.activity().and_then(|activity| activity.account());
    account.is_none_or(|account| {
        account.kind == AccountKind::Machine
            || account.sid.as_deref() == Some("S-1-5-18")
            || account.name.eq_ignore_ascii_case("SYSTEM")
    })
}

heap! {
    GroupEscalation {}
}

impl Rule for GroupEscalation {
    const DETECTION: Detection = Detection {
        id: "group_escalation",
        title: "A member was added to a privileged group",
        techniques: &[attack::ACCOUNT_MANIPULATION],
        sees: "An account was made a member of the administrators of a host, the domain, the enterprise \
               or the schema, or of the operators of backups, accounts or servers. The group is known by \
               its name in several languages or by its well-known identifier.",
        needs: &[&[Need::Groups]],
        formula: "How rare it is that the account which added the member does so, see \
                  docs/detections/README.md.",
        blind_spots: "Groups of the organisation's own that are members of these; names in a language \
                      that is not listed; what the system itself adds unless somebody had come over the \
                      network just before.",
        false_positives: "Administrators and installers who set up hosts; it becomes usual for them \
                          within days.",
        ask: "Who asked for the membership, and is it still there? What did the new member do since?",
        prior: 1e-3,
        role: Role::Opens,
    };
    const WANTS: EventClass = EventClass::GROUP;

    fn evaluate(
        &mut self,
        seen: &Observation<'_>,
        context: &RuleContext<'_>,
        found: &mut Vec<Finding>,
    ) {
        let object = seen.activity().and_then(|activity| activity.object()).unwrap_or_default();
        let (group, member) = object.split_once(" (").unwrap_or((object, "somebody)"));
        if !is_privileged(&group.to_lowercase()) {
            return;
        }
        let cause = context.sessions.cause(seen);
        if cause.is_none() && is_system(seen) {
            return;
        }
        let finding =
            Finding::of(seen, format!("added {} to {group}", member.trim_end_matches(')')));
        let finding = finding.map(|finding| finding.of_kind(&[group]));
        found.extend(finding.map(|finding| match cause {
            Some(arrival) => finding.by(arrival),
            None => finding,
        }));
    }
}

#[cfg(test)]
mod tests {
    use crate::event::{Account, HostActivityBuilder, HostActivityKind};
    use crate::rules::testing::{Probe, did, logon};

    fn added<'a>(seconds: i64, by: &'a str, object: &'a str) -> HostActivityBuilder<'a> {
        did(seconds, HostActivityKind::GroupMembership, "SRV")
            .account(Account::parse(by))
            .object(object)
    }

    #[test]
    fn a_privileged_group_is_known_by_name_or_identifier() {
        let mut probe = Probe::new();
        assert_eq!(
            probe.activity(added(0, "bob@CORP", "Administrators (S-1-5-21-1-2-3-1105)")),
            ["group_escalation: added S-1-5-21-1-2-3-1105 to Administrators"]
        );
        for group in
            ["Domänen-Admins (CN=x)", "S-1-5-32-551 (x)", "S-1-5-21-1-2-3-512", "Администраторы"]
        {
            assert_eq!(probe.activity(added(1, "bob@CORP", group)).len(), 1, "{group}");
        }
        for group in ["Users (x)", "Printers (Administrators)", "S-1-5-21-1-2-3-1512 (x)", ""] {
            let record = did(2, HostActivityKind::GroupMembership, "SRV").object(group);
            assert!(probe.activity(record).is_empty(), "{group}");
        }
    }

    #[test]
    fn the_system_adds_members_unless_somebody_came() {
        let mut probe = Probe::new();
        assert!(probe.activity(added(0, "SYSTEM@NT AUTHORITY", "Administrators (x)")).is_empty());
        let service = added(1, "NETWORK SERVICE@NT AUTHORITY", "Administrators (x)");
        assert_eq!(probe.activity(service).len(), 1, "no service has a reason");
        probe.auth(logon(10, "bob@CORP", "WS-1", "SRV"));
        assert_eq!(probe.activity(added(11, "SYSTEM@NT AUTHORITY", "Administrators (x)")).len(), 1);
    }
}
