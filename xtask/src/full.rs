//! `cargo xtask test --full`: stages that take too long for every change. Each is a row of the table below and of docs/checks.md,
//! where its last result stands; it is stale when files that it names have changed since.

mod record;

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Result;
use clap::builder::PossibleValuesParser;

use crate::checks::{self, Browser};
use crate::process::{ask, root};
use crate::site::Site;
use crate::stage::{self, Outcome, Stage, stage};
use crate::tools;
use crate::wasm::{self, Profile, Set, Warnings};
use record::Row;

/// A stage, of at most 40 minutes on two processors.
struct Check {
    name: &'static str,
    /// For docs/checks.md.
    what: &'static str,
    /// What its result depends on, as git takes paths.
    files: &'static [&'static str],
    steps: fn(&Path) -> Vec<Stage<'_>>,
}

/// A new stage is a new row.
const CHECKS: [Check; 5] = [
    Check {
        name: "clippy",
        what: "clippy of what only the page compiles, without and with burn",
        files: &["src", "Cargo.toml", "Cargo.lock", ".cargo"],
        steps: |_| vec![stage("clippy of the page", page_clippy)],
    },
    Check {
        name: "simd",
        what: "the engines with and without relaxed SIMD give the same losses to the fifth digit",
        files: &[
            "src",
            "Cargo.toml",
            "Cargo.lock",
            ".cargo",
            "xtask",
            "www/src/worker",
            "www/tests",
        ],
        steps: |reports| in_browser(wasm::BOTH_SIMD, Profile::Release, Browser::Only("@plain"), reports),
    },
    Check {
        name: "burn",
        what: "burn computes in the page where the plans do not",
        files: &[
            "src",
            "Cargo.toml",
            "Cargo.lock",
            ".cargo",
            "xtask",
            "www/src/worker",
            "www/tests",
        ],
        steps: |reports| in_browser(wasm::ALL, Profile::Release, Browser::Only("@burn"), reports),
    },
    Check {
        name: "kernels",
        what: "every GPU kernel, in the browser, against plain sums in double precision",
        files: &[
            "src/plan",
            "src/web.rs",
            "Cargo.toml",
            "Cargo.lock",
            ".cargo",
            "xtask/src/wasm.rs",
            "www/tests",
        ],
        steps: |reports| in_browser(wasm::ONLY_CHECKED, Profile::Dev, Browser::Only("@kernels"), reports),
    },
    Check {
        name: "release",
        what: "the whole site as visitors get it: its bounds, and all browser tests but those of single kernels",
        files: &[".", ":!docs", ":!bench", ":!README.md"],
        steps: |reports| in_browser(wasm::ALL, Profile::Release, Browser::Without("@kernels"), reports),
    },
];

/// What the command line takes for a stage.
pub fn names() -> PossibleValuesParser {
    PossibleValuesParser::new(CHECKS.iter().map(|check| check.name))
}

fn page_clippy() -> Result<()> {
    tools::rust_components()?;
    tools::wasm_target()?;
    checks::page_clippy()
}

/// A site around a set of modules, and some of the browser tests on it.
fn in_browser(set: Set, profile: Profile, which: Browser, reports: &Path) -> Vec<Stage<'_>> {
    let site = Site {
        set,
        profile,
        base_url: None,
    };
    vec![
        stage("tools", || -> Result<()> {
            println!("browser: {}", tools::chromium()?.display());
            tools::npm_packages("www")
        }),
        stage("WebAssembly", move || wasm::build(set, profile, Warnings::Denied)),
        stage("site", move || site.pages()),
        stage("browser tests", move || checks::playwright(which, reports)),
    ]
}

/// Runs the named stages, or the stale ones, and notes each result as soon as it is there: what was interrupted goes on from it.
pub fn run(names: &[String], reports: &Path) -> Result<Vec<Outcome>> {
    let mut outcomes = Vec::new();
    for check in &CHECKS {
        let wanted = match names {
            [] => stale(check, &record::read(&file())?).is_some(),
            names => names.iter().any(|name| name == check.name),
        };
        if !wanted {
            continue;
        }
        println!("\n##### {}: {}", check.name, check.what);
        // Before it runs, so that what is edited meanwhile is not taken for what was tested.
        let commit = commit(check);
        let start = Instant::now();
        let steps = stage::run(&(check.steps)(reports), |_| ());
        let row = Row {
            name: check.name.to_owned(),
            commit,
            date: record::today(),
            minutes: start.elapsed().as_secs_f64() / 60.0,
            tally: stage::total(&steps),
        };
        note(row)?;
        outcomes.extend(steps.into_iter().map(|step| Outcome {
            name: format!("{}: {}", check.name, step.name),
            ..step
        }));
    }
    println!("\n{}", stage::table(&outcomes));
    Ok(outcomes)
}

