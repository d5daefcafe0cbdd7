use super::*;
use crate::protocol::{Event, Settings};
use crate::session::tests::{finish, session, small};
use pollster::block_on;

fn wanted(prompt: &str) -> Inspect {
    Inspect {
        prompt: prompt.into(),
        prefix: String::new(),
        writer: None,
        teacher: None,
        step: None,
        members: vec![0, 2],
    }
}

fn finished() -> Session {
    let mut session = session(small());
    finish(&mut session);
    session
}

fn look(session: &Session, wanted: &Inspect) -> Inspection {
    block_on(session.inspect(wanted)).unwrap()
}

fn refused(session: &Session, wanted: &Inspect) -> String {
    block_on(session.inspect(wanted)).map(|_| ()).unwrap_err().to_string()
}

/// `[v]` of the last position, by the engine that answers visitors.
fn by_engine(config: &LlamaConfig, weights: &[f32], tokens: &[u32]) -> Vec<f64> {
    let models = Models::on_cpu(config, weights);
    log_softmax(&block_on(models.decoder(1, tokens.len()).next(tokens, tokens.len())).unwrap())
}

#[test]
fn distributions_are_those_of_the_engine_after_the_same_words() {
    let session = finished();
    let seen = look(&session, &wanted("please 37 + 48 ="));
    let ids: Vec<u32> = (seen.read.iter())
        .map(|word| session.library.tokenizer.id(word).unwrap())
        .collect();
    // 85, last digit first.
    assert_eq!(seen.read[seen.first as usize..], ["5", "8", "0"]);
    assert!(seen.ended && seen.models.iter().all(|model| model.next.len() == 4));
    assert_eq!(
        seen.models.iter().map(|m| m.member).collect::<Vec<_>>(),
        [None, Some(0), Some(2)]
    );
    for model in &seen.models {
        let (config, weights) = match model.member {
            None => {
                let teacher = session.teacher(session.plan.teacher).unwrap();
                (teacher.model.config().clone(), teacher.weights.clone())
            }
            Some(member) => block_on(session.member(member)).unwrap(),
        };
        for (at, next) in model.next.iter().enumerate() {
            let engine = by_engine(&config, &weights, &ids[..seen.first as usize + at]);
            for (own, engine) in next.log_probabilities.iter().zip(&engine) {
                assert!((own - engine).abs() < 1e-3, "{own} for {engine}");
            }
            let p = |log: &f64| log.exp();
            assert!((next.log_probabilities.iter().map(p).sum::<f64>() - 1.0).abs() < 1e-9);
            let entropy: f64 = next.log_probabilities.iter().map(|log| -log.exp() * log).sum();
            assert!((next.entropy - entropy).abs() < 1e-9);
            assert_eq!(next.kl.is_some(), model.member.is_some());
            assert!(next.kl.is_none_or(|kl| kl > 0.0));
        }
    }
    // The teacher knows the sum, and its answer is its own most likely word each time.
    let said: Vec<&str> = (seen.models[0].next.iter())
        .map(|next| seen.vocabulary[next.most_likely as usize].as_str())
        .collect();
    assert_eq!(said, ["5", "8", "0", "[EOS]"]);
}

#[test]
fn kept_steps_show_students_as_they_were_and_the_newest_as_they_are() {
    let mut session = session(Settings { steps: 4, ..small() });
    let mut kept = Vec::new();
    // Before anything is bought the students are there to be looked at, as they will begin.
    let before = look(&session, &wanted("please moss + ember ="));
    while !session.is_finished() {
        for event in block_on(session.advance(0.0, &|| 0.0)).unwrap() {
            if let Event::Kept { steps, bytes } = event {
                assert_eq!(
                    bytes,
                    (steps.len() * 3 * 4 * session.library.student_config().parameter_count()) as f64
                );
                kept = steps;
            }
        }
    }
    assert_eq!(kept, [0, 1, 2, 3, 4], "what is measured again at the end is kept once");
    let at = |step| {
        look(
            &session,
            &Inspect {
                step,
                ..wanted("please moss + ember =")
            },
        )
    };
    let student = |seen: &Inspection| seen.models[1].next[0].clone();
    assert_eq!(student(&at(Some(0))), student(&before));
    assert_eq!(at(Some(4)), at(None));
    assert!(at(Some(2)).step == 2 && student(&at(Some(2))) != student(&at(Some(3))));
    // The teacher does not learn.
    assert_eq!(at(Some(0)).models[0], at(None).models[0]);
    assert!(
        refused(
            &session,
            &Inspect {
                step: Some(7),
                ..wanted("please moss + ember =")
            }
        )
        .contains("step 7 were not kept")
    );
}

