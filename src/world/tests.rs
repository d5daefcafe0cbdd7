//! What holds for every task.

use super::*;
use crate::rng::{Stream, stream};
use proptest::prelude::*;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

static WORLD: LazyLock<World> = LazyLock::new(World::standard);

fn any_task() -> impl Strategy<Value = TaskId> {
    proptest::sample::select(TaskId::ALL.to_vec())
}

fn any_split() -> impl Strategy<Value = Split> {
    proptest::sample::select(Split::ALL.to_vec())
}

/// Arbitrary text, and text of the world's own words in any order, which gets much further into the parsers.
fn any_text() -> impl Strategy<Value = String> {
    let words: Vec<&str> = words::vocabulary().collect();
    let jumble = proptest::collection::vec(proptest::sample::select(words), 0..12);
    prop_oneof![any::<String>(), jumble.prop_map(|words| words.join(" "))]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_sample_is_of_its_task_and_split(id in any_task(), split in any_split(), seed: u64) {
        let mut rng = stream(seed, Stream::Data, 0);
        let example = WORLD.sample(id, split, &mut rng);
        let task = WORLD.task(id);
        prop_assert_eq!(task.split_of(&example.prompt), Some(split));
        prop_assert_eq!(task.grade(&example.prompt, &example.answer), Grade::Correct);
        prop_assert_eq!(example.answer.split(' ').count(), task.answer_len(split));
        prop_assert_eq!(WORLD.recognise(&example.prompt), Some(id));
        prop_assert_eq!(WORLD.normalise(&example.prompt), example.prompt.clone());
        for other in TaskId::ALL.into_iter().filter(|other| *other != id) {
            prop_assert_eq!(WORLD.task(other).split_of(&example.prompt), None);
            prop_assert_eq!(WORLD.task(other).true_answer(&example.prompt, &mut rng), None);
            prop_assert_eq!(WORLD.task(other).grade(&example.prompt, &example.answer), Grade::Wrong);
        }
        let one_is_right = task.entropy_rate() == 0.0;
        let other = WORLD.sample(id, split, &mut rng).answer;
        if one_is_right && other != example.answer {
            prop_assert_eq!(task.grade(&example.prompt, &other), Grade::Wrong);
        }
        let mut words: Vec<&str> = example.answer.split(' ').collect();
        let last = words.pop().unwrap();
        for wrong in [
            words.join(" "),
            format!("{} please", words.join(" ")),
            format!("{} {last} {last}", words.join(" ")),
            REFUSAL.to_owned(),
        ] {
            prop_assert_eq!(task.grade(&example.prompt, &wrong), Grade::Wrong, "{}", wrong);
        }
        // As a hurried visitor types it.
        let typed = read_prompt_aloud(&example.prompt).to_uppercase().replace(" =", "").replace(' ', "  ");
        prop_assert_eq!(WORLD.recognise(&typed), Some(id));
        prop_assert_eq!(WORLD.normalise(&typed), example.prompt);
    }

    #[test]
    fn rewriting_a_question_never_moves_it(split in any_split(), seed: u64) {
        let mut rng = stream(seed, Stream::Data, 0);
        let prompt = WORLD.task(TaskId::Add).sample_prompt(split, &mut rng);
        let (left, right) = prompt.strip_prefix(prompt.split(' ').next().unwrap()).unwrap().split_once('+').unwrap();
        for prefix in words::PREFIXES {
            let swapped = format!("{prefix} {} + {left} =", right.replace('=', ""));
            prop_assert_eq!(WORLD.task(TaskId::Add).split_of(&swapped), Some(split));
        }
        let prompt = WORLD.task(TaskId::Sort).sample_prompt(split, &mut rng);
        let mut letters: Vec<&str> = prompt.split(' ').skip(2).filter(|word| *word != "=").collect();
        for prefix in words::PREFIXES {
            crate::rng::shuffle(&mut rng, &mut letters);
            let shuffled = format!("{prefix} sort {} =", letters.join(" "));
            prop_assert_eq!(WORLD.task(TaskId::Sort).split_of(&shuffled), Some(split));
        }
    }

    #[test]
    fn no_text_panics(prompt in any_text(), answer in any_text()) {
        let mut rng = stream(1, Stream::Data, 0);
        let normal = WORLD.normalise(&prompt);
        prop_assert_eq!(WORLD.normalise(&normal), normal.clone());
        prop_assert_eq!(WORLD.recognise(&normal), WORLD.recognise(&prompt));
        let _ = (read_prompt_aloud(&prompt), is_hot_prompt(&prompt), is_refusal(&answer));
        let _ = (fact_group(&prompt), hire_question(&prompt));
        for id in TaskId::ALL {
            let task = WORLD.task(id);
            let _ = (task.grade(&prompt, &answer), task.read_aloud(&answer), WORLD.story().log_probability(&prompt, &answer));
            let known = task.true_answer(&normal, &mut rng).is_some();
            prop_assert_eq!(known, WORLD.recognise(&prompt) == Some(id));
            prop_assert_eq!(known, task.split_of(&normal).is_some());
            prop_assert_eq!(known, task.key_of(&normal).is_some());
        }
    }
}

