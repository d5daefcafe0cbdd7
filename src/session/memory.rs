//! What a run will take of memory, told before anything is bought: a module's memory never shrinks, and a page that asks for
//! more than a device has is ended without a word.

use super::buying::{Lot, longest_answer, lots};
use super::kept::MOST_BYTES as KEPT;
use super::students::cohorts;
use super::units::{courses, plan};
use super::{Library, SessionError};
use crate::experiment::{Course, Experiment};
use crate::objective::row_bytes;
use crate::plan::most;
use crate::protocol::Settings;
use crate::teacher::Access;

/// Bytes that a run may take.
const MOST: u64 = 1_000_000_000;

/// Bytes of a lesson beside the words of its answers, list entries included: four short lists behind a counted pointer.
const LESSON: u64 = 200;

/// Numbers that are kept for each parameter of a student: itself, its gradient and two moments, and as often again while a
/// population is made, read or measured.
const PER_PARAMETER: u64 = 8;

/// A run that would take too much: the sentence that the visitor reads.
#[derive(Debug, PartialEq, thiserror::Error)]
#[error("This run would take about {need} MB of memory, and more than {most} MB is not asked of a device. {fits}")]
pub struct TooMuch {
    need: u64,
    most: u64,
    /// What would fit, in a sentence.
    fits: String,
}

/// Whether a run with these settings takes little enough.
///
/// # Errors
///
/// When it does not: what would. Or when a teacher is missing.
pub(super) fn check(library: &Library, experiment: &Experiment, settings: &Settings) -> Result<(), SessionError> {
    let bytes = |settings: &Settings| bytes(library, experiment, settings);
    let need = bytes(settings)?;
    if need <= MOST {
        return Ok(());
    }
    let fits = |settings: Settings| bytes(&settings).is_ok_and(|bytes| bytes <= MOST);
    let seeds = (1..settings.seeds).rev().find(|&seeds| {
        fits(Settings {
            seeds,
            ..settings.clone()
        })
    });
    // In steps of the form.
    let budget = most(settings.budget as usize / 50, |fifties| {
        let budget = 50 * fifties as u32;
        fits(Settings {
            budget,
            ..settings.clone()
        })
    });
    let ways = [
        seeds.map(|seeds| format!("{seeds} seed{} side by side", if seeds == 1 { "" } else { "s" })),
        (budget > 0).then(|| format!("a query budget of {} questions", 50 * budget)),
    ];
    let ways: Vec<String> = ways.into_iter().flatten().collect();
    let fits = match ways.join(", or ") {
        none if none.is_empty() => "Choose fewer arms.".to_owned(),
        some => format!("At most {some} would fit."),
    };
    let megabytes = |bytes: u64| bytes / 1_000_000;
    Err(TooMuch {
        need: megabytes(need),
        most: megabytes(MOST),
        fits,
    }
    .into())
}

/// Bytes that a run takes at most, the module's own and the teachers' aside: as if no question came again and every answer
/// were as long as it may be. In 64 bits: what is too much for a page is more than its own 32 count.
fn bytes(library: &Library, experiment: &Experiment, settings: &Settings) -> Result<u64, SessionError> {
    let courses = courses(experiment, settings);
    let per_seed: u64 = lots(&courses).iter().map(|lot| of_lot(library, lot)).sum();
    let labelled: u64 = courses
        .iter()
        .flat_map(Course::orders)
        .map(|order| order.count as u64 * LESSON)
        .sum();
    let plan = plan(library, experiment, settings.clone(), &courses);
    let students: u64 = cohorts(library, &plan, &courses)?
        .iter()
        .map(|cohort| 4 * PER_PARAMETER * cohort.members.len() as u64 * cohort.config.parameter_count() as u64)
        .sum();
    Ok(u64::from(settings.seeds) * (per_seed + labelled) + students + KEPT as u64)
}

fn of_lot(library: &Library, lot: &Lot) -> u64 {
    let (tokens, vocab) = (longest_answer(library, lot.task) as u64, library.tokenizer.vocab_size());
    let shown = |access: &Access| match access {
        Access::Text => 0,
        Access::TopK(k) => row_bytes(Some(*k), vocab) as u64,
        Access::Logits => row_bytes(None, vocab) as u64,
    };
    let each = lot.accesses().iter().map(|access| LESSON + tokens * shown(access));
    lot.answers() as u64 * each.sum::<u64>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::named;
    use crate::session::tests::library;

    fn told(settings: &Settings) -> Option<String> {
        let experiment = named(&settings.experiment).unwrap();
        check(&library(), &experiment, settings)
            .err()
            .map(|error| error.to_string())
    }

    #[test]
    fn what_the_page_offers_by_itself_fits() {
        for experiment in crate::experiment::all() {
            for seeds in [1, 5] {
                let settings = Settings {
                    seeds,
                    ..(experiment.design.defaults)()
                };
                assert_eq!(told(&settings), None, "{}", experiment.id);
            }
        }
    }

    /// Its bytes are more than the 32 bits of a page's addresses count, and 2^32 less than that would be let through.
    #[test]
    fn a_run_that_is_far_too_large_is_refused_as_such() {
        let largest = Settings {
            budget: 20_000,
            seeds: 8,
            ..(named("bias").unwrap().design.defaults)()
        };
        let need = bytes(&library(), &named("bias").unwrap(), &largest).unwrap();
        assert!(need > 1 << 32, "{need}");
        assert!(told(&largest).is_some());
    }

    #[test]
    fn a_run_that_is_too_large_says_what_would_fit_and_that_does() {
        let access = || (named("access").unwrap().design.defaults)();
        let largest = Settings {
            budget: 20_000,
            seeds: 8,
            ..access()
        };
        let sentence = told(&largest).unwrap();
        assert!(sentence.contains("more than 1000 MB"), "{sentence}");
        // "At most S seed(s) side by side, or a query budget of B questions would fit."
        let number = |before: &str| {
            let rest = sentence.split_once(before).unwrap().1;
            rest.split(' ').next().unwrap().parse::<u32>().unwrap()
        };
        let (seeds, budget) = (number("At most "), number("query budget of "));
        let with = |seeds, budget| {
            told(&Settings {
                seeds,
                budget,
                ..access()
            })
        };
        assert_eq!((with(seeds, 20_000), with(8, budget)), (None, None), "{sentence}");
        assert!(
            with(seeds + 1, 20_000).is_some() && with(8, budget + 50).is_some(),
            "{sentence}"
        );
    }
}
