"""Makes tests/golden/stats/stats.json: figures as SciPy, statsmodels and NumPy compute them.

    pip install scipy statsmodels numpy
    python tests/golden/make_stats.py

CI only reads what this wrote.
"""
import itertools
import json
import pathlib

import numpy as np
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.weightstats import ttost_paired

rng = np.random.default_rng(7)


def numbers(array):
    return [float(x) for x in array]


def wilson(successes, trials, confidence):
    ends = stats.binomtest(successes, trials).proportion_ci(confidence, method="wilson")
    return {"successes": successes, "trials": trials, "confidence": confidence, "interval": numbers(ends)}


def sign_flip(differences):
    """All 2^n flips where SciPy looks at them all, else (n = 24) the same count in NumPy."""
    differences = np.asarray(differences)
    p = {}
    for ours, theirs in [("greater", "greater"), ("twoSided", "two-sided")]:
        if len(differences) <= 16:
            p[ours] = stats.permutation_test(
                (differences,), np.mean, permutation_type="samples", n_resamples=np.inf, alternative=theirs
            ).pvalue
        else:
            sums = np.zeros(1)
            for difference in differences:
                sums = np.concatenate([sums + difference, sums - difference])
            seen, noise = differences.sum(), 1e-9
            extreme = sums >= seen - noise if ours == "greater" else abs(sums) >= abs(seen) - noise
            p[ours] = extreme.mean()
    return {"differences": numbers(differences), "p": {key: float(value) for key, value in p.items()}}


def tost(differences, margin):
    differences = np.asarray(differences)
    p, _, _ = ttost_paired(differences, np.zeros_like(differences), -margin, margin)
    interval = stats.ttest_1samp(differences, 0).confidence_interval(0.9)
    return {
        "differences": numbers(differences),
        "margin": margin,
        "mean": float(differences.mean()),
        "interval": numbers(interval),
        "p": float(p),
    }


def mean_interval(values, confidence):
    interval = stats.t.interval(confidence, len(values) - 1, np.mean(values), stats.sem(values))
    return {"values": numbers(values), "confidence": confidence, "interval": numbers(interval)}


def bootstrap(groups, confidence):
    """Slope and ratio of the means; the percentiles are over all n^n resamples of the n seeds, so nothing is drawn."""
    tail = (1 - confidence) / 2
    together = np.concatenate(groups)
    slopes, ratios = [], []
    for choice in itertools.product(range(len(groups)), repeat=len(groups)):
        x, y = np.concatenate([groups[i] for i in choice]).T
        slopes.append(np.cov(x, y)[0, 1] / np.var(x, ddof=1))
        ratios.append(y.mean() / x.mean())
    return {
        "groups": [[numbers(point) for point in group] for group in groups],
        "confidence": confidence,
        "slope": float(stats.linregress(*together.T).slope),
        "slopeInterval": numbers(np.quantile(slopes, [tail, 1 - tail])),
        "slopeDeviation": float(np.std(slopes)),
        "ratio": float(together[:, 1].mean() / together[:, 0].mean()),
        "ratioInterval": numbers(np.quantile(ratios, [tail, 1 - tail])),
        "ratioDeviation": float(np.std(ratios)),
    }


dial = np.array([0, 0.5, 1, 1.5, 2])
seeds = [
    np.stack([dial + 1, 0.3 + 1.2 * rng.normal(1, 0.2) * dial + rng.normal(0, 0.1, 5)], axis=1) for _ in range(6)
]
golden = {
    "wilson": [
        wilson(successes, trials, confidence)
        for successes, trials in [(0, 1), (1, 1), (0, 300), (300, 300), (1, 10), (7, 10), (291, 300), (5_000, 100_000)]
        for confidence in [0.5, 0.9, 0.95, 0.999]
    ],
    "signFlip": [
        sign_flip(differences)
        for differences in [
            [0.1, 0.2, 0.3, 0.4, 0.5],
            [0.01, 0.0, -0.01, 0.02, 0.0, 0.01],  # ties in plenty
            [1 / 300, 2 / 300, -1 / 300, 3 / 300, 1 / 300, -2 / 300, 5 / 300, 1 / 300],
            [0.0, 0.0, 0.0],
            rng.normal(0.5, 1, 12),
            rng.normal(-0.3, 1, 12),
            np.round(rng.normal(0.2, 1, 16), 1),
            rng.normal(0.3, 1, 24),  # too many to look at all
        ]
    ],
    "tost": [
        tost(differences, margin)
        for differences in [
            [0.01, -0.01],
            [0.5, 0.7, -0.3, 0.2, 0.1],
            rng.normal(0, 0.01, 20),
            rng.normal(-0.03, 0.01, 8),
            rng.normal(1e6, 10, 5),
        ]
        for margin in [1e-4, 0.02, 1.0, 1e7]
    ],
    "holm": [
        {"p": p, "adjusted": numbers(multipletests(p, method="holm")[1])}
        for p in [
            [0.04],
            [0.01, 0.04, 0.03],
            [0.03, 0.03, 0.03, 0.001],
            [0.9, 0.8, 0.7],
            [1.0, 0.0, 0.5],
            numbers(rng.uniform(0, 0.1, 10)),
        ]
    ],
    "meanInterval": [
        mean_interval(values, confidence)
        for values in [
            [0.0, 1.0],
            [0.91, 0.93, 0.92, 0.95, 0.9],
            [1e-9, 3e-9, 2e-9],
            [1e15, 1e15 + 2, 1e15 + 4, 1e15],
            rng.normal(0, 1, 20),
            rng.exponential(1, 300),
        ]
        for confidence in [0.5, 0.9, 0.95, 0.999]
    ],
    "quantile": [
        {"values": numbers(values), "q": numbers(q), "quantiles": numbers(np.quantile(values, q))}
        for values in [[3.0], [2.0, 1.0], [0.1, 0.1, 0.1], [5.0, -1.0, 4.0, 4.0, 2.5], rng.normal(0, 1, 40)]
        for q in [np.array([0, 0.025, 0.1, 0.25, 0.3, 0.5, 0.75, 0.9, 0.975, 1])]
    ],
    "bootstrap": [bootstrap(seeds, confidence) for confidence in [0.8, 0.95]],
}
folder = pathlib.Path(__file__).parent / "stats"
folder.mkdir(exist_ok=True)
(folder / "stats.json").write_text(json.dumps(golden) + "\n")
