//! What was bought, counted.

use super::Access;

/// Running totals of one buyer.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Meter {
    /// Prompts answered.
    pub queries: f64,
    /// Answer tokens, end tokens included.
    pub tokens: f64,
    /// Bits that the API's answers carry at most.
    pub bits: f64,
    /// 2 N D: N the teacher's parameters, D the tokens it read and wrote (Kaplan et al. 2020, arXiv 2001.08361).
    pub flops: f64,
}

impl Meter {
    /// Counts one answer.
    pub fn count(
        &mut self,
        access: Access,
        prompt_tokens: usize,
        answer_tokens: usize,
        vocab: usize,
        parameters: usize,
    ) {
        self.queries += 1.0;
        self.tokens += answer_tokens as f64;
        self.bits += answer_tokens as f64 * bits_per_token(access, vocab);
        self.flops += 2.0 * parameters as f64 * (prompt_tokens + answer_tokens) as f64;
    }
}

impl std::ops::AddAssign for Meter {
    fn add_assign(&mut self, other: Self) {
        self.queries += other.queries;
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
