//! Names of remote calls by which one moves, as Zeek has them.

/// Interfaces by their UUID.
const INTERFACES: [(&str, &str); 16] = [
    ("000001a0-0000-0000-c000-000000000046", "IRemoteSCMActivator"),
    ("1ff70682-0a51-30e8-076d-740be8cee98b", "atsvc"),
    ("12345678-1234-abcd-ef00-0123456789ab", "spoolss"),
    ("12345678-1234-abcd-ef00-01234567cffb", "netlogon"),
    ("12345778-1234-abcd-ef00-0123456789ab", "lsarpc"),
    ("12345778-1234-abcd-ef00-0123456789ac", "samr"),
    ("338cd001-2244-31f1-aaaa-900038001003", "winreg"),
    ("367abb81-9844-35f1-ad32-98f038001003", "svcctl"),
    ("4b324fc8-1670-01d3-1278-5a47bf6ee188", "srvsvc"),
    ("6bffd098-a112-3610-9833-46c3f87e345a", "wkssvc"),
    ("86d35949-83c9-4044-b424-db363231fd0c", "ITaskSchedulerService"),
    ("8d9f4e40-a03d-11ce-8f69-08003e30051b", "ntsvcs"),
    ("9556dc99-828c-11cf-a37e-00aa003240c7", "IWbemServices"),
    ("e1af8308-5d1f-11c9-91a4-08002b14a0fa", "epmapper"),
    ("e3514235-4b06-11d1-ab04-00c04fc2dcd2", "drsuapi"),
    ("f309ad18-d86a-11d0-a075-00c04fb68820", "IWbemLevel1Login"),
];

/// Operations by their interface and number.
const OPERATIONS: [(&str, &str, &str); 22] = [
    ("IRemoteSCMActivator", "3", "RemoteGetClassObject"),
    ("IRemoteSCMActivator", "4", "RemoteCreateInstance"),
    ("ITaskSchedulerService", "1", "SchRpcRegisterTask"),
    ("ITaskSchedulerService", "12", "SchRpcRun"),
    ("ITaskSchedulerService", "13", "SchRpcDelete"),
    ("IWbemLevel1Login", "6", "NTLMLogin"),
    ("IWbemServices", "14", "PutClass"),
    ("IWbemServices", "18", "CreateInstanceEnum"),
    ("IWbemServices", "20", "ExecQuery"),
    ("IWbemServices", "24", "ExecMethod"),
    ("atsvc", "0", "NetrJobAdd"),
    ("drsuapi", "3", "DRSGetNCChanges"),
    ("svcctl", "2", "DeleteService"),
    ("svcctl", "11", "ChangeServiceConfigW"),
    ("svcctl", "12", "CreateServiceW"),
    ("svcctl", "15", "OpenSCManagerW"),
    ("svcctl", "16", "OpenServiceW"),
    ("svcctl", "19", "StartServiceW"),
    ("svcctl", "23", "ChangeServiceConfigA"),
    ("svcctl", "24", "CreateServiceA"),
    ("svcctl", "31", "StartServiceA"),
    ("winreg", "22", "BaseRegSetValue"),
];

/// The name of an interface.
pub(super) fn interface(uuid: &str) -> Option<&'static str> {
    let found = INTERFACES.iter().find(|(known, _)| known.eq_ignore_ascii_case(uuid));
    found.map(|(_, name)| *name)
}

/// The name of an operation.
pub(super) fn operation(interface: &str, number: &str) -> Option<&'static str> {
    let found = OPERATIONS.iter().find(|(of, known, _)| *of == interface && *known == number);
    found.map(|(_, _, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_is_of_a_known_interface() {
        for (of, _, name) in OPERATIONS {
            assert!(INTERFACES.iter().any(|(_, known)| *known == of), "{of} {name}");
        }
        let svcctl = interface("367ABB81-9844-35F1-AD32-98F038001003").unwrap();
        assert_eq!(operation(svcctl, "12"), Some("CreateServiceW"));
        assert_eq!(operation(svcctl, "999"), None);
        assert_eq!(interface(""), None);
    }
}
