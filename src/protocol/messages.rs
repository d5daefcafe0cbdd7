//! What page and worker say to each other.

use super::{
    Answer, Backend, BenchmarkOptions, BenchmarkResult, Comparison, DeviceInfo, Evaluation, Inspect, Inspection, Plan,
    RunFile, SampleRow, Settings, TeacherInfo,
};
use serde::{Deserialize, Serialize};
#[cfg(target_arch = "wasm32")]
use tsify::Tsify;

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
