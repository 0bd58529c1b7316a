//! The file of a checkpoint: how far everything else was, and the engine's state.
//!
//! Layout: signature (8 bytes), version (u32), length of the progress (u64), CRC-32 of these and of the progress
//! (u32), all little-endian; then the progress in postcard's wire format, and to the end the engine's state as
//! `Engine::save_to` writes it, which has checksums of its own.

use std::io::{self, Cursor, Read};

use serde::{Deserialize, Serialize};
use sidestep::Engine;
use sidestep_formats::LogPositions;

use super::{HeldBack, StateFile};
use crate::exit::Failure;

const SIGNATURE: &[u8; 8] = b"SSTEPRUN";
const VERSION: u32 = 2;
const HEADER: usize = 8 + 4 + 8 + 4;

/// How far a run is, beside what its engine knows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Progress {
    /// Options that decide what comes out, as they were given.
    pub(crate) options: Vec<(String, String)>,
    /// Whether the logs of --learn were all learned.
    pub(crate) is_learned: bool,
    pub(crate) learn: LogPositions,
    pub(crate) judge: LogPositions,
    pub(crate) held: HeldBack,
    /// Events that were late, lay in the future, and were logins, before this run began.
    pub(crate) before: [u64; 3],
    /// Events that came too late to be put in order, while learning.
    pub(crate) too_late: u64,
    /// Alerts that were closed.
    pub(crate) alerts: u64,
    /// Length of --output.
    pub(crate) output: Option<u64>,
}

/// What a state file holds.
pub(crate) struct Checkpoint {
    pub(crate) engine: Engine,
    /// `None` in a state that --save-state wrote.
    pub(crate) progress: Option<Progress>,
}

impl Checkpoint {
    /// What `file` holds; `None` where there is none yet.
    pub(crate) fn load(file: &StateFile) -> Result<Option<Self>, Failure> {
        let Some(input) = file.open_to_read()? else { return Ok(None) };
        let failed = |what: String| {
            Failure::Error(format!("{}: {what}{}", file.path().display(), file.advice()))
        };
        Self::read(input).map(Some).map_err(failed)
    }

    /// What a file of either kind holds.
    ///
    /// # Errors
    /// In words, what is wrong with it.
    pub(crate) fn read(input: impl Read) -> Result<Self, String> {
        let (progress, state) = parts(input)?;
        let progress = progress
            .map(|bytes| match postcard::take_from_bytes(&bytes) {
                Ok((progress, [])) => Ok(progress),
                Ok(_) => Err("the checkpoint is damaged: bytes are left over".to_owned()),
                Err(error) => Err(format!("the checkpoint is damaged: {error}")),
            })
            .transpose()?;
        let engine = Engine::load_from(state).map_err(|error| error.to_string())?;
        Ok(Self { engine, progress })
    }

    /// Writes a checkpoint.
    pub(crate) fn write(
        file: &StateFile,
        engine: &Engine,
        progress: &Progress,
    ) -> Result<(), Failure> {
        let progress = postcard::to_stdvec(progress)
            .map_err(|error| Failure::Error(format!("{}: {error}", file.path().display())))?;
        let mut header = Vec::with_capacity(HEADER);
        header.extend_from_slice(SIGNATURE);
        header.extend_from_slice(&VERSION.to_le_bytes());
        header.extend_from_slice(&(progress.len() as u64).to_le_bytes());
        let checksum = checksum(&header, &progress);
        header.extend_from_slice(&checksum.to_le_bytes());
        file.write(|out| {
            out.write_all(&header)?;
            out.write_all(&progress)?;
            engine.save_to(out)
        })
    }
}

fn checksum(header: &[u8], progress: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(header);
    hasher.update(progress);
    hasher.finalize()
}

/// The engine's state in a file of either kind.
///
/// # Errors
/// In words, what is wrong with a checkpoint.
pub(crate) fn state_in(input: impl Read) -> Result<impl Read, String> {
    Ok(parts(input)?.1)
}

/// The progress where the file is a checkpoint, and the engine's state, which is not read yet.
fn parts<R: Read>(mut input: R) -> Result<(Option<Vec<u8>>, impl Read), String> {
    let unread = |error: io::Error| format!("cannot be read: {error}");
    let mut header = [0; HEADER];
    let begun = fill(&mut input, &mut header[..SIGNATURE.len()]).map_err(unread)?;
    if header[..begun] != *SIGNATURE {
        // What was read of it is read again.
        let state = Cursor::new(header[..begun].to_vec()).chain(input);
        return Ok((None, state));
    }
    let damaged = |what: &str| format!("the checkpoint is damaged: {what}");
    let cut = || damaged("it is cut short");
    let rest = &mut header[SIGNATURE.len()..];
    let wanted = rest.len();
    let filled = fill(&mut input, rest).map_err(unread)?;
    let (version, lengths) = rest.split_first_chunk().ok_or_else(cut)?;
    let version = u32::from_le_bytes(*version);
    if filled >= 4 && version != VERSION {
        return Err(format!(
            "is a checkpoint of version {version}, and this build reads version {VERSION}"
        ));
    }
    if filled < wanted {
        return Err(cut());
    }
    let (length, stated) = lengths.split_first_chunk().ok_or_else(cut)?;
    let (length, stated) = (u64::from_le_bytes(*length), stated.to_vec());
    // It grows by what there is, whatever length is stated.
    let mut progress = Vec::new();
    input.by_ref().take(length).read_to_end(&mut progress).map_err(unread)?;
    if (progress.len() as u64) < length {
        return Err(cut());
    }
    if checksum(&header[..HEADER - 4], &progress).to_le_bytes() != *stated {
        return Err(damaged("its checksum is wrong"));
    }
    Ok((Some(progress), Cursor::new(Vec::new()).chain(input)))
}

/// Reads as many bytes as there is room for, or there are.
fn fill(input: &mut impl Read, bytes: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < bytes.len() {
        match input.read(&mut bytes[filled..]) {
            Ok(0) => break,
            Ok(more) => filled += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
