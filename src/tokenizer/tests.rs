use super::*;
use crate::rng::{Stream, stream};
use crate::world::{Split, TaskId};
use serde_json::{Value, json};
use std::collections::HashSet;

fn tokenizer() -> Tokenizer {
    Tokenizer::for_world(&World::standard()).unwrap()
}

#[test]
fn everything_the_world_says_survives() {
    let (world, tokenizer) = (World::standard(), tokenizer());
    let mut rng = stream(1, Stream::Data, 0);
    for id in TaskId::ALL {
        for split in Split::ALL {
            for _ in 0..2_000 {
                let example = world.sample(id, split, &mut rng);
                let text = format!("{} {}", example.prompt, example.answer);
                let encoded = tokenizer.encode(&text).unwrap();
                assert!(!encoded.ids.contains(&UNK), "{text}");
                assert_eq!(encoded.ids.len(), text.split(' ').count());
                assert_eq!(tokenizer.decode(&encoded.ids), text);
            }
        }
    }
}

#[test]
fn every_word_has_one_id() {
    let tokenizer = tokenizer();
    assert_eq!(tokenizer.vocab_size(), 384);
    let words: HashSet<_> = (0..384).map(|id| tokenizer.word(id).unwrap()).collect();
    assert_eq!(words.len(), 384);
    for id in 0..384 {
        assert_eq!(tokenizer.id(tokenizer.word(id).unwrap()), Some(id));
    }
    assert_eq!((tokenizer.word(384), tokenizer.id("lead")), (None, None));
    for word in World::standard().vocabulary() {
        assert_eq!(tokenizer.encode(&word).unwrap().ids, [tokenizer.id(&word).unwrap()]);
    }
}

#[test]
fn unknown_words_are_shown_not_dropped() {
    let encoded = tokenizer().encode("please moss+glühwein = 😀").unwrap();
    let words: Vec<_> = encoded
        .words
        .iter()
        .map(|word| (word.text.as_str(), word.known))
        .collect();
    assert_eq!(
        words,
        [
            ("please", true),
            ("moss", true),
            ("+", true),
            ("glühwein", false),
            ("=", true),
            ("😀", false)
        ]
    );
    assert_eq!((encoded.ids[3], encoded.ids[5]), (UNK, UNK));
    assert_eq!(
        tokenizer().decode(&[BOS, encoded.ids[0], UNK, 999, EOS, PAD]),
        "please [UNK]"
    );
    assert_eq!(tokenizer().encode(" \n").unwrap(), Encoded::default());
}

#[test]
fn typed_text_is_split_and_typed_specials_are_not_obeyed() {
    let tokenizer = tokenizer();
    let ids = |text: &str| tokenizer.encode(text).unwrap().ids;
    assert_eq!(ids("please 37+48="), ids("please 3 7 + 4 8 ="));
    assert_eq!(ids("I refuse."), ids("I refuse ."));
    assert!(!ids("I refuse .").contains(&UNK));
    for special in ["[EOS]", "[PAD]", "[BOS]"] {
        assert_eq!(ids(special), [UNK; 3]);
    }
    assert!(matches!(
        tokenizer.encode(&"a ".repeat(MAX_TEXT)),
        Err(TokenizerError::TextTooLong { .. })
    ));
}

#[test]
fn the_file_round_trips_and_is_stable() {
    let (tokenizer, world) = (tokenizer(), World::new(7));
    let json = tokenizer.to_json().unwrap();
    let again = Tokenizer::from_json(json.as_bytes()).unwrap();
    assert_eq!(again.to_json().unwrap(), json);
    assert_eq!(again.sha256(), tokenizer.sha256());
    // Words do not depend on the world's seed.
    assert_eq!(Tokenizer::for_world(&world).unwrap().to_json().unwrap(), json);
    let text = "please colour of tal = red [EOS] what";
    assert_eq!(again.encode(text).unwrap(), tokenizer.encode(text).unwrap());
    // The library itself reads the file the same way.
    let theirs: tokenizers::Tokenizer = json.parse().unwrap();
    assert_eq!(
        theirs.encode("please 37+48=", false).unwrap().get_ids(),
        tokenizer.encode("please 37+48=").unwrap().ids
    );
}

/// The file with one change.
fn changed(change: impl FnOnce(&mut Value)) -> Result<Tokenizer, TokenizerError> {
    let mut value: Value = serde_json::from_str(&tokenizer().to_json().unwrap()).unwrap();
    change(&mut value);
    Tokenizer::from_json(value.to_string().as_bytes())
}

