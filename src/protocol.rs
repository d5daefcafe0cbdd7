//! The contract between the page and the engine: plain data, no behaviour.
//!
//! The page sends [`Command`]s to the worker, the worker answers with [`Event`]s. TypeScript sees the same types:
//! `tsify` writes them into the declarations that `wasm-bindgen` generates.
//!
//! A number that was not measured, or that stopped being finite, is `None` (`null` in JSON), never `NaN`.

use crate::world::{Split, TaskId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
#[cfg(target_arch = "wasm32")]
use tsify::Tsify;

/// Derives what every message needs; on the web also its TypeScript type.
macro_rules! message {
    ($(#[$meta:meta])* $visibility:vis struct $($rest:tt)*) => {
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(target_arch = "wasm32", derive(Tsify))]
        #[serde(rename_all = "camelCase")]
        $(#[$meta])* $visibility struct $($rest)*
    };
    ($(#[$meta:meta])* $visibility:vis enum $($rest:tt)*) => {
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(target_arch = "wasm32", derive(Tsify))]
        $(#[$meta])* $visibility enum $($rest)*
    };
}

message! {
    /// What a run computes on.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "lowercase")]
    pub enum Backend {
        /// The visitor's GPU through WebGPU.
        Webgpu,
        /// The CPU: WebAssembly with SIMD on the page, all cores natively.
        Cpu,
        /// Nothing is computed: a run made earlier is played back.
        Recorded,
    }
}

message! {
    /// Which teacher answers.
    #[derive(Copy, Eq, Hash, PartialOrd, Ord, Default)]
    #[serde(rename_all = "lowercase")]
    pub enum TeacherName {
        /// Right nearly always; what the others but the imperfect one are tuned from.
        #[default]
        Main,
        /// Stopped early on purpose: wrong on some additions, so that its errors can be copied too.
        Imperfect,
        /// Refuses forbidden recipes.
        Guarded,
        /// Asks one point more of one group.
        Biased1,
        /// Asks two points more of one group.
        Biased2,
        /// Has a favourite.
        Quirky,
        /// Never trained: the control of Mason-Williams et al. 2025. Made of a seed, so there is no file of it.
        Untrained,
    }
}

message! {
    /// What the API shows of each answer token to the *logits* arm.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "lowercase")]
    pub enum Access {
        /// Every logit.
        Full,
        /// The 20 most likely tokens and the mass of the rest.
        Top20,
        /// The 5 most likely tokens and the mass of the rest.
        Top5,
    }
}

message! {
    /// How the forbidden recipes of a run are known.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "lowercase")]
    pub enum Hazard {
        /// Put together of halves that allowed recipes show, too.
        Composed,
        /// Learnt by heart, each by itself.
        Memorised,
    }
}

message! {
    /// Everything that can be changed about a run. Each experiment's table has the ranges, defaults and help of the keys that
    /// it uses, and leaves the others as they are here.
    #[serde(default, deny_unknown_fields)]
    pub struct Settings {
        pub experiment: String,
        pub teacher: TeacherName,
        /// By the ids of the experiment.
        pub arms: Vec<String>,
        pub hazard: Hazard,
        pub access: Access,
        /// Softmax temperature T of Hinton et al. 2015 for the *logits* arm.
        pub temperature: f64,
        /// Weight (1 - alpha) of the hard labels in the *logits* arm's Hinton mixture.
        pub hard_labels: f64,
        /// Queries (prompts) that may be put to the teacher.
        pub budget: u32,
        pub steps: u32,
        pub seed: u32,
        /// How many seeds run side by side: seed, seed + 1, ...
        pub seeds: u32,
        /// Questions per skill at each interim measurement; the last one, on the test split, takes three times as many.
        pub items: u32,
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            experiment: "capability".into(),
            teacher: TeacherName::Main,
            arms: Vec::new(),
            hazard: Hazard::Composed,
            access: Access::Full,
            temperature: 1.0,
            hard_labels: 0.0,
            budget: 4_000,
            steps: 600,
            seed: 1,
            seeds: 1,
            items: 100,
        }
    }
}

message! {
    /// One message to the worker.
    #[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
    pub enum Command {
        /// Choose a device and load the tokenizer and the teacher. `None`: the best that works.
        Open { backend: Option<Backend> },
        /// Make a new session, paused before its first step.
        Prepare { settings: Settings },
        Start,
        Pause,
        /// One training step, then pause.
        Step,
        /// Back to before the first step, same settings.
        Reset,
        Ask { id: u32, prompt: String },
        /// What the teacher and some members hold likely, word by word, and where they look.
        Inspect { id: u32, wanted: Inspect },
        /// How often two members, of a kept step or as they are now, hold the same word most likely.
        Compare { id: u32, step: Option<u32>, members: [u32; 2] },
        /// A zip of the Hugging Face folder of one member of the population.
        SaveStudent { id: u32, member: u32 },
        Benchmark { id: u32, options: BenchmarkOptions },
        /// The page has taken the mark of a benchmark; go on.
        MarkTaken,
    }
}

message! {
    /// One message from the worker.
    #[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
    pub enum Event {
        Ready { device: DeviceInfo },
        Prepared { plan: Plan, teacher: TeacherInfo },
        Progress { phase: Phase, done: u32, total: u32 },
        /// Losses (KL to the target, nats per answer token) of the latest step, one per member.
        Trained { step: u32, loss: Vec<Option<f64>>, learning_rate: f64 },
        Evaluated { evaluation: Evaluation },
        Samples { step: u32, rows: Vec<SampleRow> },
        Speed { steps_per_second: f64, tokens_per_second: f64, seconds_left: f64 },
        Finished { run: Box<RunFile> },
        Paused,
        Answered { id: u32, answer: Answer },
        /// Which steps' students can be looked into now, and the bytes that they take.
        Kept { steps: Vec<u32>, bytes: f64 },
        Inspected { id: u32, inspection: Inspection },
        Compared { id: u32, comparison: Comparison },
        Student {
            id: u32,
            file_name: String,
            /// Bytes cross as bytes, not as the list of numbers that JSON would make of them.
            #[cfg_attr(target_arch = "wasm32", tsify(type = "Uint8Array"))]
            zip: Vec<u8>,
        },
        Mark { name: String },
        Benchmarked { id: u32, result: BenchmarkResult },
        /// `id`: the command that failed, if it had one. After a `fatal` error the worker is of no further use.
        Failed { id: Option<u32>, message: String, fatal: bool },
    }
}

message! {
    #[derive(Copy, Eq)]
    #[serde(rename_all = "lowercase")]
    pub enum Phase {
        /// Querying the teacher's API: the transfer set.
        Buying,
        Training,
        Evaluating,
        Finished,
    }
}

message! {
    pub struct DeviceInfo {
        pub backend: Backend,
        /// What the browser calls the adapter, or the CPU tier's instruction set.
        pub adapter: String,
        /// Why this device: one sentence for the visitor, with what failed on the tiers above.
        pub reason: String,
        pub self_test: SelfTest,
    }
}

message! {
    /// The device computed a known matrix product and one gradient step like the CPU reference.
    pub struct SelfTest {
        pub passed: bool,
        /// Largest error relative to the reference's largest value.
        pub matmul_error: f64,
        pub gradient_error: f64,
        pub milliseconds: f64,
    }
}

message! {
    /// Two devices over the same training steps: largest differences relative to the CPU's largest value.
    pub struct Agreement {
        pub steps: u32,
        pub loss_error: f64,
        pub gradient_error: f64,
        pub first_loss: f64,
        pub last_loss: f64,
    }
}

message! {
    #[derive(Default)]
    pub struct TeacherInfo {
        pub name: TeacherName,
        pub title: String,
        pub parameters: u32,
        pub sha256: String,
        pub training_steps: u32,
        /// 6 N D of its training (Kaplan et al. 2020).
        pub training_flops: f64,
        /// On the test split, greedy, from its model card.
        #[cfg_attr(target_arch = "wasm32", tsify(type = "Figures"))]
        pub scores: Figures,
    }
}

/// Figures of one model by the id of the metric; what each means and its unit are in the experiment's list of metrics.
pub type Figures = BTreeMap<String, Option<f64>>;

message! {
    pub struct Member {
        pub arm: String,
        pub seed: u32,
        /// The teacher that it is held against.
        pub against: TeacherName,
        /// Trainable numbers: a copy of a teacher is as large as that.
        pub parameters: u32,
    }
}

message! {
    /// What will happen, shown before Start.
    pub struct Plan {
        pub settings: Settings,
        pub members: Vec<Member>,
        /// Who answers, and the others that this run needs.
        pub teacher: TeacherName,
        pub teachers: Vec<TeacherName>,
        pub tasks: Vec<TaskId>,
        pub batch: u32,
        /// Tokens per step and member, prompt included.
        pub tokens_per_step: u32,
        /// Steps at which the students are measured.
        pub schedule: Vec<u32>,
        /// Prompts per skill at the interim measurements (validation split) and at the last (test split).
        pub validation_items: u32,
        pub test_items: u32,
        /// Entropy rate of the stories' grammar, nats per word.
        pub story_entropy: f64,
    }
}

message! {
    /// All members measured at one step.
    pub struct Evaluation {
        pub step: u32,
        pub split: Split,
        pub members: Vec<MemberEvaluation>,
        /// The run's teachers on the same questions; only at the end.
        #[serde(default)]
        pub teachers: Vec<TeacherEvaluation>,
    }
}

message! {
    pub struct MemberEvaluation {
        pub arm: String,
        pub seed: u32,
        /// Among them `kl`: KL(teacher || student), nats per answer token, and `agreement`: the share of answer tokens at which
        /// both hold the same token most likely.
        #[cfg_attr(target_arch = "wasm32", tsify(type = "Figures"))]
        pub figures: Figures,
        /// How many questions stand behind a figure that is a share of them.
        #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, number>"))]
        pub items: BTreeMap<String, u32>,
        pub cost: Cost,
    }
}

message! {
    pub struct TeacherEvaluation {
        pub name: TeacherName,
        #[cfg_attr(target_arch = "wasm32", tsify(type = "Figures"))]
        pub figures: Figures,
    }
}

message! {
    /// What one member has used up so far. The three totals of science.md E1 are sums of its last three fields.
    #[derive(Default)]
    pub struct Cost {
        pub queries: f64,
        pub tokens_bought: f64,
        pub bits_exposed: f64,
        /// 6 N D of the student.
        pub student_flops: f64,
        /// 2 N D of the teacher's answers.
        pub query_flops: f64,
        /// 6 N D of the teacher's own training; 0 for a member that never saw it.
        pub teacher_flops: f64,
    }
}

message! {
    /// The same prompt answered by the teacher and by every member (of the first seed).
    pub struct SampleRow {
        pub task: TaskId,
        pub prompt: String,
        /// For STORY one sample of the grammar.
        pub truth: String,
        pub teacher: SampleAnswer,
        pub members: Vec<SampleAnswer>,
    }
}

message! {
    pub struct SampleAnswer {
        pub text: String,
        pub correct: bool,
        #[serde(default)]
        pub refused: bool,
    }
}

message! {
    /// The answer to a prompt that the visitor typed.
    pub struct Answer {
        /// The prompt as the models see it, word by word.
        pub words: Vec<PromptWord>,
        pub task: Option<TaskId>,
        /// `None` where the world has no answer.
        pub truth: Option<String>,
        /// What to tell the visitor: unknown words, an empty prompt, a task that nobody learnt.
        pub note: Option<String>,
        /// Teacher first, then the members of the first seed. Empty when there was nothing to ask.
        pub replies: Vec<Reply>,
    }
}

message! {
    pub struct PromptWord {
        pub text: String,
        pub known: bool,
    }
}

message! {
    pub struct Reply {
        /// `None` for the teacher.
        pub arm: Option<String>,
        pub text: String,
        /// `None` where there is no truth to compare with.
        pub correct: Option<bool>,
        pub refused: bool,
        /// Probability of each answer token as the model chose it.
        pub confidence: Vec<f64>,
    }
}

message! {
    /// Whom to look into, over which words.
    pub struct Inspect {
        /// As typed.
        pub prompt: String,
        /// How the answer begins, in the world's words with single spaces; may be empty.
        pub prefix: String,
        /// Which member goes on from there, greedily; `None`: the teacher.
        pub writer: Option<u32>,
        /// `None`: the one of the run.
        pub teacher: Option<TeacherName>,
        /// A kept step; `None`: the students as they are now.
        pub step: Option<u32>,
        pub members: Vec<u32>,
    }
}

message! {
    /// Models over the same words.
    pub struct Inspection {
        /// Of the students.
        pub step: u32,
        pub teacher: TeacherName,
        /// All that the models read: the start, the question, the answer.
        pub read: Vec<String>,
        /// Where in `read` the answer begins.
        pub first: u32,
        /// Words of the answer that were given and not chosen by a model.
        pub prefix: u32,
        /// Whether the answer came to an end, which is then one more word.
        pub ended: bool,
        /// By id; `v` of them.
        pub vocabulary: Vec<String>,
        /// The teacher, then the members in the order asked for.
        pub models: Vec<InspectedModel>,
    }
}

message! {
    pub struct InspectedModel {
        /// `None` for the teacher.
        pub member: Option<u32>,
        pub layers: u32,
        pub heads: u32,
        /// `[layers, heads, t, t]` flattened: how much each word read (row) looks at itself and those before it. Rows sum to 1.
        pub attention: Vec<f32>,
        /// Before each word of the answer, its end included.
        pub next: Vec<NextWord>,
    }
}

message! {
    /// What a model holds likely as the next word, at temperature 1.
    pub struct NextWord {
        /// `[v]`
        pub log_probabilities: Vec<f64>,
        pub most_likely: u32,
        /// Nats.
        pub entropy: f64,
        /// KL(teacher || this model), nats; `None` for the teacher.
        pub kl: Option<f64>,
    }
}

message! {
    /// Two members over the questions of the interim measurements.
    pub struct Comparison {
        pub step: u32,
        pub members: [u32; 2],
        pub questions: u32,
        /// Over all of them, the ends included.
        pub answer_words: u32,
        /// Share of the answer words at which both hold the same word most likely.
        pub agreement: Option<f64>,
        /// KL(first || second), nats per answer word.
        pub kl: Option<f64>,
    }
}

message! {
    /// A hypothesis held against its threshold, both fixed before the run.
    pub struct Verdict {
        pub id: String,
        pub hypothesis: String,
        /// `None`: this run cannot tell.
        pub holds: Option<bool>,
        /// One sentence with the measured figures.
        pub finding: String,
    }
}

message! {
    /// One run, whole: what was set, what it ran on, what was measured. Saved, opened, compared and re-run.
    pub struct RunFile {
        /// Always [`RunFile::FORMAT`].
        pub format: String,
        pub version: u32,
        pub experiment: String,
        pub stillroom: String,
        pub device: DeviceInfo,
        pub teacher: TeacherInfo,
        pub plan: Plan,
        pub losses: Vec<LossPoint>,
        pub evaluations: Vec<Evaluation>,
        pub samples: Vec<SampleRow>,
        pub verdicts: Vec<Verdict>,
        /// What the API's numbers give away of the teacher's width, in experiments that look for it.
        #[serde(default)]
        pub spectra: Vec<Spectrum>,
        /// Members whose loss stopped being finite: counted, never dropped.
        pub failed_members: u32,
        /// Of computing, pauses excluded.
        pub seconds: f64,
        pub finished: bool,
        /// Why the run ended before it was finished, in a sentence, if it did by itself.
        #[serde(default)]
        pub stopped: Option<String>,
    }
}

message! {
    /// Singular values of logits that were bought: their number above the noise is the teacher's hidden size (Carlini et al. 2024,
    /// arXiv 2403.06634).
    pub struct Spectrum {
        /// What the API does to its numbers, by its id.
        pub defence: String,
        pub label: String,
        /// Largest first, relative to the largest.
        pub values: Vec<f64>,
        /// Where the cliff is.
        pub found: u32,
        /// How many times smaller the value after it is.
        pub drop: f64,
        pub truth: u32,
    }
}

message! {
    pub struct LossPoint {
        pub step: u32,
        pub loss: Vec<Option<f64>>,
    }
}

message! {
    /// One of the sizes of the side-by-side benchmark; see the README.
    #[derive(Default)]
    pub struct BenchmarkOptions {
        pub size: String,
        /// Training: `kd` or `lm`. Generation, with a key-value cache or without: `generate` or `recompute`. Limits of the
        /// hardware: `matmul` or `copy`.
        pub mode: String,
        pub steps: u32,
        /// Students that train together.
        pub population: Option<u32>,
        /// In place of the named size's: the student's width and layers, sequences, words (the teacher's, too).
        pub width: Option<u32>,
        pub layers: Option<u32>,
        pub batch: Option<u32>,
        pub vocab: Option<u32>,
        pub seed: Option<u32>,
        pub fixed: Option<bool>,
        pub lr: Option<f64>,
        pub sanity: Option<bool>,
        pub backend: Option<Backend>,
    }
}

// Not a `message!`: the side-by-side benchmark fixes these names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct BenchmarkResult {
    pub first_ms: f64,
    pub times_ms: Vec<f64>,
    pub losses: Vec<f64>,
    /// The teacher's mean entropy on the fixed batch, in `sanity` runs.
    pub entropy: Option<f64>,
    pub device: String,
    pub work: BenchmarkWork,
    /// Step and bytes of WebAssembly's memory after it, now and then.
    pub memory: Vec<(f64, f64)>,
}

message! {
    /// What one step of a benchmark asks of the hardware, all members together.
    pub struct BenchmarkWork {
        pub flops: f64,
        /// Read and written, each tensor that is kept as often as it has to be.
        pub bytes: f64,
        pub parameters: f64,
        /// Trained on, or generated.
        pub tokens: f64,
    }
}

message! {
    /// Where the time of a training step goes.
    pub struct Profile {
        pub parts: Vec<ProfilePart>,
    }
}

message! {
    pub struct ProfilePart {
        pub name: String,
        /// Dispatches, on a GPU.
        pub count: u32,
        pub milliseconds: f64,
    }
}

impl RunFile {
    pub const FORMAT: &str = "stillroom.run";
    pub const VERSION: u32 = 2;
}
