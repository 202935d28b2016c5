"""Promises about a column that no value could keep."""

from __future__ import annotations

from typing import Any

import pytest

from seawall.config.columns import column_faults
from seawall.config.contract import ColumnContract
from seawall.config.fits import misfit
from seawall.config.places import Places
from seawall.config.yaml import Text, parsed


def faults(**contract: Any) -> list[tuple[str, str]]:
    """The path and the words of each fault."""
    node, _ = parsed(Text("x: 1", "p.yaml"))
    places = Places(node)
    found = column_faults((), ColumnContract(**contract), places)
    return [(fault.path, fault.what) for fault in found]


@pytest.mark.parametrize(
    ("contract", "path", "what"),
    [
        ({"dtype": "int64", "length": {"max": 3}}, "length", "length on dtype int64"),
        ({"dtype": "int64", "resolution": "s"}, "resolution", "resolution on dtype int64"),
        ({"dtype": "string", "timezone": "UTC"}, "timezone", "timezone on dtype string"),
        ({"dtype": "int64", "infinities": True}, "infinities", "infinities on dtype int64"),
        ({"dtype": "timestamp", "timezone": "Mars/Base"}, "timezone", "not a time zone"),
        ({"dtype": "timestamp", "one_of": ("noon",)}, "one_of.0", "not a time"),
        ({"dtype": "timestamp", "min": "20240131"}, "min", "not a time"),
        ({"dtype": "string", "max_new_share": "10%"}, "max_new_share", "none is known"),
        ({"dtype": "string", "one_of": ("NA",), "nulls": ("NA",)}, "one_of.0", "means null"),
        ({"dtype": "timestamp", "parse": {"thousands": ","}}, "parse.thousands", "on dtype timestamp"),
        ({"dtype": "float64", "parse": {"format": "%Y"}}, "parse.format", "on dtype float64"),
        ({"dtype": "int64", "parse": {"true": ("y",)}}, "parse.true", "on dtype int64"),
        ({"dtype": "bool", "parse": {"true": ("y",)}}, "parse.true", "one truth value alone"),
        ({"dtype": "bool", "parse": {"true": ("y",), "false": ("y",)}}, "parse.false.0", "two meanings"),
        ({"dtype": "bool", "nulls": ("-",), "parse": {"true": ("y",), "false": ("-",)}}, "parse.false.0", "two meanings"),
        ({"dtype": "timestamp", "parse": {"format": "%H:%M"}}, "parse.format", "without a whole date"),
        ({"dtype": "timestamp", "parse": {"format": "%d.%m.%y"}}, "parse.format", "the century to guess"),
        ({"dtype": "timestamp", "parse": {"format": "%Y-%m-%d %Q"}}, "parse.format", "a format with %Q"),
        ({"dtype": "timestamp", "parse": {"format": "%Y-%m-%d %I"}}, "parse.format", "no %p"),
        ({"dtype": "timestamp", "parse": {"format": "%Y-%m-%d %z"}}, "parse.format", "with an offset"),
        ({"dtype": "timestamp", "timezone": "UTC", "parse": {"format": "%Y%m%d"}}, "parse.format", "without an offset"),
    ],
)  # fmt: skip
def test_what_no_value_keeps(contract: dict[str, Any], path: str, what: str) -> None:
    """Each is one fault, at the key that cannot be kept."""
    ((at, said),) = faults(**contract)

    assert at == path
    assert what in said


@pytest.mark.parametrize(
    "contract",
    [
        {"dtype": "category", "one_of": ("a",), "max_new_share": "10%", "length": {"min": 1}},
        {"dtype": "float64", "infinities": True, "parse": {"decimal": ",", "thousands": "."}},
        {"dtype": "int64", "nulls": ("NA", "-"), "parse": {"thousands": ","}},
        {"dtype": "bool", "parse": {"true": ("y",), "false": ("n",)}},
        {"dtype": "timestamp", "timezone": "UTC", "resolution": "s", "min": "2024-01-01T00:00:00Z"},
        {"dtype": "timestamp", "parse": {"format": "%d.%m.%Y %I:%M %p"}},
        {"dtype": "timestamp", "parse": {"format": "%Y-%j"}},
    ],
)
def test_what_values_can_keep(contract: dict[str, Any]) -> None:
    """Keys that fit the dtype and each other are no fault."""
    assert faults(**contract) == []


@pytest.mark.parametrize(
    ("contract", "value", "why"),
    [
        ({"dtype": "string", "length": {"max": 2}}, "abc", "3 characters long"),
        ({"dtype": "string", "length": {"max": 3}}, "abc", None),
        ({"dtype": "string", "nulls": ("NA",)}, "NA", "a text that means null"),
        ({"dtype": "timestamp"}, "20240131", "no timestamp"),
        (
            {"dtype": "timestamp", "resolution": "s"},
            "2024-01-31T00:00:00.5",
            "finer than resolution s",
        ),
        ({"dtype": "timestamp", "resolution": "ms"}, "2024-01-31T00:00:00.500", None),
    ],
)
def test_constants_that_a_contract_refuses(
    contract: dict[str, Any], value: object, why: str | None
) -> None:
    """A constant of a chain is held to length, null texts and resolution, too."""
    assert misfit(ColumnContract(**contract), value) == why
