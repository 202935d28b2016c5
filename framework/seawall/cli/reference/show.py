"""`seawall reference show`: what stands in a reference."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from seawall.cli.reference.place import place_of
from seawall.cli.terminal import say, say_json, say_table
from seawall.cli.words import moment, number

if TYPE_CHECKING:
    from seawall.profiles import ColumnProfile
    from seawall.references import Reference

__all__ = ["show"]

_HEADERS = (
    *("column", "kind", "rows", "nulls", "mean", "std", "p05", "p50", "p95"),
    *("distinct", "most frequent", "distribution"),
)
_FIGURES = ("mean", "std", "p05", "p50", "p95", "distinct")
_YAML = {".yaml", ".yml"}
_LONGEST = 20
_WORTH = 0.01
"""A value of fewer rows is frequent by chance."""
_CELLS = 24


@click.command()
@click.argument("path", metavar="PATH|CONFIG", type=click.Path(path_type=Path))
@click.option(
    "--set", "sets", multiple=True, metavar="PATH=VALUE", help="Change a value of the file."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def show(*, path: Path, sets: tuple[str, ...], as_json: bool) -> None:
    """Show the columns of a reference, or of the one that a pipeline file names.

    The chart is of the values from the 1st to the 99th percentile; of words, the most frequent first.
    """
    from seawall.references.reading import read_reference

    found = _named(path, sets) if path.suffix in _YAML else path
    reference = read_reference(found)
    if as_json:
        say_json(_document(reference, found))
    else:
        _say(reference, found)


def _named(config: Path, sets: tuple[str, ...]) -> Path:
    from seawall.cli.publication import ANY_NAME
    from seawall.config.load import load

    return place_of(load(config, sets=sets, env=ANY_NAME))


def _say(reference: Reference, path: Path) -> None:
    say(f"{path}: {reference.pipeline}, {reference.origin}, built {moment(reference.created_at)}")
    columns = reference.profile.columns
    say_table(_HEADERS, [_row(reference, name, column) for name, column in columns.items()])
    for name, parts in reference.profile.segments.items():
        sizes = ", ".join(f"{value or 'others'} {number(p.rows)}" for value, p in parts.items())
        say(f"segments by {name}: {sizes}")
    if reference.past:
        say(f"past: {len(reference.past)} batches, each with its distance to the others")


def _row(reference: Reference, name: str, column: ColumnProfile) -> list[str]:
    from seawall.cli.reference.chart import chart, drawable

    figures = _summary(reference, name, column)
    return [
        *(name, column.shape.kind, number(column.rows), f"{column.null_share:.1%}"),
        *(_cell(figures.get(key)) for key in _FIGURES),
        _top(figures, column),
        chart(column, width=_CELLS, plain=not drawable(sys.stdout)),
    ]


def _summary(reference: Reference, name: str, column: ColumnProfile) -> dict[str, Any]:
    return column.summary() | {"distinct": reference.distinct.get(name)}


def _cell(value: object) -> str:
    """A number in few digits; a time to the minute."""
    return value[:16] if isinstance(value, str) else number(value)


def _top(figures: dict[str, Any], column: ColumnProfile) -> str:
    if figures.get("top_rows", 0) < max(1, column.counted * _WORTH):
        return ""
    top = figures["top"]
    name = top if isinstance(top, str) else number(top)
    shown = name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
    return f"{shown} {figures['top_rows'] / column.counted:.0%}"


def _document(reference: Reference, path: Path) -> dict[str, Any]:
    profile = reference.profile
    columns = {
        name: {"kind": column.shape.kind, **_summary(reference, name, column)}
        for name, column in profile.columns.items()
    }
    return {
        "path": str(path),
        "pipeline": reference.pipeline,
        "origin": reference.origin,
        "created_at": reference.created_at.isoformat(),
        "rows": profile.rows,
        "batches": list(reference.batches),
        "schema": reference.schema,
        "columns": columns,
        "segments": {
            name: {value: part.rows for value, part in parts.items()}
            for name, parts in profile.segments.items()
        },
        "past": len(reference.past),
    }
