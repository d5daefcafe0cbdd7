//! `stillroom bands`: run files become the page's references, and the findings.

use crate::{findings, run};
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use stillroom::bands::Bands;
use stillroom::experiment;
use stillroom::protocol::{RunFile, Settings};

#[derive(clap::Args)]
pub struct Arguments {
    /// Folders with run files, of any experiments and shards. Without one only the findings are written again.
    folders: Vec<PathBuf>,
    /// Where the references go.
    #[arg(long, default_value = "www/public/reference")]
    out: PathBuf,
    /// The findings of all references that are there.
    #[arg(long, default_value = "docs/findings.md")]
    findings: PathBuf,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let runs = run::read_all(&arguments.folders)?;
    fs::create_dir_all(&arguments.out)?;
    for (_, group) in grouped(runs)? {
        let bands = Bands::new(&group, &commit())?;
        let name = bands.name(&experiment::named(&bands.experiment)?);
        let path = arguments.out.join(format!("{name}.json"));
        fs::write(&path, serde_json::to_string(&bands)? + "\n")
            .with_context(|| format!("{} cannot be written", path.display()))?;
        println!("{}: {} runs, {} failed", path.display(), bands.runs, bands.failed);
    }
    findings::write(&arguments.out, &arguments.findings)
}

/// Runs with the same settings but for the seed.
fn grouped(runs: Vec<RunFile>) -> Result<BTreeMap<String, Vec<RunFile>>> {
    let mut groups: BTreeMap<String, Vec<RunFile>> = BTreeMap::new();
    for run in runs {
        let key = serde_json::to_string(&Settings {
            seed: 0,
            ..run.plan.settings.clone()
        })?;
        groups.entry(key).or_default().push(run);
    }
    Ok(groups)
}

/// Of the source, if this is a checkout.
fn commit() -> String {
    let output = Command::new("git").args(["describe", "--always", "--dirty"]).output();
    let text = output.ok().filter(|output| output.status.success());
    text.map_or("unknown".into(), |output| {
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    })
}