#[test]
fn hostile_files_are_refused() {
    use TokenizerError::*;
    let json = tokenizer().to_json().unwrap();
    for end in (0..json.len()).step_by(97) {
        assert!(matches!(Tokenizer::from_json(&json.as_bytes()[..end]), Err(NotJson(_))));
    }
    for bytes in [
        &b""[..],
        b"{}",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"{\"model\":3}",
        "[".repeat(100_000).as_bytes(),
    ] {
        assert!(Tokenizer::from_json(bytes).is_err());
    }
    assert!(matches!(
        Tokenizer::from_json(&vec![b' '; MAX_FILE + 1]),
        Err(FileTooLarge { .. })
    ));
    assert!(changed(|_| ()).is_ok());
    assert!(matches!(
        changed(|f| f["model"]["type"] = json!("BPE")),
        Err(OtherKind { field: "model" })
    ));
    assert!(matches!(
        changed(|f| f["model"] = json!([1])),
        Err(OtherKind { field: "model" })
    ));
    assert!(matches!(
        changed(|f| f["pre_tokenizer"] = Value::Null),
        Err(OtherKind { field: "pre_tokenizer" })
    ));
    let regex = json!({"type": "Split", "pattern": {"Regex": "(a+)+$"}, "behavior": "Removed", "invert": false});
    assert!(matches!(
        changed(|f| f["pre_tokenizer"] = regex),
        Err(OtherKind { field: "pre_tokenizer" })
    ));
    assert!(matches!(
        changed(|f| f["normalizer"] = json!({"type": "Lowercase"})),
        Err(OtherKind { field: "normalizer" })
    ));
    assert!(matches!(
        changed(|f| f["model"]["vocab"] = json!({"[PAD]": "zero"})),
        Err(NotJson(_))
    ));
    assert!(matches!(
        changed(|f| f["model"]["vocab"]["red"] = json!(-1)),
        Err(NotJson(_))
    ));
    assert!(matches!(
        changed(|f| f["model"]["vocab"]["red"] = json!(u32::MAX)),
        Err(BadIds)
    ));
    assert!(matches!(
        changed(|f| f["model"]["vocab"]["red"] = json!(5)),
        Err(BadIds)
    ));
    assert!(matches!(
        changed(|f| f["model"]["vocab"] = json!({})),
        Err(MissingSpecials)
    ));
    assert!(matches!(
        changed(|f| f["model"]["unk_token"] = json!("red")),
        Err(MissingSpecials)
    ));
    let swapped = |f: &mut Value| {
        f["model"]["vocab"]["[PAD]"] = json!(1);
        f["model"]["vocab"]["[BOS]"] = json!(0);
    };
    assert!(matches!(changed(swapped), Err(MissingSpecials)));
    let many = |f: &mut Value| (384..9_000).for_each(|id| f["model"]["vocab"][format!("w{id}")] = json!(id));
    assert!(matches!(changed(many), Err(TooManyWords { .. })));
    // What `transformers` adds when it saves the file, and what does not change how text is split, is let be.
    assert!(changed(|f| f["post_processor"] = json!({"type": "TemplateProcessing", "single": []})).is_ok());
    assert!(changed(|f| f["truncation"] = json!({"max_length": 0, "stride": 9})).is_ok());
}

#[test]
fn ids_never_change() {
    let tokenizer = tokenizer();
    let prompts = [
        "please 3 7 + 4 8 =",
        "now sort c a h b b =",
        "kindly colour of tal =",
        "hey moss + ember =",
        "ok story of fox =",
    ];
    let ids = prompts.map(|prompt| tokenizer.encode(prompt).unwrap().ids);
    assert_eq!(ids, GOLDEN.map(<[u32]>::to_vec));
    assert_eq!(tokenizer.sha256(), GOLDEN_SHA256);
}

const GOLDEN: [&[u32]; 5] = [
    &[13, 21, 25, 4, 22, 26, 5],
    &[14, 7, 30, 28, 35, 29, 29, 5],
    &[15, 36, 8, 39, 5],
    &[16, 191, 4, 203, 5],
    &[17, 9, 8, 264, 5],
];
const GOLDEN_SHA256: &str = "e5db2492dff8cd746cd9d5fd9150270498e6ebcf3cb37713bbd2f1c3a7849f24";
