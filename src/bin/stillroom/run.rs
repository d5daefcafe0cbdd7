//! `stillroom run`: an experiment on the native CPU, one run file per seed.

use crate::folder::{self, Folder};
use crate::models;
use anyhow::{Context, Result, bail, ensure};
use indicatif::{ProgressBar, ProgressStyle};
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Instant;
use stillroom::bands::Bands;
use stillroom::device;
use stillroom::experiment::{self, Experiment};
use stillroom::protocol::{Backend, DeviceInfo, Event, RunFile, Settings, Verdict};
use stillroom::session::{Library, Session};

#[derive(clap::Args)]
pub struct Arguments {
    /// Which experiment: capability, access, guardrails or bias.
    experiment: Option<String>,
    /// A run file (or any JSON object with some of the settings) to take the settings from.
    #[arg(long)]
    from: Option<PathBuf>,
    /// A setting, as KEY=VALUE with the keys of the page's address, e.g. --set budget=1000. May be given several times.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// The first seed.
    #[arg(long)]
    seed: Option<u32>,
    /// How many seeds, each a run of its own.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    seeds: u32,
    /// Only every n-th seed, from the i-th on: i/n, with i from 1 to n. Shards may run anywhere; their files go together.
    #[arg(long, value_name = "I/N", default_value = "1/1", value_parser = shard)]
    shard: (u32, u32),
    /// The folder for one run file per seed. Runs that are there already are not made again.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Where the teachers' folders are.
    #[arg(long, default_value = "www/public/models")]
    models: PathBuf,
}

/// "2/5"
fn shard(text: &str) -> Result<(u32, u32), String> {
    let parse = || {
        let (index, count) = text.split_once('/')?;
        let (index, count) = (index.parse::<u32>().ok()?, count.parse::<u32>().ok()?);
        (1..=count).contains(&index).then_some((index, count))
    };
    parse().ok_or_else(|| "a shard is I/N with I from 1 to N, such as 2/5".to_owned())
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let settings = settings(arguments)?;
    let experiment = experiment::named(&settings.experiment)?;
    experiment::check(&experiment, &settings)?;
    let folder = arguments.out.as_deref().map(Folder::open).transpose()?;
    let engine = device::cpu();
    let library = models::open(&arguments.models, &engine)?;
    models::add_missing(&library, &arguments.models, &settings, &engine)?;
    let library = Rc::new(library);

    let (index, count) = arguments.shard;
    let mine = (0..arguments.seeds).filter(|seed| seed % count == index - 1);
    let seeds: Vec<u32> = mine.map(|offset| settings.seed.saturating_add(offset)).collect();
    ensure!(
        !seeds.is_empty(),
        "Shard {index}/{count} of {} seeds has none.",
        arguments.seeds
    );
    let mut runs = Vec::new();
    for (done, seed) in seeds.iter().enumerate() {
        let settings = Settings {
            seed: *seed,
            ..settings.clone()
        };
        let make = || {
            println!("{} seed {seed} ({} of {})", experiment.id, done + 1, seeds.len());
            one(&library, &settings)
        };
        match &folder {
            None => runs.push(make()?),
            Some(folder) => runs.extend(folder.keep(&settings, make)?),
        }
    }
    if let Some(folder) = &folder {
        println!(
            "{} of {} runs of this shard are in {}.",
            runs.len(),
            seeds.len(),
            folder.path().display()
        );
    }
    report(&experiment, &runs)
}

