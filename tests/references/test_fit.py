"""A reference is held to the pipeline that it is to be compared with."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from seawall.config.models import PipelineConfig
from seawall.references import Reference, misfits

BASE: dict[str, Any] = {
    "pipeline": "orders",
    "ingest": {"primary": {"type": "parquet", "path": "in/{batch}", "key": "order"}},
    "predict": {"model": {"type": "sklearn", "path": "m.skops"}, "outputs": ["paid"]},
    "publish": {"type": "files", "path": "out"},
}


def config_with(*, pipeline: str = "orders", drift: Any = None, **columns: Any) -> PipelineConfig:
    """A pipeline with these contracts."""
    changes = {"pipeline": pipeline, "validate": {"columns": columns}}
    if drift is not None:
        changes["drift"] = {"reference": "references/orders.json", **drift}
    return PipelineConfig.model_validate(BASE | changes)


def test_the_pipelines_own(reference: Reference) -> None:
    """Numbers, times, words and truth values fit the types that have them."""
    config = config_with(
        drift={"columns": ["delay", "kind"]},
        delay={"dtype": "float64"},
        paid={"dtype": "int64"},
        kind={"dtype": "category", "one_of": ["web", "shop", "post", "fax"]},
        new={"dtype": "bool"},
        at={"dtype": "timestamp", "timezone": "UTC"},
        note={"dtype": "string"},
    )

    assert list(misfits(reference, config)) == []


MISFITS = {
    "another pipeline": ({"pipeline": "returns"}, "", "another pipeline"),
    "another kind": ({"kind": {"dtype": "float64"}}, "kind", "dtype float64"),
    "a number for a text": ({"delay": {"dtype": "string"}}, "delay", "dtype string"),
    "a number for a time": ({"paid": {"dtype": "timestamp"}}, "paid", "dtype timestamp"),
    "words that are not allowed": (
        {"kind": {"dtype": "category", "one_of": ["web", "shop"]}},
        "kind",
        "does not allow",
    ),
    "a column that it lacks": ({"drift": {"columns": ["delays"]}}, "delays", "does not have"),
    "another kind than drift says": (
        {"drift": {"columns": {"paid": {"kind": "categorical"}}}},
        "paid",
        "than drift says",
    ),
    "segments that it lacks": (
        {"drift": {"columns": ["paid"], "segments": ["kind"]}},
        "kind",
        "no segments",
    ),
}


@pytest.mark.parametrize(("changes", "column", "word"), MISFITS.values(), ids=list(MISFITS))
def test_what_does_not_fit(
    reference: Reference, changes: dict[str, Any], column: str, word: str
) -> None:
    """One misfit, which names the column, says why, and what to do."""
    (found,) = misfits(reference, config_with(**changes))

    assert (found.column, word in found.what) == (column, True)
    assert found.seen
    assert found.todo


def test_foreign_words_are_allowed_where_the_contract_bears_some(reference: Reference) -> None:
    """With max_new_share, a reference may have words that one_of lacks."""
    contract = {"dtype": "category", "one_of": ["web"], "max_new_share": "50%"}

    assert list(misfits(reference, config_with(kind=contract))) == []


def test_a_column_that_stages_remade(reference: Reference) -> None:
    """A contract says what a column was when it was read, and nothing of what a stage made of it."""
    remade = replace(reference, remade=("kind",))

    assert list(misfits(remade, config_with(kind={"dtype": "float64"}))) == []
