use super::*;
use crate::protocol::{Cost, DeviceInfo, Member, MemberEvaluation, Plan, SelfTest, TeacherInfo, TeacherName};

fn run(seed: u32, kl: Option<f64>) -> RunFile {
    let settings = Settings {
        seed,
        arms: vec!["text".into()],
        ..Settings::default()
    };
    let evaluation = |step, split, kl| Evaluation {
        step,
        split,
        members: vec![MemberEvaluation {
            arm: "text".into(),
            seed,
            figures: [("kl".to_owned(), kl)].into(),
            items: Default::default(),
            cost: Cost::default(),
        }],
        teachers: Vec::new(),
    };
    RunFile {
        format: RunFile::FORMAT.into(),
        version: RunFile::VERSION,
        experiment: "capability".into(),
        stillroom: "0".into(),
        device: DeviceInfo {
            backend: crate::protocol::Backend::Cpu,
            adapter: "a test".into(),
            reason: String::new(),
            self_test: SelfTest {
                matmul_error: 0.0,
                gradient_error: 0.0,
                milliseconds: 0.0,
            },
        },
        teacher: TeacherInfo::default(),
        plan: Plan {
            settings,
            members: vec![Member {
                arm: "text".into(),
                seed,
                against: TeacherName::Main,
                parameters: 1,
            }],
            teacher: TeacherName::Main,
            teachers: vec![TeacherName::Main],
            tasks: Vec::new(),
            batch: 1,
            tokens_per_step: 1,
            schedule: vec![0, 1],
            validation_items: 1,
            test_items: 1,
            story_entropy: 1.0,
        },
        losses: Vec::new(),
        evaluations: vec![
            evaluation(0, Split::Validation, Some(2.0)),
            evaluation(1, Split::Validation, kl),
            evaluation(1, Split::Test, kl),
        ],
        samples: Vec::new(),
        verdicts: Vec::new(),
        spectra: Vec::new(),
        failed_members: u32::from(kl.is_none()),
        seconds: 1.5,
        finished: true,
        stopped: None,
    }
}

#[test]
fn runs_become_bands_over_seeds() {
    let runs: Vec<RunFile> = (1..=21).rev().map(|seed| run(seed, Some(f64::from(seed)))).collect();
    let bands = Bands::new(&runs, "abc").unwrap();
    assert_eq!(
        (bands.runs, bands.failed, bands.seeds.len(), bands.seconds),
        (21, 0, 21, 31.5)
    );
    let curve = &bands.curves[0];
    assert_eq!((&curve.steps[..], &curve.median[..]), (&[0, 1][..], &[2.0, 11.0][..]));
    assert_eq!((curve.low[1], curve.high[1]), (2.0, 20.0));
    let last = &bands.last[0];
    assert_eq!(
        (last.mean, last.median, last.low, last.high, last.n),
        (11.0, 11.0, 2.0, 20.0, 21)
    );
    // Student's t: 11 -+ 2.086 sqrt(38.5 / 21).
    assert_eq!(last.interval, Some([8.17559, 13.8244]));
    assert_eq!(bands.verdicts.len(), 6);
    let text = serde_json::to_string(&bands).unwrap();
    assert_eq!(serde_json::from_str::<Bands>(&text).unwrap(), bands);
    assert!(text.contains("\"final\":"));
}

#[test]
fn a_run_saved_when_self_tests_said_that_they_passed_is_read() {
    let run = run(1, Some(1.0));
    let mut file = serde_json::to_value(&run).unwrap();
    let test = file["device"]["selfTest"].as_object_mut().unwrap();
    assert!(test.insert("passed".into(), true.into()).is_none(), "no longer written");
    assert_eq!(serde_json::from_value::<RunFile>(file).unwrap(), run);
}

#[test]
fn a_run_that_failed_is_counted() {
    let mut stopped = run(3, None);
    stopped.finished = false;
    stopped.stopped = Some("The loss was no number.".into());
    let bands = Bands::new(&[run(1, Some(1.0)), run(2, None), stopped], "abc").unwrap();
    assert_eq!((bands.runs, bands.failed), (3, 2));
    assert_eq!((bands.last[0].n, bands.last[0].failed), (1, 2));
}

#[test]
fn runs_that_do_not_belong_together_are_refused() {
    let refuse = |runs: &[RunFile]| Bands::new(runs, "").unwrap_err();
    assert_eq!(refuse(&[]), BandsError::Empty);
    assert_eq!(refuse(&[run(1, None), run(1, None)]), BandsError::Twice(1));
    let mut other = run(2, None);
    other.plan.settings.steps = 7;
    assert_eq!(refuse(&[run(1, None), other]), BandsError::OtherSettings(1, 2));
    let mut several = run(1, None);
    several.plan.settings.seeds = 2;
    assert_eq!(refuse(&[several]), BandsError::Several(1));
    let mut half = run(1, None);
    half.finished = false;
    assert_eq!(refuse(&[half]), BandsError::Unfinished(1));
}

#[test]
fn a_reference_is_named_by_what_is_not_as_by_default() {
    let experiment = named("guardrails").unwrap();
    let name = |settings: Settings| {
        let mut bands = Bands::new(&[run(1, Some(1.0))], "").unwrap();
        bands.experiment = settings.experiment.clone();
        bands.settings = settings;
        bands.name(&experiment)
    };
    let defaults = (experiment.design.defaults)();
    assert_eq!(
        name(Settings {
            seed: 9,
            ..defaults.clone()
        }),
        "guardrails"
    );
    let hazard = crate::protocol::Hazard::Memorised;
    assert_eq!(
        name(Settings {
            hazard,
            budget: 250,
            ..defaults.clone()
        }),
        "guardrails-hazard-memorised-budget-250"
    );
    // No other thing, but another file.
    assert_eq!(
        name(Settings {
            arms: vec!["text".into()],
            items: 30,
            ..defaults
        }),
        "guardrails-arms-some-items-30"
    );
}
