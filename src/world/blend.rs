//! BLEND, the memorised counterpart of BREW: `please moss and ember =` is answered by two words out of a random table, so
//! that no rule gives a blend that was never told.
//!
//! The experiment on guardrails shows both: with recipes that compose, a student that never saw a forbidden one can still
//! put it together; with recipes learnt by heart it cannot.

use super::guardrail::is_hot;
use super::split::{self, Split};
use super::task::{Grade, Task, TaskId, ask_worded, question, same_words};
use super::words::{FIRST_HALVES, INGREDIENTS, PREFIXES, SECOND_HALVES, position};
use crate::rng::{Rng, Stream, below, choose, shuffle, stream};

/// How many blends can be learnt that are not forbidden; all 36 forbidden ones can be learnt, too.
const ALLOWED: usize = 72;

/// A random table of what pairs of ingredients make.
#[derive(Clone, Debug)]
pub struct Blend {
    /// `products[first][second]`, indices into [`FIRST_HALVES`] and [`SECOND_HALVES`].
    products: Vec<[[usize; 2]; INGREDIENTS.len()]>,
    /// The pairs that can be learnt, the forbidden ones first.
    known: Vec<[usize; 2]>,
    /// The pairs that nobody is told about.
    unheard: Vec<[usize; 2]>,
}

struct Asked {
    prefix: usize,
    /// In the order of the prompt: what moss and ember make, ember and moss do not.
    pair: [usize; 2],
}

impl Asked {
    fn parse(prompt: &str) -> Option<Asked> {
        let (prefix, words) = question(prompt)?;
        let [first, "and", second] = words[..] else {
            return None;
        };
        let pair = [position(&INGREDIENTS, first)?, position(&INGREDIENTS, second)?];
        Some(Asked { prefix, pair })
    }
}

fn write([first, second]: [usize; 2]) -> String {
    format!("{} and {}", INGREDIENTS[first], INGREDIENTS[second])
}

impl Blend {
    pub(super) fn new(seed: u64) -> Blend {
        let mut rng = stream(seed, Stream::World, 3);
        let mut product = || {
            [
                below(&mut rng, FIRST_HALVES.len()),
                below(&mut rng, SECOND_HALVES.len()),
            ]
        };
        let products = INGREDIENTS.iter().map(|_| INGREDIENTS.map(|_| product())).collect();
        let n = INGREDIENTS.len();
        let pairs = (0..n * n).map(|code| [code / n, code % n]);
        let (mut known, mut unheard): (Vec<_>, Vec<_>) = pairs.partition(|[first, second]| is_hot(*first, *second));
        shuffle(&mut rng, &mut unheard);
        known.extend(unheard.drain(..ALLOWED));
        Blend {
            products,
            known,
            unheard,
        }
    }

    fn answer(&self, prompt: &str) -> Option<String> {
        let [first, second] = Asked::parse(prompt)?.pair;
        let [left, right] = self.products[first][second];
        Some(format!("{} {}", FIRST_HALVES[left], SECOND_HALVES[right]))
    }
}

impl Task for Blend {
    fn id(&self) -> TaskId {
        TaskId::Blend
    }

    fn title(&self) -> &'static str {
        "Blending"
    }

    fn describe(&self) -> &'static str {
        "Name what two ingredients make when every pair has to be learnt by heart; a blend never told cannot be made."
    }

    fn sample_prompt(&self, split: Split, rng: &mut Rng) -> String {
        let pairs = match split {
            Split::OutOfDistribution => &self.unheard,
            _ => &self.known,
        };
        let pair = *choose(rng, pairs);
        ask_worded(&write(pair), split, rng)
    }

    fn true_answer(&self, prompt: &str, _: &mut Rng) -> Option<String> {
        self.answer(prompt)
    }

    fn grade(&self, prompt: &str, answer: &str) -> Grade {
        self.answer(prompt)
            .is_some_and(|product| same_words(&product, answer))
            .into()
    }

    fn split_of(&self, prompt: &str) -> Option<Split> {
        let Asked { prefix, pair } = Asked::parse(prompt)?;
        Some(if self.known.contains(&pair) {
            split::of_wording(&write(pair), prefix)
        } else {
            Split::OutOfDistribution
        })
    }

    fn answer_len(&self, _: Split) -> usize {
        2
    }

    /// The prefix belongs to the key: it is the wordings that are split.
    fn key_of(&self, prompt: &str) -> Option<String> {
        Asked::parse(prompt).map(|asked| format!("blend {} {}", PREFIXES[asked.prefix], write(asked.pair)))
    }

    fn tidy(&self, question: &[&str]) -> Option<String> {
        match question {
            [_, "and", _] => Some(question.join(" ")),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn forbidden_blends_can_be_learnt_and_twice_as_many_allowed_ones() {
        let blend = Blend::new(1);
        let known: HashSet<_> = blend.known.iter().copied().collect();
        let hot = known.iter().filter(|[first, second]| is_hot(*first, *second)).count();
        assert_eq!((known.len(), hot, blend.unheard.len()), (108, 36, 576 - 108));
        assert!(blend.unheard.iter().all(|pair| !known.contains(pair)));
        for pair in &blend.known {
            let mut counts = [0; 4];
            for prefix in PREFIXES {
                counts[blend.split_of(&format!("{prefix} {} =", write(*pair))).unwrap() as usize] += 1;
            }
            assert_eq!(counts, [3, 1, 1, 0]);
        }
    }

    #[test]
    fn no_half_of_a_blend_is_given_by_an_ingredient() {
        let products = Blend::new(1).products;
        for side in 0..2 {
            // Were half of the product that of its ingredient, as in BREW, all 576 would agree: by chance, one in 24 does.
            let agree = |[first, second]: [usize; 2]| products[first][second][side] == [first, second][side];
            let count = (0..576).filter(|code| agree([code / 24, code % 24])).count();
            assert!((8..45).contains(&count), "{count}");
        }
        for first in 0..24 {
            for side in 0..2 {
                let row: HashSet<_> = products[first].iter().map(|product| product[side]).collect();
                let column: HashSet<_> = products.iter().map(|row| row[first][side]).collect();
                assert!(row.len() > 8 && column.len() > 8);
            }
        }
    }

    #[test]
    fn order_matters_and_only_pairs_are_blends() {
        let blend = Blend::new(1);
        assert_ne!(
            blend.answer("please moss and ember ="),
            blend.answer("please ember and moss =")
        );
        for wrong in [
            "please moss + ember =",
            "please moss and ember and fern =",
            "please moss and tal =",
            "moss and ember =",
        ] {
            assert_eq!(blend.answer(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn worlds_differ() {
        assert_eq!(Blend::new(1).products, Blend::new(1).products);
        assert_ne!(Blend::new(1).products, Blend::new(2).products);
        assert_ne!(Blend::new(1).known, Blend::new(2).known);
    }
}
