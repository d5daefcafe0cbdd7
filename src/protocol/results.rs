//! What is measured, and the file of a run.

use super::{DeviceInfo, Figures, Plan, SampleRow, TeacherInfo, TeacherName};
use crate::world::Split;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
#[cfg(target_arch = "wasm32")]
use tsify::Tsify;

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
        /// Different questions among them.
        #[serde(default)]
        pub distinct_queries: f64,
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

impl RunFile {
    pub const FORMAT: &str = "stillroom.run";
    pub const VERSION: u32 = 2;
}
