//! Tells a log's dialect from its first lines.

use crate::audit;
use crate::csv::{self, Csv, Head, Header, Look};
use crate::dialect::Dialect;
use crate::error::{FormatError, quote};
use crate::event_field::EventField;
use crate::field_mapping::FieldMapping;
use crate::freeradius::{self, FreeRadius};
use crate::jsonl::Json;
use crate::krb5kdc::{self, HeimdalFile};
use crate::lanl::{COLUMNS, Lanl};
use crate::line::is_heading;
use crate::record_sink::RecordSink;
use crate::samba;
use crate::source::Source;
use crate::syslog::{self, Syslog};
use crate::utmp::{self, Utmp};
use crate::windows_xml::{self, WindowsXml};
use crate::zeek::{self, Zeek};

/// Bytes and lines that are looked at.
const LOOKED_AT: usize = 64 << 10;
const LINES: usize = 20;

/// The byte-order mark of UTF-8.
const BOM: &[u8] = &[0xef, 0xbb, 0xbf];

/// The byte-order marks of UTF-32.
pub(crate) const UTF32: [&[u8]; 2] = [&[0xff, 0xfe, 0, 0], &[0, 0, 0xfe, 0xff]];

/// What a Windows event log begins with.
pub(crate) const EVTX: &[u8] = b"ElfFile\0";

/// What a zip archive begins with.
pub(crate) const ZIP: &[u8] = b"PK\x03\x04";

/// Bytes of a header in a tar archive, and where its checksum stands.
const TAR_HEADER: usize = 512;
const TAR_CHECKSUM: std::ops::Range<usize> = 148..156;

/// Whether this is a tar archive: it begins with a header whose checksum is right. Old ones have no
/// other mark.
pub(crate) fn is_tar(source: &mut Source<'_>) -> bool {
    // What breaks here breaks again where it is read.
    let _ = source.fill(TAR_HEADER);
    let Some(header) = source.window().first_chunk::<TAR_HEADER>() else { return false };
    let mut stated = header[TAR_CHECKSUM].iter().filter(|byte| !matches!(byte, b' ' | 0));
    let stated = stated.try_fold(0_u32, |sum, byte| match byte {
        b'0'..=b'7' => sum.checked_mul(8)?.checked_add(u32::from(byte - b'0')),
        _ => None,
    });
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    // The checksum itself counts as blanks.
    let own: u32 = header[TAR_CHECKSUM].iter().map(|byte| u32::from(*byte)).sum();
    stated == Some(sum - own + 8 * u32::from(b' '))
}

/// Fills the window, steps over a byte-order mark, and refuses UTF-32 and archives.
pub(crate) fn prepare(
    source: &mut Source<'_>,
    sink: &mut RecordSink<'_>,
) -> Result<(), FormatError> {
    // What breaks here breaks again where lines are counted; nothing is lost by going on.
    let _ = source.fill(LOOKED_AT);
    let window = source.window();
    if UTF32.iter().any(|mark| window.starts_with(mark)) {
        return Err(FormatError::UnknownDialect {
            place: sink.place.to_owned(),
            looked_at: "the file is UTF-32".to_owned(),
            advice: "convert it to UTF-8 first".to_owned(),
        });
    }
    if window.starts_with(ZIP) {
        return Err(FormatError::UnknownDialect {
            place: sink.place.to_owned(),
            looked_at: "this is a zip archive, which can only be read from a file of its own"
                .to_owned(),
            advice: "give its path; unpack an archive that lies within another".to_owned(),
        });
    }
    if window.starts_with(BOM) {
        source.consume(BOM.len());
    }
    Ok(())
}

/// The dialect that the first lines show.
pub(crate) fn dialect(
    source: &Source<'_>,
    place: &str,
    mapping: &FieldMapping,
) -> Result<Box<dyn Dialect>, FormatError> {
    if source.window().starts_with(EVTX) {
        return evtx(place);
    }
    if utmp::is_utmp(source.window()) {
        return Ok(Box::new(Utmp::new(None)));
    }
    let mut lines = first_lines(source, 0);
    let csv = || Box::new(Csv::new(mapping.clone()));
    let Some(&first) = lines.first() else {
        return Ok(Box::new(Lanl::default()));
    };
    if zeek::is_header(first) {
        return Ok(Box::new(Zeek));
    }
    if lines.iter().take(2).any(|line| samba::is_header(line)) {
        return Ok(Box::new(samba::File));
    }
    if windows_xml::begins_event(from(source, first)) {
        return Ok(Box::new(WindowsXml));
    }
    let objects = lines.iter().filter(|line| begins_json(line)).count();
    if begins_json(first) || 2 * objects > lines.len() {
        return Ok(Box::new(Json));
    }
    if !mapping.is_default() {
        return Ok(csv());
    }
    let head = Head::of(source.window());
    if head.bytes > 0 {
        lines = first_lines(source, head.bytes);
    }
    // A file of nothing but comments is no log.
    let (Some(header), Some(&first)) = (head.header(source.window()), lines.first()) else {
        return Err(unknown(place, first));
    };
    let logins = lines.iter().filter(|line| is_lanl(line)).count();
    if is_lanl_header(&header) || (2 * logins >= lines.len() && !header.gives_event(mapping)) {
        return Ok(Box::new(Lanl::default()));
    }
    match Look::of(&header, &lines) {
        Look::Table => return Ok(csv()),
        Look::OtherTable => {
            let choice = header.choose(mapping, &[]);
            let field = choice.ok().and_then(|choice| csv::missing_field(&choice.places));
            let what = csv::missing(field.unwrap_or("time"), &header);
            return Err(csv::columns_of(place, what));
        }
        Look::NoHeader => {
            return Err(csv::columns_of(
                place,
                format!(
                    "this looks like CSV without a header: the first line is {}; its columns have \
                     numbers: --map time=1 --map account=2 --map dst_host=3, or as they stand",
                    header.list()
                ),
            ));
        }
        Look::Other => {}
    }
    if lines.iter().take(4).any(|line| audit::is_audit(line)) {
        return Ok(Box::new(audit::File));
    }
    if freeradius::is_radius(&lines) {
        return Ok(Box::new(FreeRadius));
    }
    if lines.iter().any(|line| krb5kdc::is_heimdal(line)) {
        return Ok(Box::new(HeimdalFile));
    }
    if 2 * lines.iter().filter(|line| syslog::is_line(line)).count() >= lines.len() {
        return Ok(Box::new(Syslog));
    }
    Err(unknown(place, first))
}

