//! Two processes of this program side by side, since neither what is compiled natively nor what is made for the page keeps two
//! processors busy alone. The screen shows the first; what the second says goes to a file, and to the screen at the end.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::stage::{self, Outcome, Stage};

/// One of the processes.
pub struct Lane {
    name: &'static str,
    child: Child,
    start: Instant,
    ended: Option<ExitStatus>,
    report: PathBuf,
    /// What it says, where that is not on the screen.
    log: Option<PathBuf>,
}

/// Whether what a process says is on the screen.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    AtOnce,
    AtTheEnd,
}

/// Starts a process that calls `serve` below.
pub fn start(name: &'static str, mut command: Command, reports: &Path, shown: Shown) -> Result<Lane> {
    let report = report(reports, name);
    if report.exists() {
        // The report of an earlier run must not speak for this one.
        std::fs::remove_file(&report).with_context(|| format!("{} could not be removed", report.display()))?;
    }
    let mut log = None;
    if shown == Shown::AtTheEnd {
        let path = reports.join(format!("{name}.log"));
        let file = std::fs::File::create(&path).with_context(|| format!("{} could not be made", path.display()))?;
        command.stdout(file.try_clone()?).stderr(file);
        log = Some(path);
    }
    // A group of its own, so that it can end all that it started. It does when its input ends: see `end_with_parent`.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let child = command
        .stdin(Stdio::piped())
        .spawn()
        .context("xtask could not start itself")?;
    Ok(Lane {
        name,
        child,
        start: Instant::now(),
        ended: None,
        report,
        log,
    })
}

/// Waits for all lanes, or ends them when one fails. The outcomes are in the order of the lanes.
pub fn wait(mut lanes: Vec<Lane>) -> Result<Vec<Outcome>> {
    while lanes.iter().any(|lane| lane.ended.is_none()) {
        for lane in lanes.iter_mut().filter(|lane| lane.ended.is_none()) {
            lane.ended = lane.child.try_wait()?;
        }
        if lanes
            .iter()
            .any(|lane| lane.ended.is_some_and(|status| !status.success()))
        {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let mut outcomes = Vec::new();
    for mut lane in lanes {
        let stopped = lane.ended.is_none();
        if stopped {
            lane.stop()?;
        }
        if let Some(log) = &lane.log {
            let text = std::fs::read(log).with_context(|| format!("{} could not be read", log.display()))?;
            std::io::stdout().write_all(&text)?;
        }
        outcomes.extend(lane.outcomes(stopped));
    }
    Ok(outcomes)
}

impl Lane {
    /// Lets it end all that it started, then itself.
    fn stop(&mut self) -> Result<()> {
        println!("\nanother stage failed: the {} lane is stopped", self.name);
        drop(self.child.stdin.take());
        let patience = Instant::now() + Duration::from_secs(10);
        while self.child.try_wait()?.is_none() {
            if Instant::now() > patience {
                self.child.kill()?;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    fn outcomes(&self, stopped: bool) -> Vec<Outcome> {
        let told = std::fs::read_to_string(&self.report)
            .ok()
            .and_then(|text| stage::from_json(&text));
        let mut outcomes = told.unwrap_or_default();
        let failed = self.ended.is_some_and(|status| !status.success());
        if (outcomes.is_empty() && !stopped) || (failed && stage::well(&outcomes)) {
            let seconds = self.start.elapsed().as_secs_f64();
            let error = "it ended before it said what it did".to_owned();
            outcomes.push(Outcome::failed(&format!("{} lane", self.name), seconds, error));
        }
        outcomes
    }
}

fn report(reports: &Path, name: &str) -> PathBuf {
    reports.join(format!("{name}-lane.json"))
}

/// In the process of a lane: runs its stages, and leaves what they did where the other process finds it.
pub fn serve(name: &str, stages: &[Stage], reports: &Path) -> Result<bool> {
    end_with_parent();
    let report = report(reports, name);
    let mut written = Ok(());
    let outcomes = stage::run(stages, |outcomes| {
        written = std::fs::write(&report, stage::to_json(outcomes));
    });
    written.with_context(|| format!("{} could not be written", report.display()))?;
    Ok(stage::well(&outcomes))
}

/// Ends this process, and on Unix all that it started, as soon as its input ends: the process that started it closes it, or is no
/// longer there.
fn end_with_parent() {
    std::thread::spawn(|| {
        let mut input = std::io::stdin();
        let mut buffer = [0; 64];
        while input.read(&mut buffer).is_ok_and(|count| count > 0) {}
        // The group has the number of its first process. Where this process is not that, there is no such group.
        let group = format!("-{}", std::process::id());
        let _ = Command::new("kill").args(["-s", "TERM", "--", &group]).status();
        std::process::exit(1);
    });
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::tally::Tally;

    /// A process that leaves a report and ends.
    fn scripted(name: &'static str, script: &str, reports: &Path) -> Lane {
        let mut command = Command::new("sh");
        command.args(["-c", script]).current_dir(reports);
        start(name, command, reports, Shown::AtTheEnd).unwrap()
    }

    fn report(passed: u64, failed: u64) -> String {
        let error = (failed > 0).then(|| "no".to_owned());
        let tally = Tally { passed, failed };
        let name = "tests".to_owned();
        stage::to_json(&[Outcome {
            name,
            seconds: 1.0,
            tally,
            error,
        }])
    }

    #[test]
    fn the_counts_of_both_are_put_together() {
        let dir = tempfile::tempdir().unwrap();
        let lanes = ["a", "b"].map(|name| {
            let script = format!("echo '{}' > {name}-lane.json", report(3, 0));
            scripted(name, &script, dir.path())
        });
        let outcomes = wait(lanes.into()).unwrap();
        assert_eq!(stage::total(&outcomes), Tally { passed: 6, failed: 0 });
        assert!(stage::well(&outcomes));
    }

    #[test]
    fn a_failure_ends_the_other_and_counts_once() {
        let dir = tempfile::tempdir().unwrap();
        let start = Instant::now();
        let script = format!("echo '{}' > a-lane.json; exit 1", report(3, 2));
        let failing = scripted("a", &script, dir.path());
        // As `end_with_parent` does: it ends when its input does.
        let waiting = scripted("b", "cat", dir.path());
        let outcomes = wait(vec![waiting, failing]).unwrap();
        assert_eq!(stage::total(&outcomes), Tally { passed: 3, failed: 2 });
        assert!(!stage::well(&outcomes));
        assert!(start.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn one_that_ends_without_a_report_has_failed() {
        for script in ["exit 0", "exit 1"] {
            let dir = tempfile::tempdir().unwrap();
            let outcomes = wait(vec![scripted("a", script, dir.path())]).unwrap();
            assert_eq!(stage::total(&outcomes), Tally { passed: 0, failed: 1 });
        }
        // Or after what it reported, such as for lack of memory.
        let dir = tempfile::tempdir().unwrap();
        let script = format!("echo '{}' > a-lane.json; exit 9", report(3, 0));
        let outcomes = wait(vec![scripted("a", &script, dir.path())]).unwrap();
        assert_eq!(stage::total(&outcomes), Tally { passed: 3, failed: 1 });
    }
}
