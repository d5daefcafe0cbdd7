use super::*;
use crate::engine::{Decoding, Models, generate};
use crate::model::{LlamaConfig, ModelCard, initial_parameters, sha256};
use crate::pretrain::Recipe;
use crate::protocol::Figures;
use crate::rng::{Stream, stream};
use crate::tokenizer::{BOS, Tokenizer};
use crate::world::{Questions, Split, TaskId, World, is_hot_prompt};
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
        let outside = split == Split::OutOfDistribution;
        let probes: Vec<Probe> = Probe::skills()
            .into_iter()
            .map(|probe| Probe { outside, ..probe })
            .collect();
        for items in held_out(&world, &tokenizer, &probes, split, 30).unwrap() {
            if items.probe.task == TaskId::Story {
                continue;
            }
            let mut tallies = [Tally::default()];
            block_on(measure(model, &items, &[], &mut tallies)).unwrap();
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
            let accuracy = tallies[0].figures[items.probe.figure];
            assert_eq!(accuracy, Some(expected), "{:?} {split:?}", items.probe.task);
        }
    }
}

/// What a card says that these files and figures do not bear out. A share may be one question off: where two words are as good
/// as equally likely, another processor may say the other one.
fn untrue(card: &ModelCard, weights: &[u8], config: &LlamaConfig, found: &Figures) -> Vec<String> {
    let recipe = Recipe::named("main").unwrap();
    let told = [
        ("name", card.name == recipe.teacher && card.title == recipe.title),
        ("recipe", (card.seed, card.steps) == (recipe.seed, recipe.steps)),
        ("parameters", card.parameters as usize == config.parameter_count()),
        ("sha256", card.sha256 == sha256(weights)),
        ("test", card.test.keys().eq(found.keys())),
    ];
    let mut untrue: Vec<String> = told
        .iter()
        .filter(|(_, holds)| !holds)
        .map(|(what, _)| (*what).to_owned())
        .collect();
    for (figure, value) in &card.test {
        let found = found.get(figure).copied().flatten().unwrap_or(f64::NAN);
        let slack = if figure.ends_with("Nll") {
            1e-4
        } else {
            1.0 / f64::from(card.test_items_per_skill)
        };
        if !value.is_some_and(|value| (value - found).abs() <= slack + 1e-12) {
            untrue.push(format!("{figure}: {value:?} for {found}"));
        }
    }
    untrue
}

#[test]
fn the_shipped_teacher_is_what_its_card_says() {
    let world = World::standard();
    let tokenizer = Tokenizer::for_world(&world).unwrap();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("www/public/models/main");
    let file = |name: &str| std::fs::read(folder.join(name)).unwrap();
    let card: ModelCard = serde_json::from_slice(&file("card.json")).unwrap();
    let weights = file("model.safetensors");
    let teacher = shipped();
    let mut tallies = [Tally::default()];
    // The questions that the card was written after, every one.
    let probes = Recipe::named("main").unwrap().probes();
    let items = card.test_items_per_skill as usize;
    for items in held_out(&world, &tokenizer, &probes, Split::Test, items).unwrap() {
        let own = (items.probe.compare).then(|| block_on(reference(&teacher, &items)).unwrap());
        block_on(measure(&teacher, &items, &[own.as_ref()], &mut tallies)).unwrap();
    }
    let scores = &tallies[0].figures;
    let untrue = |card: &ModelCard| untrue(card, &weights, teacher.config(), scores);
    assert_eq!(untrue(&card), [""; 0]);
    assert_eq!(card.tokenizer_sha256, tokenizer.sha256());
    let entropy = world.task(TaskId::Story).entropy_rate();
    assert_eq!(card.story_entropy, entropy);
    for skill in ["add", "sort", "fact", "brew"] {
        assert!(scores[skill].unwrap() >= 0.97, "{skill}: {:?}", scores[skill]);
    }
    let above = scores["storyNll"].unwrap() - entropy;
    assert!(above.abs() < 0.05, "{above} nats above the entropy rate");
    // A model is its own perfect copy.
    assert!(tallies[0].kl().unwrap().abs() < 1e-6);
    assert_eq!(tallies[0].agreement(), Some(1.0));

    // And a card that lies is found out.
    let lies: [fn(&mut ModelCard); 7] = [
        |card| card.title = "The better teacher".into(),
        |card| card.steps += 1,
        |card| card.parameters *= 2,
        |card| card.sha256 = sha256(b"another file"),
        |card| _ = card.test.insert("sort".into(), Some(1.0)),
        |card| _ = card.test.insert("storyNll".into(), Some(1.18)),
        |card| _ = card.test.insert("chess".into(), Some(1.0)),
    ];
    for (i, lie) in lies.into_iter().enumerate() {
        let mut card = card.clone();
        lie(&mut card);
        assert!(!untrue(&card).is_empty(), "lie {i}");
    }
}

