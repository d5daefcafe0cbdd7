//! The benchmark's named sizes, and what may be changed in them.

use super::BenchmarkError;
use crate::model::LlamaConfig;
use crate::plan::Shape;
use crate::protocol::BenchmarkOptions;

/// Teacher, students and batch.
#[derive(Clone)]
pub(super) struct Size {
    pub population: usize,
    /// Sequences of a member.
    pub batch: usize,
    /// Of a sequence.
    pub tokens: usize,
    pub teacher: LlamaConfig,
    pub student: LlamaConfig,
}

impl Size {
    /// The named size with the options' changes.
    ///
    /// # Errors
    ///
    /// When the name does not exist, or a change is out of range.
    pub fn new(options: &BenchmarkOptions) -> Result<Self, BenchmarkError> {
        let mut size = named(&options.size).ok_or_else(|| BenchmarkError::Size(options.size.clone()))?;
        size.population = within("population", options.population, 1, [1, 64], 1)?;
        size.batch = within("batch", options.batch, size.batch, [1, 1024], 1)?;
        let vocab = within("vocab", options.vocab, size.student.vocab_size, [32, 8192], 4)?;
        (size.teacher.vocab_size, size.student.vocab_size) = (vocab, vocab);
        if let Some(width) = options.width {
            let width = within("width", Some(width), 0, [32, 512], 32)?;
            (size.student.hidden_size, size.student.intermediate_size) = (width, 3 * width);
        }
        let layers = within("layers", options.layers, size.student.num_hidden_layers, [1, 12], 1)?;
        size.student.num_hidden_layers = layers;
        Ok(size)
    }

    /// The student's step.
    pub fn shape(&self) -> Shape {
        Shape {
            config: self.student.clone(),
            population: self.population,
            sequences: self.batch,
            length: self.tokens,
            rows: self.batch * self.tokens,
        }
    }

    /// Positions of all members.
    pub fn positions(&self) -> usize {
        self.population * self.batch * self.tokens
    }
}

/// A whole option in its range, or what it replaces.
fn within(
    name: &'static str,
    option: Option<u32>,
    usual: usize,
    [least, most]: [usize; 2],
    multiple: usize,
) -> Result<usize, BenchmarkError> {
    let value = option.map_or(usual, |value| value as usize);
    if option.is_none() || ((least..=most).contains(&value) && value.is_multiple_of(multiple)) {
        return Ok(value);
    }
    Err(BenchmarkError::Option {
        name,
        value,
        least,
        most,
        multiple,
    })
}

fn named(name: &str) -> Option<Size> {
    let shape = |vocab, tokens, [d, layers, f]: [usize; 3]| LlamaConfig {
        max_position_embeddings: tokens,
        ..LlamaConfig::sized(vocab, d, f, layers)
    };
    let size = |vocab, tokens, batch, teacher, student| Size {
        population: 1,
        batch,
        tokens,
        teacher: shape(vocab, tokens, teacher),
        student: shape(vocab, tokens, student),
    };
    match name {
        "lesson" => Some(size(320, 32, 64, [128, 4, 352], [64, 2, 192])),
        "S" => Some(size(512, 64, 16, [128, 4, 352], [64, 2, 192])),
        "M" => Some(size(1024, 128, 16, [256, 6, 704], [128, 4, 352])),
        _ => None,
    }
}
