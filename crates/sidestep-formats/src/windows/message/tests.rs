use super::*;

/// What Windows renders of a 4624, with its tabs.
const LOGON: &str = "An account was successfully logged on.\r\n\r\nSubject:\r\n\tSecurity ID:\t\tNULL SID\r\n\tAccount Name:\t\t-\r\n\tAccount Domain:\t\t-\r\n\tLogon ID:\t\t0x0\r\n\r\nLogon Information:\r\n\tLogon Type:\t\t3\r\n\tRestricted Admin Mode:\t-\r\n\tVirtual Account:\t\tNo\r\n\tElevated Token:\t\tNo\r\n\r\nImpersonation Level:\t\tImpersonation\r\n\r\nNew Logon:\r\n\tSecurity ID:\t\tS-1-5-21-1-2-3-1104\r\n\tAccount Name:\t\talice\r\n\tAccount Domain:\t\tCORP\r\n\tLogon ID:\t\t0x5A1B2C\r\n\tLinked Logon ID:\t\t0x0\r\n\tNetwork Account Name:\t-\r\n\tNetwork Account Domain:\t-\r\n\tLogon GUID:\t\t{00000000-0000-0000-0000-000000000000}\r\n\r\nProcess Information:\r\n\tProcess ID:\t\t0x0\r\n\tProcess Name:\t\t-\r\n\r\nNetwork Information:\r\n\tWorkstation Name:\tWS-17\r\n\tSource Network Address:\t10.0.0.5\r\n\tSource Port:\t\t49812\r\n\r\nDetailed Authentication Information:\r\n\tLogon Process:\t\tNtLmSsp \r\n\tAuthentication Package:\tNTLM\r\n\tTransited Services:\t-\r\n\tPackage Name (NTLM only):\tNTLM V2\r\n\tKey Length:\t\t128\r\n\r\nThis event is generated when a logon session is created. It is generated on the computer that was accessed.";

fn record(event_id: u32) -> Record<'static> {
    Record { event_id, channel: "Security".into(), ..Record::default() }
}

fn texts(record: &Record<'_>, fields: &[Field]) -> Vec<String> {
    fields.iter().map(|field| record.text(*field).unwrap_or("").to_owned()).collect()
}

const OF_LOGON: [Field; 7] = [
    Field::TargetName,
    Field::TargetDomain,
    Field::TargetLogonId,
    Field::LogonType,
    Field::Workstation,
    Field::Address,
    Field::KeyLength,
];

#[test]
fn a_logon_is_read_from_its_text_however_relays_wrote_it() {
    let blanks = LOGON.replace("\r\n", " ").replace('\t', "  ");
    let single = LOGON.split_whitespace().collect::<Vec<_>>().join(" ");
    let escaped = LOGON.replace('\r', "#015").replace('\n', "#012").replace('\t', "#011");
    let twice = LOGON.replace('\r', "\\r").replace('\n', "\\n").replace('\t', "\\t");
    for text in [LOGON, &blanks, &single, &escaped, &twice] {
        let mut record = record(4624);
        assert!(record.set_by_message(text), "{text}");
        let expected = ["alice", "CORP", "0x5A1B2C", "3", "WS-17", "10.0.0.5", "128"];
        assert_eq!(texts(&record, &OF_LOGON), expected, "{text}");
        assert_eq!(record.text(Field::SubjectName), None);
    }
}

#[test]
fn a_value_does_not_pass_for_a_label_where_the_text_has_lines() {
    let text = LOGON.replace("alice", "alice Source Network Address: 192.0.2.1 Logon Type: 2");
    let mut record = record(4624);
    assert!(record.set_by_message(&text));
    assert_eq!(record.text(Field::Address), Some("10.0.0.5"));
    assert_eq!(record.text(Field::LogonType), Some("3"));
}

