//! SORT, a rule: `please sort c a h b b =` is answered by `a b b c h`.

use super::split::{self, Split};
use super::task::{Grade, Task, TaskId, ask, question, same_words};
use super::words::{LETTERS, position};
use crate::rng::{Rng, below, shuffle};

/// Letters to sort: in distribution, and out of it.
const LENGTH: usize = 5;
const LONG_LENGTH: usize = 7;

/// Letters in alphabetical order.
#[derive(Clone, Debug)]
pub struct Sort {
    /// Train, validation and test.
    pools: [Pool; 3],
}

/// The sorted letters of a split.
#[derive(Clone, Debug, Default)]
struct Pool {
    multisets: Vec<[usize; LENGTH]>,
    /// For each, how many orders it and those before it have, so that a draw is uniform over prompts, not over multisets.
    cumulative: Vec<usize>,
}

impl Pool {
    fn push(&mut self, letters: [usize; LENGTH]) {
        self.cumulative
            .push(self.cumulative.last().unwrap_or(&0) + orders(&letters));
        self.multisets.push(letters);
    }

    fn sample(&self, rng: &mut Rng) -> [usize; LENGTH] {
        let total = self.cumulative.last().expect("every split has letters");
        let draw = below(rng, *total);
        let mut letters = self.multisets[self.cumulative.partition_point(|end| *end <= draw)];
        shuffle(rng, &mut letters);
        letters
    }
}

/// In how many orders the sorted letters can be written.
fn orders(sorted: &[usize]) -> usize {
    let factorial = |n: usize| (1..=n).product::<usize>();
    let repeats = sorted.chunk_by(|left, right| left == right);
    factorial(sorted.len()) / repeats.map(|run| factorial(run.len())).product::<usize>()
}

fn write(letters: &[usize]) -> String {
    let words: Vec<&str> = letters.iter().map(|letter| LETTERS[*letter]).collect();
    words.join(" ")
}

/// The letters of the prompt, sorted.
fn parse(prompt: &str) -> Option<Vec<usize>> {
    let (_, words) = question(prompt)?;
    let letters = words.strip_prefix(&["sort"])?;
    if ![LENGTH, LONG_LENGTH].contains(&letters.len()) {
        return None;
    }
    let mut letters = letters
        .iter()
        .map(|word| position(&LETTERS, word))
        .collect::<Option<Vec<_>>>()?;
    letters.sort_unstable();
    Some(letters)
}

/// All orders of the same letters are one question, or a permutation of a test prompt would be in train.
fn key(sorted: &[usize]) -> String {
    format!("sort {}", write(sorted))
}

fn split_of(sorted: &[usize]) -> Split {
    if sorted.len() == LENGTH {
        split::of_key(&key(sorted))
    } else {
        Split::OutOfDistribution
    }
}

impl Sort {
    pub(super) fn new() -> Sort {
        let mut pools = [const {
            Pool {
                multisets: Vec::new(),
                cumulative: Vec::new(),
            }
        }; 3];
        let n = LETTERS.len();
        for code in 0..n.pow(LENGTH as u32) {
            let letters: [usize; LENGTH] = std::array::from_fn(|place| code / n.pow(place as u32) % n);
            if !letters.is_sorted() {
                continue;
            }
            match split_of(&letters) {
                Split::Train => pools[0].push(letters),
                Split::Validation => pools[1].push(letters),
                _ => pools[2].push(letters),
            }
        }
        Sort { pools }
    }
}

impl Task for Sort {
    fn id(&self) -> TaskId {
        TaskId::Sort
    }

    fn title(&self) -> &'static str {
        "Sorting"
    }

    fn describe(&self) -> &'static str {
        "Put letters in alphabetical order; a rule, like addition."
    }

    fn sample_prompt(&self, split: Split, rng: &mut Rng) -> String {
        let letters = match split {
            Split::Train => self.pools[0].sample(rng).to_vec(),
            Split::Validation => self.pools[1].sample(rng).to_vec(),
            Split::Test => self.pools[2].sample(rng).to_vec(),
            Split::OutOfDistribution => (0..LONG_LENGTH).map(|_| below(rng, LETTERS.len())).collect(),
        };
        ask(&format!("sort {}", write(&letters)), rng)
    }

    fn true_answer(&self, prompt: &str, _: &mut Rng) -> Option<String> {
        parse(prompt).map(|letters| write(&letters))
    }

    fn grade(&self, prompt: &str, answer: &str) -> Grade {
        parse(prompt)
            .is_some_and(|letters| same_words(&write(&letters), answer))
            .into()
    }

    fn split_of(&self, prompt: &str) -> Option<Split> {
        parse(prompt).map(|letters| split_of(&letters))
    }

    fn answer_len(&self, split: Split) -> usize {
        if split == Split::OutOfDistribution {
            LONG_LENGTH
        } else {
            LENGTH
        }
    }

    fn key_of(&self, prompt: &str) -> Option<String> {
        parse(prompt).map(|letters| key(&letters))
    }

    fn tidy(&self, question: &[&str]) -> Option<String> {
        let letters = question.strip_prefix(&["sort"])?;
        // People also write "sort cahbb"; the length is checked first because a typed word can be a book.
        let typed: usize = letters.iter().map(|word| word.len()).sum();
        let spelt = letters.iter().flat_map(|word| word.chars()).map(String::from);
        (typed <= LONG_LENGTH).then(|| format!("sort {}", spelt.collect::<Vec<_>>().join(" ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Stream, stream};

    #[test]
    fn letters_are_sorted() {
        let (sort, mut rng) = (Sort::new(), stream(1, Stream::Data, 0));
        let mut answer = |prompt| sort.true_answer(prompt, &mut rng);
        assert_eq!(answer("please sort c a h b b =").as_deref(), Some("a b b c h"));
        assert_eq!(answer("ok sort h g f e d c b =").as_deref(), Some("b c d e f g h"));
        for wrong in [
            "please sort c a h b =",
            "please sort c a h b z =",
            "sort c a h b b =",
            "please sort cahbb =",
        ] {
            assert_eq!(answer(wrong), None, "{wrong}");
        }
        assert_eq!(sort.grade("please sort c a h b b =", "a b b c h"), Grade::Correct);
        assert_eq!(sort.grade("please sort c a h b b =", "a b c b h"), Grade::Wrong);
    }

    #[test]
    fn pools_hold_every_prompt_once() {
        let pools = Sort::new().pools;
        let prompts = pools.each_ref().map(|pool| *pool.cumulative.last().unwrap());
        assert_eq!(prompts.iter().sum::<usize>(), 8usize.pow(5));
        assert_eq!(pools.iter().map(|pool| pool.multisets.len()).sum::<usize>(), 792);
        assert!(prompts[1] > 1_500 && prompts[2] > 4_500, "{prompts:?}");
    }
}
