//! Where a record keeps its values: the layout of a binary XML template.
//!
//! A record names a template and brings the values to put into it. The template is read once and
//! remembered as a list of what is wanted from those values, so that a record costs no XML.

mod early;
mod tokens;

use std::rc::Rc;

use self::early::Early;
use self::tokens::{Tokens, Units};
use super::values::is_kind;
use crate::error::Fault;
use crate::windows::Field;

/// Deepest nesting of elements that is followed; real events have five.
const DEEPEST: usize = 32;

/// Bytes of a template's own header: the next template, its GUID, its size.
const TEMPLATE_HEADER: usize = 24;

/// Values that are wanted of one template; real ones have some twenty.
const MOST_WANTED: usize = 256;

/// What may be read of one chunk's templates: a step for each token and each unit of text. A sound
/// chunk takes some ten thousand; in a made-up one every byte could begin another template.
const STEPS: usize = 1 << 19;

/// Steps that a layout takes whatever is in it.
const LAYOUT_STEPS: usize = 64;

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
    /// What decides whether an event is read, where that can be seen before all else.
    pub(super) early: Option<Early>,
}

/// The layouts of one chunk's templates.
#[derive(Debug)]
pub(super) struct Layouts {
    known: Vec<(u32, Rc<Layout>)>,
    steps_left: usize,
}

