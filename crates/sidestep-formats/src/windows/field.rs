//! The values that the events here need, by the names that Windows gives them.

/// Declares the fields, each with its names. Windows calls one thing by several names from event
/// to event; no event here has two of them that mean different things.
macro_rules! fields {
    ($($(#[$meta:meta])* $field:ident = $first:literal $(| $name:literal)*,)+) => {
        /// A value of `EventData` or `UserData`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Field { $($(#[$meta])* $field,)+ }

        impl Field {
            /// How many there are.
            pub(crate) const COUNT: usize = [$(Self::$field,)+].len();

            /// Every name that is known.
            pub(crate) const NAMES: &[&str] = &[$($first, $($name,)*)+];

            /// The name of each that is surely Windows' own; others may also be a collector's.
            pub(crate) const FIRST: [&str; Self::COUNT] = [$($first,)+];

            /// The field of this name; `None` for one that no event here needs.
            pub(crate) fn of(name: &str) -> Option<Self> {
                Some(match name {
                    $($first $(| $name)* => Self::$field,)+
                    _ => return None,
                })
            }
        }
    };
}

fields! {
    SubjectSid = "SubjectUserSid",
    SubjectName = "SubjectUserName",
    SubjectDomain = "SubjectDomainName",
    SubjectLogonId = "SubjectLogonId",
    TargetSid = "TargetUserSid" | "TargetSid",
    TargetName = "TargetUserName",
    /// Names of an account that was renamed.
    OldName = "OldTargetUserName",
    NewName = "NewTargetUserName",
    TargetDomain = "TargetDomainName",
    TargetLogonId = "TargetLogonId",
    LogonType = "LogonType",
    LogonProcess = "LogonProcessName",
    Package = "AuthenticationPackageName" | "PackageName" | "authenticationMechanism",
    LmPackage = "LmPackageName",
    KeyLength = "KeyLength",
    /// The client, never the host that wrote the event.
    Workstation = "WorkstationName" | "Workstation" | "ClientName",
    Address = "IpAddress" | "ClientAddress" | "Address" | "ClientIP",
    Port = "IpPort",
    LogonGuid = "LogonGuid",
    TargetLogonGuid = "TargetLogonGuid",
    Status = "Status",
    SubStatus = "SubStatus",
    TargetServer = "TargetServerName",
    TargetInfo = "TargetInfo",
    Service = "ServiceName",
    ServiceType = "ServiceType",
    TicketEncryption = "TicketEncryptionType",
    PreauthType = "PreAuthType",
    /// Of the granting ticket that a service ticket was asked for with; newer controllers write it.
    TicketHash = "RequestTicketHash",
    /// Of a session that was left or taken up again. NXLog also calls the writer of a record so.
    AccountName = "AccountName",
    AccountDomain = "AccountDomain",
    LogonId = "LogonID" | "LogonId",
    Session = "SessionName",
    Program = "NewProcessName" | "Image",
    CommandLine = "CommandLine",
    Parent = "ParentProcessName" | "ParentImage",
    Path = "ServiceFileName" | "ImagePath",
    Task = "TaskName",
    MemberName = "MemberName",
    MemberSid = "MemberSid",
    Share = "ShareName",
    ShareFile = "RelativeTargetName",
    AccessMask = "AccessMask",
    Properties = "Properties",
    CallerLocality = "RpcCallClientLocality",
    CallerProcess = "ClientProcessId",
    User = "User" | "username" | "Username",
    /// Of the use of NTLM.
    UserName = "UserName",
    DomainName = "DomainName",
    ClientUser = "ClientUserName",
    ClientDomain = "ClientDomainName",
    RemoteClient = "RemoteClientMachine",
    TargetMachine = "TargetMachine",
    TargetIp = "TargetIP",
    TargetService = "TargetService" | "TargetName",
    ChannelName = "SChannelName",
    Initiated = "Initiated",
    SourceIp = "SourceIp",
    SourceName = "SourceHostname",
    SourcePort = "SourcePort",
    DestinationIp = "DestinationIp",
    DestinationName = "DestinationHostname",
    DestinationPort = "DestinationPort",
    File = "TargetFilename",
    Pipe = "PipeName",
    Connection = "connection",
    ResourceUri = "resourceUri",
    /// What a gateway connects to.
    Resource = "Resource",
    /// A program of OpenSSH, and what it says.
    Process = "process",
    Payload = "payload",
    /// The first of the values that have no name of their own.
    Param1 = "Param1" | "param1",
    Param2 = "Param2" | "param2",
    Param3 = "Param3" | "param3",
    Param4 = "Param4" | "param4",
    Param5 = "Param5" | "param5",
    Param6 = "Param6" | "param6",
    Param7 = "Param7" | "param7",
    Param8 = "Param8" | "param8",
    Param9 = "Param9" | "param9",
}

impl Field {
    /// The fields by names that a log may also have for what is its own.
    pub(crate) const OF_LOGS: [Self; 12] = [
        Self::Address,
        Self::AccountName,
        Self::Connection,
        Self::DomainName,
        Self::Payload,
        Self::Process,
        Self::Properties,
        Self::Resource,
        Self::Session,
        Self::Status,
        Self::User,
        Self::UserName,
    ];

    /// The fields that values without a name fill, in order.
    pub(crate) const UNNAMED: [Self; 9] = [
        Self::Param1,
        Self::Param2,
        Self::Param3,
        Self::Param4,
        Self::Param5,
        Self::Param6,
        Self::Param7,
        Self::Param8,
        Self::Param9,
    ];
}
