//! The table of targets as tensors.

use super::loss::HARD_LOGIT;
use crate::objective::TargetTable;
use burn::tensor::{Bool, Device, Int, Tensor, TensorData};

/// The table on a device, one-hot rows included.
#[derive(Clone, Debug)]
pub struct DeviceTable {
    logits: Tensor<2>,
    hidden: Option<Tensor<2>>,
}

impl DeviceTable {
    /// Uploads a table.
    pub fn new(table: &TargetTable, device: &Device) -> Self {
        let soft = table.soft_rows();
        let (v, shape) = (soft.vocab, [table.rows(), soft.vocab]);
        let upload = |values: Vec<f32>| Tensor::from_data(TensorData::new(values, shape), device);
        let mut logits = vec![HARD_LOGIT; v * v];
        for token in 0..v {
            logits[token * v + token] = 0.0;
        }
        logits.extend_from_slice(soft.logits);
        let hidden = soft.hidden.map(|bits| {
            let mut hidden = vec![0.0; v * v];
            let words = table.words();
            let bit = |i: usize| bits[i / v * words + i % v / 32] >> (i % v % 32) & 1;
            hidden.extend((0..soft.logits.len()).map(|i| bit(i) as f32));
            upload(hidden)
        });
        Self {
            logits: upload(logits),
            hidden,
        }
    }

    /// Rows of the table, `[p, k, v]`, and where their tokens were not shown.
    pub fn select(&self, rows: &[u32], population: usize) -> (Tensor<3>, Option<Tensor<3, Bool>>) {
        let indices: Vec<i32> = rows.iter().map(|&row| row as i32).collect();
        let indices: Tensor<1, Int> = Tensor::from_data(TensorData::new(indices, [rows.len()]), &self.logits.device());
        let [_, v] = self.logits.dims();
        let take = |table: &Tensor<2>| {
            table
                .clone()
                .select(0, indices.clone())
                .reshape([population, rows.len() / population, v])
        };
        (
            take(&self.logits),
            self.hidden.as_ref().map(|hidden| take(hidden).greater_elem(0.5)),
        )
    }
}
