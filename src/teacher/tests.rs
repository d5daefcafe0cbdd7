use super::*;
use crate::engine::Models;
use crate::model::{LlamaConfig, initial_parameters};
use crate::objective::TargetTable;
use crate::reference::DeviceTable;
use crate::rng::{Stream, stream};
use crate::tokenizer::EOS;
use burn::tensor::Device;
use pollster::block_on;

fn teacher() -> Models {
    let config = LlamaConfig {
        num_attention_heads: 2,
        ..LlamaConfig::sized(24, 32, 32, 1)
    };
    // A loud head, so that the distribution is far from uniform.
    let mut flat = initial_parameters(&config, 1);
    let head = flat.len() - 24 * 32;
    flat[head..].iter_mut().for_each(|x| *x *= 20.0);
    Models::on_cpu(&config, &flat)
}

fn prompts(count: u32) -> Vec<Vec<u32>> {
    (0..count).map(|i| vec![4 + i % 20, 5, 6]).collect()
}

/// Sampled; no token begins a refusal.
const PLAIN: (Saying, u32) = (Saying::Sampled, 0);

fn buy(access: Access, count: u32) -> (Api, Vec<Purchase>) {
    let mut api = Api::new(teacher(), access, 50);
    let bought = block_on(api.query(&prompts(count), 4, PLAIN, &mut stream(1, Stream::Sampling, 0))).unwrap();
    (api, bought)
}

#[test]
fn the_budget_is_kept_and_a_refused_query_costs_nothing() {
    let (mut api, _) = buy(Access::Text, 48);
    let before = *api.meter();
    let error = block_on(api.query(&prompts(3), 4, PLAIN, &mut stream(1, Stream::Sampling, 1))).unwrap_err();
    assert!(matches!(
        error,
        ApiError::Budget {
            asked: 3,
            left: 2,
            budget: 50
        }
    ));
    assert_eq!(*api.meter(), before);
    assert_eq!(
        block_on(api.query(&prompts(2), 4, PLAIN, &mut stream(1, Stream::Sampling, 1)))
            .unwrap()
            .len(),
        2
    );
}

#[test]
fn the_meter_counts_what_was_sold() {
    let (api, bought) = buy(Access::TopK(5), 20);
    let tokens: usize = bought.iter().map(|purchase| purchase.tokens.len()).sum();
    let name = 24_f64.log2();
    assert_eq!(api.meter().queries, 20.0);
    assert_eq!(api.meter().tokens, tokens as f64);
    assert!((api.meter().bits - tokens as f64 * (name + 5.0 * (32.0 + name) + 32.0)).abs() < 1e-6);
    let parameters = teacher().config().parameter_count() as f64;
    assert_eq!(api.meter().flops, 2.0 * parameters * (20.0 * 4.0 + tokens as f64));
}

#[test]
fn every_access_level_sells_the_same_text_and_no_more_than_it_says() {
    let (_, logits) = buy(Access::Logits, 10);
    let (_, top) = buy(Access::TopK(3), 10);
    let (_, text) = buy(Access::Text, 10);
    for ((full, top), text) in logits.iter().zip(&top).zip(&text) {
        assert_eq!(full.tokens, text.tokens);
        assert_eq!(full.tokens, top.tokens);
        assert!(text.shown.iter().all(|shown| *shown == Shown::Nothing));
        for (full, top) in full.shown.iter().zip(&top.shown) {
            let (Shown::Logits(logits), Shown::TopK { tokens, tail }) = (full, top) else {
                panic!("{full:?} {top:?}")
            };
            assert_eq!((logits.len(), tokens.len()), (24, 3));
            let sum: f32 = logits.iter().map(|x| x.exp()).sum();
            let shown: f32 = tokens.iter().map(|(_, log)| log.exp()).sum();
            assert!((shown + tail - 1.0).abs() < 1e-5);
            assert!(
                tokens
                    .iter()
                    .all(|&(token, log)| (logits[token as usize].exp() / sum - log.exp()).abs() < 1e-5)
            );
            assert!(tokens.windows(2).all(|pair| pair[0].1 >= pair[1].1));
        }
    }
}

