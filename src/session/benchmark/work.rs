//! What a step asks of the hardware: arithmetic, and numbers read and written.

use super::size::Size;
use crate::model::LlamaConfig;
use crate::protocol::BenchmarkWork;

/// Bytes of a number.
const F32: f64 = 4.0;

/// FLOPs of a forward pass over `positions` whose attention looks back at `looked` positions on average, all logits
/// computed: two for every weight of a product, two for every number of a score and of a value.
pub(super) fn forward_flops(config: &LlamaConfig, positions: f64, looked: f64) -> f64 {
    let (d, f, v) = sizes(config);
    let layer = 4.0 * d * d + 3.0 * d * f;
    let layers = config.num_hidden_layers as f64;
    positions * (2.0 * (layers * layer + d * v) + layers * 4.0 * d * looked)
}

/// Numbers that a forward pass leaves behind at a position: the stream after each half of a layer, queries, keys and
/// values, what attention gives, gate, up and their product; and the logits.
fn activations(config: &LlamaConfig) -> f64 {
    let (d, f, v) = sizes(config);
    config.num_hidden_layers as f64 * (6.0 * d + 3.0 * f) + v
}

fn sizes(config: &LlamaConfig) -> (f64, f64, f64) {
    (
        config.hidden_size as f64,
        config.intermediate_size as f64,
        config.vocab_size as f64,
    )
}

/// A training step. The backward pass is counted as two forward passes. Bytes are those of the tensors that a plan keeps,
/// each counted once for every time that it is written or read as a whole: weights twice read and once written, the
/// gradient written and read, both moments read and written; activations written, read by the next layer, and read with
/// their gradients in the backward pass.
pub(super) fn training(size: &Size, with_teacher: bool) -> BenchmarkWork {
    let (members, positions) = (size.population as f64, size.positions() as f64);
    let looked = (size.tokens as f64 + 1.0) / 2.0;
    let parameters = members * size.student.parameter_count() as f64;
    let mut flops = 3.0 * forward_flops(&size.student, positions, looked);
    let mut numbers = 9.0 * parameters + 6.0 * positions * activations(&size.student);
    if with_teacher {
        flops += forward_flops(&size.teacher, positions, looked);
        numbers += members * size.teacher.parameter_count() as f64 + 2.0 * positions * activations(&size.teacher);
    }
    BenchmarkWork {
        flops,
        bytes: F32 * numbers,
        parameters,
        tokens: positions,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counted by hand for one layer of width 2 with a SwiGLU of 3 and 5 words, one sequence of 2 positions.
    #[test]
    fn the_counts_are_those_made_by_hand() {
        let config = LlamaConfig {
            num_attention_heads: 1,
            ..LlamaConfig::sized(5, 2, 3, 1)
        };
        // Products: 4 of 2 x 2, 3 of 2 x 3, the head of 2 x 5; attention looks at 1 and at 2 positions, twice 2 numbers.
        let products = 2.0 * 2.0 * (16.0 + 18.0 + 10.0);
        let attention = (1.0 + 2.0) * 2.0 * 2.0 * 2.0;
        assert_eq!(forward_flops(&config, 2.0, 1.5), products + attention);
        let size = Size {
            population: 1,
            batch: 1,
            tokens: 2,
            teacher: config.clone(),
            student: config.clone(),
        };
        let (with, without) = (training(&size, true), training(&size, false));
        assert_eq!(without.flops, 3.0 * (products + attention));
        assert_eq!(with.flops, 4.0 * (products + attention));
        assert_eq!(without.parameters, config.parameter_count() as f64);
        let kept = 6.0 * 2.0 + 3.0 * 3.0 + 5.0;
        assert_eq!(without.bytes, 4.0 * (9.0 * without.parameters + 6.0 * 2.0 * kept));
        assert_eq!(with.bytes - without.bytes, 4.0 * (with.parameters + 2.0 * 2.0 * kept));
    }
}
