//! Rows of the table of targets as tensors.

use super::loss::HARD_LOGIT;
use crate::objective::{Row, TargetTable};
use burn::tensor::{Bool, Device, Tensor, TensorData};

/// Those rows written out, `[p, k, v]`, and where their tokens were not shown, if any was not.
pub fn select(
    table: &TargetTable,
    rows: &[u32],
    population: usize,
    device: &Device,
) -> (Tensor<3>, Option<Tensor<3, Bool>>) {
    let v = table.vocab();
    let (mut logits, mut hidden) = (Vec::with_capacity(rows.len() * v), vec![false; rows.len() * v]);
    for (&row, hidden) in rows.iter().zip(hidden.chunks_exact_mut(v)) {
        let start = logits.len();
        match table.row(row) {
            None => {
                logits.resize(start + v, HARD_LOGIT);
                logits[start + row as usize] = 0.0;
            }
            Some(Row::Logits(shown)) => logits.extend_from_slice(shown),
            Some(Row::Shown { pairs, rest }) => {
                logits.resize(start + v, rest);
                hidden.fill(true);
                for &[token, log] in pairs {
                    logits[start + token as usize] = log;
                    hidden[token as usize] = false;
                }
            }
        }
    }
    let shape = [population, rows.len() / population, v];
    let some = hidden.contains(&true);
    (
        Tensor::from_data(TensorData::new(logits, shape), device),
        some.then(|| Tensor::from_data(TensorData::new(hidden, shape), device)),
    )
}
