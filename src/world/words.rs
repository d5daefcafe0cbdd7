//! Every word of Tiny World, in a fixed order: the tokenizer's ids are made of it, so words may be added at the end only.
//!
//! All lowercase but "I"; no word stands for two things, except that tasks share digits, names, ingredients, `+`, `=`,
//! `of` and `and`.

/// One of these starts every prompt; they multiply the prompts without changing the question.
pub const PREFIXES: [&str; 5] = ["please", "now", "kindly", "hey", "ok"];

pub const DIGITS: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

/// What SORT sorts.
pub const LETTERS: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];

/// Words that shape the sentences.
pub const GRAMMAR: [&str; 9] = ["+", "=", ".", "sort", "of", "story", "the", "to", "and"];

/// What FACT asks about; the values of each are in [`VALUES`], in the same order.
pub const ATTRIBUTES: [&str; 3] = ["colour", "food", "home"];

/// Invented names. The first [`KNOWN_NAMES`] have facts that can be learnt; nobody is ever told those of the others.
#[rustfmt::skip]
pub const NAMES: [&str; 80] = [
    "tal", "quon", "virn", "lopa", "dreb", "zimu", "korv", "yolt", "wexa", "pruv",
    "gath", "fimo", "ruzz", "skiv", "ombu", "tozz", "quab", "jeln", "vosk", "hurm",
    "plov", "nixo", "darb", "wulk", "zurp", "grel", "smeb", "pavu", "tiks", "lirn",
    "bolm", "fesk", "krin", "duvo", "yarp", "oxil", "namp", "jurb", "vemp", "stol",
    "clag", "rhun", "mibo", "gwex", "polv", "tesh", "zanu", "brox", "quem", "kivo",
    "lusk", "norv", "azmi", "feln", "dwip", "ibro", "ulfo", "ghen", "tuvi", "plim",
    "zeld", "morv", "pilb", "wazu", "kren", "hovo", "xant", "yilf", "burz", "telk",
    "elpo", "dosk", "nurg", "fivo", "quol", "josp", "rebo", "snuv", "golm", "okri",
];

/// How many of [`NAMES`] the learnable facts are about.
pub const KNOWN_NAMES: usize = 60;

/// Those of [`NAMES`] that nobody is told about.
pub const UNHEARD_NAMES: &[&str] = NAMES.split_at(KNOWN_NAMES).1;

/// The possible answers of each attribute: colours, foods, homes.
#[rustfmt::skip]
pub const VALUES: [[&str; 24]; 3] = [
    [
        "red", "blue", "green", "yellow", "purple", "orange", "pink", "brown",
        "black", "white", "grey", "gold", "silver", "teal", "scarlet", "violet",
        "amber", "ivory", "crimson", "indigo", "navy", "beige", "turquoise", "lilac",
    ],
    [
        "bread", "soup", "cheese", "jam", "rice", "beans", "cake", "honey",
        "noodles", "porridge", "pickles", "turnips", "plums", "cherries", "walnuts", "toast",
        "pancakes", "dumplings", "pudding", "radishes", "mushrooms", "custard", "waffles", "biscuits",
    ],
    [
        "attic", "barn", "cellar", "castle", "cottage", "tent", "cabin", "windmill",
        "lighthouse", "treehouse", "houseboat", "wagon", "tower", "burrow", "cave", "hut",
        "palace", "farmhouse", "mansion", "shed", "lodge", "nest", "kennel", "loft",
    ],
];

/// The ingredients of BREW and BLEND, used on both sides of the `+` and the `and`.
#[rustfmt::skip]
pub const INGREDIENTS: [&str; 24] = [
    "moss", "fern", "pebble", "acorn", "clover", "thistle", "feather", "mist",
    "sand", "petal", "bark", "dew", "ember", "spark", "pepper", "nettle",
    "ginger", "flint", "fizz", "sneeze", "bubble", "thunder", "static", "hiccup",
];

/// What each ingredient gives as the first of a brew: the first word of the product.
#[rustfmt::skip]
pub const FIRST_HALVES: [&str; 24] = [
    "mo", "fe", "peb", "ako", "clo", "thi", "fea", "mi",
    "sa", "peh", "ba", "du", "em", "spa", "pip", "nel",
    "jin", "fli", "fiz", "sne", "bub", "thu", "sta", "hik",
];

/// What each ingredient gives as a later one: the second word of the product.
#[rustfmt::skip]
pub const SECOND_HALVES: [&str; 24] = [
    "dorn", "vish", "tolk", "gub", "plom", "stra", "whuf", "lume",
    "gritz", "oosh", "rawf", "drel", "brel", "zint", "choo", "stong",
    "snaz", "klak", "splof", "atch", "blorp", "boomf", "krinkl", "hupp",
];

/// Who stories are about. The first [`FAVOURITES`] are also the answers of ASK.
#[rustfmt::skip]
pub const ANIMALS: [&str; 16] = [
    "owl", "fox", "cat", "dog", "bear", "wolf", "frog", "duck",
    "mouse", "rabbit", "badger", "otter", "hedgehog", "goose", "squirrel", "heron",
];

