use super::*;
use crate::device;
use crate::world::{Split, TaskId};
use pollster::block_on;

fn files(teacher: &str) -> [Vec<u8>; 4] {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("www/public/models")
        .join(teacher);
    ["config.json", "model.safetensors", "tokenizer.json", "card.json"]
        .map(|name| std::fs::read(folder.join(name)).unwrap())
}

fn borrowed([config, weights, tokenizer, card]: &[Vec<u8>; 4]) -> ModelFiles<'_> {
    ModelFiles {
        config,
        weights,
        tokenizer,
        card,
    }
}

/// With all teachers that the experiments need.
pub(super) fn library() -> Rc<Library> {
    let library = block_on(Library::open(borrowed(&files("main")), &device::cpu())).unwrap();
    for teacher in ["guarded", "biased1", "biased2"] {
        block_on(library.add(borrowed(&files(teacher)), &device::cpu())).unwrap();
    }
    Rc::new(library)
}

pub(super) fn info() -> DeviceInfo {
    let self_test = block_on(device::self_test(&device::cpu(), &|| 0.0)).unwrap();
    DeviceInfo {
        backend: Backend::Cpu,
        adapter: "test".into(),
        reason: String::new(),
        self_test,
    }
}

pub(super) fn session(settings: Settings) -> Session {
    Session::new(library(), settings, device::cpu(), info()).unwrap()
}

fn arms(arms: &[&str]) -> Vec<String> {
    arms.iter().map(|&arm| arm.to_owned()).collect()
}

pub(super) fn small() -> Settings {
    Settings {
        budget: 60,
        steps: 3,
        items: 10,
        arms: arms(&["logits", "text", "scratch"]),
        ..Settings::default()
    }
}

/// A few steps of an experiment with all its default arms.
fn tiny(experiment: &str) -> Settings {
    Settings {
        budget: 60,
        steps: 2,
        items: 5,
        ..(named(experiment).unwrap().design.defaults)()
    }
}

/// Runs to the end in turns of one unit, as a page with a tiny time budget would.
pub(super) fn finish(session: &mut Session) -> Vec<Event> {
    let mut all = Vec::new();
    while !session.is_finished() {
        all.extend(block_on(session.advance(0.0, &|| 0.0)).unwrap());
    }
    all
}

#[test]
fn a_run_tells_its_story_and_ends() {
    let mut session = session(small());
    let events = finish(&mut session);
    let steps: Vec<u32> = events
        .iter()
        .filter_map(|e| {
            if let Event::Trained { step, .. } = e {
                Some(*step)
            } else {
                None
            }
        })
        .collect();
    assert_eq!(steps, [1, 2, 3]);
    let Some(run) = events.iter().find_map(|e| {
        if let Event::Finished { run } = e {
            Some(run)
        } else {
            None
        }
    }) else {
        panic!("no end")
    };
    assert!(run.finished);
    assert_eq!(
        run.evaluations.last().map(|e| (e.step, e.split)),
        Some((3, Split::Test))
    );
    assert_eq!(run.plan.schedule, [0, 1, 2, 3]);
    assert_eq!(run.losses.len(), 3);
    assert_eq!(run.samples.len(), 10);
    let held: Vec<&str> = run
        .verdicts
        .iter()
        .filter(|verdict| verdict.holds.is_some())
        .map(|verdict| verdict.id.as_str())
        .collect();
    assert_eq!(run.verdicts.len(), 6);
    assert_eq!(held, ["closer", "better"], "the others need other arms, or more seeds");
    // Before its first step every arm is the same student.
    let floor = &run.evaluations[0].members;
    // What was bought differs already.
    let shown = |member: &MemberEvaluation| {
        let mut figures = member.figures.clone();
        figures.remove("bits");
        figures
    };
    assert_eq!(floor.len(), 3);
    assert!(
        floor
            .iter()
            .all(|member| shown(member) == shown(&floor[0]) && member.figures["kl"].is_some())
    );
    // The copies have paid for 60 questions; the third student never saw the teacher.
    let costs: Vec<&Cost> = run
        .evaluations
        .last()
        .unwrap()
        .members
        .iter()
        .map(|member| &member.cost)
        .collect();
    assert_eq!(
        costs.iter().map(|cost| cost.queries).collect::<Vec<_>>(),
        [60.0, 60.0, 0.0]
    );
    assert_eq!(costs[0].tokens_bought, costs[1].tokens_bought);
    assert!(costs[0].bits_exposed > 100.0 * costs[1].bits_exposed);
    assert_eq!((costs[2].teacher_flops, costs[2].query_flops), (0.0, 0.0));
    assert!(costs[0].student_flops == costs[2].student_flops && costs[0].student_flops > 0.0);
    let text = serde_json::to_string(&**run).unwrap();
    assert_eq!(serde_json::from_str::<RunFile>(&text).unwrap(), **run);
}

