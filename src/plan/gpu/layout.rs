//! Where everything is: tensors in a member's parameters, activations in the arena, inputs in `given`. Offsets count
//! vec4s, those in `given` words.

use std::mem::{offset_of, size_of};

use bytemuck::{Pod, Zeroable};

use crate::model::LlamaConfig;
use crate::plan::Shape;

/// Rows of a member are a multiple of this: the most rows that a tile has.
const PADDING: usize = 16;

/// Sizes of a shape, widths in vec4s.
#[derive(Clone, Debug, PartialEq)]
pub struct Sizes {
    pub population: u32,
    pub sequences: u32,
    pub length: u32,
    /// Positions of a member.
    pub positions: u32,
    /// Positions, padded.
    pub rows: u32,
    /// Positions that the head looks at.
    pub looked: u32,
    /// The same, padded.
    pub looked_rows: u32,
    pub layers: u32,
    pub heads: u32,
    pub head: u32,
    pub d: u32,
    pub f: u32,
    pub v: u32,
    /// Of one member.
    pub parameters: u32,
    pub epsilon: f32,
}

impl Sizes {
    /// The sizes of a shape that the kernels can do, or what they cannot do about it.
    pub fn new(shape: &Shape) -> Result<Self, String> {
        let config = &shape.config;
        let widths = [config.hidden_size, config.intermediate_size, config.vocab_size];
        if widths.iter().any(|width| width % 4 != 0) {
            return Err(format!("widths {widths:?} are not all multiples of 4"));
        }
        if config.num_attention_heads == 0 || !config.hidden_size.is_multiple_of(8 * config.num_attention_heads) {
            return Err(format!(
                "a head's width, {} / {}, is not a multiple of 8",
                config.hidden_size, config.num_attention_heads
            ));
        }
        let positions = shape.sequences * shape.length;
        if shape.population == 0 || positions == 0 || shape.rows == 0 || config.num_hidden_layers == 0 {
            return Err("a shape has nothing in it".to_owned());
        }
        // Places are counted in 32 bits: the largest regions have to stay below that, whatever the device allows.
        let (rows, widest) = (
            positions.max(shape.rows) as u64 + PADDING as u64,
            (3 * config.hidden_size)
                .max(2 * config.intermediate_size)
                .max(config.vocab_size) as u64,
        );
        let largest = shape.population as u64 * (rows * widest + 8 * config.parameter_count() as u64);
        if largest > u64::from(u32::MAX) {
            return Err(format!(
                "{} students of this shape are too many to count",
                shape.population
            ));
        }
        Ok(Self {
            population: shape.population as u32,
            sequences: shape.sequences as u32,
            length: shape.length as u32,
            positions: positions as u32,
            rows: positions.next_multiple_of(PADDING) as u32,
            looked: shape.rows as u32,
            looked_rows: shape.rows.next_multiple_of(PADDING) as u32,
            layers: config.num_hidden_layers as u32,
            heads: config.num_attention_heads as u32,
            head: config.head_dim() as u32 / 4,
            d: config.hidden_size as u32 / 4,
            f: config.intermediate_size as u32 / 4,
            v: config.vocab_size as u32 / 4,
            parameters: (config.parameter_count() / 4) as u32,
            epsilon: config.rms_norm_eps as f32,
        })
    }

    /// Rows of all members.
    pub fn all_rows(&self) -> u32 {
        self.population * self.rows
    }

    /// Rows at the head of all members.
    pub fn all_looked(&self) -> u32 {
        self.population * self.looked_rows
    }
}

/// Places of a layer's tensors.
#[derive(Clone, Copy, Debug)]
pub struct LayerWeights {
    pub attention_norm: u32,
    pub qkv: u32,
    pub out: u32,
    pub mlp_norm: u32,
    pub gate_up: u32,
    pub down: u32,
}

/// Places of all tensors, in the order of [`LlamaConfig::parameters`].
#[derive(Clone, Debug)]
pub struct Weights {
    pub layers: Vec<LayerWeights>,
    pub norm: u32,
    pub head: u32,
}

impl Weights {
    /// The embedding is at 0.
    pub fn new(config: &LlamaConfig) -> Self {
        let mut next = 0;
        let mut places = config.parameters().into_iter().map(|(_, shape)| {
            let place = next;
            next += (shape.iter().product::<usize>() / 4) as u32;
            place
        });
        let mut place = || places.next().unwrap_or_default();
        place();
        let layers = (0..config.num_hidden_layers)
            .map(|_| LayerWeights {
                attention_norm: place(),
                qkv: place(),
                out: place(),
                mlp_norm: place(),
                gate_up: place(),
                down: place(),
            })
            .collect();
        Self {
            layers,
            norm: place(),
            head: place(),
        }
    }
}

/// Hands out the arena.
#[derive(Debug, Default)]
pub struct Arena {
    used: u64,
}