#[test]
fn other_events_are_read_from_their_texts() {
    for (event_id, text, expected) in [
        (
            4625,
            "An account failed to log on.\n\nSubject:\n\tAccount Name:\t\tsvc\n\nLogon Type:\t\t\t3\n\n\
             Account For Which Logon Failed:\n\tAccount Name:\t\tbob\n\tAccount Domain:\t\tCORP\n\n\
             Network Information:\n\tWorkstation Name:\tWS-2\n\tSource Network Address:\t10.0.0.6\n",
            ["bob", "CORP", "3", "WS-2", "10.0.0.6"],
        ),
        (
            4648,
            "A logon was attempted using explicit credentials.\n\nSubject:\n\tAccount Name:\t\tsvc\n\n\
             Account Whose Credentials Were Used:\n\tAccount Name:\t\tbob\n\tAccount Domain:\t\tCORP\n\n\
             Target Server:\n\tTarget Server Name:\tfiles-1\n\tAdditional Information:\tcifs/files-1\n\n\
             Network Information:\n\tNetwork Address:\t10.0.0.6\n\tPort:\t\t\t0\n",
            ["bob", "CORP", "", "", "10.0.0.6"],
        ),
        (
            4768,
            "A Kerberos authentication ticket (TGT) was requested.\n\nAccount Information:\n\
             \tAccount Name:\t\tbob\n\tSupplied Realm Name:\tCORP\n\nService Information:\n\
             \tService Name:\t\tkrbtgt\n\nNetwork Information:\n\tClient Address:\t\t::ffff:10.0.0.6\n",
            ["bob", "CORP", "", "", "::ffff:10.0.0.6"],
        ),
        (
            4776,
            "The computer attempted to validate the credentials for an account.\n\n\
             Authentication Package:\tMICROSOFT_AUTHENTICATION_PACKAGE_V1_0\n\
             Logon Account:\tbob\nSource Workstation:\tWS-2\nError Code:\t0x0\n",
            ["bob", "", "", "WS-2", ""],
        ),
    ] {
        let mut record = record(event_id);
        assert!(record.set_by_message(text), "{event_id}");
        let fields = [
            Field::TargetName,
            Field::TargetDomain,
            Field::LogonType,
            Field::Workstation,
            Field::Address,
        ];
        assert_eq!(texts(&record, &fields), expected, "{event_id}");
    }
}

#[test]
fn the_text_of_sysmon_has_the_names_themselves() {
    let mut record =
        Record { event_id: 3, provider: "Microsoft-Windows-Sysmon".into(), ..Record::default() };
    let text = "Network connection detected:\nRuleName: -\nImage: C:\\a.exe\nUser: CORP\\bob\n\
                Initiated: true\nSourceIp: 10.0.0.5\nDestinationIp: 10.0.0.9\nDestinationPort: 445";
    assert!(record.set_by_message(text));
    let fields = [Field::Program, Field::User, Field::DestinationIp, Field::DestinationPort];
    assert_eq!(texts(&record, &fields), ["C:\\a.exe", "CORP\\bob", "10.0.0.9", "445"]);
}

#[test]
fn a_text_without_labels_gives_nothing() {
    for text in ["", ":", "Subject:", "An account was logged on.", "Se aplicó: Nombre: x"] {
        assert!(!record(4624).set_by_message(text), "{text}");
    }
    assert!(!record(1102).set_by_message(LOGON));
}

#[test]
fn splunk_gives_several_values_to_a_label() {
    let mut record = record(4624);
    record.set_by_labels(|label| match label {
        "Account Name" => vec!["-", "alice"],
        "Account Domain" => vec!["-", "CORP"],
        "Logon Type" => vec!["3"],
        "Source Network Address" => vec!["10.0.0.5"],
        // Of which section it is does not show.
        "Logon ID" => vec!["0x7"],
        _ => Vec::new(),
    });
    let fields = [Field::TargetName, Field::TargetDomain, Field::LogonType, Field::Address];
    assert_eq!(texts(&record, &fields), ["alice", "CORP", "3", "10.0.0.5"]);
    assert_eq!(record.text(Field::TargetLogonId), None);
}
