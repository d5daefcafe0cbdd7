//! The buffer `constants`: what kernels look up and no step changes.
//!
//! One region after the other, in vec4s:
//!
//! | region | vec4s | read by |
//! |---|---|---|
//! | [`Update`] | 2 | finish.wgsl, adamw.wgsl |
//! | [`Member`]s | `p` | loss.wgsl |
//! | cosines and sines, `[length, 2, head / 2]` | `length * head / 4`, `head` in numbers | normed.wgsl, attention_backward.wgsl |
//! | `Job`s of the tables | 4 each | weight_gradient.wgsl |
//! | `Block`s of the tables | 2 each | reduce.wgsl |

use bytemuck::{Pod, Zeroable};

use crate::plan::Mixture;

/// The constants of AdamW.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
pub(super) struct Update {
    pub beta1: f32,
    pub beta2: f32,
    pub epsilon: f32,
    /// Largest norm of a member's gradient; 0: any.
    pub limit: f32,
    pub weight_decay: f32,
    pub spare: [f32; 3],
}

/// What one member's losses are made of.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
pub(super) struct Member {
    pub temperature: f32,
    pub hard_weight: f32,
    pub spare: [f32; 2],
}

impl Member {
    /// One for each member.
    pub fn all(mixture: &Mixture) -> Vec<Self> {
        let both = mixture.temperature.iter().zip(&mixture.hard_weight);
        both.map(|(&temperature, &hard_weight)| Self {
            temperature,
            hard_weight,
            ..Self::default()
        })
        .collect()
    }
}

/// The buffer in the making.
#[derive(Debug, Default)]
pub(super) struct Lookup {
    pub words: Vec<u32>,
}

impl Lookup {
    /// Appends a region, whole vec4s of it; where it begins, in vec4s.
    pub fn push<T: Pod>(&mut self, region: &[T]) -> u32 {
        let place = self.words.len() / 4;
        self.words.extend_from_slice(bytemuck::cast_slice(region));
        place as u32
    }
}

/// Where the backward pass finds its regions, and what else it has to know.
#[derive(Debug, Default)]
pub(super) struct Constants {
    /// Place of [`Update`].
    pub update: u32,
    /// Place of the [`Member`]s.
    pub mixture: u32,
    pub jobs: u32,
    pub blocks: u32,
    /// The entropy of the targets is wanted.
    pub entropy: bool,
    /// Buffers over which the table of targets is spread; none counts as one.
    pub parts: u32,
}
