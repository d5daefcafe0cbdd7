//! A step's inputs as the one buffer that is written for it.

use crate::plan::StepInput;

use super::layout::{Given, Numbers, Sizes};
use super::targets::Spot;

/// Appends what follows the numbers in [`Given`]: tokens, then looked-at rows, counted in the padded arena.
pub(super) fn pack(sizes: &Sizes, tokens: &[u32], rows: &[u32], words: &mut Vec<u32>) -> Result<(), String> {
    let (population, positions) = (sizes.population as usize, sizes.positions as usize);
    let looked = sizes.looked as usize;
    if tokens.len() != population * positions || rows.len() != population * looked {
        return Err(format!(
            "{} tokens and {} rows do not fit the plan",
            tokens.len(),
            rows.len()
        ));
    }
    if tokens.iter().any(|&token| token >= 4 * sizes.v) {
        return Err("a token is not in the vocabulary".to_owned());
    }
    words.extend(tokens);
    for (member, rows) in rows.chunks_exact(looked).enumerate() {
        let (first, base) = (member as u32 * sizes.positions, member as u32 * sizes.rows);
        if rows.iter().any(|&row| row < first || row >= first + sizes.positions) {
            return Err(format!("a row is outside member {member}"));
        }
        words.extend(rows.iter().map(|row| row - first + base));
        words.resize(words.len() + sizes.looked_rows as usize - looked, base);
    }
    Ok(())
}

