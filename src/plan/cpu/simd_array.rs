//! [`F32x4`] as an array, for machines without a kernel of their own; the compiler vectorises what it can.

use std::ops::{Add, Div, Mul, Sub};

#[derive(Clone, Copy, Debug)]
pub struct F32x4([f32; 4]);

impl F32x4 {
    #[inline(always)]
    pub fn splat(value: f32) -> Self {
        Self([value; 4])
    }

    #[inline(always)]
    pub fn to_array(self) -> [f32; 4] {
        self.0
    }

    #[inline(always)]
    pub fn load(source: &[f32; 4]) -> Self {
        Self(*source)
    }

    #[inline(always)]
    pub fn store(self, target: &mut [f32; 4]) {
        *target = self.0;
    }

    /// # Safety
    /// Four values must be readable at `source`.
    #[inline(always)]
    pub unsafe fn load_pointer(source: *const f32) -> Self {
        Self(unsafe { source.cast::<[f32; 4]>().read_unaligned() })
    }

    /// # Safety
    /// Four values must be writable at `target`.
    #[inline(always)]
    pub unsafe fn store_pointer(self, target: *mut f32) {
        unsafe { target.cast::<[f32; 4]>().write_unaligned(self.0) }
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
        self.with(other, |a, b| if a > b { a } else { b })
    }

    #[inline(always)]
    pub fn smaller(self, other: Self) -> Self {
        self.with(other, |a, b| if a < b { a } else { b })
    }

    #[inline(always)]
    pub fn sqrt(self) -> Self {
        Self(self.0.map(f32::sqrt))
    }

    /// `self * 2^n`, `n` being the low bits of `shifted`'s pattern.
    #[inline(always)]
    pub fn times_two_to(self, shifted: Self) -> Self {
        self.with(shifted, |value, shifted| {
            f32::from_bits(value.to_bits().wrapping_add(shifted.to_bits() << 23))
        })
    }

    #[inline(always)]
    fn with(self, other: Self, operation: impl Fn(f32, f32) -> f32) -> Self {
        Self(std::array::from_fn(|lane| operation(self.0[lane], other.0[lane])))
    }
}

impl Add for F32x4 {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self.with(other, |a, b| a + b)
    }
}

impl Sub for F32x4 {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self.with(other, |a, b| a - b)
    }
}

impl Mul for F32x4 {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        self.with(other, |a, b| a * b)
    }
}

impl Div for F32x4 {
    type Output = Self;
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        self.with(other, |a, b| a / b)
    }
}
