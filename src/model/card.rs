//! The card that lies beside a shipped model: how it was made and how good it is.

use crate::protocol::{Figures, TeacherInfo, TeacherName};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// `card.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelCard {
    pub name: TeacherName,
    pub title: String,
    /// The command that made it.
    pub command: String,
    pub seed: u64,
    pub steps: u32,
    pub parameters: u32,
    /// The model that it was tuned from; its file holds only the tensors that differ from that one's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<TeacherName>,
    /// Tokens that it was trained on, prompts and padding included, its base's too.
    pub training_tokens: f64,
    pub test_items_per_skill: u32,
    /// On the test split, by the id of the metric.
    pub test: Figures,
    /// What no model can beat on stories, nats per word.
    pub story_entropy: f64,
    /// Of `model.safetensors`.
    pub sha256: String,
    pub tokenizer_sha256: String,
    pub licence: String,
    pub caution: String,
}

impl ModelCard {
    /// What the page shows of a teacher.
    pub fn info(&self) -> TeacherInfo {
        TeacherInfo {
            name: self.name,
            title: self.title.clone(),
            parameters: self.parameters,
            sha256: self.sha256.clone(),
            training_steps: self.steps,
            training_flops: 6.0 * f64::from(self.parameters) * self.training_tokens,
            scores: self.test.clone(),
        }
    }
}

/// SHA-256 in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
