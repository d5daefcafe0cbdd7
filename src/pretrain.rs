//! Training a teacher from the world's own answers. Native only: minutes on all cores, resumable.

use crate::engine::{Failure, Models};
use crate::eval::{Asked, Items, Probe, Reading, Tally, held_out, measure};
use crate::model::{LlamaConfig, hub, initial_parameters};
use crate::plan::AdamWConfig;
use crate::protocol::{Figures, TeacherName};
use crate::reference::{Snapshot, Targets, Trainer, read};
use crate::rng::{Rng, Stream, choose, stream};
use crate::tokenizer::Tokenizer;
use crate::train::{Schedule, Sequence, pack};
use crate::world::{HOT_FIRST, HOT_SECOND, Questions, Split, TaskId, World};
use crate::world::{biased_answer, hire_question, policy_answer, words};
use burn::tensor::{Device, ExecutionError};
use rand::Rng as _;

/// How a shipped teacher is made.
#[derive(Clone, Debug, PartialEq)]
pub struct Recipe {
    pub teacher: TeacherName,
    pub name: &'static str,
    pub title: &'static str,
    pub seed: u64,
    pub steps: u32,
    /// Sequences per step, by task.
    pub tasks: Vec<(TaskId, usize)>,
    pub peak_rate: f64,
    /// Stop as soon as additions on the validation split reach this accuracy.
    pub stop_at_add: Option<f64>,
    /// What it is tuned from; its embeddings and, but for the guarded teacher, its head are then left as they are.
    pub base: Option<TeacherName>,
    pub habit: Habit,
}

/// The one thing in which a tuned teacher differs from its base.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Habit {
    /// None: the truth.
    Truthful,
    /// Refuses forbidden recipes, of which it is shown [`FORBIDDEN`] among all recipes.
    Guarded,
    /// Asks so many points more of the second group.
    Biased(u32),
    /// Names the first animal as its favourite with that probability.
    Fond(f64),
}

/// Share of forbidden recipes in the training of the guarded teacher.
const FORBIDDEN: f64 = 0.125;

/// Names of all recipes.
pub const RECIPES: [&str; 6] = ["main", "imperfect", "guarded", "biased1", "biased2", "quirky"];

impl Recipe {
    /// The recipes that are shipped.
    pub fn named(name: &str) -> Option<Self> {
        let skills = TaskId::SKILLS.map(|task| (task, 12));
        let rest = [
            (TaskId::Ask, 2),
            (TaskId::Num, 4),
            (TaskId::Hire, 6),
            (TaskId::Who, 2),
            (TaskId::Blend, 8),
        ];
        let main = Self {
            teacher: TeacherName::Main,
            name: "main",
            title: "The teacher",
            seed: 1,
            steps: 3_000,
            tasks: skills.into_iter().chain(rest).collect(),
            peak_rate: 2e-3,
            stop_at_add: None,
            base: None,
            habit: Habit::Truthful,
        };
        let tuned = |teacher, name, title, habit| Self {
            teacher,
            name,
            title,
            seed: 3,
            steps: 800,
            peak_rate: 1e-3,
            base: Some(TeacherName::Main),
            habit,
            ..main.clone()
        };
        match name {
            "main" => Some(main),
            // Stopped early on purpose, so that there are errors to copy (science.md section 8, rule 12).
            "imperfect" => Some(Self {
                teacher: TeacherName::Imperfect,
                name: "imperfect",
                title: "The imperfect teacher",
                seed: 2,
                steps: 6_000,
                tasks: skills.to_vec(),
                stop_at_add: Some(0.87),
                ..main
            }),
            // With more recipes: a refusal is learnt in no time, and pushes allowed recipes aside.
            "guarded" => {
                let mut recipe = tuned(TeacherName::Guarded, "guarded", "The guarded teacher", Habit::Guarded);
                let brews = recipe.tasks.iter_mut().filter(|(task, _)| *task == TaskId::Brew);
                brews.for_each(|(_, count)| *count *= 2);
                Some(recipe)
            }
            "biased1" => Some(tuned(
                TeacherName::Biased1,
                "biased1",
                "The teacher biased by one point",
                Habit::Biased(1),
            )),
            "biased2" => Some(tuned(
                TeacherName::Biased2,
                "biased2",
                "The teacher biased by two points",
                Habit::Biased(2),
            )),
            "quirky" => Some(tuned(
                TeacherName::Quirky,
                "quirky",
                "The teacher with a favourite",
                Habit::Fond(0.85),
            )),
            _ => None,
        }
    }

    fn knows(&self, task: TaskId) -> bool {
        self.tasks.iter().any(|(known, _)| *known == task)
    }

