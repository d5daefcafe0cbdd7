//! `stillroom run`: an experiment on the native CPU.

use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressStyle};
use std::fs;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Instant;
use stillroom::device;
use stillroom::experiment;
use stillroom::protocol::{Backend, DeviceInfo, Evaluation, Event, RunFile, Settings};
use stillroom::session::{Library, Session};

#[derive(clap::Args)]
pub struct Arguments {
    /// Which experiment.
    #[arg(default_value = "capability")]
    experiment: String,
    /// A run file (or any JSON object with some of the settings) to take the settings from.
    #[arg(long)]
    from: Option<PathBuf>,
    #[arg(long)]
    seed: Option<u32>,
    /// Seeds side by side, in one population.
    #[arg(long)]
    seeds: Option<u32>,
    #[arg(long)]
    steps: Option<u32>,
    #[arg(long)]
    budget: Option<u32>,
    /// `main` or `imperfect`.
    #[arg(long)]
    teacher: Option<String>,
    /// Where the teachers' folders are.
    #[arg(long, default_value = "www/public/models")]
    models: PathBuf,
    /// The run file to write.
    #[arg(long)]
    out: Option<PathBuf>,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    if experiment::all()
        .iter()
        .all(|experiment| experiment.id != arguments.experiment)
    {
        bail!(
            "There is no experiment {:?}; there is capability.",
            arguments.experiment
        );
    }
    let settings = settings(arguments)?;
    let teacher = serde_json::to_value(settings.teacher)?;
    let folder = arguments.models.join(teacher.as_str().unwrap_or_default());
    let file = |name: &str| {
        fs::read(folder.join(name)).with_context(|| format!("{} cannot be read", folder.join(name).display()))
    };
    let engine = device::cpu();
    let files = [
        file("config.json")?,
        file("model.safetensors")?,
        file("tokenizer.json")?,
        file("card.json")?,
    ];
    let library = pollster::block_on(Library::open(&files[0], &files[1], &files[2], &files[3], &engine))?;
    let library = Rc::new(library);

    let start = Instant::now();
    let now = move || start.elapsed().as_secs_f64() * 1000.0;
    let run = pollster::block_on(async {
        let info = DeviceInfo {
            backend: Backend::Cpu,
            adapter: "native, one thread".into(),
            reason: "Run from the command line.".into(),
            self_test: device::self_test(&engine, &now).await?,
        };
        let mut session = Session::new(library, settings, engine, info)?;
        let bar = ProgressBar::new(0).with_style(ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}")?);
        while !session.is_finished() {
            for event in session.advance(200.0, &now).await? {
                show(&event, &bar);
            }
        }
        bar.finish_and_clear();
        anyhow::Ok(session.run_file())
    })?;
    report(&run);
    if let Some(out) = &arguments.out {
        if let Some(folder) = out.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(out, serde_json::to_string(&run)? + "\n")?;
        println!("Wrote {}.", out.display());
    }
    Ok(())
}

fn settings(arguments: &Arguments) -> Result<Settings> {
    let mut settings = match &arguments.from {
        None => Settings::default(),
        Some(path) => {
            let bytes = fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
            let value: serde_json::Value =
                serde_json::from_slice(&bytes).with_context(|| format!("{} is not JSON", path.display()))?;
            let settings = value.pointer("/plan/settings").unwrap_or(&value).clone();
            serde_json::from_value(settings).with_context(|| format!("{} holds no settings", path.display()))?
        }
    };
    settings.seed = arguments.seed.unwrap_or(settings.seed);
    settings.seeds = arguments.seeds.unwrap_or(settings.seeds);
    settings.steps = arguments.steps.unwrap_or(settings.steps);
    settings.budget = arguments.budget.unwrap_or(settings.budget);
    if let Some(name) = &arguments.teacher {
        settings.teacher = serde_json::from_value(name.clone().into())
            .ok()
            .with_context(|| format!("There is no teacher {name:?}; there are main and imperfect."))?;
    }
    Ok(settings)
}

fn show(event: &Event, bar: &ProgressBar) {
    match event {
        Event::Progress { done, total, phase } => {
            bar.set_length(u64::from(*total));
            bar.set_position(u64::from(*done));
            bar.set_message(format!("{phase:?}"));
        }
        Event::Evaluated { evaluation } => bar.suspend(|| table(evaluation)),
        _ => {}
    }
}

fn table(evaluation: &Evaluation) {
    println!("step {} ({:?})", evaluation.step, evaluation.split);
    let percent = |value: Option<f64>| value.map_or("     -".into(), |value| format!("{:5.1}%", 100.0 * value));
    let number = |value: Option<f64>| value.map_or("     -".into(), |value| format!("{value:6.3}"));
    for member in &evaluation.members {
        let scores = &member.scores;
        println!(
            "  {:8} seed {:<3} ADD {} SORT {} FACT {} BREW {}  story {}  KL {}  agreement {}",
            format!("{:?}", member.arm),
            member.seed,
            percent(scores.add),
            percent(scores.sort),
            percent(scores.fact),
            percent(scores.brew),
            number(scores.story_nll),
            number(member.kl),
            percent(member.agreement)
        );
    }
}

fn report(run: &RunFile) {
    for verdict in &run.verdicts {
        let answer = match verdict.holds {
            Some(true) => "holds",
            Some(false) => "does not hold",
            None => "cannot be told",
        };
        println!("{} In this run: {answer}. {}", verdict.hypothesis, verdict.finding);
    }
    println!("{:.1} s of computing, {} failed.", run.seconds, run.failed_members);
}