/// Writes `input` behind `numbers`, in the order of [`Given`]. `spots`: of the targets from `v` on.
pub(super) fn pack_step(
    sizes: &Sizes,
    given: &Given,
    numbers: Numbers,
    input: &StepInput<'_>,
    spots: &[Spot],
    words: &mut Vec<u32>,
) -> Result<(), String> {
    words.clear();
    words.extend(numbers.words());
    pack(sizes, input.tokens, input.rows, words)?;
    let all = input.rows.len();
    if [input.targets.len(), input.labels.len(), input.weights.len()] != [all; 3] {
        return Err("targets, labels and weights are not as many as rows".to_owned());
    }
    let spot_of = |target: u32| match target.checked_sub(4 * sizes.v) {
        None => Some(Spot::NONE),
        Some(row) => spots.get(row as usize).copied(),
    };
    if input.targets.iter().any(|&target| spot_of(target).is_none()) {
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
    let spots = input
        .targets
        .iter()
        .map(|&target| (target, spot_of(target).unwrap_or(Spot::NONE)));
    let target = |(target, spot): (u32, Spot)| {
        if target < 4 * sizes.v {
            target
        } else {
            spot.target(4 * sizes.v)
        }
    };
    lay(&mut spots.clone().map(target));
    lay(&mut input.labels.iter().copied());
    lay(&mut input.weights.iter().map(|weight| weight.to_bits()));
    lay(&mut spots.map(|(_, spot)| spot.kind()));

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::LlamaConfig;
    use crate::objective::TargetTable;
    use crate::plan::Shape;
    use crate::plan::gpu::targets::divide;
    use proptest::collection::vec;
    use proptest::prelude::*;

    /// Targets end here: a vocabulary of eight and three rows of a table.
    const LIMIT: u32 = 11;

    /// The rows: every logit, some tokens, every logit.
    fn spots() -> Vec<Spot> {
        let mut table = TargetTable::new(8);
        table.push_logits(&[0.0; 8]);
        table.push_top_k(&[(3, -1.0), (5, -2.0)], 0.1);
        table.push_logits(&[1.0; 8]);
        divide(&table, 1 << 20).unwrap().1
    }

    /// What the kernel reads of a target: it or where its row begins, and its kind.
    fn read(target: u32) -> [u32; 2] {
        match target {
            8 => [8, 0],
            // Behind two vec4s.
            9 => [8 + 2, 2],
            // Behind two more: two pairs and what the others have.
            10 => [8 + 4, 0],
            token => [token, 0],
        }
    }

    #[derive(Clone, Debug)]
    struct Step {
        shape: Shape,
        tokens: Vec<u32>,
        /// In each member's part.
        rows: Vec<u32>,
        targets: Vec<u32>,
        labels: Vec<u32>,
        weights: Vec<f32>,
    }

    impl Step {
        fn input(&self) -> StepInput<'_> {
            StepInput {
                tokens: &self.tokens,
                rows: &self.rows,
                targets: &self.targets,
                labels: &self.labels,
                weights: &self.weights,
                rate: 0.0,
            }
        }

        fn packed(&self) -> Result<Vec<u32>, String> {
            let sizes = Sizes::new(&self.shape)?;
            let mut words = vec![7; 3];
            let numbers = Numbers {
                rate: 0.5,
                slot: 3,
                ..Numbers::default()
            };
            pack_step(
                &sizes,
                &Given::new(&sizes, true),
                numbers,
                &self.input(),
                &spots(),
                &mut words,
            )?;
            Ok(words)
        }
    }

    prop_compose! {
        fn any_step()(
            population in 1usize..4,
            sequences in 1usize..4,
            length in 1usize..12,
            rows in 1usize..20,
        )(
            shape in Just(Shape {
                config: LlamaConfig::sized(8, 32, 4, 1),
                population,
                sequences,
                length,
                rows,
            }),
            tokens in vec(0u32..8, population * sequences * length),
            within in vec(0..(sequences * length) as u32, population * rows),
            targets in vec(0..LIMIT, population * rows),
            labels in vec(0u32..8, population * rows),
            weights in vec(0.0f32..1.0, population * rows),
        ) -> Step {
            let member = |i: usize| (i / shape.rows * shape.sequences * shape.length) as u32;
            let rows = within.iter().enumerate().map(|(i, row)| member(i) + row).collect();
            Step { shape, tokens, rows, targets, labels, weights }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn everything_is_where_given_says(step in any_step()) {
            let words = step.packed().unwrap();
            let sizes = Sizes::new(&step.shape).unwrap();
            let given = Given::new(&sizes, true);
            prop_assert_eq!(words.len(), given.words as usize);
            prop_assert_eq!(&words[..4], &[0.5f32.to_bits(), 0, 0, 3]);
            prop_assert_eq!(&words[given.tokens as usize..given.rows as usize], &step.tokens);

            // [population, padded rows] each, of which the first are real.
            let (looked, padded) = (sizes.looked as usize, sizes.looked_rows as usize);
            let region = |index: usize| {
                let at = if index == 0 { given.rows } else { given.targets } as usize;
                words[at + index.saturating_sub(1) * sizes.all_looked() as usize..].chunks_exact(padded)
            };
            let weights: Vec<u32> = step.weights.iter().map(|weight| weight.to_bits()).collect();
            let [targets, kinds] = [0, 1].map(|i| step.targets.iter().map(|&target| read(target)[i]).collect::<Vec<_>>());
            for member in 0..step.shape.population {
                let own = member * looked..(member + 1) * looked;
                let padding = member as u32 * (sizes.rows - sizes.positions);
                let rows: Vec<u32> = step.rows[own.clone()].iter().map(|row| row + padding).collect();
                let expected = [
                    &rows[..],
                    &targets[own.clone()],
                    &step.labels[own.clone()],
                    &weights[own.clone()],
                    &kinds[own],
                ];
                for (index, expected) in expected.into_iter().enumerate() {
                    let found = region(index).nth(member).unwrap();
                    prop_assert_eq!(&found[..looked], expected);
                    let spare = if index == 0 { member as u32 * sizes.rows } else { 0 };
                    prop_assert!(found[looked..].iter().all(|&word| word == spare));
                }
            }
        }

        #[test]
        fn positions_are_found_by_token_and_looked_at_rows_by_position(step in any_step()) {
            let words = step.packed().unwrap();
            let sizes = Sizes::new(&step.shape).unwrap();
            let given = Given::new(&sizes, true);
            let list = |starts: u32, items: u32, key: u32| {
                let ends = &words[(starts + key) as usize..][..2];
                &words[(items + ends[0]) as usize..(items + ends[1]) as usize]
            };
            let positions = sizes.positions as usize;
            let arena_row = |i: usize| (i + i / positions * (sizes.rows as usize - positions)) as u32;
            for key in 0..sizes.population * 8 {
                let (member, token) = (key as usize / 8, key % 8);
                let own = (member * positions..(member + 1) * positions).filter(|&i| step.tokens[i] == token);
                let found = list(given.token_starts, given.token_items, key);
                prop_assert_eq!(found, own.map(arena_row).collect::<Vec<_>>());
            }
            let looked = sizes.looked as usize;
            for row in 0..sizes.all_rows() {
                let here = (0..step.rows.len()).filter(|&i| arena_row(step.rows[i] as usize) == row);
                let padded = here.map(|i| (i + i / looked * (sizes.looked_rows as usize - looked)) as u32);
                prop_assert_eq!(list(given.row_starts, given.row_items, row), padded.collect::<Vec<_>>());
            }
        }

        #[test]
        fn what_does_not_belong_is_refused(step in any_step(), at: prop::sample::Index) {
            let refused = |change: &dyn Fn(&mut Step, usize)| {
                let mut wrong = step.clone();
                change(&mut wrong, at.index(step.rows.len()));
                wrong.packed().unwrap_err()
            };
            let positions = step.tokens.len() / step.shape.population;
            let token = at.index(step.tokens.len());
            prop_assert!(refused(&|step, _| step.tokens[token] = 8).contains("vocabulary"));
            prop_assert!(refused(&|step, i| step.rows[i] += positions as u32).contains("outside member"));
            prop_assert!(refused(&|step, i| step.targets[i] = LIMIT).contains("beyond the table"));
            prop_assert!(refused(&|step, i| step.labels[i] = 8).contains("label"));
            prop_assert!(refused(&|step, _| step.tokens.push(0)).contains("do not fit"));
            prop_assert!(refused(&|step, _| step.rows.truncate(step.rows.len() - 1)).contains("do not fit"));
            prop_assert!(refused(&|step, _| step.weights.truncate(step.weights.len() - 1)).contains("as many"));
        }
    }
}
