//! Four `f32` in one register: WebAssembly's `v128`, SSE's `__m128`, elsewhere an array that the compiler keeps in one.
//!
//! With `relaxed-simd`, [`F32x4::multiply_add`] is one instruction (fused where the machine can).

#[cfg(target_arch = "wasm32")]
#[path = "simd_wasm.rs"]
mod backend;
#[cfg(target_arch = "x86_64")]
#[path = "simd_x86.rs"]
mod backend;
#[cfg(not(any(target_arch = "wasm32", target_arch = "x86_64")))]
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
        // Not `f32::max`: that is a call on WebAssembly.
        let [a, b, c, d] = self.to_array();
        let larger = |a: f32, b: f32| if a > b { a } else { b };
        larger(larger(a, b), larger(c, d))
    }
}

/// The exponential function four at a time, with its constants in registers.
///
/// They are hidden from the compiler, and made once before a loop: as constants they would be built again at every use, which
/// takes Chromium's WebAssembly (148) longer than the arithmetic.
#[derive(Clone, Copy, Debug)]
pub struct Exp {
    least: F32x4,
    most: F32x4,
    log2_e: F32x4,
    round: F32x4,
    minus_ln2_high: F32x4,
    minus_ln2_low: F32x4,
    /// Of `P`, from the highest power down.
    coefficients: [F32x4; 5],
    pub one: F32x4,
}

impl Exp {
    #[inline(always)]
    pub fn new() -> Self {
        let constant = |value: f32| F32x4::splat(std::hint::black_box(value));
        Self {
            least: constant(-87.0),
            most: constant(88.0),
            log2_e: constant(std::f32::consts::LOG2_E),
            round: constant(12_582_912.0),
            // ln 2 in two parts: the product of n with the first has no rounding error.
            minus_ln2_high: constant(-0.693_359_4),
            minus_ln2_low: constant(2.121_944_4e-4),
            coefficients: [0.001_392_625_1, 0.008_363_233, 0.041_666_554, 0.166_665_77, 0.5].map(constant),
            one: constant(1.0),
        }
    }

    /// `e^x` with a relative error below 2e-7 for `-87 <= x <= 88`; arguments outside are taken as the nearest inside.
    ///
    /// `x = n ln 2 + r` with `|r| <= ln 2 / 2`; `e^r = 1 + r + r^2 P(r)`, `P` of degree 4 through the Chebyshev nodes. Adding
    /// `1.5 * 2^23` rounds `x / ln 2` to `n` and leaves `n` in the low bits, from where a shift takes it to the exponent.
    #[inline(always)]
    pub fn of(&self, x: F32x4) -> F32x4 {
        let x = x.larger(self.least).smaller(self.most);
        let shifted = x.multiply_add(self.log2_e, self.round);
        let n = shifted - self.round;
        let r = n.multiply_add(self.minus_ln2_high, x);
        let r = n.multiply_add(self.minus_ln2_low, r);
        let [first, rest @ ..] = self.coefficients;
        let p = rest
            .into_iter()
            .fold(first, |p, coefficient| p.multiply_add(r, coefficient));
        let power = p.multiply_add(r * r, r) + self.one;
        power.times_two_to(shifted)
    }

    /// `1 / (1 + e^-x)`.
    #[inline(always)]
    pub fn sigmoid(&self, x: F32x4) -> F32x4 {
        self.one / (self.one + self.of(F32x4::zero() - x))
    }
}

#[cfg(test)]
mod tests {
    use super::{Exp, F32x4};

    #[test]
    fn exp_is_within_2e_7() {
        let mut worst = 0.0f64;
        for step in 0..400_000 {
            let x = -86.9 + step as f32 * (174.8 / 400_000.0);
            let [y, ..] = Exp::new().of(F32x4::splat(x)).to_array();
            let error = (f64::from(y) / f64::from(x).exp() - 1.0).abs();
            // `max` would pass over it.
            assert!(!error.is_nan(), "{x}");
            worst = worst.max(error);
        }
        assert!(worst < 2e-7, "{worst:e}");
    }

    #[test]
    fn exp_of_extremes_is_finite() {
        let y = Exp::new().of(F32x4::load(&[-1e30, -100.0, 1e30, 0.0])).to_array();
        assert!(y[0] >= 0.0 && y[0] < 1e-37 && y[1] < 1e-37, "{y:?}");
        assert!(y[2].is_finite() && y[2] > 1e38, "{y:?}");
        assert_eq!(y[3], 1.0);
    }
}
