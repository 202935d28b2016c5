"""What a check says of promises about labels."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
import skops.io
from sklearn.tree import DecisionTreeClassifier

BOUNDS = "bounds: {p: {min: -1000, max: 1000}}"
TEXTS, NUMBERS, TRUTHS = ["late", "lost"], [0, 1], [False, True]


@pytest.mark.parametrize(
    ("labels", "checks", "path", "told"),
    [
        (TEXTS, "distribution: {p: {labels: {latee: [0%, 90%]}}}", "labels.latee", "`late`"),
        (TEXTS, "distribution: {p: {labels: {late: [0%, 90%]}}}", None, ""),
        (TEXTS, "distribution: {p: {mean: [0, 1]}}", "mean", "promise the shares"),
        (TEXTS, BOUNDS.replace("max: 1000", "on_violation: warn"), "min", "one_of"),
        (TEXTS, "bounds: {p: {one_of: [late, never]}}", None, ""),
        (TEXTS, "bounds: {p: {one_of: [Late, Lost]}}", "one_of", "'late', 'lost'"),
        (NUMBERS, 'bounds: {p: {one_of: ["0", "1"]}}', "one_of.0", "write 0"),
        (NUMBERS, BOUNDS, None, ""),
        (NUMBERS, 'distribution: {p: {mean: [0, 1], labels: {"1": [0%, 90%]}}}', None, ""),
        (NUMBERS, 'distribution: {p: {labels: {"2": [0%, 90%]}}}', "labels.2", "0, 1"),
        (TRUTHS, 'distribution: {p: {labels: {"true": [0%, 90%]}}}', None, ""),
    ],
)
def test_promises_about_labels(
    project: Any, labels: list[Any], checks: str, path: str | None, told: str
) -> None:
    """A promise about a label that the model does not have, or about a number of texts, is a fault."""
    model = DecisionTreeClassifier().fit(pd.DataFrame({"y": [0.0, 9.0]}), labels)
    (project.root / "m.skops").write_bytes(skops.io.dumps(model))
    faults = project.change(BOUNDS, checks).faults()

    assert [fault.path.partition(".p.")[2] for fault in faults] == ([path] if path else [])
    assert all(told in f"{fault.allowed} {fault.todo}" for fault in faults)