impl Default for Layouts {
    fn default() -> Self {
        Self { known: Vec::new(), steps_left: STEPS }
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
                let size = Tokens { chunk, at: start - 4, left: &mut self.steps_left }.u32()?;
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
        self.steps_left = self.steps_left.checked_sub(LAYOUT_STEPS)?;
        let tokens = Tokens { chunk, at: start, left: &mut self.steps_left };
        let mut reader =
            Reader { tokens, in_template, open: Vec::new(), layout: Layout::default() };
        reader.read()?;
        let mut layout = reader.layout;
        layout.early = Early::of(&layout.header);
        Some(Rc::new(layout))
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
            self.tokens.steps(1)?;
            match self.tokens.u8()? {
                0x00 => break,
                token @ (0x01 | 0x41) => self.open(token == 0x41)?,
                0x02 => self.open.last_mut()?.start = None,
                0x03 | 0x04 => {
                    self.open.pop()?;
                }
                0x05 | 0x45 => {
                    let text = self.tokens.literal()?;
                    self.value(Stored::Literal(text))?;
                }
                0x06 | 0x46 => self.attribute()?,
                0x07 | 0x47 | 0x0b => drop(self.tokens.text()?),
                0x08 | 0x48 => drop(self.tokens.u16()?),
                0x09 | 0x49 | 0x0a => drop(self.tokens.name()?),
                0x0d | 0x0e => {
                    let number = usize::from(self.tokens.u16()?);
                    self.tokens.u8().filter(|kind| is_kind(*kind))?;
                    self.value(Stored::Value(number))?;
                }
                0x0f => self.tokens.skip(3)?,
                _ => return None,
            }
        }
        // Every element that began has ended.
        self.open.is_empty().then_some(())
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
        let name = name.as_str();
        let place = match self.open.last().map(|parent| parent.place) {
            None if name == "Event" => Place::Event,
            Some(Place::Event) if name == "System" => Place::System,
            Some(Place::System) => match name {
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
            Place::Other => Field::of(name).map(Target::Field),
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
    fn value(&mut self, stored: Stored<'_>) -> Option<()> {
        let element = self.open.last_mut()?;
        let layout = &mut self.layout;
        match (element.start, stored) {
            (Some(Attribute::Header(target)), stored) => {
                layout.header.push((target, stored.origin()));
            }
            (Some(Attribute::Name), Stored::Literal(name)) => {
                element.target = Field::of(name.name().as_str()).map(Target::Field);
            }
            (Some(Attribute::Name), Stored::Value(_)) => element.target = None,
            (Some(Attribute::Ignored), _) => {}
            (None, stored) => match (element.place, element.target, stored) {
                (Place::Header(_), Some(target), stored) => {
                    layout.header.push((target, stored.origin()));
                }
                (_, Some(target), stored) => layout.data.push((target, stored.origin())),
                (Place::Event | Place::Other, None, Stored::Value(number)) => {
                    layout.content.push(number);
                }
                _ => {}
            },
        }
        let wanted = [layout.header.len(), layout.data.len(), layout.content.len()];
        (wanted.into_iter().max() <= Some(MOST_WANTED)).then_some(())
    }
}

/// Where a value comes from, as it stands in the stream.
#[derive(Clone, Copy)]
enum Stored<'c> {
    Value(usize),
    Literal(Units<'c>),
}

impl Stored<'_> {
    fn origin(self) -> Origin {
        match self {
            Self::Value(number) => Origin::Value(number),
            Self::Literal(text) => Origin::Literal(text.text()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::tokens::LONGEST_NAME;
    use super::*;

    fn utf16(text: &str) -> Vec<u8> {
        let units = text.encode_utf16().flat_map(u16::to_le_bytes);
        [(text.len() as u16).to_le_bytes().to_vec(), units.collect()].concat()
    }

    /// A chunk that begins with some names, and the place of each.
    fn names(names: &[&str]) -> (Vec<u8>, Vec<u8>) {
        let mut chunk = vec![0; 8];
        let mut places = Vec::new();
        for name in names {
            places.push(chunk.len() as u8);
            chunk.extend([0; 6]);
            chunk.extend(utf16(name));
        }
        (chunk, places)
    }

    fn open(name: u8) -> Vec<u8> {
        vec![0x01, 0, 0, 0, 0, name, 0, 0, 0, 0x02]
    }

    /// An element with an attribute of a literal value.
    fn open_with(name: u8, attribute: u8, value: &str) -> Vec<u8> {
        let mut bytes = vec![0x41, 0, 0, 0, 0, name, 0, 0, 0, 0, 0, 0, 0, 0x06, attribute, 0, 0, 0];
        bytes.extend([0x05, 0x01]);
        bytes.extend(utf16(value));
        bytes.push(0x02);
        bytes
    }

    fn inline(mut chunk: Vec<u8>, stream: &[u8]) -> Result<Rc<Layout>, Fault> {
        let start = chunk.len();
        chunk.extend(stream);
        Layouts::default().inline(&chunk, start, chunk.len())
    }

    #[test]
    fn values_are_called_by_attribute_by_element_or_not_at_all() {
        let (chunk, at) = names(&["UserData", "EventXML", "Param1", "Data", "Name", "None"]);
        let stream = [
            open(at[0]),
            open(at[1]),
            [open(at[2]), vec![0x0d, 7, 0, 1, 0x04]].concat(),
            [open_with(at[3], at[4], "IpAddress"), vec![0x0d, 8, 0, 1, 0x04]].concat(),
            [open_with(at[3], at[4], "NotWanted"), vec![0x0d, 9, 0, 1, 0x04]].concat(),
            [open(at[3]), vec![0x0e, 10, 0, 1, 0x04]].concat(),
            [open(at[5]), vec![0x0d, 11, 0, 0x21, 0x04]].concat(),
            vec![0x04, 0x04, 0x00],
        ];
        let layout = inline(chunk, &stream.concat()).unwrap();
        assert_eq!(layout.header, []);
        assert_eq!(
            layout.data,
            [
                (Target::Field(Field::Param1), Origin::Value(7)),
                (Target::Field(Field::Address), Origin::Value(8)),
                (Target::Unnamed, Origin::Value(10)),
            ]
        );
        assert_eq!(layout.content, [11]);
    }

    #[test]
    fn a_layout_is_bounded() {
        let (chunk, at) = names(&["Data"]);
        let deep = |depth| [open(at[0]).repeat(depth), vec![0x04; depth]].concat();
        assert!(inline(chunk.clone(), &deep(DEEPEST)).is_ok());
        assert!(inline(chunk.clone(), &deep(DEEPEST + 1)).is_err());
        let wide = |values| [open(at[0]), [0x0d, 1, 0, 1].repeat(values), vec![0x04]].concat();
        assert!(inline(chunk.clone(), &wide(MOST_WANTED)).is_ok());
        assert!(inline(chunk.clone(), &wide(MOST_WANTED + 1)).is_err());
        let (long, at) = names(&[&"x".repeat(usize::from(LONGEST_NAME) + 1)]);
        assert!(inline(long, &[open(at[0]), vec![0x04]].concat()).is_err());
        let mut layouts = Layouts::default();
        let refused = (0..STEPS).find(|_| layouts.inline(&chunk, 8, 8).is_err());
        assert_eq!(refused, Some(STEPS / LAYOUT_STEPS));
    }

    #[test]
    fn a_damaged_stream_has_no_layout() {
        let (chunk, at) = names(&["Data"]);
        for stream in [
            vec![0x04],
            vec![0x0c],
            open(at[0]),
            [open(at[0]), vec![0x0d, 1, 0, 0x16, 0x04]].concat(),
            vec![0x05, 0x08, 0, 0, 0, 0],
            vec![0x01, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff],
            [open(at[0]), vec![0x05, 0x01, 9, 0]].concat(),
        ] {
            assert!(inline(chunk.clone(), &stream).is_err(), "{stream:x?}");
        }
        assert!(Layouts::default().inline(&chunk, usize::MAX, 8).is_ok(), "nothing to read");
        assert!(Layouts::default().template(&chunk, u32::MAX).is_err());
    }
}
