//! A step's inputs as the one buffer that is written for it.

use crate::plan::StepInput;

use super::forward::pack;
use super::layout::{Given, Numbers, Sizes};

/// Writes `input` behind `numbers`, in the order of [`Given`]. `limit`: targets end here.
pub(super) fn pack_step(
    sizes: &Sizes,
    given: &Given,
    numbers: Numbers,
    input: &StepInput<'_>,
    limit: u32,
    words: &mut Vec<u32>,
) -> Result<(), String> {
    words.clear();
    words.extend(numbers.words());
    pack(sizes, input.tokens, input.rows, words)?;
    let all = input.rows.len();
    if [input.targets.len(), input.labels.len(), input.weights.len()] != [all; 3] {
        return Err("targets, labels and weights are not as many as rows".to_owned());
    }
    if input.targets.iter().any(|&target| target >= limit) {
        return Err("a target is beyond the table".to_owned());
    }
    if input.labels.iter().any(|&label| label >= 4 * sizes.v) {
        return Err("a label is not in the vocabulary".to_owned());
    }
    let (looked, padded) = (sizes.looked as usize, sizes.looked_rows as usize);
    let mut lay = |values: &mut dyn Iterator<Item = u32>| {
        for _ in 0..sizes.population {
            words.extend(values.take(looked));
            words.resize(words.len() + padded - looked, 0);
        }
    };
    lay(&mut input.targets.iter().copied());
    lay(&mut input.labels.iter().copied());
    lay(&mut input.weights.iter().map(|weight| weight.to_bits()));

    let (v, positions) = (4 * sizes.v, sizes.positions);
    let member = |i: usize, size: u32| i as u32 / size;
    let by_token = |i: usize| member(i, positions) * v + input.tokens[i];
    let arena_row = |i: usize| i as u32 + member(i, positions) * (sizes.rows - positions);
    group(words, sizes.population * v, input.tokens.len(), by_token, arena_row);
    let by_row = |i: usize| arena_row(input.rows[i] as usize);
    let looked_row = |i: usize| i as u32 + member(i, sizes.looked) * (sizes.looked_rows - sizes.looked);
    group(words, sizes.all_rows(), all, by_row, looked_row);
    debug_assert_eq!(words.len(), given.words as usize);
    Ok(())
}

/// Appends where the part of each of `keys` keys begins, and one end; then `item(i)` of all `i`, sorted by `key(i)`.
fn group(words: &mut Vec<u32>, keys: u32, count: usize, key: impl Fn(usize) -> u32, item: impl Fn(usize) -> u32) {
    let starts = words.len();
    words.resize(starts + keys as usize + 1 + count, 0);
    let (starts, items) = words[starts..].split_at_mut(keys as usize + 1);
    // Counts, one place further; then sums; then every start moves to its end while its part fills, and back.
    for i in 0..count {
        starts[key(i) as usize + 1] += 1;
    }
    for k in 0..keys as usize {
        starts[k + 1] += starts[k];
    }
    for i in 0..count {
        let at = &mut starts[key(i) as usize];
        items[*at as usize] = item(i);
        *at += 1;
    }
    starts.copy_within(0..keys as usize, 1);
    starts[0] = 0;
}
