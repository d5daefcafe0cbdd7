//! What can be changed about a run.

use serde::{Deserialize, Serialize};
#[cfg(target_arch = "wasm32")]
use tsify::Tsify;

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
