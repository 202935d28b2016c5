"""How a column's text is read, held against what the column is."""

from __future__ import annotations

from collections.abc import Iterator

from seawall.config.contract import ColumnContract, Parse
from seawall.config.faults import Fault, KeyPath, dotted
from seawall.config.formats import directives, unknown
from seawall.config.places import Places

__all__ = ["parse_faults"]

_NUMBERS = ("int", "uint", "float")
_DATES = ({"j"}, {"m", "d"}, {"b", "d"}, {"B", "d"})


def parse_faults(path: KeyPath, column: ColumnContract, places: Places) -> Iterator[Fault]:
    """Ways of writing that the dtype has not, and formats that leave a part of the time to guess."""
    parse = column.parse
    if parse is None:
        return
    numeric = column.dtype.startswith(_NUMBERS)
    used = {
        "decimal": (parse.decimal != ".", numeric, "a number"),
        "thousands": (parse.thousands is not None, numeric, "a number"),
        "format": (parse.format is not None, column.dtype == "timestamp", "timestamp"),
        "true": (bool(parse.true), column.dtype == "bool", "bool"),
        "false": (bool(parse.false), column.dtype == "bool", "bool"),
    }
    for key, (written, fits, dtypes) in used.items():
        if written and not fits:
            at, what = (*path, key), f"parse.{key} on dtype {column.dtype}"
            yield Fault(places.key(at), dotted(at), what, allowed=f"dtype {dtypes}")
    if column.dtype == "bool":
        yield from _truths(path, column, parse, places)
    if column.dtype == "timestamp" and parse.format is not None:
        for what, allowed in _wrong_format(parse.format, zoned=column.timezone is not None):
            at = (*path, "format")
            yield Fault(places.value(at), dotted(at), what, repr(parse.format), allowed)


def _truths(path: KeyPath, column: ColumnContract, parse: Parse, places: Places) -> Iterator[Fault]:
    if bool(parse.true) != bool(parse.false):
        at = (*path, "true" if parse.true else "false")
        what = "words for one truth value alone: the other could not be written"
        yield Fault(places.key(at), dotted(at), what, allowed="both, true and false")
    for key, words, others in (
        ("true", parse.true, column.nulls),
        ("false", parse.false, (*parse.true, *column.nulls)),
    ):
        for number, word in enumerate(words):
            if word in others:
                at = (*path, key, number)
                what = "a word with two meanings"
                yield Fault(places.value(at), dotted(at), what, repr(word), "one meaning a word")


def _wrong_format(layout: str, *, zoned: bool) -> Iterator[tuple[str, str]]:
    """What is wrong with a format, and what is allowed."""
    strange, letters = unknown(layout), set(directives(layout))
    if "y" in letters:
        yield "a format that leaves the century to guess", "%Y in place of %y"
        return
    if strange:
        yield f"a format with {', '.join(strange)}", "%Y %m %d %j %b %B %H %I %p %M %S %f %z %%"
        return
    if "Y" not in letters or not any(letters >= date for date in _DATES):
        yield "a format without a whole date", "year, month and day, or year and %j"
    if "I" in letters and "p" not in letters:
        yield "a format with hours from 1 to 12 and no %p", "%I with %p, or %H"
    if zoned and "z" not in letters:
        yield "a format without an offset for a column with a time zone", "a format with %z"
    if not zoned and "z" in letters:
        yield "a format with an offset for a column without a time zone", "timezone beside it"
