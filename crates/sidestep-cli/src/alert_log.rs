//! Alerts that are written as they come, to a file that a later run goes on with.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::PathBuf;

use sidestep::alert::{Alert, AlertState};
use sidestep_formats::{ExportFormat, ExportOptions, write_alerts};

use crate::alert;
use crate::args::DetectArgs;
use crate::exit::Failure;
use crate::inputs::is_stdin;
use crate::output;

/// Where alerts go.
pub(crate) struct AlertLog {
    file: Option<AlertFile>,
    to_stdout: bool,
    /// Whether they are written for people, too.
    blocks: bool,
    emit: ExportFormat,
    options: ExportOptions,
    /// Whether every state is written, or only the last.
    states: bool,
}

struct AlertFile {
    path: PathBuf,
    file: File,
    /// Whether it has a length: a pipe or a device has none.
    is_regular: bool,
}

impl AlertLog {
    /// Opens what the arguments name. A file that was written up to `length` is cut there; without that it
    /// is begun anew.
    pub(crate) fn open(args: &DetectArgs, length: Option<u64>) -> Result<Self, Failure> {
        let to_stdout = args.output.as_deref().map_or(args.emit.is_some(), is_stdin);
        let emit = args.emit.unwrap_or_default();
        if !matches!(emit, ExportFormat::Json | ExportFormat::Ocsf | ExportFormat::Ecs) {
            return Err(Failure::Usage(
                "--emit: with --state and --follow alerts are written one by one: json, ocsf or ecs"
                    .to_owned(),
            ));
        }
        let path = args.output.as_ref().filter(|_| !to_stdout);
        let file = path.map(|path| AlertFile::open(path.clone(), length)).transpose()?;
        Ok(Self {
            blocks: !to_stdout && (file.is_none() || output::is_watched()),
            file,
            to_stdout,
            emit,
            options: ExportOptions::default()
                .with_ocsf_version(args.ocsf_version)
                .with_once(!args.follow),
            states: args.follow,
        })
    }

    /// Writes those of the alerts that are to be written. Gives back how many were closed.
    pub(crate) fn write(&mut self, alerts: &[Alert]) -> Result<u64, Failure> {
        let mut closed = 0;
        for alert in alerts {
            let is_closed = alert.state == AlertState::Closed;
            closed += u64::from(is_closed);
            if is_closed || self.states {
                self.write_one(alert)?;
            }
        }
        Ok(closed)
    }

    fn write_one(&mut self, alert: &Alert) -> Result<(), Failure> {
        if self.file.is_some() || self.to_stdout {
            let mut bytes = Vec::new();
            write_alerts(&mut bytes, std::slice::from_ref(alert), self.emit, &self.options)
                .map_err(|error| Failure::Error(format!("alerts: {error}")))?;
            match &mut self.file {
                Some(file) => file.write(&bytes)?,
                None => output::print_or_fail(&String::from_utf8_lossy(&bytes))?,
            }
        }
        if self.blocks {
            let state = match alert.state {
                AlertState::Opened => "opened: ",
                AlertState::Updated => "updated: ",
                _ if self.states => "closed: ",
                _ => "",
            };
            output::print_or_fail(&format!("{state}{}", alert::block(alert)))?;
        }
        Ok(())
    }

    /// How long the file is, once all of it is on the disk; `None` where there is none that has a length.
    pub(crate) fn length(&mut self) -> Result<Option<u64>, Failure> {
        let Some(AlertFile { path, file, is_regular: true }) = &mut self.file else {
            return Ok(None);
        };
        file.sync_data()
            .and_then(|()| file.metadata())
            .map(|metadata| Some(metadata.len()))
            .map_err(|error| Failure::writing(path, &error))
    }
}

impl AlertFile {
    fn open(path: PathBuf, length: Option<u64>) -> Result<Self, Failure> {
        let failed = |error| Failure::writing(&path, &error);
        let file = OpenOptions::new().append(true).create(true).open(&path).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        let is_regular = metadata.is_file();
        if is_regular {
            let length = match (length.unwrap_or(0), metadata.len()) {
                // Somebody took the alerts away; they are not written again.
                (_, 0) => 0,
                (length, found) if found < length => {
                    return Err(Failure::Error(format!(
                        "{}: is shorter than what was written to it, {found} of {length} bytes: put back \
                         the file, or take it away to begin a new one",
                        path.display()
                    )));
                }
                (length, _) => length,
            };
            file.set_len(length).map_err(failed)?;
        }
        Ok(Self { path, file, is_regular })
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.file.write_all(bytes).map_err(|error| Failure::writing(&self.path, &error))
    }
}
