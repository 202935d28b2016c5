"""Input whose names and values are far too long for a message."""

from __future__ import annotations

from typing import Any

import pytest

from seawall.chunk import score
from seawall.errors import DataError, SeawallError
from seawall.outcome import ChunkFailure
from seawall.staging import Workspace

LIMIT = 4_100


def refusal(project: Any, rows: str) -> SeawallError:
    """Why a batch of these rows is refused, while it is planned or scored."""
    project.write("data/b/2.csv", rows)
    try:
        plan = project.change(
            "c: {dtype: category, nullable: true}",
            "c: {dtype: category, nullable: true, one_of: [a]}",
        ).plan()
    except SeawallError as error:
        return error
    workspace = Workspace(project.root / "plan", "t")
    workspace.prepare()
    outcomes = [score(plan, workspace, ref) for ref in plan.chunks]
    return next(outcome.error for outcome in outcomes if isinstance(outcome, ChunkFailure))


@pytest.mark.parametrize(
    "rows",
    [
        ",".join(f"column {number}" for number in range(5_000)) + "\n",
        "k," + "c" * 10_000 + ",x\n1,a,1\n",
        "k,c,x\n4," + "y" * 1_000_000 + ",1\n",
        "k,c,x\n" + "9" * 5_000 + ",a,1\n",
        "k,c,x\n4,\x1b[2J\u202eb,1\n",
    ],
    ids=["5,000 columns", "a long name", "a long cell", "a long number", "control characters"],
)
def test_message_is_short_and_printable(project: Any, rows: str) -> None:
    """However long and strange the input is, what is said of it is short, and printable."""
    error = refusal(project, rows)

    assert isinstance(error, DataError)
    assert len(str(error)) < LIMIT
    assert str(error).replace("\n", "").isprintable()
