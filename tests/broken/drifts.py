"""What breaks the reference that drift is seen by, and what only drift can see."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from tests.broken.cases import Case
from tests.broken.project import EARLIER, loans, predicted, refer
from tests.broken.spoil import Spoil, cells, frame, reference_bytes

__all__ = ["DRIFTS"]


def edited(change: Callable[[dict[str, Any]], object], *, sealed: bool) -> Spoil:
    """The reference was edited; `sealed`: with a digest that is of what stands there now."""

    def edit(path: Path) -> None:
        from seawall.references.packing import seal

        document = json.loads(path.read_text())
        change(document)
        digest = document.pop("sha256")
        path.write_text(json.dumps(document | {"sha256": seal(document) if sealed else digest}))

    return reference_bytes(edit)


def made_from(change: Callable[[pd.DataFrame], pd.DataFrame], pipeline: str = "loans") -> Spoil:
    """The reference was made anew, from other rows."""
    frames = [predicted(loans(batch)) for batch in EARLIER]

    def again(path: Path) -> None:
        refer(path.parents[1], [change(rows) for rows in frames], pipeline)

    return reference_bytes(again)


def folder_for_file(path: Path) -> None:
    """A folder has the reference's name."""
    path.unlink()
    path.mkdir()


def not_a_number(path: Path) -> None:
    """The first point of the first grid is NaN."""
    content = path.read_text()
    assert '"grid":[' in content
    path.write_text(content.replace('"grid":[', '"grid":[NaN,', 1))


REFERENCES = {
    "no reference": Case(reference_bytes(Path.unlink), 78, ("loans.json", "reference build")),
    "a folder for a reference": Case(
        reference_bytes(folder_for_file), 78, ("loans.json", "folder")
    ),
    "half a reference": Case(
        reference_bytes(lambda path: path.write_bytes(path.read_bytes()[:900])), 78, ("cut off",)
    ),
    "an empty reference": Case(
        reference_bytes(lambda path: path.write_bytes(b"")), 78, ("not a JSON file",)
    ),
    "another document for a reference": Case(
        reference_bytes(lambda path: path.write_text('{"rows": 3}')), 78, ("not a reference",)
    ),
    "a reference of another version": Case(
        edited(lambda document: document.update({"seawall reference": 2}), sealed=True),
        78,
        ("another version", "reference build"),
    ),
    "a reference edited by hand": Case(
        edited(lambda document: document["columns"]["amount"].update(nulls=7), sealed=False),
        78,
        ("changed since",),
    ),
    "counts that contradict each other": Case(
        edited(lambda document: document["columns"]["amount"].update(nulls=7), sealed=True),
        78,
        ("amount", "contradicts"),
    ),
    "no number in a grid": Case(reference_bytes(not_a_number), 78, ("NaN",)),
    "another pipeline's reference": Case(
        made_from(lambda rows: rows, "leases"), 78, ("another pipeline", "leases")
    ),
    "a reference without a column": Case(
        made_from(lambda rows: rows.rename(columns={"income": "incomes"})),
        78,
        ("'income'", "incomes"),
    ),
    "a reference of another kind": Case(
        made_from(lambda rows: rows.assign(amount=rows["amount"].map("EUR {}".format))),
        78,
        ("amount", "kind"),
    ),
}
SHIFTS = {
    "incomes of ten months": Case(
        frame(lambda rows: rows.assign(income=rows["income"] * 10)),
        4,
        ("income moved", "mid moved"),
    ),
    "amounts of one value": Case(
        frame(lambda rows: rows.assign(amount=5_000.0)), 4, ("amount moved", "every value")
    ),
    "a plan that nobody chooses any more": Case(
        cells("plan", "gold", range(120)), 4, ("plan moved", "gold")
    ),
    "a default for a discount": Case(
        cells("discount", 0.25, range(0, 120, 2)), 4, ("discount moved", "0.25")
    ),
}
DRIFTS = {**REFERENCES, **SHIFTS}
