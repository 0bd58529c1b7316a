//! A small event log, built here: a file header and one chunk with a logon in each record.

const CHUNK: usize = 64 << 10;

/// What a record holds: its number, its time as a FILETIME, and who logged on.
pub(crate) struct Logon {
    pub(crate) id: u64,
    pub(crate) filetime: u64,
    pub(crate) user: &'static str,
}

/// 2020-01-01T00:00:00Z as a FILETIME.
pub(crate) const NEW_YEAR: u64 = 132_223_104_000_000_000;

/// Binary XML at a known place of its chunk.
struct Xml {
    bytes: Vec<u8>,
    start: usize,
}

impl Xml {
    fn put(&mut self, bytes: &[u8]) -> &mut Self {
        self.bytes.extend_from_slice(bytes);
        self
    }

    fn text(&mut self, text: &str) -> &mut Self {
        let units: Vec<u16> = text.encode_utf16().collect();
        self.put(&(units.len() as u16).to_le_bytes());
        for unit in units {
            self.put(&unit.to_le_bytes());
        }
        self
    }

    /// A name that stands where it is used.
    fn name(&mut self, name: &str) -> &mut Self {
        let here = (self.start + self.bytes.len() + 4) as u32;
        self.put(&here.to_le_bytes()).put(&[0; 6]).text(name).put(&[0; 2])
    }

    /// An element with attributes, each a literal or the number of a value.
    fn open(&mut self, name: &str, attributes: &[(&str, Result<&str, u16>)]) -> &mut Self {
        let has = !attributes.is_empty();
        self.put(&[if has { 0x41 } else { 0x01 }, 0xff, 0xff, 0, 0, 0, 0]).name(name);
        if has {
            self.put(&[0; 4]);
        }
        for (attribute, value) in attributes {
            self.put(&[0x06]).name(attribute);
            match value {
                Ok(text) => self.put(&[0x05, 0x01]).text(text),
                Err(number) => self.value(*number),
            };
        }
        self.put(&[0x02])
    }

    fn value(&mut self, number: u16) -> &mut Self {
        self.put(&[0x0d]).put(&number.to_le_bytes()).put(&[0x00])
    }

    fn leaf(&mut self, name: &str, value: Result<&str, u16>) -> &mut Self {
        self.open(name, &[]);
        match value {
            Ok(text) => self.put(&[0x05, 0x01]).text(text),
            Err(number) => self.value(number),
        };
        self.put(&[0x04])
    }

    fn data(&mut self, name: &str, value: u16) -> &mut Self {
        self.open("Data", &[("Name", Ok(name))]).value(value).put(&[0x04])
    }
}

/// The template of a logon: values are event id, time, number, user, address and logon type.
fn template(start: usize) -> Vec<u8> {
    let mut xml = Xml { bytes: Vec::new(), start };
    xml.put(&[0x0f, 1, 1, 0]).open("Event", &[]).open("System", &[]);
    xml.open("Provider", &[("Name", Ok("Microsoft-Windows-Security-Auditing"))]).put(&[0x04]);
    xml.leaf("EventID", Err(0));
    xml.open("TimeCreated", &[("SystemTime", Err(1))]).put(&[0x04]);
    xml.leaf("EventRecordID", Err(2)).leaf("Channel", Ok("Security"));
    xml.leaf("Computer", Ok("FILES-1.corp.example")).put(&[0x04]).open("EventData", &[]);
    xml.data("TargetUserName", 3).data("IpAddress", 4).data("LogonType", 5);
    xml.put(&[0x04, 0x04, 0x00]);
    xml.bytes
}

/// An event log of these logons.
pub(crate) fn log(logons: &[Logon]) -> Vec<u8> {
    log_of(&[logons])
}

/// An event log with a chunk for each list of logons.
pub(crate) fn log_of(chunks: &[&[Logon]]) -> Vec<u8> {
    let mut log = b"ElfFile\0".to_vec();
    log.resize(4096, 0);
    chunks.iter().for_each(|logons| log.extend(chunk(logons)));
    log
}

fn chunk(logons: &[Logon]) -> Vec<u8> {
    let mut chunk = vec![0; 512];
    let mut template_at = 0;
    for logon in logons {
        let start = chunk.len();
        let mut record = vec![0x2a, 0x2a, 0, 0, 0, 0, 0, 0];
        record.extend(logon.id.to_le_bytes());
        record.extend(logon.filetime.to_le_bytes());
        record.extend([0x0f, 1, 1, 0, 0x0c, 1, 1, 0, 0, 0]);
        let here = start + record.len() + 4;
        if template_at == 0 {
            template_at = here;
        }
        record.extend((template_at as u32).to_le_bytes());
        if template_at == here {
            let body = template(here + 24);
            record.extend([0; 20]);
            record.extend((body.len() as u32).to_le_bytes());
            record.extend(body);
        }
        let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let values: [(u8, Vec<u8>); 6] = [
            (0x06, 4624_u16.to_le_bytes().to_vec()),
            (0x11, logon.filetime.to_le_bytes().to_vec()),
            (0x0a, (1000 + logon.id).to_le_bytes().to_vec()),
            (0x01, utf16(logon.user)),
            (0x01, utf16("10.0.0.5")),
            (0x08, 3_u32.to_le_bytes().to_vec()),
        ];
        record.extend((values.len() as u32).to_le_bytes());
        for (kind, value) in &values {
            record.extend((value.len() as u16).to_le_bytes());
            record.extend([*kind, 0]);
        }
        record.extend(values.into_iter().flat_map(|(_, value)| value));
        let length = (record.len() + 4) as u32;
        record[4..8].copy_from_slice(&length.to_le_bytes());
        record.extend(length.to_le_bytes());
        chunk.extend(record);
    }
    let (first, last) = (logons.first().map_or(0, |l| l.id), logons.last().map_or(0, |l| l.id));
    let end = chunk.len() as u32;
    chunk[..8].copy_from_slice(b"ElfChnk\0");
    for (at, value) in [(8, first), (16, last), (24, first), (32, last)] {
        chunk[at..at + 8].copy_from_slice(&value.to_le_bytes());
    }
    for (at, value) in [(40, 128), (44, end), (48, end)] {
        chunk[at..at + 4].copy_from_slice(&value.to_le_bytes());
    }
    chunk.resize(CHUNK, 0);
    chunk
}
