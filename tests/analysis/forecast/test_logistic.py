"""Our logistic regression is scikit-learn's, and probabilities are put beside what came."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.analysis.forecast.logistic import PENALTY, calibration, fit
from pipeline.analysis.forecast.series import Floats


def drawn(days: int, seed: int, variables: int = 6) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(seed)
    features = rng.normal(3, 2, (days, variables))
    chance = 1 / (1 + np.exp(-(features[:, 0] - 3)))
    return features, (rng.random(days) < chance).astype(float)


@pytest.mark.parametrize("seed", range(5))
def test_an_outsider_s_model_gives_the_same_probabilities(seed: int) -> None:
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    features, outcomes = drawn(150, seed)
    standard = (features - features.mean(0)) / features.std(0)
    theirs = LogisticRegression(C=1 / PENALTY, tol=1e-10, max_iter=1000).fit(standard, outcomes)
    assert fit(features, outcomes).chances(features) == pytest.approx(theirs.predict_proba(standard)[:, 1], abs=1e-5)


def test_a_feature_that_tells_all_gives_no_certainty_and_no_warning() -> None:
    features = np.arange(100.0)[:, None]
    chances = fit(features, (features[:, 0] >= 50).astype(float)).chances(features)
    assert 0 < chances.min() < 0.2 and 0.8 < chances.max() < 1


def test_what_is_missing_counts_as_usual() -> None:
    features, outcomes = drawn(150, 1)
    fitted = fit(features, outcomes)
    unknown, usual = np.full((1, 6), np.nan), fitted.centre[None, :]
    assert fitted.chances(unknown) == pytest.approx(fitted.chances(usual))


def test_features_that_never_vary_or_are_always_missing_say_nothing() -> None:
    features, outcomes = drawn(150, 1, 2)
    more = np.column_stack([features, np.full(150, 7.0), np.full(150, np.nan)])
    assert fit(more, outcomes).chances(more) == pytest.approx(fit(features, outcomes).chances(features), abs=1e-9)


def test_bins_hold_every_day_once() -> None:
    chances, outcomes = np.array([0.0, 0.1, 0.2, 0.55, 1.0]), np.array([0.0, 1, 0, 1, 1])
    found = calibration(chances, outcomes)
    told = [(one.low, one.days, one.came) for one in found]
    assert told == [(0.0, 2, 0.5), (0.2, 1, 0.0), (0.4, 1, 1.0), (0.8, 1, 1.0)]
