//! Questions, and what teacher and students say to them.

use crate::world::TaskId;
use serde::{Deserialize, Serialize};
#[cfg(target_arch = "wasm32")]
use tsify::Tsify;

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