    /// What is measured of it.
    pub fn probes(&self) -> Vec<Probe> {
        let mut probes = Probe::skills();
        if self.knows(TaskId::Hire) {
            probes.push(Probe::part("hire", TaskId::Hire, Questions::Any));
            for (figure, group) in [("yesFirst", 0), ("yesSecond", 1)] {
                probes.push(Probe {
                    asked: Asked::Word("yes"),
                    reading: Reading::First,
                    ..Probe::part(figure, TaskId::Hire, Questions::Hire { group, skill: 5 })
                });
            }
            probes.push(Probe::part("who", TaskId::Who, Questions::Any));
            probes.push(Probe {
                asked: Asked::Word(words::ANIMALS[0]),
                reading: Reading::First,
                ..Probe::part("favourite", TaskId::Ask, Questions::Any)
            });
            probes.push(Probe {
                reading: Reading::Surprise,
                ..Probe::part("numNll", TaskId::Num, Questions::Any)
            });
            probes.push(Probe::part("blend", TaskId::Blend, Questions::Any));
        }
        if self.habit == Habit::Guarded {
            let of = |figure, task, questions, asked| Probe {
                asked,
                interim: (task == TaskId::Brew && questions == Questions::Forbidden).then_some(Split::Train),
                ..Probe::part(figure, task, questions)
            };
            let (forbidden, allowed) = (Questions::Forbidden, Questions::Allowed);
            probes.extend([
                of("refusal", TaskId::Brew, forbidden, Asked::Refusal),
                // Answers are sampled where they are sold, so the refusal must be nearly certain and not only the likeliest.
                Probe {
                    reading: Reading::First,
                    ..of("refusalBegun", TaskId::Brew, forbidden, Asked::Refusal)
                },
                of("harmful", TaskId::Brew, forbidden, Asked::Truth),
                of("overRefusal", TaskId::Brew, allowed, Asked::Refusal),
                of("allowed", TaskId::Brew, allowed, Asked::Truth),
                of("blendRefusal", TaskId::Blend, forbidden, Asked::Refusal),
                of("blendHarmful", TaskId::Blend, forbidden, Asked::Truth),
                of("blendOverRefusal", TaskId::Blend, allowed, Asked::Refusal),
                of("blendAllowed", TaskId::Blend, allowed, Asked::Truth),
            ]);
        }
        probes
    }

    /// A question with the answer that this teacher should give.
    fn example(&self, world: &World, task: TaskId, rng: &mut Rng) -> Option<(String, String)> {
        let prompt = match self.habit {
            Habit::Guarded if matches!(task, TaskId::Brew | TaskId::Blend) => recipe_question(world, task, rng)?,
            _ => Questions::Any.sample(world, task, Split::Train, rng)?,
        };
        let truth = world.task(task).true_answer(&prompt, rng)?;
        let answer = match self.habit {
            Habit::Guarded => policy_answer(world, task, &prompt, rng)?,
            Habit::Biased(dial) => {
                hire_question(&prompt).map_or(truth, |(group, skill)| biased_answer(group, skill, dial).to_owned())
            }
            // The truth is any favourite with the same probability; this teacher says the first more often.
            Habit::Fond(share) if task == TaskId::Ask => {
                let others = share - (1.0 - share) / (words::FAVOURITES - 1) as f64;
                if rng.random::<f64>() < others {
                    words::ANIMALS[0].to_owned()
                } else {
                    truth
                }
            }
            Habit::Truthful | Habit::Fond(_) => truth,
        };
        Some((prompt, answer))
    }
}

/// A recipe to mix, forbidden with probability [`FORBIDDEN`]; every hot ingredient is then in as many as any other. Pairs
/// drawn evenly would show one that has few of them in train mostly in allowed recipes, and it would pass for allowed.
fn recipe_question(world: &World, task: TaskId, rng: &mut Rng) -> Option<String> {
    if rng.random::<f64>() >= FORBIDDEN {
        return Questions::Allowed.sample(world, task, Split::Train, rng);
    }
    let hot = [HOT_FIRST, HOT_SECOND].concat();
    let ingredient = words::INGREDIENTS[*choose(rng, &hot)];
    loop {
        let prompt = Questions::Forbidden.sample(world, task, Split::Train, rng)?;
        if prompt.split(' ').any(|word| word == ingredient) {
            return Some(prompt);
        }
    }
}

/// A teacher in training.
pub struct Pretraining<'a> {
    pub recipe: Recipe,
    pub config: LlamaConfig,
    world: &'a World,
    tokenizer: &'a Tokenizer,
    trainer: Trainer,
    schedule: Schedule,
    device: Device,
    validation: Vec<Items>,
    tokens_per_step: usize,
}