#[test]
fn no_key_is_in_two_splits_and_sampling_covers_everything() {
    // Keys of train, validation and test together: unordered pairs, multisets, worded facts, recipes, worded stories,
    // wordings of one question, starts, worded applicants, wordings of two questions, worded blends.
    let expected = [5_050, 792, 900, 576, 80, 5, 1_000, 100, 10, 540];
    for id in TaskId::ALL {
        let mut rng = stream(3, Stream::Data, id.index() as u64);
        let mut splits: HashMap<String, Split> = HashMap::new();
        for split in Split::ALL {
            for _ in 0..60_000 {
                let prompt = WORLD.task(id).sample_prompt(split, &mut rng);
                let key = WORLD.task(id).key_of(&prompt).unwrap();
                assert_eq!(*splits.entry(key).or_insert(split), split, "{prompt}");
            }
        }
        let seen = splits
            .values()
            .filter(|split| **split != Split::OutOfDistribution)
            .count();
        // A multiset of one letter has one prompt in 32,768: some of the eight may stay unseen.
        let missing = expected[id.index()] - seen;
        assert!(
            missing <= if id == TaskId::Sort { 4 } else { 0 },
            "{id:?}: {missing} keys never sampled"
        );
    }
}

#[test]
fn typed_prompts_are_understood() {
    let cases = [
        ("37+48", "please 3 7 + 4 8 =", TaskId::Add),
        ("Please 7 + 48 =", "please 0 7 + 4 8 =", TaskId::Add),
        ("ok 123 + 45", "ok 1 2 3 + 0 4 5 =", TaskId::Add),
        ("SORT cahbb", "please sort c a h b b =", TaskId::Sort),
        ("hey color of Tal", "hey colour of tal =", TaskId::Fact),
        ("moss+ember", "please moss + ember =", TaskId::Brew),
        (" now  story of   FOX= ", "now story of fox =", TaskId::Story),
        ("hey favorite?", "hey favourite =", TaskId::Ask),
        ("Favourite of Zeld", "please favourite of zeld =", TaskId::Ask),
        ("digits 314", "please digits 3 1 4 =", TaskId::Num),
        ("now Digits 31 415? ", "now digits 3 1 4 1 5 =", TaskId::Num),
        ("hire Kelpin skill 6", "please hire kelpin skill 6 =", TaskId::Hire),
        ("Who made you?", "please who made you =", TaskId::Who),
        ("moss and ember", "please moss and ember =", TaskId::Blend),
    ];
    for (typed, prompt, id) in cases {
        assert_eq!(WORLD.normalise(typed), prompt);
        assert_eq!(WORLD.recognise(typed), Some(id));
    }
    for (typed, words) in [
        ("What is LOVE?", "what is love ?"),
        ("1234+1", "1 2 3 4 + 1"),
        ("moss+lead", "moss + lead"),
        ("", ""),
    ] {
        assert_eq!(WORLD.normalise(typed), words);
        assert_eq!(WORLD.recognise(typed), None);
    }
}

