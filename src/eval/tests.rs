use super::*;
use crate::engine::{Decoding, Models, generate};
use crate::model::{LlamaConfig, initial_parameters};
use crate::rng::{Stream, stream};
use crate::tokenizer::{BOS, Tokenizer};
use crate::world::{Split, TaskId, World};
use pollster::block_on;

fn shipped() -> Models {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("www/public/models/main");
    let file = |name: &str| std::fs::read(folder.join(name)).unwrap();
    let (config, flat) = crate::model::hub::read(&file("config.json"), &file("model.safetensors")).unwrap();
    Models::on_cpu(&config, &flat)
}

#[test]
fn accuracy_by_one_pass_equals_accuracy_by_greedy_decoding() {
    let world = World::standard();
    let tokenizer = Tokenizer::for_world(&world).unwrap();
    // Longer sums, which the teacher was never taught: right on some at most.
    let good = shipped();
    let bad = Models::on_cpu(
        &LlamaConfig::student(384),
        &initial_parameters(&LlamaConfig::student(384), 1),
    );
    for (model, split) in [
        (&good, Split::Test),
        (&good, Split::OutOfDistribution),
        (&bad, Split::Test),
    ] {
        for items in held_out(&world, &tokenizer, split, 30).unwrap() {
            if items.task == TaskId::Story {
                continue;
            }
            let mut tallies = [Tally::default()];
            block_on(measure(model, &items, None, &mut tallies)).unwrap();
            let prompts: Vec<u32> = items
                .sequences
                .iter()
                .flat_map(|s| [BOS].into_iter().chain(s.prompt.iter().copied()))
                .collect();
            let length = items.sequences[0].prompt.len() + 1;
            let most = items.sequences[0].answer.len() + 1;
            let mut rng = stream(0, Stream::Sampling, 0);
            let answers = block_on(generate(
                model,
                &prompts,
                length,
                most,
                Decoding::Greedy,
                false,
                &mut rng,
            ))
            .unwrap();
            let right = answers
                .iter()
                .zip(&items.sequences)
                .filter(|(said, true_one)| said.tokens == true_one.answer && said.confidence.len() == most);
            let expected = right.count() as f64 / items.sequences.len() as f64;
            let scores = &tallies[0].scores;
            let accuracy = [scores.add, scores.sort, scores.fact, scores.brew][items.task.index()];
            assert_eq!(accuracy, Some(expected), "{:?} {split:?}", items.task);
        }
    }
}

#[test]
fn the_shipped_teacher_is_what_its_card_says() {
    let world = World::standard();
    let tokenizer = Tokenizer::for_world(&world).unwrap();
    let teacher = shipped();
    let mut tallies = [Tally::default()];
    for items in held_out(&world, &tokenizer, Split::Test, 300).unwrap() {
        let reference = block_on(reference(&teacher, &items)).unwrap();
        block_on(measure(&teacher, &items, Some(&reference), &mut tallies)).unwrap();
    }
    let scores = &tallies[0].scores;
    for (skill, accuracy) in [
        ("add", scores.add),
        ("sort", scores.sort),
        ("fact", scores.fact),
        ("brew", scores.brew),
    ] {
        assert!(accuracy.unwrap() >= 0.97, "{skill}: {accuracy:?}");
    }
    let above = scores.story_nll.unwrap() - world.task(TaskId::Story).entropy_rate();
    assert!(above.abs() < 0.05, "{above} nats above the entropy rate");
    // A model is its own perfect copy.
    assert!(tallies[0].kl().unwrap().abs() < 1e-6);
    assert_eq!(tallies[0].agreement(), Some(1.0));
}

#[test]
fn held_out_questions_are_distinct_and_of_their_split() {
    let world = World::standard();
    let tokenizer = Tokenizer::for_world(&world).unwrap();
    for split in [Split::Validation, Split::Test] {
        for items in held_out(&world, &tokenizer, split, 300).unwrap() {
            assert!(
                items
                    .examples
                    .iter()
                    .all(|e| world.task(items.task).split_of(&e.prompt) == Some(split))
            );
            let distinct: std::collections::HashSet<_> =
                items.examples.iter().map(|e| (&e.prompt, &e.answer)).collect();
            assert_eq!(distinct.len(), items.examples.len());
            assert!(
                items.examples.len() >= 100,
                "{:?} {split:?}: {}",
                items.task,
                items.examples.len()
            );
        }
    }
}
