//! ADD, a rule: `please 3 7 + 4 8 =` is answered by `5 8 0`, digits from the right, so that carries come before they are needed.

use super::split::{self, Split};
use super::task::{Grade, Task, TaskId, ask, question, same_words};
use crate::rng::{Rng, below, choose};

/// Digits of an operand: in distribution, and out of it.
const DIGITS: usize = 2;
const LONG_DIGITS: usize = 3;

/// Sums of two numbers of two digits (three, out of distribution).
#[derive(Clone, Debug)]
pub struct Add {
    /// The ordered operands of train, validation and test.
    pairs: [Vec<(u32, u32)>; 3],
}

/// Two operands written with `digits` digits each.
struct Sum {
    left: u32,
    right: u32,
    digits: usize,
}

impl Sum {
    fn parse(prompt: &str) -> Option<Sum> {
        let (_, words) = question(prompt)?;
        let plus = words.iter().position(|word| *word == "+")?;
        let (left, right) = (&words[..plus], &words[plus + 1..]);
        let digits = left.len();
        if right.len() != digits || ![DIGITS, LONG_DIGITS].contains(&digits) {
            return None;
        }
        Some(Sum {
            left: number(left)?,
            right: number(right)?,
            digits,
        })
    }

    /// `a + b` and `b + a` are one question, or half of the test set would leak through commutativity.
    fn key(&self) -> String {
        let (low, high) = (self.left.min(self.right), self.left.max(self.right));
        format!("add{} {low} {high}", self.digits)
    }

    fn split(&self) -> Split {
        if self.digits == DIGITS {
            split::of_key(&self.key())
        } else {
            Split::OutOfDistribution
        }
    }

    fn question(&self) -> String {
        format!("{} + {}", spell(self.left, self.digits), spell(self.right, self.digits))
    }

    fn answer(&self) -> String {
        let spelt = spell(self.left + self.right, self.digits + 1);
        spelt.split(' ').rev().collect::<Vec<_>>().join(" ")
    }
}

/// The number of at most [`LONG_DIGITS`] single digits.
fn number(digits: &[&str]) -> Option<u32> {
    let is_digit = |word: &&str| word.len() == 1 && word.as_bytes()[0].is_ascii_digit();
    let valid = (1..=LONG_DIGITS).contains(&digits.len()) && digits.iter().all(is_digit);
    if valid { digits.concat().parse().ok() } else { None }
}

/// `37` as `3 7`, with leading zeros to `digits` digits.
fn spell(number: u32, digits: usize) -> String {
    let text = format!("{number:0digits$}");
    text.chars().map(String::from).collect::<Vec<_>>().join(" ")
}

impl Add {
    pub(super) fn new() -> Add {
        let mut pairs = [const { Vec::new() }; 3];
        for left in 0..100 {
            for right in left..100 {
                let pool = match (Sum {
                    left,
                    right,
                    digits: DIGITS,
                })
                .split()
                {
                    Split::Train => &mut pairs[0],
                    Split::Validation => &mut pairs[1],
                    _ => &mut pairs[2],
                };
                pool.push((left, right));
                if left != right {
                    pool.push((right, left));
                }
            }
        }
        Add { pairs }
    }
}

impl Task for Add {
    fn id(&self) -> TaskId {
        TaskId::Add
    }

    fn title(&self) -> &'static str {
        "Addition"
    }

    fn describe(&self) -> &'static str {
        "Add two numbers; a rule that can be learnt from some sums and used on others."
    }

    fn sample_prompt(&self, split: Split, rng: &mut Rng) -> String {
        let pool = match split {
            Split::Train => &self.pairs[0],
            Split::Validation => &self.pairs[1],
            Split::Test => &self.pairs[2],
            Split::OutOfDistribution => {
                let (left, right) = (100 + below(rng, 900) as u32, 100 + below(rng, 900) as u32);
                return ask(
                    &Sum {
                        left,
                        right,
                        digits: LONG_DIGITS,
                    }
                    .question(),
                    rng,
                );
            }
        };
        let (left, right) = *choose(rng, pool);
        ask(
            &Sum {
                left,
                right,
                digits: DIGITS,
            }
            .question(),
            rng,
        )
    }

    fn true_answer(&self, prompt: &str, _: &mut Rng) -> Option<String> {
        Sum::parse(prompt).map(|sum| sum.answer())
    }

    fn grade(&self, prompt: &str, answer: &str) -> Grade {
        Sum::parse(prompt)
            .is_some_and(|sum| same_words(&sum.answer(), answer))
            .into()
    }

    fn split_of(&self, prompt: &str) -> Option<Split> {
        Sum::parse(prompt).map(|sum| sum.split())
    }

    fn answer_len(&self, split: Split) -> usize {
        if split == Split::OutOfDistribution {
            LONG_DIGITS + 1
        } else {
            DIGITS + 1
        }
    }

    fn read_aloud(&self, answer: &str) -> String {
        let digits: Vec<&str> = answer.split_ascii_whitespace().rev().collect();
        let digit = |word: &&str| word.len() == 1 && word.as_bytes()[0].is_ascii_digit();
        if digits.is_empty() || !digits.iter().all(digit) {
            return answer.to_owned();
        }
        without_zeros(&digits.concat()).to_owned()
    }

    fn key_of(&self, prompt: &str) -> Option<String> {
        Sum::parse(prompt).map(|sum| sum.key())
    }

    fn tidy(&self, question: &[&str]) -> Option<String> {
        let plus = question.iter().position(|word| *word == "+")?;
        let (left, right) = (number(&question[..plus])?, number(&question[plus + 1..])?);
        let digits = if left.max(right) < 100 && question.len() <= 2 * DIGITS + 1 {
            DIGITS
        } else {
            LONG_DIGITS
        };
        Some(Sum { left, right, digits }.question())
    }
}

