//! Four `f32` in one register: WebAssembly's `v128`, elsewhere an array that the compiler keeps in one.
//!
//! With `relaxed-simd`, [`F32x4::multiply_add`] is one instruction (fused where the machine can).

#[cfg(target_arch = "wasm32")]
#[path = "simd_wasm.rs"]
mod backend;
#[cfg(not(target_arch = "wasm32"))]
#[path = "simd_array.rs"]
mod backend;

pub use backend::F32x4;

impl F32x4 {
    pub fn zero() -> Self {
        Self::splat(0.0)
    }

    /// Sum of the four lanes, in an order that is the same on every machine.
    #[inline(always)]
    pub fn sum(self) -> f32 {
        let [a, b, c, d] = self.to_array();
        (a + b) + (c + d)
    }

    /// Largest lane.
    #[inline(always)]
    pub fn largest(self) -> f32 {
        let [a, b, c, d] = self.to_array();
        a.max(b).max(c.max(d))
    }

    /// `e^x` with a relative error below 2e-7 for `-87 <= x <= 88`; arguments outside are taken as the nearest inside.
    ///
    /// `x = n ln 2 + r` with `|r| <= ln 2 / 2`; `e^r = 1 + r + r^2 P(r)`, `P` of degree 4 through the Chebyshev nodes. Adding
    /// `1.5 * 2^23` rounds `x / ln 2` to `n` and leaves `n` in the low bits, from where a shift takes it to the exponent.
    #[inline(always)]
    pub fn exp(self) -> Self {
        const ROUND: f32 = 12_582_912.0;
        // ln 2 in two parts: the product of n with the first has no rounding error.
        const LN2_HIGH: f32 = 0.693_359_4;
        const LN2_LOW: f32 = -2.121_944_4e-4;
        let constant = Self::splat;
        let x = self.larger(constant(-87.0)).smaller(constant(88.0));
        let shifted = x.multiply_add(constant(std::f32::consts::LOG2_E), constant(ROUND));
        let n = shifted - constant(ROUND);
        let r = n.multiply_add(constant(-LN2_HIGH), x);
        let r = n.multiply_add(constant(-LN2_LOW), r);
        let p = constant(0.001_392_625_1);
        let p = p.multiply_add(r, constant(0.008_363_233));
        let p = p.multiply_add(r, constant(0.041_666_554));
        let p = p.multiply_add(r, constant(0.166_665_77));
        let p = p.multiply_add(r, constant(0.5));
        let power = p.multiply_add(r * r, r) + constant(1.0);
        power.times_two_to(shifted)
    }
}

#[cfg(test)]
mod tests {
    use super::F32x4;

    #[test]
    fn exp_is_within_2e_7() {
        let mut worst = 0.0f64;
        for step in 0..400_000 {
            let x = -86.9 + step as f32 * (174.8 / 400_000.0);
            let [y, ..] = F32x4::splat(x).exp().to_array();
            worst = worst.max((f64::from(y) / f64::from(x).exp() - 1.0).abs());
        }
        assert!(worst < 2e-7, "{worst:e}");
    }

    #[test]
    fn exp_of_extremes_is_finite() {
        let y = F32x4::from_array([-1e30, -100.0, 1e30, 0.0]).exp().to_array();
        assert!(y[0] >= 0.0 && y[0] < 1e-37 && y[1] < 1e-37, "{y:?}");
        assert!(y[2].is_finite() && y[2] > 1e38, "{y:?}");
        assert_eq!(y[3], 1.0);
    }
}
