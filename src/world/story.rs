//! STORY, a channel with entropy: `please story of fox =` is answered by any sentence of a known grammar,
//! `the ADJ ANIMAL VERB to the ADJ PLACE and VERB the ADJ THING .`, drawn with known probabilities.
//!
//! Exact answers have no second-best words to learn from and carry no watermark; stories do, and what they cost a perfect
//! model (their entropy) is computed, not estimated.

use super::split::{self, Split};
use super::task::{Grade, Task, TaskId, ask_worded, question};
use super::words::{ADJECTIVES, ANIMALS, DEEDS, MOVES, PLACES, PREFIXES, THINGS, position};
use crate::rng::{Rng, Stream, below, shuffle, stream};
use rand::Rng as _;

/// Options of every slot.
const OPTIONS: usize = 16;

/// Words of one sentence.
const WORDS: usize = 14;

/// What a slot is drawn given. Every slot depends on one word before it: a Markov chain through the sentence.
#[derive(Clone, Copy)]
enum Given {
    Animal,
    /// The slot of that index.
    Slot(usize),
}

struct Slot {
    /// Where its word stands in the sentence.
    place: usize,
    options: &'static [&'static str; OPTIONS],
    given: Given,
}

/// The slots in the order of drawing.
const SLOTS: [Slot; 7] = [
    Slot {
        place: 1,
        options: &ADJECTIVES,
        given: Given::Animal,
    },
    Slot {
        place: 3,
        options: &MOVES,
        given: Given::Animal,
    },
    Slot {
        place: 6,
        options: &ADJECTIVES,
        given: Given::Slot(1),
    },
    Slot {
        place: 7,
        options: &PLACES,
        given: Given::Slot(1),
    },
    Slot {
        place: 9,
        options: &DEEDS,
        given: Given::Slot(1),
    },
    Slot {
        place: 11,
        options: &ADJECTIVES,
        given: Given::Slot(4),
    },
    Slot {
        place: 12,
        options: &THINGS,
        given: Given::Slot(4),
    },
];

const ANIMAL_PLACE: usize = 2;

/// The sentence with its slots left open.
const TEMPLATE: [&str; WORDS] = ["the", "", "", "", "to", "the", "", "", "and", "", "the", "", "", "."];

/// Options of one sentence, by slot.
type Sentence = [usize; SLOTS.len()];

/// A grammar of stories about animals.
#[derive(Clone, Debug)]
pub struct Story {
    /// `probability[slot][context][option]`.
    probability: Vec<[[f64; OPTIONS]; OPTIONS]>,
}

impl Slot {
    fn context(&self, animal: usize, drawn: &[usize]) -> usize {
        match self.given {
            Given::Animal => animal,
            Given::Slot(slot) => drawn[slot],
        }
    }
}

/// A question: one animal, or two out of distribution.
struct Asked {
    prefix: usize,
    animals: Vec<usize>,
}

impl Asked {
    fn parse(prompt: &str) -> Option<Asked> {
        let (prefix, words) = question(prompt)?;
        let animals = match words[..] {
            ["story", "of", animal] => vec![animal],
            ["story", "of", first, "and", second] => vec![first, second],
            _ => return None,
        };
        let animals = animals
            .iter()
            .map(|word| position(&ANIMALS, word))
            .collect::<Option<_>>()?;
        Some(Asked { prefix, animals })
    }

    fn question(&self) -> String {
        let names: Vec<&str> = self.animals.iter().map(|animal| ANIMALS[*animal]).collect();
        format!("story of {}", names.join(" and "))
    }

    fn split(&self) -> Split {
        if self.animals.len() == 1 {
            split::of_wording(&self.question(), self.prefix)
        } else {
            Split::OutOfDistribution
        }
    }
}

