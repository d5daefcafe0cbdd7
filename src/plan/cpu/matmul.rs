//! Matrix products in registers: a tile of up to 4 rows and 8 columns of the result stays in 8 accumulators of four lanes
//! while both factors stream past it.
//!
//! WebAssembly engines on x86 have 15 registers for vectors, and compilers move the loads of a step of depth before its
//! arithmetic: 4 x 8 is the largest tile whose accumulators and loads (8 + 4 + 2) fit. Tiles of 6 rows spill, and so do loops
//! written out over several steps of depth: both took 1.1 to 2 times as long (Chromium 148).
//!
//! The right factor is packed first into panels of 8 columns, so that a tile reads it in order; the left one is read where it
//! lies, by row (`A B`) or by column (`A^T B`). `A B^T` is `A B` with the right factor packed from its columns.

#[cfg(target_arch = "x86_64")]
#[path = "matmul_avx.rs"]
mod avx;

use super::simd::F32x4;

/// Rows of a tile; results are the same for any division into tiles, since an element is always summed in order of depth.
pub const TILE_ROWS: usize = 4;
/// Columns of a panel.
pub const PANEL: usize = 8;
/// Rows that are taken through all panels before the next ones: their part of the left factor stays in the first cache.
const BLOCK_ROWS: usize = 24;

/// A row-major matrix inside a larger buffer: `stride` values from row to row.
#[derive(Clone, Copy)]
pub struct Rows<'a> {
    pub data: &'a [f32],
    pub stride: usize,
}

/// A row-major result inside a larger buffer.
pub struct RowsMut<'a> {
    pub data: &'a mut [f32],
    pub stride: usize,
}

pub fn rows(data: &[f32], stride: usize) -> Rows<'_> {
    Rows { data, stride }
}

pub fn rows_mut(data: &mut [f32], stride: usize) -> RowsMut<'_> {
    RowsMut { data, stride }
}

/// What happens to the old values of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Store {
    Replace,
    Add,
}

/// A right factor `[depth, width]` in panels of [`PANEL`] columns, each panel `[depth, PANEL]`; zeros fill up the last.
#[derive(Clone, Debug, Default)]
pub struct Packed {
    data: Vec<f32>,
    depth: usize,
    width: usize,
}

impl Packed {
    fn resize(&mut self, depth: usize, width: usize) {
        (self.depth, self.width) = (depth, width);
        self.data.resize(depth * width.next_multiple_of(PANEL), 0.0);
    }

    /// Packs `source: [depth, width]`.
    pub fn pack(&mut self, source: Rows, depth: usize, width: usize) {
        self.resize(depth, width);
        let (full, rest) = (width / PANEL, width % PANEL);
        let (panels, last) = self.data.split_at_mut(full * depth * PANEL);
        for (panel, target) in panels.chunks_exact_mut(depth * PANEL).enumerate() {
            for (row, target) in target.as_chunks_mut::<PANEL>().0.iter_mut().enumerate() {
                let start = row * source.stride + panel * PANEL;
                target.copy_from_slice(&source.data[start..start + PANEL]);
            }
        }
        for (row, target) in last.as_chunks_mut::<PANEL>().0.iter_mut().enumerate() {
            let start = row * source.stride + full * PANEL;
            target[..rest].copy_from_slice(&source.data[start..start + rest]);
            target[rest..].fill(0.0);
        }
    }

    /// Packs the transpose of `source: [width, depth]`.
    pub fn pack_transposed(&mut self, source: Rows, depth: usize, width: usize) {
        self.resize(depth, width);
        for (panel, target) in self.data.chunks_exact_mut(depth * PANEL).enumerate() {
            for column in 0..PANEL {
                let row = panel * PANEL + column;
                let target = target[column..].iter_mut().step_by(PANEL);
                if row < width {
                    let start = row * source.stride;
                    target
                        .zip(&source.data[start..start + depth])
                        .for_each(|(target, value)| *target = *value);
                } else {
                    target.for_each(|target| *target = 0.0);
                }
            }
        }
    }
}

/// A packed factor from one of its rows on.
#[derive(Clone, Copy)]
pub struct Panels<'a> {
    data: &'a [f32],
    /// Rows of a panel as packed.
    packed_depth: usize,
    depth: usize,
    width: usize,
}

impl Packed {
    /// The factor without its first `row` rows.
    pub fn after_row(&self, row: usize) -> Panels<'_> {
        Panels {
            data: &self.data[row * PANEL..],
            packed_depth: self.depth,
            depth: self.depth - row,
            width: self.width.next_multiple_of(PANEL),
        }
    }
}

impl<'a> From<&'a Packed> for Panels<'a> {
    fn from(packed: &'a Packed) -> Self {
        packed.after_row(0)
    }
}

/// Sizes of a product: result `[rows, width]`, summed over `depth`.
#[derive(Clone, Copy)]
pub struct Size {
    pub rows: usize,
    pub depth: usize,
    pub width: usize,
}

pub fn size(rows: usize, depth: usize, width: usize) -> Size {
    Size { rows, depth, width }
}

/// `C = A B` or `C += A B`: `a` is `[rows, depth]`, `c` is `[rows, width]`. The packed factor may be deeper and wider; its first
/// rows and columns are used.
pub fn multiply<'b>(size: Size, a: Rows, b: impl Into<Panels<'b>>, c: RowsMut, store: Store) {
    assert!(size.rows == 0 || a.data.len() >= (size.rows - 1) * a.stride + size.depth);
    product::<false>(size, a, b.into(), c, store, wide());
}

