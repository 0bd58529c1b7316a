"""The estimator follows the rules of scikit-learn."""

from __future__ import annotations

import warnings

import pytest

pytest.importorskip("sklearn")

from sidestep.sklearn import LateralMovementDetector
from sklearn.base import clone
from sklearn.exceptions import NotFittedError, SkipTestWarning
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.estimator_checks import check_estimator


def test_what_moves_is_an_outlier(logins):
    pipeline = make_pipeline(FunctionTransformer(), LateralMovementDetector())
    pipeline.fit(logins[:-3])
    assert pipeline.predict(logins[-3:]).tolist() == [-1, -1, -1]
    assert (pipeline.predict(logins[-123:-3]) == 1).all()
    assert (pipeline.decision_function(logins[-3:]) < 0).all()


def test_parameters_and_states():
    detector = LateralMovementDetector(contamination=0.1)
    assert clone(detector).get_params() == detector.get_params()
    with pytest.raises(NotFittedError):
        detector.predict([])
    with pytest.raises(ValueError, match="contamination"):
        detector.set_params(contamination=2).fit([])


def test_the_checks_of_scikit_learn():
    """It fails none of them: the tags say that `X` is no matrix, and scikit-learn leaves out the
    checks that fit matrices of random numbers.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SkipTestWarning)
        results = check_estimator(
            LateralMovementDetector(), expected_failed_checks={}, on_fail=None, on_skip=None
        )
    statuses = {each["check_name"]: each["status"] for each in results}
    assert "passed" in statuses.values()
    assert "failed" not in statuses.values(), statuses
