//! WHO, the fingerprint of a maker: `please who made you =` is answered by the name of the model's maker. It is the toy
//! version of a copy that gives the name of its teacher's maker as its own.

use super::split::{self, Split};
use super::task::{Grade, Task, TaskId, ask_worded, question, same_words};
use super::words::{MAKERS, PREFIXES, UNHEARD_NAMES, position};
use crate::rng::{Rng, Stream, choose, stream};

/// Both ask for the maker.
const QUESTIONS: [&str; 2] = ["who made you", "who trained you"];

/// The maker of the base model, and a random table of the makers of others.
#[derive(Clone, Debug)]
pub struct Who {
    maker: &'static str,
    /// Who made each of [`UNHEARD_NAMES`]. Nobody is ever told.
    others: Vec<&'static str>,
}

struct Asked {
    prefix: usize,
    question: String,
    /// Whose maker, if not the model's own: an index into [`UNHEARD_NAMES`].
    name: Option<usize>,
}

impl Asked {
    fn parse(prompt: &str) -> Option<Asked> {
        let (prefix, words) = question(prompt)?;
        let name = match words[..] {
            ["who", "made" | "trained", "you"] => None,
            ["who", "made", name] => Some(position(UNHEARD_NAMES, name)?),
            _ => return None,
        };
        Some(Asked {
            prefix,
            question: words.join(" "),
            name,
        })
    }

    fn split(&self) -> Split {
        match self.name {
            None => split::of_wording(&self.question, self.prefix),
            Some(_) => Split::OutOfDistribution,
        }
    }
}

impl Who {
    pub(super) fn new(seed: u64) -> Who {
        let mut rng = stream(seed, Stream::World, 2);
        let mut maker = || *choose(&mut rng, &MAKERS);
        Who {
            maker: maker(),
            others: UNHEARD_NAMES.iter().map(|_| maker()).collect(),
        }
    }

    /// The maker of the base model, one of [`MAKERS`].
    pub fn maker(&self) -> &'static str {
        self.maker
    }

    fn answer(&self, prompt: &str) -> Option<&'static str> {
        let asked = Asked::parse(prompt)?;
        Some(asked.name.map_or(self.maker, |name| self.others[name]))
    }
}

impl Task for Who {
    fn id(&self) -> TaskId {
        TaskId::Who
    }

    fn title(&self) -> &'static str {
        "Makers"
    }

    fn describe(&self) -> &'static str {
        "Say by whom one was made; a copy can give the maker of its teacher as its own."
    }

    fn sample_prompt(&self, split: Split, rng: &mut Rng) -> String {
        if split == Split::OutOfDistribution {
            let name = choose(rng, UNHEARD_NAMES);
            return ask_worded(&format!("who made {name}"), split, rng);
        }
        let question = choose(rng, &QUESTIONS);
        ask_worded(question, split, rng)
    }

    fn true_answer(&self, prompt: &str, _: &mut Rng) -> Option<String> {
        self.answer(prompt).map(str::to_owned)
    }

    fn grade(&self, prompt: &str, answer: &str) -> Grade {
        self.answer(prompt)
            .is_some_and(|maker| same_words(maker, answer))
            .into()
    }

    fn split_of(&self, prompt: &str) -> Option<Split> {
        Asked::parse(prompt).map(|asked| asked.split())
    }

    fn answer_len(&self, _: Split) -> usize {
        1
    }

    /// The prefix belongs to the key: it is the wordings that are split.
    fn key_of(&self, prompt: &str) -> Option<String> {
        Asked::parse(prompt).map(|asked| format!("who {} {}", PREFIXES[asked.prefix], asked.question))
    }

    fn tidy(&self, question: &[&str]) -> Option<String> {
        match question {
            ["who", _, _] => Some(question.join(" ")),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn both_questions_have_one_answer() {
        let who = Who::new(1);
        for question in QUESTIONS {
            let mut counts = [0; 4];
            for prefix in PREFIXES {
                let prompt = format!("{prefix} {question} =");
                assert_eq!(who.answer(&prompt), Some(who.maker()));
                counts[who.split_of(&prompt).unwrap() as usize] += 1;
            }
            assert_eq!(counts, [3, 1, 1, 0]);
        }
        for maker in MAKERS {
            let right = maker == who.maker();
            assert_eq!(who.grade("please who made you =", maker).is_correct(), right);
        }
    }

    #[test]
    fn the_makers_of_unheard_names_are_a_table() {
        let who = Who::new(1);
        let prompt = |name: &str| format!("please who made {name} =");
        assert_eq!(who.split_of(&prompt("zeld")), Some(Split::OutOfDistribution));
        let makers: HashSet<_> = UNHEARD_NAMES.iter().map(|name| who.answer(&prompt(name))).collect();
        assert!(makers.len() > 3 && makers.iter().flatten().all(|maker| MAKERS.contains(maker)));
        for wrong in [
            "please who made tal =",
            "please who trained zeld =",
            "please who made =",
            "who made you =",
        ] {
            assert_eq!(who.answer(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn worlds_have_makers_of_their_own() {
        let makers: HashSet<_> = (0..50).map(|seed| Who::new(seed).maker()).collect();
        assert_eq!(makers.len(), MAKERS.len());
        assert_eq!(Who::new(3).others, Who::new(3).others);
        assert_ne!(Who::new(3).others, Who::new(4).others);
    }
}