/// `C = A^T B` or `C += A^T B`: `a` is `[depth, rows]`, `c` is `[rows, width]`.
pub fn multiply_transposed<'b>(size: Size, a: Rows, b: impl Into<Panels<'b>>, c: RowsMut, store: Store) {
    assert!(size.depth == 0 || a.data.len() >= (size.depth - 1) * a.stride + size.rows);
    product::<true>(size, a, b.into(), c, store, wide());
}

/// Whether the processor has registers for tiles of two panels.
fn wide() -> bool {
    #[cfg(target_arch = "x86_64")]
    return std::arch::is_x86_feature_detected!("avx");
    #[cfg(not(target_arch = "x86_64"))]
    false
}

pub(super) fn product<const TRANSPOSED: bool>(size: Size, a: Rows, b: Panels, c: RowsMut, store: Store, wide: bool) {
    let Size { rows, depth, width } = size;
    assert!(depth <= b.depth && width <= b.width);
    assert!(rows == 0 || c.data.len() >= (rows - 1) * c.stride + width);
    let mut block = 0;
    while block < rows {
        let end = rows.min(block + BLOCK_ROWS);
        let mut column = 0;
        while column < width {
            let two = wide && width - column >= 2 * PANEL;
            let columns = (width - column).min(PANEL);
            let mut row = block;
            while row < end {
                let count = tile_rows(end - row);
                // SAFETY: the assertions here and in the callers cover rows `row..row + count` of `a` and `c`, columns up to
                // `width` of `c` and `depth` rows of the panel, which starts at `column * b.packed_depth`, and of the next one.
                unsafe {
                    let tile = Tile {
                        depth,
                        a: a.data.as_ptr().add(if TRANSPOSED { row } else { row * a.stride }),
                        a_stride: a.stride,
                        b: b.data.as_ptr().add(column * b.packed_depth),
                        c: c.data.as_mut_ptr().add(row * c.stride + column),
                        c_stride: c.stride,
                        columns,
                        store,
                    };
                    match (two, count) {
                        #[cfg(target_arch = "x86_64")]
                        (true, _) => {
                            let next = tile.b.add(PANEL * b.packed_depth);
                            match count {
                                4 => tile.run_two::<4, TRANSPOSED>(next),
                                3 => tile.run_two::<3, TRANSPOSED>(next),
                                2 => tile.run_two::<2, TRANSPOSED>(next),
                                _ => tile.run_two::<1, TRANSPOSED>(next),
                            }
                        }
                        (_, 4) => tile.run::<4, TRANSPOSED>(),
                        (_, 3) => tile.run::<3, TRANSPOSED>(),
                        (_, 2) => tile.run::<2, TRANSPOSED>(),
                        _ => tile.run::<1, TRANSPOSED>(),
                    }
                }
                row += count;
            }
            column += if two { 2 * PANEL } else { PANEL };
        }
        block = end;
    }
}

/// Rows of the next tile when `left` are left: the last two tiles share their rows, since small tiles are slow.
fn tile_rows(left: usize) -> usize {
    match left {
        0..=TILE_ROWS => left,
        5..=7 => left.div_ceil(2),
        _ => TILE_ROWS,
    }
}

/// One tile of a product, as pointers to its first elements.
struct Tile {
    depth: usize,
    a: *const f32,
    a_stride: usize,
    b: *const f32,
    c: *mut f32,
    c_stride: usize,
    columns: usize,
    store: Store,
}

impl Tile {
    /// # Safety
    /// `a` must be readable for `ROWS` rows of `depth` values (`depth` rows of `ROWS` values if `TRANSPOSED`), `b` for `depth`
    /// times [`PANEL`] values, `c` writable for `ROWS` rows of `columns` values.
    #[inline(always)]
    unsafe fn run<const ROWS: usize, const TRANSPOSED: bool>(self) {
        let mut sums = [[F32x4::zero(); 2]; ROWS];
        let (mut a, mut b) = (self.a, self.b);
        let step = if TRANSPOSED { self.a_stride } else { 1 };
        let between = if TRANSPOSED { 1 } else { self.a_stride };
        unsafe {
            for _ in 0..self.depth {
                let (left, right) = (F32x4::load_pointer(b), F32x4::load_pointer(b.add(4)));
                for (row, sums) in sums.iter_mut().enumerate() {
                    let a = F32x4::splat_pointer(a.add(row * between));
                    sums[0] = a.multiply_add(left, sums[0]);
                    sums[1] = a.multiply_add(right, sums[1]);
                }
                a = a.add(step);
                b = b.add(PANEL);
            }
            for (row, [left, right]) in sums.into_iter().enumerate() {
                let c = self.c.add(row * self.c_stride);
                if self.columns == PANEL {
                    let (left, right) = match self.store {
                        Store::Replace => (left, right),
                        Store::Add => (F32x4::load_pointer(c) + left, F32x4::load_pointer(c.add(4)) + right),
                    };
                    left.store_pointer(c);
                    right.store_pointer(c.add(4));
                } else {
                    let values = left.to_array().into_iter().chain(right.to_array());
                    for (column, value) in values.take(self.columns).enumerate() {
                        let old = if self.store == Store::Add { *c.add(column) } else { 0.0 };
                        *c.add(column) = old + value;
                    }
                }
            }
        }
    }
}
