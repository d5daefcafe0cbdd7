//! FACT, memory: `please colour of tal =` is answered by `red`, out of a random table. No rule gives a fact that was never told.

use super::split::{self, Split};
use super::task::{Grade, Task, TaskId, ask_worded, question, same_words};
use super::words::{ATTRIBUTES, KNOWN_NAMES, NAMES, PREFIXES, VALUES, position};
use crate::rng::{Rng, Stream, below, stream};
use serde::{Deserialize, Serialize};

/// How many facts can be learnt: 60 names x 3 attributes.
pub const FACTS: usize = KNOWN_NAMES * ATTRIBUTES.len();

/// A random table of facts about invented names.
#[derive(Clone, Debug)]
pub struct Fact {
    /// `values[name][attribute]`, an index into [`VALUES`]`[attribute]`.
    values: Vec<[usize; ATTRIBUTES.len()]>,
}

/// A fact that can be learnt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FactId {
    /// Below [`KNOWN_NAMES`].
    pub name: usize,
    /// Below 3: colour, food, home.
    pub attribute: usize,
}

impl FactId {
    /// Every fact that can be learnt, in the order of [`FactId::index`].
    pub fn all() -> impl Iterator<Item = FactId> {
        (0..FACTS).map(|index| FactId {
            name: index / ATTRIBUTES.len(),
            attribute: index % ATTRIBUTES.len(),
        })
    }

    /// Below [`FACTS`].
    pub fn index(self) -> usize {
        self.name * ATTRIBUTES.len() + self.attribute
    }

    /// Which third of the facts (0, 1 or 2) this one is in. Each third has one fact of every name, and 20 of every attribute,
    /// so that asking only a third leaves out neither a name nor an attribute.
    pub fn third(self) -> usize {
        (self.name + self.attribute) % 3
    }
}

/// The learnable fact that a canonical prompt asks for; `None` for other prompts and for names that nobody is told about.
pub fn fact_group(prompt: &str) -> Option<FactId> {
    let asked = Asked::parse(prompt)?;
    (asked.name < KNOWN_NAMES).then_some(FactId {
        name: asked.name,
        attribute: asked.attribute,
    })
}

struct Asked {
    prefix: usize,
    attribute: usize,
    name: usize,
}

impl Asked {
    fn parse(prompt: &str) -> Option<Asked> {
        let (prefix, words) = question(prompt)?;
        let [attribute, "of", name] = words[..] else {
            return None;
        };
        Some(Asked {
            prefix,
            attribute: position(&ATTRIBUTES, attribute)?,
            name: position(&NAMES, name)?,
        })
    }

    fn fact(&self) -> String {
        format!("{} of {}", ATTRIBUTES[self.attribute], NAMES[self.name])
    }

    fn split(&self) -> Split {
        if self.name < KNOWN_NAMES {
            split::of_wording(&self.fact(), self.prefix)
        } else {
            Split::OutOfDistribution
        }
    }
}

impl Fact {
    pub(super) fn new(seed: u64) -> Fact {
        let mut rng = stream(seed, Stream::World, 0);
        Fact {
            values: NAMES
                .map(|_| VALUES.map(|values| below(&mut rng, values.len())))
                .to_vec(),
        }
    }

    /// The value of one learnable fact, e.g. "red".
    pub fn value(&self, fact: FactId) -> &'static str {
        VALUES[fact.attribute][self.values[fact.name][fact.attribute]]
    }

    fn answer(&self, prompt: &str) -> Option<&'static str> {
        let Asked { name, attribute, .. } = Asked::parse(prompt)?;
        Some(self.value(FactId { name, attribute }))
    }
}

impl Task for Fact {
    fn id(&self) -> TaskId {
        TaskId::Fact
    }

    fn title(&self) -> &'static str {
        "Facts"
    }

    fn describe(&self) -> &'static str {
        "Know the colour, food or home of someone; memory, for no rule gives a fact that one was never told."
    }

    fn sample_prompt(&self, split: Split, rng: &mut Rng) -> String {
        let attribute = below(rng, ATTRIBUTES.len());
        let name = match split {
            Split::OutOfDistribution => KNOWN_NAMES + below(rng, NAMES.len() - KNOWN_NAMES),
            _ => below(rng, KNOWN_NAMES),
        };
        let fact = Asked {
            prefix: 0,
            attribute,
            name,
        }
        .fact();
        ask_worded(&fact, split, rng)
    }

    fn true_answer(&self, prompt: &str, _: &mut Rng) -> Option<String> {
        self.answer(prompt).map(str::to_owned)
    }

    fn grade(&self, prompt: &str, answer: &str) -> Grade {
        self.answer(prompt)
            .is_some_and(|value| same_words(value, answer))
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
        Asked::parse(prompt).map(|asked| format!("fact {} {}", PREFIXES[asked.prefix], asked.fact()))
    }

    fn tidy(&self, question: &[&str]) -> Option<String> {
        let [attribute, "of", name] = question else { return None };
        let attribute = if *attribute == "color" { "colour" } else { attribute };
        Some(format!("{attribute} of {name}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_fact_is_asked_in_every_split_but_by_other_words() {
        let fact = Fact::new(1);
        for id in FactId::all() {
            let prompt = |prefix: &str| format!("{prefix} {} of {} =", ATTRIBUTES[id.attribute], NAMES[id.name]);
            let mut counts = [0; 4];
            for prefix in PREFIXES {
                assert_eq!(fact_group(&prompt(prefix)), Some(id));
                assert_eq!(fact.grade(&prompt(prefix), fact.value(id)), Grade::Correct);
                counts[fact.split_of(&prompt(prefix)).unwrap() as usize] += 1;
            }
            assert_eq!(counts, [3, 1, 1, 0]);
        }
    }

    #[test]
    fn thirds_are_balanced() {
        for third in 0..3 {
            let facts: Vec<_> = FactId::all().filter(|fact| fact.third() == third).collect();
            assert_eq!(facts.len(), FACTS / 3);
            assert_eq!(
                facts.iter().map(|fact| fact.name).collect::<HashSet<_>>().len(),
                KNOWN_NAMES
            );
        }
        assert!(FactId::all().enumerate().all(|(index, fact)| fact.index() == index));
    }

    #[test]
    fn worlds_differ_and_unheard_names_have_answers() {
        assert_eq!(Fact::new(1).values, Fact::new(1).values);
        assert_ne!(Fact::new(1).values, Fact::new(2).values);
        let fact = Fact::new(1);
        assert_eq!(fact.split_of("please food of zeld ="), Some(Split::OutOfDistribution));
        assert!(
            fact.answer("please food of zeld =")
                .is_some_and(|food| VALUES[1].contains(&food))
        );
        assert_eq!(fact_group("please food of zeld ="), None);
        assert_eq!(fact.answer("please food of red ="), None);
    }
}
