//! Tiles of two panels for x86 processors with AVX: up to 4 rows and 16 columns in 8 accumulators of eight lanes.
//!
//! An element is summed in the same order as in [`Tile::run`], and a product is rounded before it is added, so the result is
//! the same to the last bit.

use super::{PANEL, Store, Tile};
use std::arch::x86_64::*;

impl Tile {
    /// This tile and the one to its right, whose panel is `next`; both have all columns.
    ///
    /// # Safety
    /// As [`Tile::run`], for both; the processor must have AVX.
    #[target_feature(enable = "avx")]
    pub(super) unsafe fn run_two<const ROWS: usize, const TRANSPOSED: bool>(self, next: *const f32) {
        let mut sums = [[_mm256_setzero_ps(); 2]; ROWS];
        let (mut a, mut left, mut right) = (self.a, self.b, next);
        let step = if TRANSPOSED { self.a_stride } else { 1 };
        let between = if TRANSPOSED { 1 } else { self.a_stride };
        unsafe {
            for _ in 0..self.depth {
                let panels = [_mm256_loadu_ps(left), _mm256_loadu_ps(right)];
                for (row, sums) in sums.iter_mut().enumerate() {
                    let a = _mm256_set1_ps(*a.add(row * between));
                    sums[0] = _mm256_add_ps(_mm256_mul_ps(a, panels[0]), sums[0]);
                    sums[1] = _mm256_add_ps(_mm256_mul_ps(a, panels[1]), sums[1]);
                }
                a = a.add(step);
                left = left.add(PANEL);
                right = right.add(PANEL);
            }
            for (row, sums) in sums.into_iter().enumerate() {
                let c = self.c.add(row * self.c_stride);
                for (c, sum) in [c, c.add(PANEL)].into_iter().zip(sums) {
                    let sum = match self.store {
                        Store::Replace => sum,
                        Store::Add => _mm256_add_ps(_mm256_loadu_ps(c), sum),
                    };
                    _mm256_storeu_ps(c, sum);
                }
            }
        }
    }
}
