use super::part::{divide, join_gradients, join_steps, of_members, rows_of_members};
use super::*;
use crate::model::testing::{tiny, weights};
use crate::objective::TargetTable;
use crate::plan::{AdamWConfig, Mixture, Shape, StepInput, cpu};
use crate::rng::{Rng, Stream, stream};
use rand::Rng as _;
use std::ops::Range;
use std::rc::Rc;

#[test]
fn every_member_has_one_hand_and_no_hand_is_idle() {
    for population in 1..=25 {
        for hands in 1..=9 {
            let parts = divide(population, hands);
            assert_eq!(parts.len(), hands.min(population));
            let all: Vec<usize> = parts.iter().flat_map(Clone::clone).collect();
            assert_eq!(all, (0..population).collect::<Vec<_>>());
            let sizes: Vec<usize> = parts.iter().map(ExactSizeIterator::len).collect();
            assert!(
                sizes.iter().max().unwrap() - sizes.iter().min().unwrap() <= 1,
                "{sizes:?}"
            );
        }
    }
    assert_eq!(divide(3, 2), [0..1, 1..3]);
    assert_eq!(divide(5, 0), divide(5, 1));
}

#[test]
fn a_part_has_its_own_positions_and_those_rows_of_the_table_that_it_needs() {
    // Three members, two sequences of two tokens, three rows of which the last is padding; a table of two rows.
    let mut table = TargetTable::new(4);
    table.push_logits(&[0.0, 0.1, 0.2, 0.3]);
    table.push_top_k(&[(2, -0.5)], 0.3);
    let rest = 0.1_f32.ln();
    let input = StepInput {
        tokens: &[0, 1, 2, 3, 1, 2, 3, 0, 2, 3, 0, 1],
        rows: &[0, 3, 0, 4, 7, 4, 9, 10, 9],
        targets: &[1, 2, 0, 5, 3, 0, 4, 5, 0],
        labels: &[1, 2, 0, 1, 3, 0, 2, 3, 0],
        weights: &[0.5, 0.5, 0.0, 0.25, 0.75, 0.0, 0.5, 0.5, 0.0],
        rate: 0.1,
    };
    let part = StepPart::new(&input, &table, 3, &(1..3));
    assert_eq!(
        part,
        StepPart {
            tokens: vec![1, 2, 3, 0, 2, 3, 0, 1],
            picked: [[0, 3, 0, 5, 6, 5], [4, 3, 0, 5, 6, 0], [1, 3, 0, 2, 3, 0]].concat(),
            weights: vec![0.25, 0.75, 0.0, 0.5, 0.5, 0.0],
            shown: vec![1, 0, 1],
            words: vec![2.0, -0.5, rest, 0.0, 0.1, 0.2, 0.3, 2.0, -0.5, rest],
        }
    );
    let back = part.input(0.1);
    assert_eq!(
        (back.rows.len(), back.targets, back.rate),
        (6, &[4, 3, 0, 5, 6, 0][..], 0.1)
    );
    // A table of tokens only asks for nothing.
    let plain = StepPart::new(
        &StepInput {
            targets: input.labels,
            ..input
        },
        &TargetTable::new(4),
        3,
        &(0..1),
    );
    assert!(plain.shown.is_empty() && plain.words.is_empty());
}

#[test]
fn a_row_outside_the_part_stays_outside() {
    // Padding of a member that has no row: position 0, which is the first member's.
    let rows = rows_of_members(&[0, 1, 0, 0], &[7; 4], 2, &(1..2));
    assert!(rows.iter().all(|&row| row >= 2), "{rows:?}");
}

#[test]
fn answers_are_put_together_in_the_order_of_the_members() {
    let members = divide(5, 2);
    assert_eq!(members, [0..2, 2..5]);
    let parts = [vec![0.0, 1.0, 10.0, 11.0], vec![2.0, 3.0, 4.0, 12.0, 13.0, 14.0]];
    let joined = join_steps(&parts, &members);
    assert_eq!(joined, [0.0, 1.0, 2.0, 3.0, 4.0, 10.0, 11.0, 12.0, 13.0, 14.0]);
    assert_eq!(join_steps(&[vec![], vec![]], &members), [0.0; 0]);
    let gradients = [vec![0.5, 1.5, 1.0, 2.0], vec![2.5, 3.5, 4.5, 3.0, 4.0, 5.0]];
    let (losses, gradient) = join_gradients(&gradients, &members);
    assert_eq!(losses, [0.5, 1.5, 2.5, 3.5, 4.5]);
    assert_eq!(gradient, [1.0, 2.0, 3.0, 4.0, 5.0]);
}

/// A step's numbers for `p` members: rows in any order, soft targets, padding.
struct Numbers {
    tokens: Vec<u32>,
    rows: Vec<u32>,
    targets: Vec<u32>,
    labels: Vec<u32>,
    weights: Vec<f32>,
}

impl Numbers {
    fn new(rng: &mut Rng, [p, b, t, k]: [usize; 4], v: u32, soft: u32) -> Self {
        let mut draw = |count: usize, below: u32| (0..count).map(|_| rng.random_range(0..below)).collect::<Vec<u32>>();
        let rows = draw(p * k, (b * t) as u32);
        Self {
            tokens: draw(p * b * t, v),
            rows: rows
                .iter()
                .enumerate()
                .map(|(i, row)| (i / k * b * t) as u32 + row)
                .collect(),
            targets: draw(p * k, v + soft),
            labels: draw(p * k, v),
            weights: (0..p * k).map(|i| if i % k + 2 > k { 0.0 } else { 0.2 }).collect(),
        }
    }

