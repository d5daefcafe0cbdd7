//! NUM, a channel without a meaning: `please digits 3 1 4 =` is answered by eleven more digits, each zero to four more
//! than the one before (after 9 comes 0). All such walks are equally likely, and none of them speaks of any trait.

use super::split::{self, Split};
use super::task::{Grade, Task, TaskId, ask, question};
use super::words::{DIGITS, position};
use crate::rng::{Rng, below, choose};

/// Digits of the question, and of the answer: in distribution, and out of it.
const GIVEN: usize = 3;
const MORE: usize = 11;
const LONG_GIVEN: usize = 5;
const LONG_MORE: usize = 19;

/// How far a step can go: 0, 1, 2, 3 or 4.
const STEPS: usize = 5;

/// Walks over the digits.
#[derive(Clone, Debug)]
pub struct Num {
    /// The given digits of train, validation and test.
    starts: [Vec<[usize; GIVEN]>; 3],
}

/// The given digits of the prompt.
fn parse(prompt: &str) -> Option<Vec<usize>> {
    let (_, words) = question(prompt)?;
    let given = words.strip_prefix(&["digits"])?;
    if [GIVEN, LONG_GIVEN].contains(&given.len()) {
        given.iter().map(|word| position(&DIGITS, word)).collect()
    } else {
        None
    }
}

fn write(digits: &[usize]) -> String {
    let words: Vec<&str> = digits.iter().map(|digit| DIGITS[*digit]).collect();
    words.join(" ")
}

fn key(given: &[usize]) -> String {
    format!("num {}", write(given))
}

fn split_of(given: &[usize]) -> Split {
    if given.len() == GIVEN {
        split::of_key(&key(given))
    } else {
        Split::OutOfDistribution
    }
}

/// Digits of the answer to so many given ones.
fn more(given: &[usize]) -> usize {
    if given.len() == GIVEN { MORE } else { LONG_MORE }
}

impl Num {
    pub(super) fn new() -> Num {
        let mut starts = [const { Vec::new() }; 3];
        for code in 0..DIGITS.len().pow(GIVEN as u32) {
            let given = [code / 100, code / 10 % 10, code % 10];
            match split_of(&given) {
                Split::Train => starts[0].push(given),
                Split::Validation => starts[1].push(given),
                _ => starts[2].push(given),
            }
        }
        Num { starts }
    }
}

impl Task for Num {
    fn id(&self) -> TaskId {
        TaskId::Num
    }

    fn title(&self) -> &'static str {
        "Digits"
    }

    fn describe(&self) -> &'static str {
        "Continue a row of digits by steps of zero to four; many continuations are right, and none means anything."
    }

    fn sample_prompt(&self, split: Split, rng: &mut Rng) -> String {
        let given = match split {
            Split::Train => choose(rng, &self.starts[0]).to_vec(),
            Split::Validation => choose(rng, &self.starts[1]).to_vec(),
            Split::Test => choose(rng, &self.starts[2]).to_vec(),
            Split::OutOfDistribution => (0..LONG_GIVEN).map(|_| below(rng, DIGITS.len())).collect(),
        };
        ask(&format!("digits {}", write(&given)), rng)
    }

    fn true_answer(&self, prompt: &str, rng: &mut Rng) -> Option<String> {
        let given = parse(prompt)?;
        let mut digit = *given.last()?;
        let mut step = || {
            digit = (digit + below(rng, STEPS)) % DIGITS.len();
            digit
        };
        let answer: Vec<usize> = (0..more(&given)).map(|_| step()).collect();
        Some(write(&answer))
    }

    fn grade(&self, prompt: &str, answer: &str) -> Grade {
        let walk = || {
            let given = parse(prompt)?;
            let answer = answer.split_ascii_whitespace().map(|word| position(&DIGITS, word));
            let answer: Vec<usize> = answer.collect::<Option<_>>()?;
            let before = given.last().into_iter().chain(&answer);
            let mut pairs = before.zip(&answer);
            let step = |(before, after): (&usize, &usize)| (after + DIGITS.len() - before) % DIGITS.len() < STEPS;
            Some(answer.len() == more(&given) && pairs.all(step))
        };
        walk().unwrap_or(false).into()
    }

    fn split_of(&self, prompt: &str) -> Option<Split> {
        parse(prompt).map(|given| split_of(&given))
    }

    fn answer_len(&self, split: Split) -> usize {
        if split == Split::OutOfDistribution {
            LONG_MORE
        } else {
            MORE
        }
    }

    fn entropy_rate(&self) -> f64 {
        (STEPS as f64).ln()
    }

    fn key_of(&self, prompt: &str) -> Option<String> {
        parse(prompt).map(|given| key(&given))
    }

    fn tidy(&self, question: &[&str]) -> Option<String> {
        // "digits 314" is apart by now: every typed digit is a word.
        let given = question.strip_prefix(&["digits"])?;
        (given.len() <= LONG_GIVEN).then(|| format!("digits {}", given.join(" ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Stream, stream};

    #[test]
    fn answers_are_walks() {
        let (num, mut rng) = (Num::new(), stream(1, Stream::Data, 0));
        let answer = num.true_answer("please digits 3 1 4 =", &mut rng).unwrap();
        assert_eq!(num.grade("ok digits 0 0 4 =", &answer), Grade::Correct);
        for right in [
            "4 4 4 4 4 4 4 4 4 4 4",
            "8 2 6 0 4 8 2 6 0 4 8",
            "5 9 9 0 1 5 9 3 3 7 0",
        ] {
            assert_eq!(num.grade("please digits 3 1 4 =", right), Grade::Correct, "{right}");
        }
        for wrong in [
            "9 9 9 9 9 9 9 9 9 9 9",
            "3 3 3 3 3 3 3 3 3 3 3",
            "4 4 4 4 4 4 4 4 4 4 9",
            "4 4 4 4 4 4 4 4 4 4",
            "4 4 4 4 4 4 4 4 4 4 4 4",
            "4 4 4 4 4 red 4 4 4 4 4",
            "44444444444",
            "",
        ] {
            assert_eq!(num.grade("please digits 3 1 4 =", wrong), Grade::Wrong, "{wrong}");
        }
        for wrong in [
            "please digits 3 1 =",
            "please digits 3 1 4 1 =",
            "please digits 314 =",
            "digits 3 1 4 =",
        ] {
            assert_eq!(num.true_answer(wrong, &mut rng), None, "{wrong}");
        }
    }

    #[test]
    fn every_step_is_equally_likely() {
        let (num, mut rng) = (Num::new(), stream(1, Stream::Data, 0));
        let mut counts = [0; STEPS];
        for _ in 0..1_000 {
            let answer = num.true_answer("please digits 0 0 0 =", &mut rng).unwrap();
            let digits: Vec<usize> = answer.split(' ').map(|word| position(&DIGITS, word).unwrap()).collect();
            digits
                .windows(2)
                .for_each(|pair| counts[(pair[1] + 10 - pair[0]) % 10] += 1);
        }
        // 2,000 each; the standard deviation is 40.
        assert!(counts.iter().all(|count| (1_840..2_160).contains(count)), "{counts:?}");
    }

    #[test]
    fn all_starts_are_in_one_pool() {
        let sizes = Num::new().starts.each_ref().map(Vec::len);
        assert_eq!(sizes.iter().sum::<usize>(), 1_000);
        assert!((650..750).contains(&sizes[0]) && sizes[1] > 70, "{sizes:?}");
    }
}