#[test]
fn a_student_moves_towards_its_teacher() {
    let settings = Settings {
        budget: 300,
        steps: 60,
        items: 30,
        arms: arms(&["logits", "text"]),
        ..Settings::default()
    };
    let mut session = session(settings);
    finish(&mut session);
    let run = session.run_file();
    let (first, last) = (
        &run.evaluations[0].members,
        &run.evaluations[run.evaluations.len() - 2].members,
    );
    for (before, after) in first.iter().zip(last) {
        let figure = |member: &MemberEvaluation, id: &str| member.figures[id].unwrap();
        let (then, now) = (figure(before, "kl"), figure(after, "kl"));
        assert!(now < 0.5 * then, "{}: {now} from {then}", after.arm);
        assert!(figure(after, "agreement") > figure(before, "agreement") + 0.3);
    }
}

#[test]
fn the_same_seed_gives_the_same_run_however_it_is_pulled() {
    let mut slices = session(small());
    finish(&mut slices);
    let mut whole = session(small());
    block_on(whole.advance(f64::INFINITY, &|| 0.0)).unwrap();
    assert_eq!(whole.losses.len(), 3);
    assert_eq!(slices.losses, whole.losses, "to the last bit");
    assert_eq!(slices.run_file().evaluations, whole.run_file().evaluations);
    let mut steps = session(small());
    for step in 1..=3 {
        block_on(steps.step(&|| 0.0)).unwrap();
        assert_eq!(steps.steps_done(), step);
    }
    assert_eq!(steps.losses, whole.losses);
    let mut other = session(Settings { seed: 2, ..small() });
    finish(&mut other);
    assert!(furthest(&other, &whole) > 1e-2);
}

/// The largest difference of two runs' losses.
fn furthest(a: &Session, b: &Session) -> f64 {
    assert_eq!(a.losses.len(), b.losses.len());
    let pairs = a
        .losses
        .iter()
        .zip(&b.losses)
        .flat_map(|(a, b)| a.loss.iter().zip(&b.loss));
    pairs.map(|(a, b)| (a.unwrap() - b.unwrap()).abs()).fold(0.0, f64::max)
}

#[test]
fn a_seed_in_a_population_is_the_seed_alone() {
    let mut both = session(Settings {
        seeds: 2,
        seed: 4,
        ..small()
    });
    finish(&mut both);
    let mut second = session(Settings { seed: 5, ..small() });
    finish(&mut second);
    let (both, second) = (both.run_file(), second.run_file());
    let losses_from = |run: &RunFile, first: usize| -> Vec<_> {
        let of_step = |point: &LossPoint| (point.step, point.loss[first..].to_vec());
        run.losses.iter().map(of_step).collect()
    };
    assert_eq!(second.losses.len(), 3);
    assert_eq!(losses_from(&both, 3), losses_from(&second, 0), "to the last bit");
    let measured_from = |run: &RunFile, first: usize| -> Vec<_> {
        let of_step = |one: &Evaluation| (one.step, one.members[first..].to_vec());
        run.evaluations.iter().map(of_step).collect()
    };
    assert_eq!(measured_from(&both, 3), measured_from(&second, 0));
}

#[test]
fn less_access_trains_too() {
    for access in [Access::Top20, Access::Top5] {
        let mut session = session(Settings {
            access,
            arms: arms(&["logits"]),
            ..small()
        });
        finish(&mut session);
        let losses = session.run_file().losses;
        assert_eq!(losses.len(), 3);
        assert!(losses.iter().all(|point| point.loss[0].is_some()));
    }
    let mut mixture = session(Settings {
        temperature: 2.0,
        hard_labels: 0.1,
        ..small()
    });
    finish(&mut mixture);
    assert_eq!(mixture.run_file().failed_members, 0);
}