/// The options of one sentence about `animal`, or `None` if the grammar cannot say it.
fn parse_sentence(animal: usize, words: &[&str]) -> Option<Sentence> {
    let fixed = |(place, word): (usize, &&str)| TEMPLATE[place].is_empty() || TEMPLATE[place] == *word;
    if words.len() != WORDS || !words.iter().enumerate().all(fixed) || words[ANIMAL_PLACE] != ANIMALS[animal] {
        return None;
    }
    let mut sentence = Sentence::default();
    for (option, slot) in sentence.iter_mut().zip(&SLOTS) {
        *option = position(slot.options, words[slot.place])?;
    }
    Some(sentence)
}

impl Story {
    /// In every context the 16 options have Zipf's probabilities (1, 1/2, 1/3 ...) in an order of the context's own: peaked
    /// enough that a small model learns which words follow, flat enough to stay a surprise.
    pub(super) fn new(seed: u64) -> Story {
        let mut rng = stream(seed, Stream::World, 1);
        let total: f64 = (1..=OPTIONS).map(|rank| 1.0 / rank as f64).sum();
        let zipf: [f64; OPTIONS] = std::array::from_fn(|rank| 1.0 / (rank + 1) as f64 / total);
        let mut row = || {
            let mut weights = zipf;
            shuffle(&mut rng, &mut weights);
            weights
        };
        let probability = SLOTS.iter().map(|_| std::array::from_fn(|_| row())).collect();
        Story { probability }
    }

    fn sample_sentence(&self, animal: usize, rng: &mut Rng) -> String {
        let mut words = TEMPLATE;
        words[ANIMAL_PLACE] = ANIMALS[animal];
        let mut drawn = Sentence::default();
        for (index, slot) in SLOTS.iter().enumerate() {
            let row = &self.probability[index][slot.context(animal, &drawn)];
            drawn[index] = draw(row, rng);
            words[slot.place] = slot.options[drawn[index]];
        }
        words.join(" ")
    }

    /// The natural logarithm of the probability that the grammar gives to `answer`, or `None` if it cannot say it.
    pub fn log_probability(&self, prompt: &str, answer: &str) -> Option<f64> {
        let asked = Asked::parse(prompt)?;
        let words: Vec<&str> = answer.split_ascii_whitespace().collect();
        if words.len() != WORDS * asked.animals.len() {
            return None;
        }
        let mut total = 0.0;
        for (animal, words) in asked.animals.iter().zip(words.chunks(WORDS)) {
            let sentence = parse_sentence(*animal, words)?;
            for (index, slot) in SLOTS.iter().enumerate() {
                total += self.probability[index][slot.context(*animal, &sentence)][sentence[index]].ln();
            }
        }
        Some(total)
    }

    /// Nats in a sentence about `animal`: the entropy of each slot, averaged over what it is drawn given.
    fn entropy_of(&self, animal: usize) -> f64 {
        let mut marginals: Vec<[f64; OPTIONS]> = Vec::new();
        let mut total = 0.0;
        for (slot, rows) in SLOTS.iter().zip(&self.probability) {
            let context: [f64; OPTIONS] = match slot.given {
                Given::Animal => std::array::from_fn(|other| f64::from(u8::from(other == animal))),
                Given::Slot(before) => marginals[before],
            };
            let mut marginal = [0.0; OPTIONS];
            for (weight, row) in context.iter().zip(rows) {
                total -= weight * row.iter().map(|p| p * p.ln()).sum::<f64>();
                marginal.iter_mut().zip(row).for_each(|(sum, p)| *sum += weight * p);
            }
            marginals.push(marginal);
        }
        total
    }
}

fn draw(row: &[f64; OPTIONS], rng: &mut Rng) -> usize {
    let mut left: f64 = rng.random();
    for (option, probability) in row.iter().enumerate() {
        left -= probability;
        if left < 0.0 {
            return option;
        }
    }
    // Rounding can leave a crumb after the last option.
    OPTIONS - 1
}

impl Task for Story {
    fn id(&self) -> TaskId {
        TaskId::Story
    }

