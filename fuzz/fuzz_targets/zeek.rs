//! Any bytes as a Zeek log, behind a header that the first byte chooses.
#![no_main]

use std::ops::ControlFlow;

use libfuzzer_sys::fuzz_target;
use sidestep_formats::{Format, LogReader, ReadOptions};

const PATHS: [&str; 11] = [
    "kerberos",
    "ntlm",
    "smb_mapping",
    "smb_files",
    "rdp",
    "ssh",
    "dce_rpc",
    "conn",
    "rfb",
    "dhcp",
    "dns",
];
const FIELDS: &str = "ts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\trequest_type\tclient\t\
    service\tsuccess\tusername\tdomainname\tpath\taction\tname\tcookie\tresult\tauth_success\t\
    endpoint\toperation\tproto\tconn_state\tauth\tassigned_addr\thost_name\tquery\tanswers";

fuzz_target!(|bytes: &[u8]| {
    let (choice, records) = bytes.split_at(bytes.len().min(1));
    let path = choice.first().and_then(|byte| PATHS.get(usize::from(*byte)));
    let header = path.map_or_else(String::new, |path| {
        format!("#separator \\x09\n#path\t{path}\n#fields\t{FIELDS}\n")
    });
    let log = [header.as_bytes(), records].concat();
    let options = ReadOptions::default().with_format(Format::Zeek);
    let _ = LogReader::new(options).read(&log[..], "fuzz", &mut |_| ControlFlow::Continue(()));
});