impl Arena {
    /// `count` vec4s.
    pub fn take(&mut self, count: u32) -> u32 {
        let place = self.used;
        // A binding that begins at a region has to be aligned to 256 bytes.
        self.used = (place + u64::from(count)).next_multiple_of(16);
        place as u32
    }

    /// A region each.
    pub fn take_each(&mut self, times: u32, count: u32) -> Vec<u32> {
        (0..times).map(|_| self.take(count)).collect()
    }

    /// All that was handed out.
    pub fn bytes(&self) -> u64 {
        16 * self.used.max(1)
    }
}

/// Activations of a forward pass. Where a backward pass follows, every layer has its own; otherwise they share.
#[derive(Clone, Debug)]
pub struct Activations {
    /// The residual stream: embedded, then after each half of each layer.
    pub stream: Vec<u32>,
    /// Query, key and value; one more than layers, because a layer's gradient takes the place of the layer after it.
    pub qkv: Vec<u32>,
    pub attended: Vec<u32>,
    pub log_sums: Vec<u32>,
    pub gate_up: Vec<u32>,
    pub gated: Vec<u32>,
    /// 1/rms before each half of each layer.
    pub inverse: Vec<u32>,
    pub head_inverse: u32,
    pub logits: u32,
}

impl Activations {
    /// Takes them from the arena.
    pub fn new(sizes: &Sizes, arena: &mut Arena, keep: bool) -> Self {
        let rows = sizes.all_rows();
        let mut take = |times: u32, count: u32| {
            if keep {
                arena.take_each(times, count)
            } else {
                vec![arena.take(count); times as usize]
            }
        };
        let layers = sizes.layers;
        Self {
            stream: take(2 * layers + 1, rows * sizes.d),
            qkv: take(layers + 1, rows * 3 * sizes.d),
            attended: take(layers, rows * sizes.d),
            log_sums: take(layers, if keep { rows * sizes.heads.div_ceil(4) } else { 1 }),
            gate_up: take(layers, if keep { rows * 2 * sizes.f } else { 1 }),
            gated: take(layers, rows * sizes.f),
            inverse: take(2 * layers, rows / 4),
            head_inverse: take(1, sizes.all_looked() / 4)[0],
            logits: take(1, sizes.all_looked() * sizes.v)[0],
        }
    }
}

/// What `given` begins with.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Pod, Zeroable)]
pub struct Numbers {
    /// Learning rate.
    pub rate: f32,
    /// What corrects the next update's two moments for their beginning at zero.
    pub corrections: [f32; 2],
    /// Where in the ring of losses the step's are.
    pub slot: u32,
    /// Positions that each sequence had before: 0 but for a decoder.
    pub before: u32,
    pub spare: [u32; 3],
}

impl Numbers {
    pub const WORDS: usize = size_of::<Self>() / 4;

    pub fn words(self) -> [u32; Self::WORDS] {
        bytemuck::cast(self)
    }
}

/// Places in `given`, in words.
#[derive(Clone, Copy, Debug)]
pub struct Given {
    /// Of [`Numbers`].
    pub numbers: u32,
    pub tokens: u32,
    pub rows: u32,
    /// Targets, labels, weights and the kinds of targets follow each other.
    pub targets: u32,
    pub token_starts: u32,
    pub token_items: u32,
    pub row_starts: u32,
    pub row_items: u32,
    pub words: u32,
}

impl Given {
    /// Where [`Numbers::before`] is.
    pub fn before(&self) -> u32 {
        self.numbers + (offset_of!(Numbers, before) / 4) as u32
    }

    /// `training`: with what the backward pass needs.
    pub fn new(sizes: &Sizes, training: bool) -> Self {
        let mut next = 0;
        let mut take = |count: u32| {
            let place = next;
            next += count;
            place
        };
        let if_training = |count: u32| if training { count } else { 0 };
        let mut given = Self {
            numbers: take(Numbers::WORDS as u32),
            tokens: take(sizes.population * sizes.positions),
            rows: take(sizes.all_looked()),
            targets: take(if_training(4 * sizes.all_looked())),
            token_starts: take(if_training(sizes.population * 4 * sizes.v + 1)),
            token_items: take(if_training(sizes.population * sizes.positions)),
            row_starts: take(if_training(sizes.all_rows() + 1)),
            row_items: take(if_training(sizes.population * sizes.looked)),
            words: 0,
        };
        given.words = next;
        given
    }
}

/// Cosines and sines of the rotary embedding, `[length, 2, head / 2]`.
pub fn rotary(config: &LlamaConfig, length: usize) -> Vec<f32> {
    let half = config.head_dim() / 2;
    let mut all = Vec::with_capacity(length * 2 * half);
    for position in 0..length {
        let angles = (0..half).map(|i| position as f64 * config.rope_theta.powf(-(i as f64) / half as f64));
        all.extend(angles.clone().map(|angle| angle.cos() as f32));
        all.extend(angles.map(|angle| angle.sin() as f32));
    }
    all
}