fn settings(arguments: &Arguments) -> Result<Settings> {
    let mut value = match &arguments.from {
        None => {
            let id = arguments.experiment.as_deref().unwrap_or("capability");
            serde_json::to_value((experiment::named(id)?.design.defaults)())?
        }
        Some(path) => {
            let bytes = fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
            let file: serde_json::Value =
                serde_json::from_slice(&bytes).with_context(|| format!("{} is not JSON", path.display()))?;
            let given = file.pointer("/plan/settings").unwrap_or(&file);
            let given = given
                .as_object()
                .with_context(|| format!("{} holds no settings", path.display()))?;
            let id = given
                .get("experiment")
                .and_then(|id| id.as_str())
                .or(arguments.experiment.as_deref());
            let experiment = experiment::named(id.unwrap_or("capability"))?;
            if arguments
                .experiment
                .as_deref()
                .is_some_and(|asked| asked != experiment.id)
            {
                bail!("{} is a run of {}.", path.display(), experiment.id);
            }
            let mut value = serde_json::to_value((experiment.design.defaults)())?;
            for (key, one) in given {
                value[key] = one.clone();
            }
            value
        }
    };
    for pair in &arguments.set {
        let (key, text) = pair
            .split_once('=')
            .with_context(|| format!("--set takes KEY=VALUE, not {pair:?}"))?;
        ensure!(
            value.get(key).is_some() && key != "experiment",
            "There is no setting {key:?}."
        );
        value[key] = if value[key].is_array() {
            text.split(',').collect()
        } else {
            serde_json::from_str(text).unwrap_or_else(|_| text.into())
        };
    }
    if let Some(seed) = arguments.seed {
        value["seed"] = seed.into();
    }
    serde_json::from_value(value).context("These are no settings")
}

/// One run to its end.
fn one(library: &Rc<Library>, settings: &Settings) -> Result<RunFile> {
    let start = Instant::now();
    let now = move || start.elapsed().as_secs_f64() * 1000.0;
    let engine = device::cpu();
    pollster::block_on(async {
        let info = DeviceInfo {
            backend: Backend::Cpu,
            adapter: "native, one thread".into(),
            reason: "Run from the command line.".into(),
            self_test: device::self_test(&engine, &now).await?,
        };
        let mut session = Session::new(library.clone(), settings.clone(), engine, info)?;
        let bar = ProgressBar::new(0).with_style(ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}")?);
        loop {
            let events = session.advance(200.0, &now).await?;
            for event in &events {
                if let Event::Progress { done, total, phase } = event {
                    bar.set_length(u64::from(*total));
                    bar.set_position(u64::from(*done));
                    bar.set_message(format!("{phase:?}"));
                }
            }
            // Also a run that was stopped by its losses ends with this.
            if let Some(Event::Finished { run }) =
                events.into_iter().find(|event| matches!(event, Event::Finished { .. }))
            {
                bar.finish_and_clear();
                return Ok(*run);
            }
        }
    })
}

/// The last measurements with intervals over seeds, and the verdicts.
fn report(experiment: &Experiment, runs: &[RunFile]) -> Result<()> {
    if runs.is_empty() {
        return Ok(());
    }
    if let Some(stopped) = runs.iter().find_map(|run| run.stopped.as_ref()) {
        println!("{stopped}");
    }
    // Several seeds side by side have no reference; their verdicts are the run's own.
    if runs.iter().any(|run| run.plan.settings.seeds != 1) {
        runs.iter().for_each(|run| verdicts(&run.verdicts));
        return Ok(());
    }
    let bands = Bands::new(runs, "")?;
    print!("{}", crate::findings::table(experiment, &bands));
    verdicts(&bands.verdicts);
    println!(
        "{} runs, {} failed, {:.1} s of computing.",
        bands.runs, bands.failed, bands.seconds
    );
    Ok(())
}

fn verdicts(verdicts: &[Verdict]) {
    for verdict in verdicts {
        println!(
            "{} {}: {}",
            verdict.hypothesis,
            crate::findings::answer(verdict.holds),
            verdict.finding
        );
    }
}

/// Every run file below some folders.
pub fn read_all(folders: &[PathBuf]) -> Result<Vec<RunFile>> {
    let mut runs = Vec::new();
    for path in folders {
        runs.extend(folder::read(Path::new(path))?);
    }
    Ok(runs)
}