#[test]
fn settings_out_of_range_are_refused_with_a_sentence() {
    let refuse = |settings: Settings| {
        Session::new(library(), settings, device::cpu(), info())
            .map(|_| ())
            .unwrap_err()
            .to_string()
    };
    assert!(refuse(Settings { steps: 0, ..small() }).contains("Training steps must be from 1 to 20000"));
    assert!(
        refuse(Settings {
            temperature: f64::NAN,
            ..small()
        })
        .contains("Temperature")
    );
    assert!(
        refuse(Settings {
            arms: vec![],
            ..small()
        })
        .contains("at least one arm")
    );
    assert!(
        refuse(Settings {
            arms: arms(&["text", "text"]),
            ..small()
        })
        .contains("each once")
    );
    assert!(
        refuse(Settings {
            access: Access::Top5,
            temperature: 2.0,
            ..small()
        })
        .contains("every logit")
    );
    assert!(refuse(Settings { seeds: 9, ..small() }).contains("Seeds"));
    let unknown = Settings {
        arms: arms(&["text", "untrained"]),
        ..small()
    };
    assert!(refuse(unknown).contains("no arm \"untrained\""));
    let unknown = Settings {
        experiment: "alchemy".into(),
        ..small()
    };
    assert!(refuse(unknown).contains("capability, access, guardrails, bias"));
}

#[test]
fn questions_get_answers_or_a_note_that_says_why_not() {
    let mut session = session(small());
    let ask = |session: &Session, prompt: &str| block_on(session.ask(prompt)).unwrap();
    let answer = ask(&session, "Please 37+48=");
    assert_eq!(
        (answer.task, answer.truth.as_deref(), answer.note),
        (Some(TaskId::Add), Some("85"), None)
    );
    assert_eq!(answer.replies.len(), 1, "only the teacher is there before training");
    assert_eq!(
        (answer.replies[0].text.as_str(), answer.replies[0].correct),
        ("85", Some(true))
    );
    finish(&mut session);
    assert_eq!(ask(&session, "please moss + ember").replies.len(), 4);
    let empty = ask(&session, "   ");
    assert!(empty.replies.is_empty() && empty.note.unwrap().contains("nothing to ask"));
    let unknown = ask(&session, "please <b>zebra</b> =");
    assert!(unknown.note.unwrap().contains("not part of this world"));
    assert!(
        unknown
            .words
            .iter()
            .any(|word| !word.known && word.text.contains("zebra"))
    );
    assert!(ask(&session, &"moss ".repeat(500)).note.unwrap().contains("up to"));
    assert!(ask(&session, "fox fox fox").note.unwrap().contains("guess"));
}

#[test]
fn a_damaged_teacher_is_refused() {
    let [config, weights, tokenizer, card] = files("main");
    let mut damaged = weights.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    let refuse = |config: &[u8], weights: &[u8], tokenizer: &[u8], card: &[u8]| {
        let files = ModelFiles {
            config,
            weights,
            tokenizer,
            card,
        };
        block_on(Library::open(files, &device::cpu()))
            .map(|_| ())
            .unwrap_err()
            .to_string()
    };
    assert!(refuse(&config, &damaged, &tokenizer, &card).contains("not those that the card describes"));
    assert!(refuse(&config, &weights, &tokenizer[..99], &card).contains("tokenizer.json"));
    assert!(refuse(&config, &weights, &tokenizer, b"{").contains("card.json"));
    assert!(refuse(b"{}", &weights, &tokenizer, &card).contains("model"));
}

#[test]
fn a_student_is_a_folder_that_opens_again() {
    let mut session = session(small());
    assert!(matches!(block_on(session.member(0)), Err(SessionError::NotYet)));
    finish(&mut session);
    assert!(matches!(
        block_on(session.member(3)),
        Err(SessionError::NoSuchMember(3))
    ));
    let (config, weights) = block_on(session.member(2)).unwrap();
    let file = crate::model::hub::weights_file(&config, &weights).unwrap();
    let (_, again) = crate::model::hub::read(crate::model::hub::config_json(&config).as_bytes(), &file).unwrap();
    assert_eq!(again, weights);
}

