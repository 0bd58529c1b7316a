"""An estimator for scikit-learn.

It follows the sign of scikit-learn's outlier detectors: `score_samples` and `decision_function` are
low, `predict` is -1, for what is suspicious.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, OutlierMixin
from sklearn.utils.validation import check_is_fitted

from sidestep._engine import Engine


class LateralMovementDetector(OutlierMixin, BaseEstimator):  # type: ignore[misc]
    """Learns logins and tells which ones are odd. `X` is what `Engine.learn` takes.

    `X` is a table of logins, not a matrix of numbers: those checks of scikit-learn that fit
    matrices of random numbers do not apply. `contamination` is the share of the logins learned that
    `predict` calls outliers.

    >>> login = {"time": 0, "user": "alice@CORP", "src": "WS-17", "dst": "FILES-1"}
    >>> detector = LateralMovementDetector().fit([login] * 5)
    >>> detector.predict([login]).tolist()
    [1]
    """

    def __init__(
        self,
        contamination: float = 0.001,
        columns: dict[str, str | None] | None = None,
    ) -> None:
        self.contamination = contamination
        self.columns = columns

    def fit(self, X: object, y: object = None) -> LateralMovementDetector:
        """Learn the logins of `X`, in order of time; `y` is not looked at."""
        if not 0.0 < self.contamination <= 0.5:
            raise ValueError(f"contamination is {self.contamination}; it must lie in (0, 0.5]")
        self.engine_ = Engine(warm_up="none").learn(X, columns=self.columns)
        self.offset_ = float(np.quantile(self.score_samples(X), self.contamination))
        return self

    def score_samples(self, X: object) -> Any:
        """The negative surprise of each login, in nats; shape `(n_rows,)`. 0 for no event."""
        check_is_fitted(self, "engine_")
        surprise = self.engine_.score(X, columns=self.columns, max_lost=1.0)["surprise"]
        return -np.array([0.0 if value is None else value for value in surprise], dtype=float)

    def decision_function(self, X: object) -> Any:
        """`score_samples` above the threshold: below 0 is an outlier; shape `(n_rows,)`."""
        return self.score_samples(X) - self.offset_

    def predict(self, X: object) -> Any:
        """-1 for an outlier, else 1; shape `(n_rows,)`."""
        return np.where(self.decision_function(X) < 0, -1, 1)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.no_validation = True
        tags.input_tags.two_d_array = False
        tags.input_tags.string = True
        tags.input_tags.allow_nan = True
        return tags
