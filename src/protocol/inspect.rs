//! A look inside teacher and students.

use super::TeacherName;
use serde::{Deserialize, Serialize};
#[cfg(target_arch = "wasm32")]
use tsify::Tsify;

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