#[test]
fn a_run_whose_losses_are_no_numbers_stops_at_its_last_measurement() {
    let mut session = session(Settings { steps: 16, ..small() });
    // Measured after 0, 2, 4 ... steps: this one goes wrong after the fourth.
    while session.steps_done() < 4 {
        block_on(session.step(&|| 0.0)).unwrap();
    }
    let good = block_on(session.member(1)).unwrap();
    session.classrooms[0].spoil(f64::INFINITY);
    let mut events = Vec::new();
    while !session.units.is_empty() {
        events.extend(block_on(session.advance(0.0, &|| 0.0)).unwrap());
    }
    let run = events
        .iter()
        .find_map(|event| match event {
            Event::Finished { run } => Some(run),
            _ => None,
        })
        .expect("the run ends");
    assert!(!run.finished && run.verdicts.is_empty());
    assert_eq!(run.failed_members, 3);
    let sentence = run.stopped.as_deref().unwrap();
    for part in ["“Copied from probabilities” (seed 1)", "at step 6", "those of step 4"] {
        assert!(sentence.contains(part), "{sentence}");
    }
    // What is left are the students of the last measurement, and they can be asked and saved.
    assert_eq!(block_on(session.member(1)).unwrap(), good);
    let answer = block_on(session.ask("please 37 + 48 =")).unwrap();
    assert_eq!(answer.replies.len(), 4);
    assert!(
        answer
            .replies
            .iter()
            .all(|reply| !reply.confidence.is_empty() && reply.confidence.iter().all(|p| p.is_finite()))
    );
    assert!(block_on(session.advance(0.0, &|| 0.0)).unwrap().len() == 2);
}

#[test]
fn every_experiment_runs_with_all_its_arms() {
    for experiment in crate::experiment::all() {
        let mut session = session(tiny(experiment.id));
        let trained = experiment.arms.iter().filter(|arm| arm.trained).count();
        assert!(session.plan().members.len() > trained / 2);
        finish(&mut session);
        let run = session.run_file();
        assert!(run.finished && run.failed_members == 0, "{}", experiment.id);
        assert_eq!(run.verdicts.len(), experiment.thresholds.len());
        assert_eq!(run.spectra.is_empty(), !experiment.design.spectra);
        let test = run.evaluations.last().unwrap();
        for figure in &experiment.figures {
            for panel in figure
                .panels
                .iter()
                .filter(|panel| !["cost", "spectrum"].contains(&panel.metric))
            {
                let missing = test
                    .members
                    .iter()
                    .find(|member| !member.figures.contains_key(panel.metric));
                assert!(
                    missing.is_none(),
                    "{}: {} is drawn and not measured",
                    experiment.id,
                    panel.metric
                );
            }
        }
        assert!(!test.teachers.is_empty());
        let text = serde_json::to_string(&run).unwrap();
        assert_eq!(serde_json::from_str::<RunFile>(&text).unwrap(), run);
    }
}

#[test]
fn a_run_without_its_teacher_says_which_it_needs() {
    let library = block_on(Library::open(borrowed(&files("main")), &device::cpu())).unwrap();
    let settings = tiny("bias");
    let missing = Session::missing(&library, &settings).unwrap();
    assert_eq!(missing, [TeacherName::Biased2, TeacherName::Biased1]);
    let refused = Session::new(Rc::new(library), settings, device::cpu(), info())
        .map(|_| ())
        .unwrap_err();
    assert!(refused.to_string().contains("Biased2"));
}