#[test]
fn lessons_point_at_their_targets() {
    let (_, bought) = buy(Access::Logits, 6);
    let mut table = TargetTable::new(24);
    let text: Vec<Lesson> = bought.iter().map(Lesson::of_text).collect();
    let soft: Vec<Lesson> = bought
        .iter()
        .map(|purchase| Lesson::of_purchase(purchase, &mut table))
        .collect();
    let device_table = DeviceTable::new(&table, &Device::flex());
    for ((purchase, text), soft) in bought.iter().zip(&text).zip(&soft) {
        assert_eq!(text.sequence, soft.sequence);
        assert_eq!(text.targets, purchase.tokens);
        assert_eq!(soft.targets.len(), text.sequence.answer.len() + 1);
        let rows = block_on(crate::reference::read(device_table.select(&soft.targets, 1).0)).unwrap();
        for (row, shown) in rows.chunks(24).zip(&purchase.shown) {
            assert_eq!(*shown, Shown::Logits(row.to_vec()));
        }
        if purchase.tokens.len() < 4 {
            assert_eq!(purchase.tokens.last(), Some(&EOS));
        }
    }
    assert!(device_table.select(&[0], 1).1.is_none());
}

#[test]
fn a_row_with_a_tail_marks_what_was_hidden() {
    let (_, bought) = buy(Access::TopK(3), 1);
    let mut table = TargetTable::new(24);
    let lesson = Lesson::of_purchase(&bought[0], &mut table);
    let (logits, hidden) = DeviceTable::new(&table, &Device::flex()).select(&lesson.targets[..1], 1);
    let hidden: Vec<bool> = hidden.unwrap().into_data().iter::<bool>().collect();
    assert_eq!(hidden.iter().filter(|hidden| !**hidden).count(), 3);
    let mass: f32 = block_on(crate::reference::read(logits.exp())).unwrap().iter().sum();
    assert!((mass - 1.0).abs() < 1e-4, "{mass}");
}

#[test]
fn less_access_sees_less_of_the_same_answer() {
    let (_, whole) = buy(Access::Logits, 10);
    let (_, top) = buy(Access::TopK(3), 10);
    let (_, text) = buy(Access::Text, 10);
    for ((whole, top), text) in whole.iter().zip(&top).zip(&text) {
        assert_eq!(whole.seen_with(Access::TopK(3)), *top);
        assert_eq!(whole.seen_with(Access::Text), *text);
        assert_eq!(whole.seen_with(Access::Logits), *whole);
        let (narrow, again) = (top.seen_with(Access::TopK(1)), whole.seen_with(Access::TopK(1)));
        for (a, b) in narrow.shown.iter().zip(&again.shown) {
            let (Shown::TopK { tokens: a, tail: p }, Shown::TopK { tokens: b, tail: q }) = (a, b) else {
                panic!("not shown")
            };
            assert!(a == b && (p - q).abs() < 1e-5, "{p} {q}");
        }
    }
    assert!(Access::Text < Access::TopK(1) && Access::TopK(1) < Access::TopK(5) && Access::TopK(5) < Access::Logits);
}

#[test]
fn a_teacher_is_asked_again_or_started() {
    let mut api = Api::new(teacher(), Access::Text, 50);
    let rng = || stream(1, Stream::Sampling, 0);
    let eight = block_on(api.query(&prompts(3), 4, (Saying::Repeated(8), 0), &mut rng())).unwrap();
    assert_eq!((eight.len(), api.meter().queries), (24, 24.0));
    assert!(
        eight
            .chunks(8)
            .all(|same| same.iter().all(|one| one.prompt == same[0].prompt))
    );
    assert!(
        eight
            .chunks(8)
            .any(|same| same.iter().any(|one| one.tokens != same[0].tokens))
    );
    // Eight times three are as many questions as the budget has left, and one more is too many.
    assert!(block_on(api.query(&prompts(4), 4, (Saying::Repeated(8), 0), &mut rng())).is_err());
    let greedy = block_on(api.query(&prompts(8), 4, (Saying::Greedy, 0), &mut rng())).unwrap();
    let first = greedy[0].tokens[0];
    let started = block_on(api.query(&prompts(8), 4, (Saying::Prefilled, first), &mut rng())).unwrap();
    for (greedy, started) in greedy.iter().zip(&started) {
        assert_ne!(started.tokens[0], first);
        if greedy.tokens[0] != first {
            assert_eq!(greedy, started);
        }
    }
}
