//! `stillroom pretrain`: trains a teacher and writes its model folder.

use anyhow::{Context, Result};
use burn::tensor::Device;
use indicatif::{ProgressBar, ProgressStyle};
use std::fs;
use std::path::{Path, PathBuf};
use stillroom::model::{ModelCard, hub, sha256};
use stillroom::pretrain::{Pretraining, RECIPES, Recipe};
use stillroom::protocol::Figures;
use stillroom::reference::Snapshot;
use stillroom::tokenizer::Tokenizer;
use stillroom::world::{TaskId, World};

/// Updates between two measurements on the validation split.
const VALIDATE_EVERY: u32 = 100;
/// The folders that the page ships.
const MODELS: &str = "www/public/models";

#[derive(clap::Args)]
pub struct Arguments {
    /// Which teacher: main, imperfect, guarded, biased1, biased2 or quirky. The last four are tuned from main.
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
            "There is no recipe {:?}; there are {}.",
            arguments.recipe,
            RECIPES.join(", ")
        )
    })?;
    let out = arguments
        .out
        .clone()
        .unwrap_or_else(|| Path::new(MODELS).join(recipe.name));
    let checkpoint = arguments.checkpoints.join(format!("{}.json", recipe.name));
    let snapshot = if arguments.fresh {
        None
    } else {
        read_checkpoint(&checkpoint)?
    };

    let world = World::standard();
    let tokenizer = Tokenizer::for_world(&world)?;
    let base = recipe.base.map(|_| read_base()).transpose()?;
    let base_weights = base.as_ref().map(|(weights, _)| weights.as_slice());
    let mut training = Pretraining::new(
        recipe,
        &world,
        &tokenizer,
        base_weights,
        snapshot.as_ref(),
        &Device::flex(),
    )?;
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
            base.as_ref(),
            test,
            arguments.test_items,
            tokens_per_step,
        )
        .await
    })?;
    println!("Wrote {}.", out.display());
    Ok(())
}

fn describe(scores: &Figures) -> String {
    let figure = |(id, value): (&String, &Option<f64>)| match value {
        Some(nats) if id.ends_with("Nll") => format!("{id} {nats:.4}"),
        Some(share) => format!("{id} {:.1} %", 100.0 * share),
        None => format!("{id} -"),
    };
    scores.iter().map(figure).collect::<Vec<_>>().join("  ")
}

/// The main teacher's parameters and card.
fn read_base() -> Result<(Vec<f32>, ModelCard)> {
    let folder = Path::new(MODELS).join("main");
    let file = |name: &str| {
        fs::read(folder.join(name))
            .with_context(|| format!("{} cannot be read; train main first", folder.join(name).display()))
    };
    let (_, weights) = hub::read(&file("config.json")?, &file("model.safetensors")?)?;
    Ok((weights, serde_json::from_slice(&file("card.json")?)?))
}

#[expect(clippy::too_many_arguments, reason = "all that a card tells")]
async fn write_model(
    out: &Path,
    training: &Pretraining<'_>,
    world: &World,
    tokenizer: &Tokenizer,
    base: Option<&(Vec<f32>, ModelCard)>,
    test: Figures,
    test_items: usize,
    tokens_per_step: f64,
) -> Result<()> {
    let flat = training.weights().await.map_err(device_failed)?;
    let weights = hub::half_file(&training.config, &flat, base.map(|(weights, _)| weights.as_slice()))?;
    let card = ModelCard {
        name: training.recipe.teacher,
        title: training.recipe.title.into(),
        base: training.recipe.base,
        command: format!("stillroom pretrain --recipe {}", training.recipe.name),
        seed: training.recipe.seed,
        steps: training.steps_done(),
        parameters: u32::try_from(training.config.parameter_count())?,
        training_tokens: base.map_or(0.0, |(_, card)| card.training_tokens)
            + tokens_per_step * f64::from(training.steps_done()),
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