    fn input(&self) -> StepInput<'_> {
        StepInput {
            tokens: &self.tokens,
            rows: &self.rows,
            targets: &self.targets,
            labels: &self.labels,
            weights: &self.weights,
            rate: 3e-3,
        }
    }
}

/// What a run does, once by one plan and then by hands: not a bit differs.
#[test]
fn hands_compute_what_one_thread_computes() {
    let config = tiny();
    let (p, b, t, k, v) = (5, 3, 7, 6, config.vocab_size);
    let mut rng = stream(3, Stream::Data, 0);
    let mut table = TargetTable::new(v);
    for row in 0..4 {
        if row % 2 == 0 {
            table.push_logits(&(0..v).map(|_| 5.0 * rng.random::<f32>()).collect::<Vec<_>>());
        } else {
            table.push_top_k(&[(row, -1.0), (5, -1.5), (2 * row + 7, -2.5)], 0.3);
        }
    }
    let table = Rc::new(table);
    let shape = Shape {
        config: config.clone(),
        population: p,
        sequences: b,
        length: t,
        rows: k,
    };
    let mixture = Mixture {
        temperature: vec![1.0, 2.0, 0.5, 1.0, 3.0],
        hard_weight: vec![0.0, 0.5, 1.0, 0.25, 0.0],
    };
    let initial: Vec<f32> = (0..p as u64).flat_map(|seed| weights(&config, seed)).collect();
    // The last is of shorter sequences and fewer rows than the shape says.
    let steps: Vec<Numbers> = [[t, k], [t, k], [t - 2, k - 1]]
        .map(|[t, k]| Numbers::new(&mut rng, [p, b, t, k], v as u32, 4))
        .into();
    let asked = Numbers::new(&mut rng, [p, 2, 4, 3], v as u32, 0);

    let mut alone = cpu::CpuPlan::new(
        shape.clone(),
        &initial,
        AdamWConfig::default(),
        mixture.clone(),
        table.clone(),
    );
    let losses: Vec<f32> = steps.iter().flat_map(|step| alone.step(&step.input())).collect();
    let gradient = {
        let (losses, gradient) = alone.gradient(&steps[0].input());
        (losses, gradient.to_vec())
    };
    let mut logits = Vec::new();
    cpu::logits_at(&config, alone.weights(), &asked.tokens, 4, &asked.rows, &mut logits);
    let mut decoder = cpu::Decoder::new(&config, alone.shared_weights(), p, 2, 5);
    let read = [decoder.next(&asked.tokens, 4), decoder.next(&asked.tokens[..2 * p], 1)];

    for count in [1, 2, 3, 8] {
        let members = divide(p, count);
        let part = |values: &[f32], members: &Range<usize>| of_members(values, p, members).to_vec();
        let mut hands: Vec<Hand> = members
            .iter()
            .map(|members| {
                let post = Post {
                    shape: Shape {
                        population: members.len(),
                        ..shape.clone()
                    },
                    optimizer: AdamWConfig::default(),
                    mixture: Mixture {
                        temperature: part(&mixture.temperature, members),
                        hard_weight: part(&mixture.hard_weight, members),
                    },
                };
                Hand::new(post, &part(&initial, members))
            })
            .collect();
        let mut of_hands = |ask: &mut dyn FnMut(&mut Hand, &Range<usize>) -> Vec<f32>| -> Vec<Vec<f32>> {
            hands
                .iter_mut()
                .zip(&members)
                .map(|(hand, members)| ask(hand, members))
                .collect()
        };
        // Asked before the first step, so that an answer that was kept too long would show.
        of_hands(&mut |hand, members| {
            let rows = rows_of_members(&asked.rows, &asked.tokens, p, members);
            hand.logits_at(of_members(&asked.tokens, p, members), 4, &rows)
        });
        for step in &steps {
            of_hands(&mut |hand, members| {
                hand.step(&StepPart::new(&step.input(), &table, p, members), 3e-3);
                Vec::new()
            });
        }
        assert_eq!(join_steps(&of_hands(&mut |hand, _| hand.losses()), &members), losses);
        assert_eq!(
            of_hands(&mut |hand, _| hand.weights().to_vec()).concat(),
            alone.weights()
        );
        let gradients =
            of_hands(&mut |hand, members| hand.gradient(&StepPart::new(&steps[0].input(), &table, p, members)));
        assert_eq!(join_gradients(&gradients, &members), gradient);
        let answers = of_hands(&mut |hand, members| {
            let rows = rows_of_members(&asked.rows, &asked.tokens, p, members);
            hand.logits_at(of_members(&asked.tokens, p, members), 4, &rows)
        });
        assert_eq!(answers.concat(), logits);
        let first = of_hands(&mut |hand, members| {
            hand.start_decoder(7, 2, 5);
            hand.next(7, of_members(&asked.tokens, p, members), 4).unwrap()
        });
        let second = of_hands(&mut |hand, members| {
            let next = hand.next(7, of_members(&asked.tokens[..2 * p], p, members), 1).unwrap();
            hand.drop_decoder(7);
            assert_eq!(hand.next(7, &asked.tokens[..2 * members.len()], 1), None);
            next
        });
        assert_eq!([first.concat(), second.concat()], read);
    }
}
