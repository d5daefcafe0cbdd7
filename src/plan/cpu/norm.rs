//! Root mean square norm of rows (Zhang and Sennrich 2019, arXiv 1910.07467) and its gradient.

use super::simd::F32x4;

/// `y = r x gain` with `r = (mean(x^2) + epsilon)^-1/2` of each row; keeps `r` for the backward pass. `x` and `y` are `[m, d]`.
pub fn norm(x: &[f32], gain: &[f32], epsilon: f32, y: &mut [f32], r: &mut [f32]) {
    let d = gain.len();
    let gain = gain.as_chunks::<4>().0;
    for ((x, y), r) in x.chunks_exact(d).zip(y.chunks_exact_mut(d)).zip(r) {
        let x = x.as_chunks::<4>().0;
        let squares = x
            .iter()
            .map(F32x4::load)
            .fold(F32x4::zero(), |sum, x| x.multiply_add(x, sum));
        *r = (squares.sum() / d as f32 + epsilon).sqrt().recip();
        let scale = F32x4::splat(*r);
        for ((x, gain), y) in x.iter().zip(gain).zip(y.as_chunks_mut::<4>().0) {
            (F32x4::load(x) * scale * F32x4::load(gain)).store(y);
        }
    }
}

/// Adds to `dx` and `dgain` what follows from `dy`, the gradient with regard to the normed rows:
///
/// `dx += r gain dy - x r^3 / d sum(gain dy x)` and `dgain += sum over rows of dy r x`.
pub fn norm_backward(x: &[f32], gain: &[f32], r: &[f32], dy: &[f32], dx: &mut [f32], dgain: &mut [f32]) {
    let d = gain.len();
    let gain = gain.as_chunks::<4>().0;
    let dgain = dgain.as_chunks_mut::<4>().0;
    let each = x.chunks_exact(d).zip(dy.chunks_exact(d)).zip(dx.chunks_exact_mut(d));
    for (((x, dy), dx), &r) in each.zip(r) {
        let (x, dy, dx) = (x.as_chunks::<4>().0, dy.as_chunks::<4>().0, dx.as_chunks_mut::<4>().0);
        let mut products = F32x4::zero();
        let scale = F32x4::splat(r);
        for (((x, dy), gain), dgain) in x.iter().zip(dy).zip(gain).zip(dgain.iter_mut()) {
            let product = F32x4::load(x) * F32x4::load(dy);
            products = product.multiply_add(F32x4::load(gain), products);
            product.multiply_add(scale, F32x4::load(dgain)).store(dgain);
        }
        let back = F32x4::splat(-r * r * r * products.sum() / d as f32);
        for (((x, dy), gain), dx) in x.iter().zip(dy).zip(gain).zip(dx) {
            let direct = (scale * F32x4::load(gain)).multiply_add(F32x4::load(dy), F32x4::load(dx));
            F32x4::load(x).multiply_add(back, direct).store(dx);
        }
    }
}
