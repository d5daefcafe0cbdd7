//! [`F32x4`] on WebAssembly.

use core::arch::wasm32 as wasm;
use std::ops::{Add, Div, Mul, Sub};

#[derive(Clone, Copy, Debug)]
pub struct F32x4(wasm::v128);

impl F32x4 {
    #[inline(always)]
    pub fn splat(value: f32) -> Self {
        Self(wasm::f32x4_splat(value))
    }

    #[inline(always)]
    pub fn to_array(self) -> [f32; 4] {
        let mut values = [0.0; 4];
        self.store(&mut values);
        values
    }

    #[inline(always)]
    pub fn load(source: &[f32; 4]) -> Self {
        // SAFETY: a reference to 16 bytes; the instruction has no alignment requirement.
        unsafe { Self::load_pointer(source.as_ptr()) }
    }

    #[inline(always)]
    pub fn store(self, target: &mut [f32; 4]) {
        // SAFETY: as in `load`.
        unsafe { self.store_pointer(target.as_mut_ptr()) }
    }

    /// # Safety
    /// Four values must be readable at `source`.
    #[inline(always)]
    pub unsafe fn load_pointer(source: *const f32) -> Self {
        Self(unsafe { wasm::v128_load(source.cast()) })
    }

    /// # Safety
    /// Four values must be writable at `target`.
    #[inline(always)]
    pub unsafe fn store_pointer(self, target: *mut f32) {
        unsafe { wasm::v128_store(target.cast(), self.0) }
    }

    /// One value in all four lanes.
    ///
    /// # Safety
    /// A value must be readable at `source`.
    #[inline(always)]
    pub unsafe fn splat_pointer(source: *const f32) -> Self {
        Self(unsafe { wasm::v128_load32_splat(source.cast()) })
    }

    /// `self * factor + addend`.
    #[inline(always)]
    pub fn multiply_add(self, factor: Self, addend: Self) -> Self {
        #[cfg(target_feature = "relaxed-simd")]
        return Self(wasm::f32x4_relaxed_madd(self.0, factor.0, addend.0));
        #[cfg(not(target_feature = "relaxed-simd"))]
        return self * factor + addend;
    }

    #[inline(always)]
    pub fn larger(self, other: Self) -> Self {
        Self(wasm::f32x4_pmax(other.0, self.0))
    }

    #[inline(always)]
    pub fn smaller(self, other: Self) -> Self {
        Self(wasm::f32x4_pmin(other.0, self.0))
    }

    #[inline(always)]
    pub fn sqrt(self) -> Self {
        Self(wasm::f32x4_sqrt(self.0))
    }

    /// `self * 2^n`, `n` being the low bits of `shifted`'s pattern.
    #[inline(always)]
    pub fn times_two_to(self, shifted: Self) -> Self {
        Self(wasm::i32x4_add(self.0, wasm::i32x4_shl(shifted.0, 23)))
    }
}

impl Add for F32x4 {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(wasm::f32x4_add(self.0, other.0))
    }
}

impl Sub for F32x4 {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(wasm::f32x4_sub(self.0, other.0))
    }
}

impl Mul for F32x4 {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self(wasm::f32x4_mul(self.0, other.0))
    }
}

impl Div for F32x4 {
    type Output = Self;
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        Self(wasm::f32x4_div(self.0, other.0))
    }
}