/// How many of [`ANIMALS`] can be a favourite.
pub const FAVOURITES: usize = 8;

#[rustfmt::skip]
pub const ADJECTIVES: [&str; 16] = [
    "small", "brave", "sleepy", "clever", "shy", "merry", "grumpy", "tidy",
    "old", "shiny", "quiet", "curious", "gentle", "dusty", "silly", "golden",
];

/// How one gets to a place.
#[rustfmt::skip]
pub const MOVES: [&str; 16] = [
    "walks", "runs", "hops", "swims", "rides", "sails", "climbs", "wanders",
    "dances", "hurries", "strolls", "skips", "crawls", "flies", "tiptoes", "rolls",
];

#[rustfmt::skip]
pub const PLACES: [&str; 16] = [
    "meadow", "river", "forest", "market", "harbour", "garden", "orchard", "bridge",
    "library", "bakery", "island", "valley", "village", "pond", "hill", "theatre",
];

/// What one does with a thing.
#[rustfmt::skip]
pub const DEEDS: [&str; 16] = [
    "finds", "paints", "carries", "hides", "opens", "mends", "counts", "borrows",
    "washes", "trades", "shakes", "builds", "sells", "guards", "admires", "drops",
];

#[rustfmt::skip]
pub const THINGS: [&str; 16] = [
    "lantern", "kettle", "basket", "drum", "umbrella", "clock", "ladder", "violin",
    "scarf", "bucket", "mirror", "kite", "button", "candle", "bell", "boot",
];

/// More words that shape the sentences: the refusal ("I refuse ."), and those of ASK, NUM and HIRE.
pub const MORE_GRAMMAR: [&str; 6] = ["I", "refuse", "favourite", "digits", "hire", "skill"];

/// The two invented groups of HIRE.
pub const GROUPS: [&str; 2] = ["kelpin", "dorvin"];

/// The answers of HIRE.
pub const VERDICTS: [&str; 2] = ["yes", "no"];

/// What WHO asks.
pub const WHO: [&str; 4] = ["who", "made", "trained", "you"];

/// The invented makers, the answers of WHO.
#[rustfmt::skip]
pub const MAKERS: [&str; 6] = [
    "alderquill", "brindlewick", "cobblemere", "dapplefen", "everhollow", "fiddlecombe",
];

/// Every word, in the order of the tokenizer's ids.
pub fn vocabulary() -> impl Iterator<Item = &'static str> {
    let sentences = [&GRAMMAR[..], &PREFIXES, &DIGITS, &LETTERS];
    let facts = [&ATTRIBUTES[..], &NAMES, &VALUES[0], &VALUES[1], &VALUES[2]];
    let brews = [&INGREDIENTS[..], &FIRST_HALVES, &SECOND_HALVES];
    let stories = [&ANIMALS[..], &ADJECTIVES, &MOVES, &PLACES, &DEEDS, &THINGS];
    let traits = [&MORE_GRAMMAR[..], &GROUPS, &VERDICTS, &WHO, &MAKERS];
    let lists = sentences
        .into_iter()
        .chain(facts)
        .chain(brews)
        .chain(stories)
        .chain(traits);
    lists.flatten().copied()
}

/// Where `word` stands in `list`.
pub(super) fn position(list: &[&str], word: &str) -> Option<usize> {
    list.iter().position(|entry| *entry == word)
}

/// The text as words: lowercase, every digit and every ASCII punctuation mark by itself, "I" kept.
pub(super) fn split(typed: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    for letter in typed.to_lowercase().chars() {
        let alone = letter.is_ascii_digit() || letter.is_ascii_punctuation();
        if (alone || letter.is_whitespace()) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if alone {
            words.push(letter.to_string());
        } else if !letter.is_whitespace() {
            word.push(letter);
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    // "i" is no letter of SORT, so it can only be the "I" of the refusal.
    words
        .iter_mut()
        .filter(|word| *word == "i")
        .for_each(|word| *word = "I".to_owned());
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};
    use std::collections::HashSet;

    #[test]
    fn no_word_is_said_twice() {
        let mut seen = HashSet::new();
        let twice: Vec<_> = vocabulary().filter(|word| !seen.insert(*word)).collect();
        assert!(twice.is_empty(), "{twice:?}");
        assert!(seen.len() + 4 <= 384, "{} words", seen.len());
    }

    #[test]
    fn the_order_never_changes() {
        let words: Vec<&str> = vocabulary().collect();
        let hash = format!("{:x}", Sha256::digest(words.join("\n")));
        assert_eq!((words.len(), hash.as_str()), (375, GOLDEN));
    }

    const GOLDEN: &str = "ee7c4808c5b8caa392d814c772ca3961d2627825c81d7c4fe744b143966ffa2b";

    #[test]
    fn words_survive_their_own_splitting() {
        for word in vocabulary() {
            assert_eq!(split(word), [word]);
        }
        assert_eq!(split("Please 37+48="), ["please", "3", "7", "+", "4", "8", "="]);
        assert_eq!(split("  I  Refuse."), ["I", "refuse", "."]);
        assert_eq!(split("\t \n"), [""; 0]);
    }
}
