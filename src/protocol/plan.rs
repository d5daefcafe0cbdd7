//! What a run will be, said before it.

use super::{Settings, TeacherName};
use crate::world::TaskId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
#[cfg(target_arch = "wasm32")]
use tsify::Tsify;

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
