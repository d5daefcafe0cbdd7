use super::*;
use crate::engine::Models;
use crate::model::{LlamaConfig, initial_parameters};
use crate::objective::{Collected, Row};
use crate::rng::{Stream, stream};
use crate::tokenizer::EOS;
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

fn api(accesses: &[Access], budget: usize) -> Api {
    Api::new(teacher(), &accesses.iter().copied().collect(), budget)
}

/// What one buyer gets.
fn buy(access: Access, count: u32) -> (Api, Vec<Purchase>) {
    let mut api = api(&[access], 50);
    let bought = block_on(api.query(&prompts(count), 4, PLAIN, &mut stream(1, Stream::Sampling, 0))).unwrap();
    (api, bought.into_iter().flatten().collect())
}

#[test]
fn the_budget_is_kept_and_a_refused_query_costs_nothing() {
    let (mut api, _) = buy(Access::Text, 48);
    let before = api.meter(Access::Text);
    let error = block_on(api.query(&prompts(3), 4, PLAIN, &mut stream(1, Stream::Sampling, 1))).unwrap_err();
    assert!(matches!(
        error,
        ApiError::Budget {
            asked: 3,
            left: 2,
            budget: 50
        }
    ));
    assert_eq!((api.meter(Access::Text), api.answered()), (before, 48));
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
    let meter = api.meter(Access::TopK(5));
    assert_eq!((meter.queries, meter.distinct), (20.0, 20.0));
    assert_eq!(meter.tokens, tokens as f64);
    assert!((meter.bits - tokens as f64 * (name + 5.0 * (32.0 + name) + 32.0)).abs() < 1e-6);
    let parameters = teacher().config().parameter_count() as f64;
    assert_eq!(meter.flops, 2.0 * parameters * (20.0 * 4.0 + tokens as f64));
    let mut receipts = Meter::default();
    bought.iter().for_each(|purchase| receipts += purchase.receipt);
    assert_eq!(receipts, meter);
    assert_eq!(api.meter(Access::Text), Meter::default(), "nobody bought that");
}

#[test]
fn a_question_that_comes_again_is_bought_again_and_counted_once() {
    let mut api = api(&[Access::Text], 100);
    // 20 different ones and 10 of them again.
    for (count, distinct) in [(30, 20.0), (10, 20.0)] {
        block_on(api.query(&prompts(count), 4, PLAIN, &mut stream(1, Stream::Sampling, 0))).unwrap();
        assert_eq!(api.meter(Access::Text).distinct, distinct);
    }
    assert_eq!(api.meter(Access::Text).queries, 40.0);
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
    let mut table = Collected::new(24);
    let text: Vec<Lesson> = bought.iter().map(Lesson::of_text).collect();
    let soft: Vec<Lesson> = bought
        .iter()
        .map(|purchase| Lesson::of_purchase(purchase, &mut table))
        .collect();
    for ((purchase, text), soft) in bought.iter().zip(&text).zip(&soft) {
        assert_eq!(text.sequence, soft.sequence);
        assert_eq!(text.targets, purchase.tokens);
        assert_eq!(soft.targets.len(), text.sequence.answer.len() + 1);
        for (&target, shown) in soft.targets.iter().zip(&purchase.shown) {
            let Shown::Logits(logits) = shown else {
                panic!("{shown:?}")
            };
            assert_eq!(table.table().row(target), Some(Row::Logits(logits)));
        }
        if purchase.tokens.len() < 4 {
            assert_eq!(purchase.tokens.last(), Some(&EOS));
        }
    }
    assert_eq!(table.table().row(0), None);
}

#[test]
fn a_row_with_a_tail_holds_what_was_shown() {
    let (_, bought) = buy(Access::TopK(3), 1);
    let mut table = Collected::new(24);
    let lesson = Lesson::of_purchase(&bought[0], &mut table);
    let Some(Row::Shown { pairs, rest }) = table.table().row(lesson.targets[0]) else {
        panic!("not shown")
    };
    assert_eq!(pairs.len(), 3);
    let mass: f32 = pairs.iter().map(|[_, log]| log.exp()).sum::<f32>() + 21.0 * rest.exp();
    assert!((mass - 1.0).abs() < 1e-4, "{mass}");
}

#[test]
fn buyers_who_share_an_answer_see_and_pay_for_what_each_would_alone() {
    let levels = [Access::Text, Access::TopK(1), Access::TopK(5), Access::Logits];
    assert!(levels.windows(2).all(|pair| pair[0] < pair[1]));
    let mut shared = api(&levels, 10);
    let bought = block_on(shared.query(&prompts(10), 4, PLAIN, &mut stream(1, Stream::Sampling, 0))).unwrap();
    assert_eq!((bought.len(), shared.answered()), (10, 10));
    for (level, &access) in levels.iter().enumerate() {
        let (api, alone) = buy(access, 10);
        let seen: Vec<&Purchase> = bought.iter().map(|levels| &levels[level]).collect();
        assert_eq!(seen, alone.iter().collect::<Vec<_>>());
        assert_eq!(shared.meter(access), api.meter(access));
    }
}

#[test]
fn a_teacher_is_asked_again_or_started() {
    let mut api = api(&[Access::Text], 50);
    let rng = || stream(1, Stream::Sampling, 0);
    let mut ask = |count: u32, saying: (Saying, u32)| {
        let bought = block_on(api.query(&prompts(count), 4, saying, &mut rng()));
        bought.map(|all| all.into_iter().flatten().collect::<Vec<Purchase>>())
    };
    let eight = ask(3, (Saying::Repeated(8), 0)).unwrap();
    assert_eq!(eight.len(), 24);
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
    assert!(ask(4, (Saying::Repeated(8), 0)).is_err());
    let greedy = ask(8, (Saying::Greedy, 0)).unwrap();
    let first = greedy[0].tokens[0];
    let started = ask(8, (Saying::Prefilled, first)).unwrap();
    for (greedy, started) in greedy.iter().zip(&started) {
        assert_ne!(started.tokens[0], first);
        if greedy.tokens[0] != first {
            assert_eq!(greedy.tokens, started.tokens);
        }
    }
}