/// The error of a file whose first line is this.
fn unknown(place: &str, first: &[u8]) -> FormatError {
    FormatError::UnknownDialect {
        place: place.to_owned(),
        looked_at: format!("the format cannot be told: it begins with {}", quote(first)),
        advice: format!(
            "it is none of EVTX, wtmp, JSON, Windows events in XML, Zeek, syslog, LANL and the logs of KDCs, Samba, FreeRADIUS and auditd, nor CSV with a header that names the columns of a login: pass --format, or name the columns with --map, such as --map time=when --map account=who --map dst_host=where (fields: {})",
            EventField::list()
        ),
    }
}

/// The reader of a KDC's file: MIT's has lines of syslog.
pub(crate) fn krb5kdc(source: &Source<'_>) -> Box<dyn Dialect> {
    match first_lines(source, 0).iter().any(|line| krb5kdc::is_heimdal(line)) {
        true => Box::new(HeimdalFile),
        false => Box::new(Syslog),
    }
}

/// The reader of Windows event logs.
#[cfg(feature = "evtx")]
#[allow(clippy::unnecessary_wraps, reason = "the build without the feature does fail")]
pub(crate) fn evtx(_place: &str) -> Result<Box<dyn Dialect>, FormatError> {
    Ok(Box::new(crate::evtx::Evtx::default()))
}

/// Says that Windows event logs are left out.
#[cfg(not(feature = "evtx"))]
pub(crate) fn evtx(place: &str) -> Result<Box<dyn Dialect>, FormatError> {
    Err(FormatError::UnknownDialect {
        place: place.to_owned(),
        looked_at: "a Windows event log (EVTX), which this build leaves out".to_owned(),
        advice: "build it with the feature `evtx`".to_owned(),
    })
}

/// What the window holds from one of its lines on.
fn from<'s>(source: &'s Source<'_>, line: &[u8]) -> &'s [u8] {
    let window = source.window();
    let at = (line.as_ptr() as usize).saturating_sub(window.as_ptr() as usize);
    &window[at.min(window.len())..]
}

/// The first lines from `start` on that are not blank, without the last where it may be cut.
fn first_lines<'s>(source: &'s Source<'_>, start: usize) -> Vec<&'s [u8]> {
    let window = &source.window()[start..];
    let mut rest = window;
    let mut lines = Vec::new();
    while lines.len() < LINES && !rest.is_empty() {
        let (line, after, whole) = match memchr::memchr(b'\n', rest) {
            Some(end) => (&rest[..end], &rest[end + 1..], true),
            None => (rest, &rest[rest.len()..], source.exhausted()),
        };
        rest = after;
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if !line.is_empty() && !is_heading(line) && (whole || lines.is_empty()) {
            lines.push(line);
        }
    }
    lines
}

/// Whether a line begins an object, or a list of them.
fn begins_json(line: &[u8]) -> bool {
    let mut bytes = line.iter().filter(|byte| !byte.is_ascii_whitespace());
    match (bytes.next(), bytes.next()) {
        (Some(b'{'), next) => matches!(next, None | Some(b'"' | b'}')),
        (Some(b'['), next) => matches!(next, None | Some(b'{' | b']')),
        _ => false,
    }
}

/// Whether a line has LANL's shape: nine columns, the first a number.
fn is_lanl(line: &[u8]) -> bool {
    let mut columns = line.split(|&byte| byte == b',');
    let number = columns.next().is_some_and(|time| {
        !time.is_empty() && time.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.')
    });
    number && columns.count() + 1 == COLUMNS.len()
}

/// Whether a header names LANL's columns in LANL's order.
fn is_lanl_header(header: &Header) -> bool {
    use EventField::{
        Account, Activity, AuthProtocol, DstHost, LogonType, Outcome, SrcHost, Subject, Time,
    };
    header.delimiter == b','
        && header.fields().eq([
            Some(Time),
            Some(Subject),
            Some(Account),
            Some(SrcHost),
            Some(DstHost),
            Some(AuthProtocol),
            Some(LogonType),
            Some(Activity),
            Some(Outcome),
        ])
}
