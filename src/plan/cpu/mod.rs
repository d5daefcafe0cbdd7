//! The step on one core with 128-bit SIMD, and nothing but `std`: WebAssembly's main use, and the command line's.

mod adamw;
mod attention;
mod backward;
mod decoder;
mod forward;
mod layout;
mod loss;
mod matmul;
mod model;
mod norm;
mod rotary;
mod simd;
mod step;

pub use decoder::Decoder;
pub use model::{Answerer, CpuModel, logits_at};
pub use step::CpuPlan;

/// `a: [n, k]` times `b: [k, m]`, `[n, m]`, by the kernel of all layers.
pub fn product(a: &[f32], b: &[f32], [n, k, m]: [usize; 3]) -> Vec<f32> {
    use matmul::{Packed, Store, multiply, rows, rows_mut, size};
    let (mut packed, mut out) = (Packed::default(), vec![0.0; n * m]);
    packed.pack(rows(b, m), k, m);
    multiply(
        size(n, k, m),
        rows(a, k),
        &packed,
        rows_mut(&mut out, m),
        Store::Replace,
    );
    out
}

#[cfg(test)]
mod tests;
