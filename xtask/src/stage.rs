//! A stage of a test run: it is timed, and says how many tests passed and failed and whether it went well.

use std::time::Instant;

use anyhow::Result;
use serde_json::{Value, json};

use crate::tally::Tally;

/// What a stage did: its counts, where it has any, and whether it went well.
pub struct Done {
    tally: Tally,
    result: Result<()>,
}

impl From<Result<()>> for Done {
    fn from(result: Result<()>) -> Done {
        Done {
            tally: Tally::default(),
            result,
        }
    }
}

impl From<Result<Tally>> for Done {
    fn from(result: Result<Tally>) -> Done {
        match result {
            Ok(tally) if tally.failed > 0 => Done {
                tally,
                result: Err(anyhow::anyhow!("{} failed", tally.failed)),
            },
            Ok(tally) => Done { tally, result: Ok(()) },
            Err(error) => Done {
                tally: Tally::default(),
                result: Err(error),
            },
        }
    }
}

pub type Stage<'a> = (&'static str, Box<dyn Fn() -> Done + 'a>);

/// A stage from what does its work.
pub fn stage<'a, T>(name: &'static str, work: impl Fn() -> T + 'a) -> Stage<'a>
where
    Done: From<T>,
{
    (name, Box::new(move || work().into()))
}

/// What is known of a stage that has ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    pub name: String,
    pub seconds: f64,
    pub tally: Tally,
    pub error: Option<String>,
}

impl Outcome {
    /// A stage without tests, or whose tests did not start, counts as one failure: "0 failed" would be untrue.
    pub fn failed(name: &str, seconds: f64, error: String) -> Outcome {
        Outcome {
            name: name.to_owned(),
            seconds,
            tally: Tally { passed: 0, failed: 1 },
            error: Some(error),
        }
    }
}

/// Runs the stages up to the first that fails; `told` hears of all that have ended, after each.
pub fn run(stages: &[Stage], mut told: impl FnMut(&[Outcome])) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for (name, work) in stages {
        println!("\n=== {name}");
        let start = Instant::now();
        let Done { mut tally, result } = work();
        let seconds = start.elapsed().as_secs_f64();
        if result.is_err() {
            tally.failed = tally.failed.max(1);
        }
        let verdict = if result.is_ok() { "ok" } else { "FAILED" };
        println!("=== {name}: {verdict} in {seconds:.1} s");
        if let Err(error) = &result {
            println!("\nerror: {name}: {error:#}");
        }
        outcomes.push(Outcome {
            name: (*name).to_owned(),
            seconds,
            tally,
            error: result.err().map(|error| format!("{error:#}")),
        });
        told(&outcomes);
        if !well(&outcomes) {
            break;
        }
    }
    outcomes
}

pub fn well(outcomes: &[Outcome]) -> bool {
    outcomes
        .iter()
        .all(|outcome| outcome.error.is_none() && outcome.tally.failed == 0)
}

pub fn total(outcomes: &[Outcome]) -> Tally {
    let mut total = Tally::default();
    for outcome in outcomes {
        total += outcome.tally;
    }
    total
}

/// A line for each stage.
pub fn table(outcomes: &[Outcome]) -> String {
    let line = |outcome: &Outcome| {
        let verdict = if outcome.error.is_none() { "ok" } else { "FAILED" };
        let Outcome {
            name, seconds, tally, ..
        } = outcome;
        let Tally { passed, failed } = tally;
        format!("{name:<26} {verdict:<7} {seconds:>7.1} s {passed:>6} passed {failed:>4} failed\n")
    };
    outcomes.iter().map(line).collect()
}

/// For another process.
pub fn to_json(outcomes: &[Outcome]) -> String {
    let one = |outcome: &Outcome| {
        json!({
            "name": outcome.name, "seconds": outcome.seconds, "error": outcome.error,
            "passed": outcome.tally.passed, "failed": outcome.tally.failed,
        })
    };
    Value::from_iter(outcomes.iter().map(one)).to_string()
}

/// What `to_json` wrote.
pub fn from_json(text: &str) -> Option<Vec<Outcome>> {
    let one = |value: &Value| {
        Some(Outcome {
            name: value["name"].as_str()?.to_owned(),
            seconds: value["seconds"].as_f64()?,
            tally: Tally {
                passed: value["passed"].as_u64()?,
                failed: value["failed"].as_u64()?,
            },
            error: value["error"].as_str().map(str::to_owned),
        })
    };
    serde_json::from_str::<Value>(text)
        .ok()?
        .as_array()?
        .iter()
        .map(one)
        .collect()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn counted(passed: u64, failed: u64) -> Result<Tally> {
        Ok(Tally { passed, failed })
    }

    #[test]
    fn counts_are_added_up() {
        let stages = [
            stage("a", || Ok(())),
            stage("b", || counted(3, 0)),
            stage("c", || counted(4, 0)),
        ];
        let mut heard = Vec::new();
        let outcomes = run(&stages, |outcomes| heard.push(outcomes.len()));
        assert_eq!(total(&outcomes), Tally { passed: 7, failed: 0 });
        assert!(well(&outcomes));
        assert_eq!(heard, [1, 2, 3]);
    }

    #[test]
    fn a_failure_ends_the_run_and_is_counted() {
        let reached = Cell::new(false);
        let failures: [fn() -> Done; 2] = [
            || counted(1, 2).into(),
            || Result::<()>::Err(anyhow::anyhow!("no tests ran")).into(),
        ];
        for (failure, expected) in failures
            .into_iter()
            .zip([Tally { passed: 1, failed: 2 }, Tally { passed: 0, failed: 1 }])
        {
            let after = || {
                reached.set(true);
                counted(5, 0)
            };
            let outcomes = run(&[stage("a", failure), stage("b", after)], |_| ());
            assert_eq!(total(&outcomes), expected);
            assert!(!well(&outcomes) && !reached.get());
        }
    }

    #[test]
    fn outcomes_go_to_another_process_and_back() {
        let outcomes = vec![
            Outcome {
                name: "a".to_owned(),
                seconds: 1.5,
                tally: Tally { passed: 3, failed: 0 },
                error: None,
            },
            Outcome::failed("b", 0.25, "it said \"no\"".to_owned()),
        ];
        assert_eq!(from_json(&to_json(&outcomes)), Some(outcomes));
        assert_eq!(from_json("[{}]"), None);
        assert_eq!(from_json("half a fi"), None);
    }

    #[test]
    fn every_stage_has_a_line() {
        let text = table(&[Outcome::failed("browser tests", 12.34, "x".to_owned())]);
        assert_eq!(
            text.split_whitespace().collect::<Vec<_>>().join(" "),
            "browser tests FAILED 12.3 s 0 passed 1 failed"
        );
    }
}