fn note(row: Row) -> Result<()> {
    let mut rows = record::read(&file())?;
    rows.retain(|old| old.name != row.name);
    rows.push(row);
    record::write(&file(), &described(), &rows)
}

fn described() -> Vec<(&'static str, &'static str)> {
    CHECKS.iter().map(|check| (check.name, check.what)).collect()
}

fn file() -> PathBuf {
    root().join("docs/checks.md")
}

/// Says of every stage whether its last result still holds.
pub fn list() -> Result<()> {
    let rows = record::read(&file())?;
    for check in &CHECKS {
        let state = match stale(check, &rows) {
            Some(reason) => format!("stale: {reason}"),
            None => "holds".to_owned(),
        };
        println!("{:<12} {state}", check.name);
    }
    Ok(())
}

/// After the gate, which does not fail for it.
pub fn remind() {
    let stale: Vec<_> = match record::read(&file()) {
        Ok(rows) => CHECKS.iter().filter(|check| stale(check, &rows).is_some()).collect(),
        Err(error) => return println!("which of the long stages are stale is not known: {error:#}"),
    };
    let names: Vec<_> = stale.iter().map(|check| check.name).collect();
    match names[..] {
        [] => println!("no long stage is stale"),
        _ => println!(
            "stale long stages, which `cargo xtask test --full` runs: {}",
            names.join(", ")
        ),
    }
}

/// Why the last result of a stage says nothing of the files as they are; nothing where it does.
fn stale(check: &Check, rows: &[Row]) -> Option<String> {
    let Some(row) = rows.iter().find(|row| row.name == check.name) else {
        return Some("it has not been run".to_owned());
    };
    if row.tally.failed > 0 {
        return Some(format!("it failed at {}", row.commit));
    }
    match changed_since(&row.commit, check.files) {
        None => Some(format!("git does not know {}", row.commit)),
        Some(files) if files.is_empty() => None,
        Some(files) => Some(format!(
            "{} changed since {}, such as {}",
            files.len(),
            row.commit,
            files[0]
        )),
    }
}

/// The commit whose files a stage is about to test; one that git cannot know where they are not those of a commit.
fn commit(check: &Check) -> String {
    let head = ask("git", &["rev-parse", "--short=10", "HEAD"]).unwrap_or_else(|| "unknown".to_owned());
    match changed_since(&head, check.files) {
        Some(files) if files.is_empty() => head,
        _ => format!("{head}+changes"),
    }
}

/// Which of the files are other ones than at a commit, or were not there; nothing where git cannot say.
fn changed_since(commit: &str, files: &[&str]) -> Option<Vec<String>> {
    let git = |args: &[&str]| ask("git", &[args, &["--"], files].concat());
    let changed = git(&["diff", "--name-only", commit])?;
    let new = git(&["ls-files", "--others", "--exclude-standard"])?;
    Some(changed.lines().chain(new.lines()).map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tally::Tally;

    fn row(commit: &str, failed: u64) -> Row {
        Row {
            name: "clippy".to_owned(),
            commit: commit.to_owned(),
            date: "2026-01-31".to_owned(),
            minutes: 1.0,
            tally: Tally { passed: 0, failed },
        }
    }

    #[test]
    fn a_stage_is_stale_until_it_has_passed_with_these_files() {
        let check = &CHECKS[0];
        let reason = |rows: &[Row]| stale(check, rows).unwrap();
        assert_eq!(reason(&[]), "it has not been run");
        assert_eq!(reason(&[row("HEAD", 1)]), "it failed at HEAD");
        assert_eq!(reason(&[row("HEAD+changes", 0)]), "git does not know HEAD+changes");
    }

    #[test]
    fn files_are_compared_with_those_of_a_commit() {
        // In a source archive, git knows nothing.
        if ask("git", &["rev-parse", "HEAD"]).is_none() {
            return;
        }
        assert_eq!(changed_since("HEAD", &["no/such/file"]), Some(Vec::new()));
        assert_eq!(changed_since("no-such-commit", &["src"]), None);
        // The tree of nothing, with which git compares every file.
        const EMPTY: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
        assert_eq!(
            changed_since(EMPTY, &["rustfmt.toml"]),
            Some(vec!["rustfmt.toml".to_owned()])
        );
    }

    #[test]
    fn the_committed_results_are_of_these_stages() {
        assert!(
            record::is_current(&file(), &described()),
            "docs/checks.md is not as xtask writes it: run one of the stages"
        );
    }

    #[test]
    fn every_stage_names_files_that_are_there() {
        for file in CHECKS.iter().flat_map(|check| check.files) {
            assert!(root().join(file.trim_start_matches(":!")).exists(), "{file}");
        }
    }
}