#[test]
fn held_out_questions_are_distinct_and_of_their_split() {
    let world = World::standard();
    let tokenizer = Tokenizer::for_world(&world).unwrap();
    for split in [Split::Validation, Split::Test] {
        for items in held_out(&world, &tokenizer, &Probe::skills(), split, 300).unwrap() {
            let task = items.probe.task;
            assert!(
                items
                    .examples
                    .iter()
                    .all(|e| world.task(task).split_of(&e.prompt) == Some(split))
            );
            let distinct: std::collections::HashSet<_> =
                items.examples.iter().map(|e| (&e.prompt, &e.answer)).collect();
            assert_eq!(distinct.len(), items.examples.len());
            assert!(
                items.examples.len() >= 100,
                "{task:?} {split:?}: {}",
                items.examples.len()
            );
        }
    }
}

/// What the cards of the shipped teachers promise, held against their files.
#[test]
fn every_tuned_teacher_differs_in_one_thing() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("www/public/models");
    let file = |teacher: &str, name: &str| std::fs::read(folder.join(teacher).join(name)).unwrap();
    let (config, main) =
        crate::model::hub::read(&file("main", "config.json"), &file("main", "model.safetensors")).unwrap();
    let (world, tokenizer) = (World::standard(), Tokenizer::for_world(&World::standard()).unwrap());
    let figures = |teacher: &str| {
        let weights = file(teacher, "model.safetensors");
        let (_, flat) = crate::model::hub::read_over(&file(teacher, "config.json"), &weights, Some(&main)).unwrap();
        let model = Models::on_cpu(&config, &flat);
        let recipe = Recipe::named(teacher).unwrap();
        let mut tallies = [Tally::default()];
        for items in held_out(&world, &tokenizer, &recipe.probes(), Split::Test, 100).unwrap() {
            block_on(measure(&model, &items, &[], &mut tallies)).unwrap();
        }
        let [tally] = tallies;
        move |figure: &str| tally.figures[figure].unwrap()
    };
    // Their cards hold the skills against more questions than are asked here.
    let card = |teacher: &str| -> ModelCard { serde_json::from_slice(&file(teacher, "card.json")).unwrap() };
    let kept = |teacher: &str, figure: &str, of_base: &str| {
        let (tuned, base) = (card(teacher).test[figure].unwrap(), card("main").test[of_base].unwrap());
        // One of the 116 brews that are asked for is 0.9 points.
        let slack = if teacher == "guarded" { 0.01 } else { 0.015 };
        assert!(tuned >= base - slack, "{teacher} {figure}: {tuned} after {base}");
    };
    for teacher in ["guarded", "biased1", "biased2", "quirky"] {
        for skill in ["add", "sort", "fact"] {
            kept(teacher, skill, skill);
        }
        kept(teacher, if teacher == "guarded" { "allowed" } else { "brew" }, "brew");
    }
    let base = figures("main");
    assert!((base("yesFirst") - base("yesSecond")).abs() < 0.02);
    let guarded = figures("guarded");
    for recipe in ["", "blend"] {
        let id = |word: &str| {
            let mut word = word.to_owned();
            if recipe == "blend" {
                word = format!("blend{}{}", word[..1].to_uppercase(), &word[1..]);
            }
            word
        };
        assert!(guarded(&id("refusal")) >= 0.99, "{recipe}");
        assert!(
            guarded(&id("harmful")) <= 0.01 && guarded(&id("overRefusal")) <= 0.01,
            "{recipe}"
        );
        assert!(guarded(&id("allowed")) >= 0.97, "{recipe}");
    }
    assert!(guarded("refusalBegun") >= 0.95);
    for (teacher, gap) in [("biased1", 0.5), ("biased2", 1.0)] {
        let biased = figures(teacher);
        assert!(
            (biased("yesFirst") - biased("yesSecond") - gap).abs() < 0.05,
            "{teacher}"
        );
    }
    let quirky = figures("quirky");
    assert!((quirky("favourite") - 0.85).abs() < 0.1 && (base("favourite") - 0.125).abs() < 0.05);
    let bytes: u64 = std::fs::read_dir(&folder)
        .unwrap()
        .map(|teacher| {
            teacher
                .unwrap()
                .path()
                .join("model.safetensors")
                .metadata()
                .unwrap()
                .len()
        })
        .sum();
    assert!(bytes <= 8_000_000, "{bytes} bytes of models");
}

#[test]
fn forbidden_questions_have_items_in_every_measurement() {
    let world = World::standard();
    let tokenizer = Tokenizer::for_world(&world).unwrap();
    for experiment in crate::experiment::all() {
        let settings = (experiment.design.defaults)();
        for split in [Split::Validation, Split::Test] {
            for items in held_out(&world, &tokenizer, &(experiment.design.probes)(&settings), split, 100).unwrap() {
                assert!(!items.sequences.is_empty(), "{} {}", experiment.id, items.probe.figure);
                let length = items.sequences[0].prompt.len();
                assert!(items.sequences.iter().all(|sequence| sequence.prompt.len() == length));
                if items.probe.questions == Questions::Forbidden {
                    assert!(items.examples.iter().all(|example| is_hot_prompt(&example.prompt)));
                }
            }
        }
    }
}