    fn title(&self) -> &'static str {
        "Stories"
    }

    fn describe(&self) -> &'static str {
        "Tell a one-sentence story about an animal; many are right, and how likely each one should be is known."
    }

    fn sample_prompt(&self, split: Split, rng: &mut Rng) -> String {
        let mut asked = Asked {
            prefix: 0,
            animals: vec![below(rng, ANIMALS.len())],
        };
        if split == Split::OutOfDistribution {
            asked.animals.push(below(rng, ANIMALS.len()));
        }
        ask_worded(&asked.question(), split, rng)
    }

    fn true_answer(&self, prompt: &str, rng: &mut Rng) -> Option<String> {
        let animals = Asked::parse(prompt)?.animals;
        let sentences: Vec<_> = animals
            .iter()
            .map(|animal| self.sample_sentence(*animal, rng))
            .collect();
        Some(sentences.join(" "))
    }

    fn grade(&self, prompt: &str, answer: &str) -> Grade {
        self.log_probability(prompt, answer).is_some().into()
    }

    fn split_of(&self, prompt: &str) -> Option<Split> {
        Asked::parse(prompt).map(|asked| asked.split())
    }

    fn answer_len(&self, split: Split) -> usize {
        if split == Split::OutOfDistribution {
            2 * WORDS
        } else {
            WORDS
        }
    }

    fn entropy_rate(&self) -> f64 {
        let nats: f64 = (0..ANIMALS.len()).map(|animal| self.entropy_of(animal)).sum();
        nats / (ANIMALS.len() * WORDS) as f64
    }

    /// The prefix belongs to the key: it is the wordings that are split.
    fn key_of(&self, prompt: &str) -> Option<String> {
        Asked::parse(prompt).map(|asked| format!("story {} {}", PREFIXES[asked.prefix], asked.question()))
    }

    fn tidy(&self, question: &[&str]) -> Option<String> {
        match question {
            ["story", "of", ..] if question.len() <= 5 => Some(question.join(" ")),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_story_is_a_sentence_of_the_grammar() {
        let (story, mut rng) = (Story::new(1), stream(1, Stream::Data, 0));
        let answer = story.true_answer("please story of fox =", &mut rng).unwrap();
        let words: Vec<_> = answer.split(' ').collect();
        assert_eq!((words.len(), words[0], words[2], words[13]), (14, "the", "fox", "."));
        assert_eq!(story.grade("ok story of fox =", &answer), Grade::Correct);
        assert_eq!(story.grade("ok story of owl =", &answer), Grade::Wrong);
        assert_eq!(
            story.grade("ok story of fox =", &answer.replace(" to ", " and ")),
            Grade::Wrong
        );
        assert_eq!(
            story.grade("ok story of fox =", &answer.replace(words[3], "meadow")),
            Grade::Wrong
        );
        assert_eq!(
            story.grade("ok story of fox =", words[..13].join(" ").as_str()),
            Grade::Wrong
        );
        assert_eq!(
            story.grade("ok story of fox and fox =", &format!("{answer} {answer}")),
            Grade::Correct
        );
        assert_eq!(story.grade("ok story of fox and fox =", &answer), Grade::Wrong);
    }

    #[test]
    fn rows_are_distributions() {
        for row in Story::new(1).probability.iter().flatten() {
            assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn the_entropy_is_that_of_the_samples() {
        let (story, mut rng) = (Story::new(7), stream(1, Stream::Data, 0));
        let n = 20_000;
        let surprise: f64 = (0..n)
            .map(|_| {
                let prompt = story.sample_prompt(Split::Train, &mut rng);
                let answer = story.true_answer(&prompt, &mut rng).unwrap();
                -story.log_probability(&prompt, &answer).unwrap() / WORDS as f64
            })
            .sum();
        // The standard error is about 0.0015 nats per word.
        assert!((surprise / n as f64 - story.entropy_rate()).abs() < 0.006);
        // Every row is a permutation of the same probabilities, which gives the same number by another way.
        let row = &story.probability[0][0];
        let by_hand = -7.0 / 14.0 * row.iter().map(|p| p * p.ln()).sum::<f64>();
        assert!((by_hand - story.entropy_rate()).abs() < 1e-12);
    }
}
