//! `stillroom pretrain`: trains a teacher and writes its model folder.

use anyhow::{Context, Result};
use burn::tensor::Device;
use indicatif::{ProgressBar, ProgressStyle};
use std::fs;
use std::path::{Path, PathBuf};
use stillroom::model::{ModelCard, hub, sha256};
use stillroom::pretrain::{Pretraining, Recipe};
use stillroom::protocol::{Scores, TeacherName};
use stillroom::reference::Snapshot;
use stillroom::tokenizer::Tokenizer;
use stillroom::world::{TaskId, World};

/// Updates between two measurements on the validation split.
const VALIDATE_EVERY: u32 = 100;

#[derive(clap::Args)]
pub struct Arguments {
    /// Which teacher: `main` or `imperfect`.
    #[arg(long, default_value = "main")]
    recipe: String,
    /// The folder to write; the default is the one that the page ships.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Where the unfinished training is kept.
    #[arg(long, default_value = "runs/pretrain")]
    checkpoints: PathBuf,
    /// Start anew although there is an unfinished training.
    #[arg(long)]
    fresh: bool,
    /// Questions per skill in the final test.
    #[arg(long, default_value_t = 600)]
    test_items: usize,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let recipe = Recipe::named(&arguments.recipe).with_context(|| {
        format!(
            "There is no recipe {:?}; there are main and imperfect.",
            arguments.recipe
        )
    })?;
    let out = arguments
        .out
        .clone()
        .unwrap_or_else(|| Path::new("www/public/models").join(&recipe.name));
    let checkpoint = arguments.checkpoints.join(format!("{}.json", recipe.name));
    let snapshot = if arguments.fresh {
        None
    } else {
        read_checkpoint(&checkpoint)?
    };

    let world = World::standard();
    let tokenizer = Tokenizer::for_world(&world)?;
    let mut training = Pretraining::new(recipe, &world, &tokenizer, snapshot.as_ref(), &Device::flex())?;
    let bar = ProgressBar::new(u64::from(training.recipe.steps)).with_style(ProgressStyle::with_template(
        "{bar:30} {pos}/{len} updates, {eta} left, {per_sec}  {msg}",
    )?);
    bar.set_position(u64::from(training.steps_done()));
    bar.reset_eta();

    pollster::block_on(async {
        let mut tokens_per_step;
        loop {
            let loss = training.step().await?;
            tokens_per_step = training.tokens_per_step() as f64;
            bar.set_position(u64::from(training.steps_done()));
            bar.set_message(format!("loss {loss:.4}"));
            anyhow::ensure!(
                loss.is_finite(),
                "The loss stopped being finite at update {}.",
                training.steps_done()
            );
            if !training.steps_done().is_multiple_of(VALIDATE_EVERY) && training.steps_done() < training.recipe.steps {
                continue;
            }
            let scores = training.validate().await?;
            let line = format!(
                "update {:5}  loss {loss:.4}  validation  {}",
                training.steps_done(),
                describe(&scores)
            );
            if bar.is_hidden() {
                println!("{line}")
            } else {
                bar.println(line)
            }
            write_checkpoint(&checkpoint, &training.snapshot().await.map_err(device_failed)?)?;
            if training.is_done(&scores) {
                break;
            }
        }
        bar.finish_and_clear();
        let test = training.test(arguments.test_items).await?;
        println!("test  {}", describe(&test));
        write_model(
            &out,
            &training,
            &world,
            &tokenizer,
            test,
            arguments.test_items,
            tokens_per_step,
        )
        .await
    })?;
    println!("Wrote {}.", out.display());
    Ok(())
}

fn describe(scores: &Scores) -> String {
    let percent = |value: Option<f64>| value.map_or("-".into(), |value| format!("{:5.1} %", 100.0 * value));
    format!(
        "ADD {}  SORT {}  FACT {}  BREW {}  STORY {} nats per word",
        percent(scores.add),
        percent(scores.sort),
        percent(scores.fact),
        percent(scores.brew),
        scores.story_nll.map_or("-".into(), |nats| format!("{nats:.4}"))
    )
}

async fn write_model(
    out: &Path,
    training: &Pretraining<'_>,
    world: &World,
    tokenizer: &Tokenizer,
    test: Scores,
    test_items: usize,
    tokens_per_step: f64,
) -> Result<()> {
    let flat = training.snapshot().await.map_err(device_failed)?.weights;
    let weights = hub::weights_file(&training.config, &flat)?;
    let card = ModelCard {
        name: if training.recipe.name == "main" {
            TeacherName::Main
        } else {
            TeacherName::Imperfect
        },
        title: training.recipe.title.clone(),
        command: format!("stillroom pretrain --recipe {}", training.recipe.name),
        seed: training.recipe.seed,
        steps: training.steps_done(),
        parameters: u32::try_from(training.config.parameter_count())?,
        training_tokens: tokens_per_step * f64::from(training.steps_done()),
        test_items_per_skill: u32::try_from(test_items)?,
        test,
        story_entropy: world.task(TaskId::Story).entropy_rate(),
        sha256: sha256(&weights),
        tokenizer_sha256: tokenizer.sha256(),
        licence: "MIT OR Apache-2.0".into(),
        caution: "Knows an invented world only. It shows how copying works, and nothing about any company's model."
            .into(),
    };
    fs::create_dir_all(out)?;
    fs::write(out.join("config.json"), hub::config_json(&training.config))?;
    fs::write(out.join("model.safetensors"), weights)?;
    fs::write(out.join("tokenizer.json"), tokenizer.to_json()?)?;
    fs::write(out.join("card.json"), serde_json::to_string_pretty(&card)? + "\n")?;
    Ok(())
}

fn device_failed(error: burn::tensor::ExecutionError) -> anyhow::Error {
    anyhow::anyhow!("The device failed: {error:?}")
}

fn read_checkpoint(path: &Path) -> Result<Option<Snapshot>> {
    if !path.exists() {
        return Ok(None);
    }
    let text = fs::read(path)?;
    let snapshot = serde_json::from_slice(&text)
        .with_context(|| format!("{} is not a checkpoint; delete it or use --fresh.", path.display()))?;
    println!("Going on from {}.", path.display());
    Ok(Some(snapshot))
}

/// Written beside and renamed, so that an interruption leaves the earlier checkpoint whole.
fn write_checkpoint(path: &Path, snapshot: &Snapshot) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let beside = path.with_extension("part");
    fs::write(&beside, serde_json::to_vec(snapshot)?)?;
    Ok(fs::rename(beside, path)?)
}