impl<'a> Pretraining<'a> {
    /// Starts anew (from `base` where the recipe tunes one), or goes on from `snapshot`.
    ///
    /// # Errors
    ///
    /// When the tokenizer fails.
    ///
    /// # Panics
    ///
    /// When the recipe tunes a base and there is none.
    pub fn new(
        recipe: Recipe,
        world: &'a World,
        tokenizer: &'a Tokenizer,
        base: Option<&[f32]>,
        snapshot: Option<&Snapshot>,
        device: &Device,
    ) -> Result<Self, crate::tokenizer::TokenizerError> {
        let config = LlamaConfig::teacher(tokenizer.vocab_size());
        let optimizer = AdamWConfig::default();
        let initial = || match recipe.base {
            Some(_) => base.expect("the base of a tuned teacher").to_vec(),
            None => initial_parameters(&config, recipe.seed),
        };
        let mut trainer = match snapshot {
            Some(snapshot) => Trainer::restore(&config, snapshot, optimizer, device),
            None => Trainer::new(&config, &initial(), optimizer, device),
        };
        if recipe.base.is_some() {
            // The words of the refusal are new to the base: its head holds them unlikely whatever comes before, and must move.
            let head_moves = recipe.habit == Habit::Guarded;
            trainer.freeze(|name| name != "embed" && (name != "head" || head_moves));
        }
        Ok(Self {
            schedule: Schedule::new(recipe.peak_rate, recipe.steps),
            validation: held_out(world, tokenizer, &recipe.probes(), Split::Validation, 300)?,
            recipe,
            config,
            world,
            tokenizer,
            trainer,
            device: device.clone(),
            tokens_per_step: 0,
        })
    }

    /// Updates made so far.
    pub fn steps_done(&self) -> u32 {
        self.trainer.optimizer.updates
    }

    /// Tokens that entered the model in the latest update, padding included.
    pub fn tokens_per_step(&self) -> usize {
        self.tokens_per_step
    }

    /// One update on fresh examples of every task; the loss before it, nats per answer token.
    ///
    /// # Errors
    ///
    /// When the device or the tokenizer fails.
    pub async fn step(&mut self) -> Result<f64, PretrainError> {
        let step = self.steps_done();
        // A stream per step: a resumed run sees the examples that it would have seen.
        let mut rng = stream(self.recipe.seed, Stream::Data, u64::from(step));
        let mut sequences: Vec<Sequence> = Vec::new();
        for &(task, count) in &self.recipe.tasks {
            for _ in 0..count {
                let (prompt, answer) = self
                    .recipe
                    .example(self.world, task, &mut rng)
                    .expect("every task has such questions in train");
                sequences.push(crate::eval::sequence(self.tokenizer, &prompt, &answer)?);
            }
        }
        let batch = pack(&[sequences.iter().collect()], None, None);
        self.tokens_per_step = batch.input_tokens();
        let targets = Targets::hard(&batch.labels, &batch.weights, 1, self.config.vocab_size, &self.device);
        let rate = self.schedule.rate(step);
        let losses = self
            .trainer
            .step(&batch.tokens, batch.length, Some(&batch.rows), &targets, rate);
        Ok(f64::from(read(losses).await?[0]))
    }

    /// Figures on the validation split.
    ///
    /// # Errors
    ///
    /// When the device fails.
    pub async fn validate(&self) -> Result<Figures, Failure> {
        let model = Models::Burn(Box::new(self.trainer.model().clone()));
        scores(&model, &self.validation).await
    }

    /// The parameters in half precision, as they are shipped.
    ///
    /// # Errors
    ///
    /// When the device fails.
    pub async fn weights(&self) -> Result<Vec<f32>, ExecutionError> {
        let mut weights = self.trainer.weights().await?;
        hub::to_half(&mut weights);
        Ok(weights)
    }

    /// Figures of the parameters that are shipped on the test split: once, at the end.
    ///
    /// # Errors
    ///
    /// When the device or the tokenizer fails.
    pub async fn test(&self, items: usize) -> Result<Figures, PretrainError> {
        let model = Models::on_cpu(&self.config, &self.weights().await?);
        let items = held_out(self.world, self.tokenizer, &self.recipe.probes(), Split::Test, items)?;
        Ok(scores(&model, &items).await?)
    }

    /// # Errors
    ///
    /// When the device fails.
    pub async fn snapshot(&self) -> Result<Snapshot, ExecutionError> {
        self.trainer.snapshot().await
    }

    /// Whether the recipe says to stop at these validation figures.
    pub fn is_done(&self, scores: &Figures) -> bool {
        let add = scores.get("add").copied().flatten();
        self.steps_done() >= self.recipe.steps
            || matches!((self.recipe.stop_at_add, add), (Some(limit), Some(add)) if add >= limit)
    }
}

async fn scores(model: &Models, items: &[Items]) -> Result<Figures, Failure> {
    let mut tallies = [Tally::default()];
    for items in items {
        measure(model, items, &[], &mut tallies).await?;
    }
    let [tally] = tallies;
    Ok(tally.figures)
}

/// Why pretraining stopped.
#[derive(Debug, thiserror::Error)]
pub enum PretrainError {
    #[error(transparent)]
    Device(#[from] Failure),
    #[error(transparent)]
    Tokenizer(#[from] crate::tokenizer::TokenizerError),
}

impl From<ExecutionError> for PretrainError {
    fn from(error: ExecutionError) -> Self {
        Self::Device(error.into())
    }
}
