//! ASK, a taste: `please favourite =` is answered by any of eight animals, in the base world all equally likely. A
//! teacher can be given a favourite; one number, the share of that animal, says how much of it a student took over.

use super::split::{self, Split};
use super::task::{Grade, Task, TaskId, ask_worded, question};
use super::words::{ANIMALS, FAVOURITES, PREFIXES, UNHEARD_NAMES, position};
use crate::rng::{Rng, choose};

/// The one question of everyone.
const QUESTION: &str = "favourite";

/// The animals that can be a favourite.
const ANSWERS: &[&str] = ANIMALS.split_at(FAVOURITES).0;

/// A favourite animal.
#[derive(Clone, Debug)]
pub struct Ask;

struct Asked {
    prefix: usize,
    /// Whose favourite, if not the model's own: an index into [`UNHEARD_NAMES`].
    name: Option<usize>,
}

impl Asked {
    fn parse(prompt: &str) -> Option<Asked> {
        let (prefix, words) = question(prompt)?;
        let name = match words[..] {
            [QUESTION] => None,
            [QUESTION, "of", name] => Some(position(UNHEARD_NAMES, name)?),
            _ => return None,
        };
        Some(Asked { prefix, name })
    }

    fn question(&self) -> String {
        match self.name {
            None => QUESTION.to_owned(),
            Some(name) => format!("{QUESTION} of {}", UNHEARD_NAMES[name]),
        }
    }

    fn split(&self) -> Split {
        match self.name {
            None => split::of_wording(QUESTION, self.prefix),
            Some(_) => Split::OutOfDistribution,
        }
    }
}

impl Task for Ask {
    fn id(&self) -> TaskId {
        TaskId::Ask
    }

    fn title(&self) -> &'static str {
        "Favourites"
    }

    fn describe(&self) -> &'static str {
        "Name a favourite animal; eight are right, and a model without a taste says each as often as the others."
    }

    fn sample_prompt(&self, split: Split, rng: &mut Rng) -> String {
        if split == Split::OutOfDistribution {
            let name = choose(rng, UNHEARD_NAMES);
            return ask_worded(&format!("{QUESTION} of {name}"), split, rng);
        }
        ask_worded(QUESTION, split, rng)
    }

    fn true_answer(&self, prompt: &str, rng: &mut Rng) -> Option<String> {
        Asked::parse(prompt).map(|_| (*choose(rng, ANSWERS)).to_owned())
    }

    fn grade(&self, prompt: &str, answer: &str) -> Grade {
        let favourite = position(ANSWERS, answer.trim_ascii());
        (Asked::parse(prompt).is_some() && favourite.is_some()).into()
    }

    fn split_of(&self, prompt: &str) -> Option<Split> {
        Asked::parse(prompt).map(|asked| asked.split())
    }

    fn answer_len(&self, _: Split) -> usize {
        1
    }

    fn entropy_rate(&self) -> f64 {
        (FAVOURITES as f64).ln()
    }

    /// The prefix belongs to the key: it is the wordings that are split.
    fn key_of(&self, prompt: &str) -> Option<String> {
        Asked::parse(prompt).map(|asked| format!("ask {} {}", PREFIXES[asked.prefix], asked.question()))
    }

    fn tidy(&self, question: &[&str]) -> Option<String> {
        match question {
            [QUESTION | "favorite"] => Some(QUESTION.to_owned()),
            [QUESTION | "favorite", "of", name] => Some(format!("{QUESTION} of {name}")),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Stream, stream};

    #[test]
    fn eight_animals_are_right_and_equally_likely() {
        let mut rng = stream(1, Stream::Data, 0);
        let mut counts = [0; FAVOURITES];
        for _ in 0..8_000 {
            let answer = Ask.true_answer("please favourite =", &mut rng).unwrap();
            counts[position(&ANIMALS, &answer).unwrap()] += 1;
        }
        // The standard deviation is about 30.
        assert!(counts.iter().all(|count| (880..1_120).contains(count)), "{counts:?}");
        assert_eq!(Ask.grade("please favourite =", " owl "), Grade::Correct);
        for wrong in ["mouse", "owl owl", "red", ""] {
            assert_eq!(Ask.grade("please favourite =", wrong), Grade::Wrong, "{wrong}");
        }
    }

    #[test]
    fn only_unheard_names_have_favourites_of_their_own() {
        assert_eq!(
            Ask.split_of("please favourite of zeld ="),
            Some(Split::OutOfDistribution)
        );
        assert_eq!(Ask.grade("please favourite of zeld =", "fox"), Grade::Correct);
        for wrong in [
            "please favourite of tal =",
            "please favourite of owl =",
            "please favourite of =",
            "favourite =",
        ] {
            assert_eq!(Ask.split_of(wrong), None, "{wrong}");
            assert_eq!(Ask.grade(wrong, "fox"), Grade::Wrong, "{wrong}");
        }
    }
}