#[test]
fn another_beginning_and_another_writer_give_another_answer() {
    let session = finished();
    let own = look(&session, &wanted("please moss + ember ="));
    let forced = look(
        &session,
        &Inspect {
            prefix: "sa".into(),
            ..wanted("please moss + ember =")
        },
    );
    assert_eq!((forced.read[forced.first as usize].as_str(), forced.prefix), ("sa", 1));
    assert_eq!(
        forced.models[0].next[0], own.models[0].next[0],
        "the same words came before"
    );
    // An untrained student's own answer is not the teacher's.
    let student = look(
        &session,
        &Inspect {
            writer: Some(1),
            members: vec![],
            ..wanted("please moss + ember =")
        },
    );
    assert_ne!(student.read, own.read);
    assert_eq!(student.models.len(), 1, "who writes need not be shown");
}

#[test]
fn attention_is_of_every_head_over_all_that_was_read() {
    let seen = look(&finished(), &wanted("please colour of tal ="));
    for model in &seen.models {
        let t = seen.read.len();
        assert_eq!(model.attention.len(), (model.layers * model.heads) as usize * t * t);
        for row in model.attention.chunks_exact(t) {
            assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        }
    }
}

#[test]
fn what_cannot_be_looked_at_is_refused_with_a_sentence() {
    let session = session(small());
    assert!(refused(&session, &wanted("  ")).contains("nothing to look at"));
    assert!(refused(&session, &wanted("please <b>zebra</b> =")).contains("is not a word of this world"));
    let long = refused(&session, &wanted(&"moss ".repeat(500)));
    assert!(long.contains("500 words; 62 can be"), "{long}");
    assert!(refused(&session, &wanted(&"a".repeat(100_000))).contains("bytes"));
    let begun = |prefix: String| Inspect {
        prefix,
        ..wanted("please moss + ember =")
    };
    assert!(refused(&session, &begun("moss ".repeat(20))).contains("25 words; 24 can be"));
    assert!(refused(&session, &begun("[EOS]".into())).contains("not a word"));
    assert!(
        refused(
            &session,
            &Inspect {
                members: vec![3],
                ..wanted("please moss + ember =")
            }
        )
        .contains("no student number 3")
    );
    assert!(
        refused(
            &session,
            &Inspect {
                members: vec![0; 5],
                ..wanted("please moss + ember =")
            }
        )
        .contains("4 students at most")
    );
    assert!(
        refused(
            &session,
            &Inspect {
                step: Some(0),
                ..wanted("please moss + ember =")
            }
        )
        .contains("press Start")
    );
}

#[test]
fn two_members_are_compared_over_the_questions_of_the_interim_measurements() {
    let session = finished();
    let compare = |step, members| block_on(session.compare(step, members)).unwrap();
    let itself = compare(Some(3), [1, 1]);
    assert_eq!(
        (itself.agreement, itself.kl, itself.questions),
        (Some(1.0), Some(0.0), 50)
    );
    let start = compare(Some(0), [0, 2]);
    assert_eq!(start.agreement, Some(1.0), "all begin alike");
    let end = compare(None, [0, 2]);
    assert!(end.agreement.unwrap() < 1.0 && end.kl.unwrap() > 0.0);
    assert_eq!(end.answer_words, start.answer_words);
    assert!(
        block_on(session.compare(Some(9), [0, 1]))
            .unwrap_err()
            .to_string()
            .contains("not kept")
    );
}

#[test]
fn every_sample_of_a_run_can_be_looked_at_and_says_what_it_said() {
    let session = finished();
    assert!(session.samples.len() > 5);
    for row in &session.samples {
        let seen = look(&session, &wanted(&row.prompt));
        let said = seen.read[seen.first as usize..].join(" ");
        assert_eq!(
            session.library.world.task(row.task).read_aloud(&said),
            row.teacher.text,
            "{}",
            row.prompt
        );
    }
}
