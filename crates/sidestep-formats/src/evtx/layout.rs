//! Where a record keeps its values: the layout of a binary XML template.
//!
//! A record names a template and brings the values to put into it. The template is read once and
//! remembered as a list of what is wanted from those values, so that a record costs no XML.

use std::rc::Rc;

use crate::error::Fault;
use crate::windows::Field;

/// Deepest nesting of elements that is followed; real events have five.
const DEEPEST: usize = 32;

/// Bytes of a template's own header: the next template, its GUID, its size.
const TEMPLATE_HEADER: usize = 24;

/// Tokens of templates that are read in one chunk. A sound one has a few thousand; a made-up one
/// could name every byte of itself as the start of another.
const MOST_TOKENS: usize = 1 << 16;

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    EventId,
    Provider,
    Time,
    RecordId,
    Channel,
    Computer,
    Field(Field),
    /// The next of the values without a name.
    Unnamed,
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    /// The record's value of this number.
    Value(usize),
    /// The template itself.
    Literal(String),
}

/// What is wanted of the values of a template, or of a stream without one.
#[derive(Debug, Default)]
pub(super) struct Layout {
    pub(super) header: Vec<(Target, Origin)>,
    pub(super) data: Vec<(Target, Origin)>,
    /// Values that may be binary XML of their own.
    pub(super) content: Vec<usize>,
}

/// The layouts of one chunk's templates.
#[derive(Debug)]
pub(super) struct Layouts {
    known: Vec<(u32, Rc<Layout>)>,
    tokens_left: usize,
}

impl Default for Layouts {
    fn default() -> Self {
        Self { known: Vec::new(), tokens_left: MOST_TOKENS }
    }
}

impl Layouts {
    /// The layout of the template that begins at `offset` of the chunk.
    pub(super) fn template(&mut self, chunk: &[u8], offset: u32) -> Result<Rc<Layout>, Fault> {
        if let Some((_, layout)) = self.known.iter().find(|(known, _)| *known == offset) {
            return Ok(Rc::clone(layout));
        }
        let start = usize::try_from(offset).ok().and_then(|at| at.checked_add(TEMPLATE_HEADER));
        let layout = start
            .and_then(|start| {
                let size = Tokens { chunk, at: start - 4, left: &mut self.tokens_left }.u32()?;
                let body = chunk.get(start..start.checked_add(usize::try_from(size).ok()?)?)?;
                let end = start + body.len();
                self.stream(chunk, start, end, true)
            })
            .ok_or_else(|| Fault::record("its template is damaged"))?;
        self.known.push((offset, Rc::clone(&layout)));
        Ok(layout)
    }

    /// The layout of a stream of elements that stands in the record itself.
    pub(super) fn inline(
        &mut self,
        chunk: &[u8],
        start: usize,
        end: usize,
    ) -> Result<Rc<Layout>, Fault> {
        self.stream(chunk, start, end, false)
            .ok_or_else(|| Fault::record("its elements are damaged, or of a kind not known here"))
    }

    fn stream(
        &mut self,
        chunk: &[u8],
        start: usize,
        end: usize,
        in_template: bool,
    ) -> Option<Rc<Layout>> {
        let chunk = chunk.get(..end)?;
        let tokens = Tokens { chunk, at: start, left: &mut self.tokens_left };
        let mut reader =
            Reader { tokens, in_template, open: Vec::new(), layout: Layout::default() };
        reader.read()?;
        Some(Rc::new(reader.layout))
    }
}

/// Which element this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Event,
    System,
    /// A child of `System` whose content is wanted.
    Header(Target),
    Provider,
    TimeCreated,
    /// A value called by an attribute, or not at all.
    Data,
    /// A value called by its element, where it is one.
    Other,
}

/// An element that is open.
struct Element {
    place: Place,
    /// What its content is, where that is wanted.
    target: Option<Target>,
    /// The attribute being read, as long as the element's start is not closed.
    start: Option<Attribute>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Attribute {
    /// The provider's name or the event's time.
    Header(Target),
    /// The name of a value.
    Name,
    Ignored,
}

struct Reader<'c> {
    tokens: Tokens<'c>,
    /// Elements of templates carry a number that others do not.
    in_template: bool,
    open: Vec<Element>,
    layout: Layout,
}

