//! Zeek's TSV made here: connections, most of which do not move, and tickets, each of which is an event.

use std::fmt::Write;
use std::hint::black_box;

/// Records of each log.
pub const LINES: u64 = 200_000;

/// The header of a log.
fn header(path: &str, fields: &str) -> String {
    format!(
        "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n\
         #path\t{path}\n#open\t2024-01-01-00-00-00\n#fields\tts\tuid\tid.orig_h\tid.orig_p\t\
         id.resp_h\tid.resp_p\t{}\n",
        fields.replace(' ', "\t")
    )
}

/// What every record begins with.
fn begin(text: &mut String, line: u64, port: u64) {
    let uid = line.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let _ = write!(
        text,
        "{}.{:06}\tC{uid:016x}\t10.{}.{}.{}\t{}\t10.0.{}.{}\t{port}\t",
        1_700_000_000 + line / 50,
        line * 7919 % 1_000_000,
        line % 7,
        line * 31 % 250,
        line * 17 % 250,
        49_152 + line % 16_000,
        line % 5,
        line * 13 % 250,
    );
}

/// One connection in eight is by a service that one moves by.
#[must_use]
pub fn connections() -> String {
    let mut text = header(
        "conn",
        "proto service duration orig_bytes resp_bytes conn_state local_orig local_resp missed_bytes history orig_pkts orig_ip_bytes resp_pkts resp_ip_bytes tunnel_parents",
    );
    for line in 0..LINES {
        let (port, proto, service) = match line % 8 {
            0 => (445, "tcp", "gssapi,smb,ntlm"),
            1 | 2 => (53, "udp", "dns"),
            3 => (80, "tcp", "http"),
            4 => (8443, "tcp", "-"),
            _ => (443, "tcp", "ssl"),
        };
        begin(&mut text, line, port);
        let _ = writeln!(
            text,
            "{proto}\t{service}\t0.{:06}\t{}\t{}\tSF\tT\tT\t0\tShADadfF\t12\t1043\t9\t4211\t-",
            line % 999_983,
            line % 4096,
            line % 65_536,
        );
    }
    text
}

/// Every ticket is an event.
#[must_use]
pub fn tickets() -> String {
    let mut text = header(
        "kerberos",
        "request_type client service success error_msg from till cipher forwardable renewable client_cert_subject client_cert_fuid server_cert_subject server_cert_fuid",
    );
    for line in 0..LINES {
        begin(&mut text, line, 88);
        let _ = writeln!(
            text,
            "TGS\tuser{}/CORP.EXAMPLE\tcifs/srv{}.corp.example\tT\t-\t-\t2136422885.000000\t\
             aes256-cts-hmac-sha1-96\tT\tT\t-\t-\t-\t-",
            line % 997,
            line % 211,
        );
    }
    text
}

/// Splits the text into columns, with the csv crate, and gives its records: the plain loop.
///
/// # Errors
/// [`csv::Error`] for text that is not UTF-8 or has records of several lengths.
pub fn split(text: &str) -> Result<u64, csv::Error> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(b'\t')
        .quoting(false)
        .has_headers(false)
        .comment(Some(b'#'))
        .from_reader(text.as_bytes());
    let mut record = csv::ByteRecord::new();
    let mut records = 0;
    while reader.read_byte_record(&mut record)? {
        black_box(record.get(6));
        records += 1;
    }
    Ok(records)
}