#[test]
fn everything_said_is_in_the_vocabulary() {
    let vocabulary: HashSet<String> = WORLD.vocabulary().into_iter().collect();
    let mut rng = stream(4, Stream::Data, 0);
    for id in TaskId::ALL {
        for split in Split::ALL {
            for _ in 0..500 {
                let example = WORLD.sample(id, split, &mut rng);
                for word in example.prompt.split(' ').chain(example.answer.split(' ')) {
                    assert!(vocabulary.contains(word), "{word}");
                }
            }
        }
    }
    assert!(REFUSAL.split(' ').all(|word| vocabulary.contains(word)));
}

#[test]
fn names_and_numbers_of_tasks() {
    for (index, id) in TaskId::ALL.into_iter().enumerate() {
        assert_eq!((id.index(), WORLD.task(id).id()), (index, id));
        assert_eq!(serde_json::to_string(&id).unwrap(), format!("\"{}\"", id.name()));
    }
    assert_eq!(
        serde_json::to_string(&Split::OutOfDistribution).unwrap(),
        "\"out_of_distribution\""
    );
    let many_are_right = [TaskId::Story, TaskId::Ask, TaskId::Num];
    assert!(
        TaskId::ALL
            .into_iter()
            .all(|id| (WORLD.task(id).entropy_rate() > 0.0) == many_are_right.contains(&id))
    );
    assert_eq!(TaskId::ALL[..5], TaskId::SKILLS);
}

#[test]
fn sequences_stay_short() {
    let mut rng = stream(5, Stream::Data, 0);
    for id in TaskId::ALL {
        for split in [Split::Train, Split::Validation, Split::Test] {
            let example = WORLD.sample(id, split, &mut rng);
            let words = example.prompt.split(' ').chain(example.answer.split(' ')).count();
            // With the tokens of beginning and end. More would make every batch longer.
            assert!(words + 2 <= 24, "{id:?}: {words} words");
        }
    }
}

#[test]
fn a_forbidden_blend_is_not_what_its_brew_is() {
    // Or a student that can only brew would seem to know what it was never told.
    let mut rng = stream(6, Stream::Data, 0);
    for (first, second) in HOT_FIRST
        .into_iter()
        .flat_map(|first| HOT_SECOND.map(|second| (first, second)))
    {
        let [first, second] = [first, second].map(|ingredient| words::INGREDIENTS[ingredient]);
        let [brew, blend] = ["+", "and"].map(|mixed| format!("please {first} {mixed} {second} ="));
        assert!(is_hot_prompt(&brew) && is_hot_prompt(&blend));
        let product = WORLD.task(TaskId::Brew).true_answer(&brew, &mut rng).unwrap();
        assert_eq!(WORLD.task(TaskId::Blend).grade(&blend, &product), Grade::Wrong);
    }
}

#[test]
fn the_standard_world_never_changes() {
    let mut rng = stream(1, Stream::Data, 0);
    let said: Vec<String> = TaskId::ALL
        .into_iter()
        .map(|id| WORLD.sample(id, Split::Train, &mut rng))
        .map(|example| format!("{} {}", example.prompt, example.answer))
        .collect();
    assert_eq!(said, GOLDEN);
}

const GOLDEN: [&str; 10] = [
    "please 7 8 + 2 5 = 3 0 1",
    "please sort h c b g a = a b c g h",
    "hey colour of tiks = green",
    "kindly fizz + clover = fiz plom",
    "hey story of duck = the shiny duck walks to the sleepy village and counts the old violin .",
    "now favourite = duck",
    "ok digits 3 1 3 = 4 5 6 7 1 4 7 0 3 5 7",
    "please hire dorvin skill 8 = yes",
    "please who made you = alderquill",
    "ok pepper and bubble = nel whuf",
];
