//! Small shapes with odd counts, and everything that a loss can be made of.

use crate::model::LlamaConfig;
use crate::objective::TargetTable;
use crate::plan::{AdamWConfig, Mixture, Shape, StepInput};

/// One step to compare.
#[derive(Clone, Debug)]
pub struct Case {
    pub name: &'static str,
    pub shape: Shape,
    pub optimizer: AdamWConfig,
    pub mixture: Mixture,
    pub weights: Vec<f32>,
    pub tokens: Vec<u32>,
    pub rows: Vec<u32>,
    pub targets: Vec<u32>,
    pub labels: Vec<u32>,
    pub row_weights: Vec<f32>,
    pub table: TargetTable,
    pub rate: f64,
}

impl Case {
    pub fn input(&self) -> StepInput<'_> {
        StepInput {
            tokens: &self.tokens,
            rows: &self.rows,
            targets: &self.targets,
            labels: &self.labels,
            weights: &self.row_weights,
            rate: self.rate,
        }
    }

    /// Random inputs for a shape; the population's mixtures differ.
    pub fn new(name: &'static str, shape: Shape, hidden: bool, table_scale: f32) -> Self {
        let (p, k) = (shape.population, shape.rows);
        let (v, positions) = (shape.config.vocab_size as u32, shape.sequences * shape.length);
        let mut draw = Draw(7 + positions as u64);
        let table_rows = 5;
        let rows = |member: usize, draw: &mut Draw| (member * positions) as u32 + draw.below(positions as u32);
        Self {
            name,
            optimizer: AdamWConfig::default(),
            mixture: Mixture {
                temperature: (0..p).map(|i| 0.7 + 0.9 * i as f32).collect(),
                hard_weight: (0..p).map(|i| 0.3 * (i % 3) as f32).collect(),
            },
            weights: initial(&shape.config, p, 3),
            tokens: (0..p * positions).map(|_| draw.below(v)).collect(),
            rows: (0..p * k).map(|i| rows(i / k, &mut draw)).collect(),
            targets: (0..p * k)
                .map(|i| {
                    if i % 3 == 0 {
                        draw.below(v)
                    } else {
                        v + draw.below(table_rows)
                    }
                })
                .collect(),
            labels: (0..p * k).map(|_| draw.below(v)).collect(),
            row_weights: (0..p * k)
                .map(|i| if i % 4 == 3 { 0.0 } else { 0.5 + draw.unit() })
                .collect(),
            table: table(&mut draw, [table_rows, v], hidden, table_scale),
            rate: 3e-3,
            shape,
        }
    }
}

/// Rows of logits; with `hidden`, every other one shows some tokens only, of odd and of even number.
fn table(draw: &mut Draw, [rows, v]: [u32; 2], hidden: bool, scale: f32) -> TargetTable {
    let mut table = TargetTable::new(v as usize);
    for row in 0..rows {
        if hidden && row % 2 == 1 {
            let tokens: Vec<(u32, f32)> = (0..row + 2).map(|i| ((7 * i + row) % v, -1.5 - draw.unit())).collect();
            let mass: f32 = tokens.iter().map(|(_, log)| log.exp()).sum();
            table.push_top_k(&tokens, (1.0 - mass).max(0.05));
        } else {
            table.push_logits(&(0..v).map(|_| scale * (draw.unit() - 0.5)).collect::<Vec<_>>());
        }
    }
    table
}

/// Weights that make every part of the net matter: projections of variance 1/in, gains around 1.
pub fn initial(config: &LlamaConfig, population: usize, seed: u64) -> Vec<f32> {
    let mut draw = Draw(seed);
    let mut all = Vec::new();
    for _ in 0..population {
        for (_, shape) in config.parameters() {
            let size: usize = shape.iter().product();
            let (middle, spread) = match shape.len() {
                1 => (1.0, 0.6),
                _ => (0.0, 3.4 / (shape[0] as f32).sqrt().min(4.0)),
            };
            all.extend((0..size).map(|_| middle + spread * (draw.unit() - 0.5)));
        }
    }
    all
}

/// Numbers between plus and minus half of `width`.
pub fn random(seed: u64, count: usize, width: f32) -> Vec<f32> {
    let mut draw = Draw(seed);
    (0..count).map(|_| width * (draw.unit() - 0.5)).collect()
}

/// SplitMix64.
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn unit(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1 << 24) as f32
    }

    fn below(&mut self, end: u32) -> u32 {
        (self.next() % u64::from(end)) as u32
    }
}

fn shape(population: usize, [sequences, length, rows]: [usize; 3], [v, d, f, layers, heads]: [usize; 5]) -> Shape {
    let mut config = LlamaConfig::sized(v, d, f, layers);
    config.num_attention_heads = heads;
    Shape {
        config,
        population,
        sequences,
        length,
        rows,
    }
}

/// Everything that is compared.
pub fn cases() -> Vec<Case> {
    let mut all = vec![
        Case::new("two members", shape(2, [2, 5, 7], [12, 16, 12, 2, 2]), false, 6.0),
        Case::new("hidden tokens", shape(3, [1, 7, 5], [36, 8, 4, 1, 1]), true, 6.0),
        Case::new("one member", shape(1, [3, 6, 9], [20, 16, 20, 1, 1]), false, 4.0),
        Case::new("logits of 1e4", shape(2, [2, 3, 4], [12, 16, 8, 1, 2]), false, 2e4),
        Case::new(
            "a width of five quads",
            shape(1, [1, 9, 3], [20, 40, 12, 1, 5]),
            false,
            4.0,
        ),
    ];
    let clipless = all.len() - 1;
    all[clipless].optimizer.clip = None;
    all
}

/// The page's shape.
pub fn page() -> Case {
    Case::new("page", shape(3, [30, 27, 120], [384, 64, 128, 2, 4]), true, 6.0)
}

/// The benchmark's student, on fewer sequences, with the heads of its teacher.
pub fn benchmark() -> Case {
    Case::new("benchmark", shape(1, [2, 64, 128], [512, 128, 352, 2, 4]), false, 6.0)
}