impl Reader<'_> {
    /// Reads to the end of the stream; `None` where it is damaged.
    fn read(&mut self) -> Option<()> {
        while self.tokens.more() {
            match self.tokens.u8()? {
                0x00 => return Some(()),
                token @ (0x01 | 0x41) => self.open(token == 0x41)?,
                0x02 => self.open.last_mut()?.start = None,
                0x03 | 0x04 => {
                    self.open.pop()?;
                }
                0x05 | 0x45 => {
                    let text = self.tokens.literal()?;
                    self.value(Origin::Literal(text));
                }
                0x06 | 0x46 => self.attribute()?,
                0x07 | 0x47 | 0x0b => drop(self.tokens.text()?),
                0x08 | 0x48 => drop(self.tokens.u16()?),
                0x09 | 0x49 | 0x0a => drop(self.tokens.name()?),
                0x0d | 0x0e => {
                    let number = usize::from(self.tokens.u16()?);
                    self.tokens.u8()?;
                    self.value(Origin::Value(number));
                }
                0x0f => self.tokens.skip(3)?,
                _ => return None,
            }
        }
        Some(())
    }

    fn open(&mut self, has_attributes: bool) -> Option<()> {
        if self.in_template {
            self.tokens.u16()?;
        }
        self.tokens.u32()?;
        let name = self.tokens.name()?;
        if has_attributes {
            self.tokens.u32()?;
        }
        if self.open.len() >= DEEPEST {
            return None;
        }
        let place = match self.open.last().map(|parent| parent.place) {
            None if name == "Event" => Place::Event,
            Some(Place::Event) if name == "System" => Place::System,
            Some(Place::System) => match name.as_str() {
                "EventID" => Place::Header(Target::EventId),
                "EventRecordID" => Place::Header(Target::RecordId),
                "Channel" => Place::Header(Target::Channel),
                "Computer" => Place::Header(Target::Computer),
                "Provider" => Place::Provider,
                "TimeCreated" => Place::TimeCreated,
                _ => Place::System,
            },
            _ if name == "Data" => Place::Data,
            _ => Place::Other,
        };
        let target = match place {
            Place::Header(target) => Some(target),
            Place::Data => Some(Target::Unnamed),
            Place::Other => Field::of(&name).map(Target::Field),
            _ => None,
        };
        self.open.push(Element { place, target, start: Some(Attribute::Ignored) });
        Some(())
    }

    fn attribute(&mut self) -> Option<()> {
        let name = self.tokens.name()?;
        let element = self.open.last_mut()?;
        element.start = Some(match (element.place, name.as_str()) {
            (Place::Provider, "Name") => Attribute::Header(Target::Provider),
            (Place::TimeCreated, "SystemTime") => Attribute::Header(Target::Time),
            (Place::Data, "Name") => Attribute::Name,
            _ => Attribute::Ignored,
        });
        Some(())
    }

    /// Takes a value that stands in an attribute or in an element.
    fn value(&mut self, origin: Origin) {
        let Some(element) = self.open.last_mut() else { return };
        match (element.start, origin) {
            (Some(Attribute::Header(target)), origin) => self.layout.header.push((target, origin)),
            (Some(Attribute::Name), Origin::Literal(name)) => {
                element.target = Field::of(&name).map(Target::Field);
            }
            (Some(Attribute::Name), Origin::Value(_)) => element.target = None,
            (Some(Attribute::Ignored), _) => {}
            (None, origin) => match (element.place, element.target) {
                (Place::Header(_), Some(target)) => self.layout.header.push((target, origin)),
                (_, Some(target)) => self.layout.data.push((target, origin)),
                (Place::Event | Place::Other, None) => {
                    if let Origin::Value(number) = origin {
                        self.layout.content.push(number);
                    }
                }
                _ => {}
            },
        }
    }
}

/// A binary XML stream, read token by token up to the end of `chunk`.
struct Tokens<'c> {
    chunk: &'c [u8],
    at: usize,
    left: &'c mut usize,
}

impl<'c> Tokens<'c> {
    /// Whether another token follows and may be read.
    fn more(&mut self) -> bool {
        let allowed = self.left.checked_sub(1);
        *self.left = allowed.unwrap_or(0);
        allowed.is_some() && self.at < self.chunk.len()
    }

    fn bytes<const N: usize>(&mut self) -> Option<[u8; N]> {
        let bytes = self.chunk.get(self.at..)?.first_chunk::<N>()?;
        self.at += N;
        Some(*bytes)
    }

    fn u8(&mut self) -> Option<u8> {
        self.bytes::<1>().map(|[byte]| byte)
    }

    fn u16(&mut self) -> Option<u16> {
        self.bytes().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.bytes().map(u32::from_le_bytes)
    }

    fn skip(&mut self, count: usize) -> Option<()> {
        self.at = self.at.checked_add(count).filter(|at| *at <= self.chunk.len())?;
        Some(())
    }

    /// A name, which stands elsewhere in the chunk, or here where it is used first.
    fn name(&mut self) -> Option<String> {
        let offset = usize::try_from(self.u32()?).ok()?;
        // Before its length stand the place of the next name and a hash.
        let mut elsewhere = Tokens { chunk: self.chunk, at: offset.checked_add(6)?, left: &mut 0 };
        let name = elsewhere.text()?;
        if offset == self.at {
            // It ends with a zero.
            self.at = elsewhere.at;
            self.skip(2)?;
        }
        Some(name)
    }

    /// A value in the stream itself; only text occurs there.
    fn literal(&mut self) -> Option<String> {
        if self.u8()? == 0x01 { self.text() } else { None }
    }

    /// Text with its length before it.
    fn text(&mut self) -> Option<String> {
        let length = usize::from(self.u16()?) * 2;
        let start = self.at;
        self.skip(length)?;
        let units = self.chunk[start..self.at].as_chunks::<2>().0.iter();
        let units = units.map(|unit| u16::from_le_bytes(*unit));
        Some(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
    }
}
