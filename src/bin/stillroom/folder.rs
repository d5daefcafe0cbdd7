//! A folder of run files: one per seed, written whole or not at all, by as many processes as there are.

use anyhow::{Context, Result, bail, ensure};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use stillroom::protocol::{RunFile, Settings};

/// Where a bulk run puts its files.
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    pub fn open(path: &Path) -> Result<Self> {
        fs::create_dir_all(path).with_context(|| format!("The folder {} cannot be made", path.display()))?;
        Ok(Self { path: path.into() })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The run with those settings: read if it is there, else made and written. `None` while another process makes it.
    pub fn keep(&self, settings: &Settings, make: impl FnOnce() -> Result<RunFile>) -> Result<Option<RunFile>> {
        let name = format!("{}-seed-{:05}.json", settings.experiment, settings.seed);
        let path = self.path.join(&name);
        // Held by the system for as long as the process lives, so that a killed one leaves nothing to clean up.
        let lock = self.path.join(format!(".{name}.lock"));
        let held = File::create(&lock).with_context(|| format!("{} cannot be written", lock.display()))?;
        if held.try_lock().is_err() {
            println!("{name} is being made by another process.");
            return Ok(None);
        }
        if path.exists() {
            let run = read_file(&path)?;
            ensure!(
                run.plan.settings == *settings,
                "{} is a run with other settings; choose another folder.",
                path.display()
            );
            return Ok(Some(run));
        }
        let run = make()?;
        write(&path, &run)?;
        fs::remove_file(&lock).ok();
        Ok(Some(run))
    }
}

/// Written beside and renamed, so that an interruption never leaves half a file.
fn write(path: &Path, run: &RunFile) -> Result<()> {
    let beside = path.with_extension(format!("{}.part", std::process::id()));
    let mut file = File::create(&beside).with_context(|| format!("{} cannot be written", beside.display()))?;
    file.write_all(serde_json::to_string(run)?.as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    fs::rename(&beside, path).with_context(|| format!("{} cannot be written", path.display()))
}

/// Every run file of a folder.
pub fn read(path: &Path) -> Result<Vec<RunFile>> {
    let entries = fs::read_dir(path).with_context(|| format!("The folder {} cannot be read", path.display()))?;
    let mut files = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<PathBuf>>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    if files.is_empty() {
        bail!("There are no run files in {}.", path.display());
    }
    files.iter().map(|file| read_file(file)).collect()
}

fn read_file(path: &Path) -> Result<RunFile> {
    let bytes = fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let damaged = || {
        format!(
            "{} is no run file, or a damaged one; delete it and run again",
            path.display()
        )
    };
    let run: RunFile = serde_json::from_slice(&bytes).with_context(damaged)?;
    ensure!(
        run.format == RunFile::FORMAT && run.version == RunFile::VERSION,
        "{} is a run file of another version.",
        path.display()
    );
    Ok(run)
}
