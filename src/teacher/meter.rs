//! What was bought, counted.

use super::Access;
use crate::model::LlamaConfig;

/// What an answer takes, and sums of that.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Meter {
    /// Prompts answered.
    pub queries: f64,
    /// Different prompts among them.
    pub distinct: f64,
    /// Answer tokens, end tokens included.
    pub tokens: f64,
    /// Bits that the API's answers carry at most.
    pub bits: f64,
    /// 2 N D: N the teacher's parameters, D the tokens it read and wrote (Kaplan et al. 2020, arXiv 2001.08361).
    pub flops: f64,
}

impl Meter {
    /// Of one answer: `tokens` of the prompt with its beginning, and of the answer with its end. `asked_first`: nobody has put
    /// the same question before.
    pub fn of_answer(access: Access, tokens: [usize; 2], asked_first: bool, teacher: &LlamaConfig) -> Self {
        let [prompt, answer] = tokens;
        Self {
            queries: 1.0,
            distinct: f64::from(u8::from(asked_first)),
            tokens: answer as f64,
            bits: answer as f64 * bits_per_token(access, teacher.vocab_size),
            flops: 2.0 * teacher.parameter_count() as f64 * (prompt + answer) as f64,
        }
    }
}

impl std::ops::AddAssign for Meter {
    fn add_assign(&mut self, other: Self) {
        self.queries += other.queries;
        self.distinct += other.distinct;
        self.tokens += other.tokens;
        self.bits += other.bits;
        self.flops += other.flops;
    }
}

/// Bits shown per answer token: the token's own `log2 V`, and 32 for each number, `log2 V` more where it names its token.
pub fn bits_per_token(access: Access, vocab: usize) -> f64 {
    let name = (vocab as f64).log2();
    match access {
        Access::Text => name,
        Access::TopK(k) => name + k as f64 * (32.0 + name) + 32.0,
        Access::Logits => name + 32.0 * vocab as f64,
    }
}
