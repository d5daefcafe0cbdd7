//! How many tests passed and failed, read from what the test programs write for machines.

use std::ops::AddAssign;
use std::path::Path;

use anyhow::{Context, Result};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub passed: u64,
    pub failed: u64,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Tally) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl Tally {
    /// From the JUnit file that nextest writes.
    pub fn from_junit(xml: &str) -> Option<Tally> {
        let start = xml.find("<testsuites ")?;
        let tag = &xml[start..start + xml[start..].find('>')?];
        let number = |name: &str| {
            tag.split_once(&format!(" {name}=\""))?
                .1
                .split('"')
                .next()?
                .parse::<u64>()
                .ok()
        };
        let failed = number("failures")? + number("errors").unwrap_or(0);
        Some(Tally {
            passed: number("tests")?.checked_sub(failed)?,
            failed,
        })
    }

    /// From the lines `test result: ok. 3 passed; 0 failed; ...` that `cargo test` prints, one for each program.
    pub fn from_libtest(output: &str) -> Tally {
        let mut tally = Tally::default();
        for line in output.lines().filter(|line| line.starts_with("test result: ")) {
            let number = |word: &str| line.split_once(word)?.0.rsplit([' ', '.']).next()?.parse::<u64>().ok();
            tally.passed += number(" passed;").unwrap_or(0);
            tally.failed += number(" failed;").unwrap_or(0);
        }
        tally
    }

    /// From the last lines of the TAP that Node's test runner prints: `# pass 3`, `# fail 0`.
    pub fn from_tap(output: &str) -> Option<Tally> {
        let number = |word: &str| {
            output
                .lines()
                .rev()
                .find_map(|line| line.strip_prefix(word)?.parse::<u64>().ok())
        };
        Some(Tally {
            passed: number("# pass ")?,
            failed: number("# fail ")?,
        })
    }

    /// From the JSON report of Vitest. A file that does not load is a failure without a test.
    pub fn from_vitest(json: &str) -> Option<Tally> {
        let report: serde_json::Value = serde_json::from_str(json).ok()?;
        let failed = report["numFailedTests"].as_u64()?;
        let broken = u64::from(failed == 0 && report["success"] == false);
        Some(Tally {
            passed: report["numPassedTests"].as_u64()?,
            failed: failed + broken,
        })
    }

    /// From the JSON report of Playwright. A test that passed when tried again counts as passed.
    pub fn from_playwright(json: &str) -> Option<Tally> {
        let report: serde_json::Value = serde_json::from_str(json).ok()?;
        let count = |name: &str| report["stats"][name].as_u64();
        Some(Tally {
            passed: count("expected")? + count("flaky")?,
            failed: count("unexpected")?,
        })
    }
}

/// Reads a report, which the test program has just written.
pub fn read(path: &Path, parse: impl Fn(&str) -> Option<Tally>) -> Result<Tally> {
    let text = std::fs::read_to_string(path).with_context(|| format!("no report was written to {}", path.display()))?;
    parse(&text).with_context(|| format!("the report in {} could not be understood", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(passed: u64, failed: u64) -> Tally {
        Tally { passed, failed }
    }

    #[test]
    fn tap_counts_are_those_of_the_summary() {
        let output = "ok 1 - # pass 7\n1..2\n# tests 2\n# pass 1\n# fail 1\n# skipped 0\n";
        assert_eq!(Tally::from_tap(output), Some(tally(1, 1)));
        assert_eq!(Tally::from_tap("node: bad option"), None);
    }

    #[test]
    fn junit_counts_are_read_from_the_whole_run_and_not_from_one_suite() {
        let xml = r#"<?xml version="1.0"?>
<testsuites name="nextest-run" tests="7" failures="1" errors="1" uuid="x" time="0.1">
    <testsuite name="xtask" tests="3" disabled="0" errors="0" failures="0">"#;
        assert_eq!(Tally::from_junit(xml), Some(tally(5, 2)));
        assert_eq!(Tally::from_junit("<testsuites name=\"x\">"), None);
        assert_eq!(Tally::from_junit(""), None);
    }

    #[test]
    fn cargo_tests_programs_are_added_up() {
        let text = "test a ... ok\n\
                    test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out\n\
                    test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out\n";
        assert_eq!(Tally::from_libtest(text), tally(15, 2));
        assert_eq!(Tally::from_libtest("nothing"), tally(0, 0));
    }

    #[test]
    fn vitest_counts_are_read() {
        let report = r#"{"numPassedTests": 4, "numFailedTests": 0, "success": true}"#;
        assert_eq!(Tally::from_vitest(report), Some(tally(4, 0)));
        assert_eq!(Tally::from_vitest(&report.replace("true", "false")), Some(tally(4, 1)));
        assert_eq!(Tally::from_vitest("{}"), None);
    }

    #[test]
    fn playwright_counts_are_read() {
        let report = r#"{"stats": {"expected": 8, "skipped": 2, "unexpected": 1, "flaky": 1}}"#;
        assert_eq!(Tally::from_playwright(report), Some(tally(9, 1)));
        assert_eq!(Tally::from_playwright("{\"stats\": {}}"), None);
    }
}
