//! Where the techniques that alerts name stand in MITRE ATT&CK.

use sidestep::alert::Technique;

/// The version of ATT&CK that the ids were checked with.
pub(super) const VERSION: &str = "19";

/// A tactic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tactic {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    /// What the Navigator calls it.
    pub(super) slug: &'static str,
}

const LATERAL_MOVEMENT: Tactic =
    Tactic { id: "TA0008", name: "Lateral Movement", slug: "lateral-movement" };
const PRIVILEGE_ESCALATION: Tactic =
    Tactic { id: "TA0004", name: "Privilege Escalation", slug: "privilege-escalation" };
const CREDENTIAL_ACCESS: Tactic =
    Tactic { id: "TA0006", name: "Credential Access", slug: "credential-access" };
const EXECUTION: Tactic = Tactic { id: "TA0002", name: "Execution", slug: "execution" };
const PERSISTENCE: Tactic = Tactic { id: "TA0003", name: "Persistence", slug: "persistence" };
const DISCOVERY: Tactic = Tactic { id: "TA0007", name: "Discovery", slug: "discovery" };
const COMMAND_AND_CONTROL: Tactic =
    Tactic { id: "TA0011", name: "Command and Control", slug: "command-and-control" };

/// A technique with its parent and the tactic that it serves in a movement.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// `None` where none is known: better no tactic than a wrong one.
    pub(super) tactic: Option<Tactic>,
    /// The technique, or the parent of the sub-technique.
    pub(super) technique: &'static str,
    /// Its name; none is known of a parent that is not listed here.
    pub(super) name: Option<&'static str>,
    pub(super) sub_technique: Option<Technique>,
}

/// The place of a technique.
pub(super) fn place(technique: Technique) -> Place {
    let (parent, is_sub) = match technique.id.split_once('.') {
        Some((parent, _)) => (parent, true),
        None => (technique.id, false),
    };
    let tactic = match parent {
        "T1021" | "T1210" | "T1550" | "T1563" | "T1570" => Some(LATERAL_MOVEMENT),
        // Of the tactics of T1078, the one that a change of credentials on the way serves.
        "T1068" | "T1078" | "T1134" => Some(PRIVILEGE_ESCALATION),
        "T1003" | "T1110" | "T1187" | "T1556" | "T1557" | "T1558" => Some(CREDENTIAL_ACCESS),
        "T1018" | "T1046" | "T1087" | "T1135" => Some(DISCOVERY),
        "T1047" | "T1053" | "T1569" => Some(EXECUTION),
        "T1098" | "T1136" | "T1543" => Some(PERSISTENCE),
        "T1572" => Some(COMMAND_AND_CONTROL),
        _ => None,
    };
    let name = match parent {
        _ if !is_sub => Some(technique.name),
        "T1003" => Some("OS Credential Dumping"),
        "T1021" => Some("Remote Services"),
        "T1053" => Some("Scheduled Task/Job"),
        "T1078" => Some("Valid Accounts"),
        "T1110" => Some("Brute Force"),
        "T1134" => Some("Access Token Manipulation"),
        "T1543" => Some("Create or Modify System Process"),
        "T1550" => Some("Use Alternate Authentication Material"),
        "T1556" => Some("Modify Authentication Process"),
        "T1557" => Some("Adversary-in-the-Middle"),
        "T1558" => Some("Steal or Forge Kerberos Tickets"),
        "T1563" => Some("Remote Service Session Hijacking"),
        "T1569" => Some("System Services"),
        _ => None,
    };
    Place { tactic, technique: parent, name, sub_technique: is_sub.then_some(technique) }
}

/// The page of a tactic.
pub(super) fn tactic_url(id: &str) -> String {
    format!("https://attack.mitre.org/tactics/{id}/")
}

/// The page of a technique or sub-technique.
pub(super) fn technique_url(id: &str) -> String {
    format!("https://attack.mitre.org/techniques/{}/", id.replace('.', "/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every technique that the engine names.
    fn all() -> impl Iterator<Item = Technique> {
        (1000..1800).flat_map(|number| {
            let id = format!("T{number}");
            let subs: Vec<_> =
                (1..30).filter_map(|sub| Technique::of_id(&format!("{id}.{sub:03}"))).collect();
            Technique::of_id(&id).into_iter().chain(subs)
        })
    }

    #[test]
    fn every_technique_that_is_named_has_a_tactic_and_a_named_parent() {
        assert!(all().count() > 35);
        for technique in all() {
            let place = place(technique);
            assert!(place.tactic.is_some(), "{}", technique.id);
            assert!(place.name.is_some(), "{}", technique.id);
        }
    }

    #[test]
    fn each_serves_its_own_tactic() {
        for (id, tactic) in [
            ("T1021.004", "TA0008"),
            ("T1550.003", "TA0008"),
            ("T1563.002", "TA0008"),
            ("T1570", "TA0008"),
            ("T1210", "TA0008"),
            ("T1068", "TA0004"),
            ("T1134.001", "TA0004"),
            ("T1557.001", "TA0006"),
            ("T1187", "TA0006"),
            ("T1572", "TA0011"),
        ] {
            let place = place(Technique::of_id(id).unwrap());
            assert_eq!(place.tactic.unwrap().id, tactic, "{id}");
        }
    }
}