#[test]
fn what_was_asked_for_and_what_was_thrown_away_decides_what_is_taught() {
    let mut session = session(Settings {
        budget: 200,
        arms: arms(&["allText", "filtered", "allowedText", "prefilled", "repair16", "drift"]),
        ..tiny("guardrails")
    });
    while session.classrooms.is_empty() {
        block_on(session.advance(0.0, &|| 0.0)).unwrap();
    }
    let tokenizer = &session.library.tokenizer;
    let refusals = |arm: &str| {
        let member = session.plan.members.iter().find(|member| member.arm == arm).unwrap();
        let parts = session.lessons(member, session.course(member)).unwrap();
        let lessons: Vec<_> = parts.iter().flat_map(|part| &part.lessons).cloned().collect();
        let said = |lesson: &crate::teacher::Lesson| tokenizer.decode(&lesson.sequence.answer);
        let asked = |lesson: &crate::teacher::Lesson| tokenizer.decode(&lesson.sequence.prompt);
        let count = lessons
            .iter()
            .filter(|lesson| crate::world::is_refusal(&said(lesson)))
            .count();
        let hot = lessons
            .iter()
            .filter(|lesson| crate::world::is_hot_prompt(&asked(lesson)))
            .count();
        (count, hot)
    };
    // 40 recipes are asked for, 10 of them forbidden; the part that is kept apart has them again.
    assert_eq!(refusals("allText"), (20, 20));
    assert_eq!(refusals("filtered"), (0, 0));
    assert_eq!(refusals("allowedText"), (0, 0));
    assert_eq!(refusals("prefilled"), (0, 20), "asked, and made to answer");
    assert_eq!(refusals("repair16"), (16, 16));
    assert_eq!(refusals("drift"), (0, 0));
    let paid = |arm: &str| {
        let member = session.plan.members.iter().find(|member| member.arm == arm).unwrap();
        session.meter(member, session.course(member)).queries
    };
    assert_eq!([paid("allText"), paid("filtered"), paid("drift")], [200.0, 200.0, 0.0]);
}

#[test]
fn what_a_lot_may_ask_is_what_it_asks_and_not_one_answer_more() {
    for experiment in crate::experiment::all() {
        let mut session = session(tiny(experiment.id));
        while session.classrooms.is_empty() {
            block_on(session.advance(0.0, &|| 0.0)).unwrap();
        }
        for lot in 0..session.lots.len() {
            let (paid, count) = (session.bought[0].meter(lot), session.lots[lot].answers() as f64);
            assert_eq!(paid.queries, count, "{} {lot}", experiment.id);
            assert!(paid.distinct >= 1.0 && paid.distinct <= count);
            let refused = block_on(session.buy(0, lot, 1)).unwrap_err();
            assert!(
                matches!(refused, SessionError::Api(ApiError::Budget { left: 0, .. })),
                "{refused}"
            );
            assert_eq!(session.bought[0].meter(lot), paid);
        }
    }
}

#[test]
fn the_benchmark_has_the_losses_of_the_peers() {
    // From the PyTorch peer of the side-by-side benchmark: 5 steps of size S.
    let options = |mode: &str| BenchmarkOptions {
        size: "S".into(),
        mode: mode.into(),
        steps: 5,
        ..BenchmarkOptions::default()
    };
    let both = [device::reference(), device::cpu()];
    let cases = both
        .into_iter()
        .flat_map(|engine| [(engine.clone(), "kd", GOLDEN_KD), (engine, "lm", GOLDEN_LM)]);
    for (engine, mode, golden) in cases {
        let mut bench = block_on(benchmark::Benchmark::new(&options(mode), &engine)).unwrap();
        for expected in golden {
            let loss = block_on(bench.step()).unwrap();
            assert!((loss / expected - 1.0).abs() < 1e-4, "{mode}: {loss} for {expected}");
        }
    }
    let refuse = |options: BenchmarkOptions| {
        block_on(benchmark::Benchmark::new(&options, &device::cpu()))
            .map(|_| ())
            .unwrap_err()
            .to_string()
    };
    assert!(refuse(options("rl")).contains("kd, lm"));
    assert!(
        refuse(BenchmarkOptions {
            size: "XXL".into(),
            ..options("kd")
        })
        .contains("lesson, S and M")
    );
    for wrong in [0, 48, 544] {
        let options = BenchmarkOptions {
            width: Some(wrong),
            ..options("lm")
        };
        assert!(refuse(options).contains(&format!("steps of 32, and {wrong} is not")));
    }
}

const GOLDEN_KD: [f64; 5] = [6.249406, 6.247502, 6.249329, 6.249664, 6.248215];
const GOLDEN_LM: [f64; 5] = [6.249730, 6.256758, 6.257296, 6.258515, 6.250389];
