//! The file of a checkpoint: the engine's state, and how far everything else was.
//!
//! Layout: signature (8 bytes), version (u32), length of the engine's state (u64), length of the progress
//! (u64), CRC-32 of all before and after it (u32), all little-endian; then the engine's state as
//! `Engine::save` gives it, and the progress in postcard's wire format.

use serde::{Deserialize, Serialize};
use sidestep::Engine;
use sidestep_formats::LogPositions;

use super::{HeldBack, StateFile};
use crate::exit::Failure;

const SIGNATURE: &[u8; 8] = b"SSTEPRUN";
const VERSION: u32 = 1;
const HEADER: usize = 8 + 4 + 8 + 8 + 4;

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
        let Some(bytes) = file.read()? else { return Ok(None) };
        let failed = |what: String| {
            Failure::Error(format!("{}: {what}{}", file.path().display(), file.advice()))
        };
        let (engine, progress) = parts(&bytes).map_err(&failed)?;
        let engine = Engine::load(engine).map_err(|error| failed(error.to_string()))?;
        let progress = progress
            .map(|bytes| match postcard::take_from_bytes(bytes) {
                Ok((progress, [])) => Ok(progress),
                Ok(_) => Err(failed("the checkpoint is damaged: bytes are left over".to_owned())),
                Err(error) => Err(failed(format!("the checkpoint is damaged: {error}"))),
            })
            .transpose()?;
        Ok(Some(Self { engine, progress }))
    }

    /// Writes a checkpoint.
    pub(crate) fn write(
        file: &StateFile,
        engine: &Engine,
        progress: &Progress,
    ) -> Result<(), Failure> {
        let engine = engine.save();
        let progress = postcard::to_stdvec(progress)
            .map_err(|error| Failure::Error(format!("{}: {error}", file.path().display())))?;
        let mut header = Vec::with_capacity(HEADER);
        header.extend_from_slice(SIGNATURE);
        header.extend_from_slice(&VERSION.to_le_bytes());
        header.extend_from_slice(&(engine.len() as u64).to_le_bytes());
        header.extend_from_slice(&(progress.len() as u64).to_le_bytes());
        let checksum = checksum(&header, &engine, &progress);
        header.extend_from_slice(&checksum.to_le_bytes());
        file.write(&[&header, &engine, &progress])
    }
}

fn checksum(header: &[u8], engine: &[u8], progress: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    for part in [header, engine, progress] {
        hasher.update(part);
    }
    hasher.finalize()
}

/// The engine's state in a file of either kind.
///
/// # Errors
/// In words, what is wrong with a checkpoint.
pub(crate) fn engine_of(bytes: &[u8]) -> Result<&[u8], String> {
    Ok(parts(bytes)?.0)
}

/// The engine's state, and the progress where the file is a checkpoint.
fn parts(bytes: &[u8]) -> Result<(&[u8], Option<&[u8]>), String> {
    let Some(rest) = bytes.strip_prefix(SIGNATURE) else { return Ok((bytes, None)) };
    let damaged = |what: &str| format!("the checkpoint is damaged: {what}");
    let cut = || damaged("it is shorter than its header");
    let (version, rest) = rest.split_first_chunk().ok_or_else(cut)?;
    let version = u32::from_le_bytes(*version);
    if version != VERSION {
        return Err(format!(
            "is a checkpoint of version {version}, and this build reads version {VERSION}"
        ));
    }
    let (engine, rest) = rest.split_first_chunk().ok_or_else(cut)?;
    let (progress, rest) = rest.split_first_chunk().ok_or_else(cut)?;
    let (stated, body) = rest.split_first_chunk().ok_or_else(cut)?;
    let engine = u64::from_le_bytes(*engine);
    let progress = u64::from_le_bytes(*progress);
    if engine.checked_add(progress) != Some(body.len() as u64) {
        return Err(damaged(&format!(
            "{} bytes where {} are stated",
            body.len(),
            engine.saturating_add(progress)
        )));
    }
    let at = usize::try_from(engine).map_err(|_| damaged("it is too large for this machine"))?;
    let (engine, progress) = body.split_at(at);
    let header = &bytes[..HEADER - 4];
    if checksum(header, engine, progress) != u32::from_le_bytes(*stated) {
        return Err(damaged("its checksum is wrong"));
    }
    Ok((engine, Some(progress)))
}