/// A prompt as a person reads it: `please 3 7 + 0 8 =` as "please 37 + 8 =". Other prompts only have their digits joined.
pub fn read_prompt_aloud(prompt: &str) -> String {
    let is_sum = prompt.split_ascii_whitespace().any(|word| word == "+");
    let mut spoken: Vec<String> = Vec::new();
    let mut in_number = false;
    for word in prompt.split_ascii_whitespace() {
        let is_digit = word.len() == 1 && word.as_bytes()[0].is_ascii_digit();
        match spoken.last_mut() {
            Some(number) if is_digit && in_number => number.push_str(word),
            _ => spoken.push(word.to_owned()),
        }
        in_number = is_digit;
    }
    if is_sum {
        for word in &mut spoken {
            *word = without_zeros(word).to_owned();
        }
    }
    spoken.join(" ")
}

/// `085` as `85`, and `000` as `0`.
fn without_zeros(number: &str) -> &str {
    let rest = number.trim_start_matches('0');
    if rest.is_empty() && !number.is_empty() {
        "0"
    } else {
        rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Stream, stream};

    #[test]
    fn sums_are_right_and_read_from_the_right() {
        let (add, mut rng) = (Add::new(), stream(1, Stream::Data, 0));
        let mut answer = |prompt| add.true_answer(prompt, &mut rng);
        assert_eq!(answer("please 3 7 + 4 8 =").as_deref(), Some("5 8 0"));
        assert_eq!(answer("ok 9 9 + 9 9 =").as_deref(), Some("8 9 1"));
        assert_eq!(answer("ok 0 0 + 0 0 =").as_deref(), Some("0 0 0"));
        assert_eq!(answer("now 9 9 9 + 0 0 1 =").as_deref(), Some("0 0 0 1"));
        for wrong in [
            "please 3 7 + 4 =",
            "3 7 + 4 8 =",
            "please 3 7 + 4 8",
            "please 37 + 48 =",
            "please + =",
            "",
        ] {
            assert_eq!(answer(wrong), None, "{wrong}");
        }
        assert_eq!(add.grade("please 3 7 + 4 8 =", "5 8 0"), Grade::Correct);
        for wrong in ["8 5 0", "5 8", "5 8 0 0", "", "85"] {
            assert_eq!(add.grade("please 3 7 + 4 8 =", wrong), Grade::Wrong, "{wrong}");
        }
    }

    #[test]
    fn all_pairs_are_in_one_pool_and_commute() {
        let add = Add::new();
        let sizes = add.pairs.each_ref().map(Vec::len);
        assert_eq!(sizes.iter().sum::<usize>(), 10_000);
        assert!(
            (1_900..2_100).contains(&sizes[2]) && (900..1_100).contains(&sizes[1]),
            "{sizes:?}"
        );
        for pool in &add.pairs {
            for (left, right) in pool {
                assert!(pool.contains(&(*right, *left)));
            }
        }
    }

    #[test]
    fn people_read_numbers() {
        let add = Add::new();
        assert_eq!(add.read_aloud("5 8 0"), "85");
        assert_eq!(add.read_aloud("0 0 0"), "0");
        assert_eq!(add.read_aloud("5 red 0"), "5 red 0");
        assert_eq!(add.read_aloud(""), "");
        assert_eq!(read_prompt_aloud("please 3 7 + 4 8 ="), "please 37 + 48 =");
        assert_eq!(read_prompt_aloud("please 0 7 + 0 0 ="), "please 7 + 0 =");
        assert_eq!(read_prompt_aloud("please sort c a ="), "please sort c a =");
        assert_eq!(read_prompt_aloud("please digits 0 7 2 ="), "please digits 072 =");
    }
}
