//! docs/checks.md: the last result of every long stage, a row each, for people and for the next run.

use std::path::Path;
use std::time::SystemTime;

use anyhow::{Context, Result};

use crate::tally::Tally;

/// The last result of a stage.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub name: String,
    /// Whose files were tested.
    pub commit: String,
    pub date: String,
    pub minutes: f64,
    pub tally: Tally,
}

const INTRODUCTION: &str = "\
# The long checks

`cargo xtask test` runs what every change must pass. What takes too long for that is in stages of their own:

```
cargo xtask test --full             # every stage that is stale
cargo xtask test --full burn simd   # these, in any case
cargo xtask test --full --list      # which are stale, and why
```

A stage is stale when files that it depends on have changed since its last good result, or when it has none. Each notes its result here
when it ends, so a run that was interrupted goes on with the next; commit this file with the change that it speaks of. A commit
with `+changes` was tested with files that were in no commit, and counts as stale. The stages are rows of a table in
`xtask/src/full.rs`.

";

const HEAD: &str = "\
| stage | what it checks | commit | date | minutes | passed | failed |
|---|---|---|---|---|---|---|
";

/// The rows of the file; none where there is no file yet.
pub fn read(file: &Path) -> Result<Vec<Row>> {
    if !file.exists() {
        return Ok(Vec::new());
    }
    let text = std::fs::read_to_string(file).with_context(|| format!("{} could not be read", file.display()))?;
    Ok(parse(&text))
}

/// Lines that are no results, such as those of a stage that has none, are passed over.
fn parse(text: &str) -> Vec<Row> {
    text.lines().filter_map(parse_row).collect()
}

fn parse_row(line: &str) -> Option<Row> {
    let cells: Vec<_> = line.strip_prefix('|')?.split('|').map(str::trim).collect();
    let [name, _, commit, date, minutes, passed, failed, ""] = cells[..] else {
        return None;
    };
    Some(Row {
        name: name.to_owned(),
        commit: commit.to_owned(),
        date: date.to_owned(),
        minutes: minutes.parse().ok()?,
        tally: Tally {
            passed: passed.parse().ok()?,
            failed: failed.parse().ok()?,
        },
    })
}

/// Writes the file anew.
pub fn write(file: &Path, stages: &[(&str, &str)], rows: &[Row]) -> Result<()> {
    std::fs::write(file, text(stages, rows)).with_context(|| format!("{} could not be written", file.display()))
}

/// The whole file: the stages, each a name and what it checks, in their order.
fn text(stages: &[(&str, &str)], rows: &[Row]) -> String {
    format!("{INTRODUCTION}{HEAD}{}", table(stages, rows))
}

fn table(stages: &[(&str, &str)], rows: &[Row]) -> String {
    let line = |&(name, what): &(&str, &str)| match rows.iter().find(|row| row.name == name) {
        None => format!("| {name} | {what} | | | | | |\n"),
        Some(row) => format!(
            "| {name} | {what} | {} | {} | {:.1} | {} | {} |\n",
            row.commit, row.date, row.minutes, row.tally.passed, row.tally.failed
        ),
    };
    stages.iter().map(line).collect()
}

/// The day in UTC, as 2026-01-31.
pub fn today() -> String {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    date(now.unwrap_or_default().as_secs() / 86_400)
}

/// The date of a day, counted from 1970-01-01. Years are counted from March, so that the day of a leap year is their last; 400 of
/// them have 146,097 days.
fn date(days: u64) -> String {
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    format!("{:04}-{month:02}-{day:02}", era * 400 + year + next)
}

/// For a test: whether the file is as it would be written now.
#[cfg(test)]
pub fn is_current(file: &Path, stages: &[(&str, &str)]) -> bool {
    std::fs::read_to_string(file).unwrap() == text(stages, &read(file).unwrap())
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAGES: [(&str, &str); 2] = [("clippy", "nothing is odd"), ("burn", "burn computes")];

    fn row(name: &str) -> Row {
        Row {
            name: name.to_owned(),
            commit: "0123456789".to_owned(),
            date: "2026-01-31".to_owned(),
            minutes: 4.2,
            tally: Tally { passed: 12, failed: 1 },
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("checks.md");
        assert_eq!(read(&file).unwrap(), []);
        write(&file, &STAGES, &[row("burn")]).unwrap();
        assert_eq!(read(&file).unwrap(), [row("burn")]);
        // Also where another stage is noted after it.
        write(&file, &STAGES, &[row("burn"), row("clippy")]).unwrap();
        assert_eq!(read(&file).unwrap(), [row("clippy"), row("burn")]);
    }

    #[test]
    fn every_stage_has_a_row_and_no_other_has() {
        let text = table(&STAGES, &[row("burn"), row("of another branch")]);
        assert_eq!(
            text,
            "| clippy | nothing is odd | | | | | |\n\
             | burn | burn computes | 0123456789 | 2026-01-31 | 4.2 | 12 | 1 |\n"
        );
    }

    #[test]
    fn lines_that_are_no_results_are_passed_over() {
        assert_eq!(parse(INTRODUCTION), []);
        assert_eq!(parse(HEAD), []);
        assert_eq!(parse("| burn | burn computes | abc | 2026-01-31 | soon | 12 | 1 |"), []);
    }

    #[test]
    fn days_have_their_dates() {
        for (days, expected) in [
            (0, "1970-01-01"),
            (58, "1970-02-28"),
            (59, "1970-03-01"),
            (11_016, "2000-02-29"),
            (20_454, "2026-01-01"),
            (20_818, "2026-12-31"),
            (47_541, "2100-03-01"),
        ] {
            assert_eq!(date(days), expected);
        }
    }
}
