"""What `drift` says that columns are can be, and each is named once."""

from __future__ import annotations

from typing import Any

import pytest

from seawall.config.faults import Fault

COLUMNS = "  columns:\n"
CONTRACT = """\
  columns:
    time_hour: {dtype: timestamp, timezone: UTC}
    distance: {dtype: int64}
    late: {dtype: bool}
    carrier: {dtype: category}
"""
ROLLING = "drift: {reference: {rolling: 10}, "


def faults(project: Any, said: str) -> tuple[Fault, ...]:
    """The faults of the sample, with more columns, and with this in `drift`."""
    text = project.sample.replace(COLUMNS, CONTRACT, 1)
    assert text != project.sample
    return tuple(project.faults(text + ROLLING + said + "}\n"))


@pytest.mark.parametrize(
    ("column", "kind", "dtype", "allowed"),
    [
        ("time_hour", "boolean", "timestamp", "timestamp"),
        ("time_hour", "categorical", "timestamp", "timestamp"),
        ("distance", "timestamp", "int64", "ordered or categorical"),
        ("distance", "boolean", "int64", "ordered or categorical"),
        ("temp", "text", "float64", "ordered or categorical"),
        ("origin", "ordered", "string", "text or categorical"),
        ("carrier", "ordered", "category", "categorical or text"),
        ("late", "timestamp", "bool", "boolean or categorical"),
    ],
)
def test_a_kind_that_the_type_cannot_have(
    project: Any, column: str, kind: str, dtype: str, allowed: str
) -> None:
    """It is one fault where it stands, with the kinds that there are."""
    (fault,) = faults(project, f"columns: {{{column}: {{kind: {kind}}}}}")

    assert fault.path == f"drift.columns.{column}.kind"
    assert (fault.seen, fault.allowed) == (kind, allowed)
    assert f"dtype {dtype}" in fault.what


def test_every_fault_is_told(project: Any) -> None:
    """One does not hide the next."""
    said = "columns: {distance: {kind: text}, carrier: {kind: boolean}, late: {kind: ordered}}"

    assert len(faults(project, said)) == 3


@pytest.mark.parametrize(
    ("said", "path", "what"),
    [
        ("columns: []", "columns", "no column is listed"),
        ("columns: {}", "columns", "no column is listed"),
        ("columns: [temp, origin, temp]", "columns.2", "'temp' is listed twice"),
        ("segments: [origin, origin]", "segments.1", "'origin' is listed twice"),
    ],
)
def test_lists_that_say_nothing(project: Any, said: str, path: str, what: str) -> None:
    """None, and one twice, are refused where they stand."""
    (fault,) = faults(project, said)

    assert (fault.path, fault.what) == (f"drift.{path}", what)


@pytest.mark.parametrize(
    "said",
    [
        "columns: {distance: {kind: categorical}, late: {kind: categorical}, origin: {kind: text}}",
        "columns: {time_hour: {kind: timestamp}, p_late: {kind: ordered}, carrier: {}}",
        "columns: [temp, origin], segments: [origin]",
    ],
)
def test_kinds_that_can_be_load(project: Any, said: str) -> None:
    """A code is a category, and of a column without a contract nothing is known."""
    assert faults(project, said) == ()
