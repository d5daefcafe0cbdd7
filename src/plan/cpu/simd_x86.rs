//! [`F32x4`] as an SSE register, which every x86-64 processor has; so tests are fast although little is optimised in them.

use std::arch::x86_64::*;
use std::ops::{Add, Div, Mul, Sub};

#[derive(Clone, Copy, Debug)]
pub struct F32x4(__m128);

impl F32x4 {
    #[inline(always)]
    pub fn splat(value: f32) -> Self {
        Self(unsafe { _mm_set1_ps(value) })
    }

    #[inline(always)]
    pub fn to_array(self) -> [f32; 4] {
        let mut all = [0.0; 4];
        self.store(&mut all);
        all
    }

    #[inline(always)]
    pub fn load(source: &[f32; 4]) -> Self {
        unsafe { Self::load_pointer(source.as_ptr()) }
    }

    #[inline(always)]
    pub fn store(self, target: &mut [f32; 4]) {
        unsafe { self.store_pointer(target.as_mut_ptr()) }
    }

    /// # Safety
    /// Four values must be readable at `source`.
    #[inline(always)]
    pub unsafe fn load_pointer(source: *const f32) -> Self {
        Self(unsafe { _mm_loadu_ps(source) })
    }

    /// # Safety
    /// Four values must be writable at `target`.
    #[inline(always)]
    pub unsafe fn store_pointer(self, target: *mut f32) {
        unsafe { _mm_storeu_ps(target, self.0) }
    }

    /// One value in all four lanes.
    ///
    /// # Safety
    /// A value must be readable at `source`.
    #[inline(always)]
    pub unsafe fn splat_pointer(source: *const f32) -> Self {
        Self::splat(unsafe { *source })
    }

    /// `self * factor + addend`.
    #[inline(always)]
    pub fn multiply_add(self, factor: Self, addend: Self) -> Self {
        self * factor + addend
    }

    #[inline(always)]
    pub fn larger(self, other: Self) -> Self {
        Self(unsafe { _mm_max_ps(self.0, other.0) })
    }

    #[inline(always)]
    pub fn smaller(self, other: Self) -> Self {
        Self(unsafe { _mm_min_ps(self.0, other.0) })
    }

    #[inline(always)]
    pub fn sqrt(self) -> Self {
        Self(unsafe { _mm_sqrt_ps(self.0) })
    }

    /// `self * 2^n`, `n` being the low bits of `shifted`'s pattern.
    #[inline(always)]
    pub fn times_two_to(self, shifted: Self) -> Self {
        unsafe {
            let exponent = _mm_slli_epi32::<23>(_mm_castps_si128(shifted.0));
            Self(_mm_castsi128_ps(_mm_add_epi32(_mm_castps_si128(self.0), exponent)))
        }
    }
}

impl Add for F32x4 {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(unsafe { _mm_add_ps(self.0, other.0) })
    }
}

impl Sub for F32x4 {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(unsafe { _mm_sub_ps(self.0, other.0) })
    }
}

impl Mul for F32x4 {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self(unsafe { _mm_mul_ps(self.0, other.0) })
    }
}

impl Div for F32x4 {
    type Output = Self;
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        Self(unsafe { _mm_div_ps(self.0, other.0) })
    }
}
