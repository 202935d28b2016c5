"""A proposal as YAML that can be pasted: one line a column, with what was seen behind it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from seawall.config.yaml import scalar
from seawall.infer.infer import Inferred
from seawall.infer.proposal import Proposal
from seawall.shown import line, shown

__all__ = ["written"]

_INDENT = "    "
_NOTES = 300
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*|[0-9]+(?:\.[0-9]+)?%")
_ENDLESS, _LONGEST_KEY = 1 << 20, 256


def written(found: Inferred) -> str:
    """The section `validate: columns:` of a pipeline file.

    A column that the pipeline does not read, or that cannot be declared, stands there as a comment.
    """
    lines = [*_head(found), "validate:", "  columns:"]
    live = [entry for entry in found.proposals if _is_live(entry)]
    lines += [f"{_INDENT}{_entry(entry)}  # {_notes(entry)}".rstrip(" #") for entry in live]
    for entry in found.proposals:
        if entry not in live:
            lines.append(f"{_INDENT}# {_commented(entry)}")
    return "\n".join(lines)


def _is_live(entry: Proposal) -> bool:
    """Whether it can be pasted as it is; a key in YAML has a longest length."""
    return bool(entry.contract) and entry.read and len(entry.column) <= _LONGEST_KEY


def _head(found: Inferred) -> Iterator[str]:
    batches = ", ".join(found.batches)
    yield f"# Proposed from {found.rows:,} rows of batch {line(batches)}. What was seen stands behind each."
    if found.refused:
        yield f"# {found.refused:,} records could not be read, and are not among them."


def _commented(entry: Proposal) -> str:
    if not entry.contract or len(entry.column) > _LONGEST_KEY:
        return f"{_inline(line(entry.column))}: {_notes(entry)}"
    return f"{_entry(entry)}  # not read so far; {_notes(entry)}"


def _notes(entry: Proposal) -> str:
    notes = [*entry.notes]
    if entry.differs:
        said = ", ".join(
            f"no {name}" if value is None else f"{name} {shown(value)}"
            for name, value in entry.differs.items()
        )
        notes.append(f"the file says {said}")
    return line("; ".join(notes), _NOTES)


def _entry(entry: Proposal) -> str:
    return f"{_inline(entry.column)}: {_inline(entry.contract)}"


def _inline(value: Any) -> str:
    """A mapping, or a text, in one line; a text is taken out of a list, where it stands in one."""
    yaml, into, table = YAML(), io.StringIO(), isinstance(value, Mapping)
    yaml.width = _ENDLESS
    yaml.dump(_flow(value if table else [value]), into)
    text = into.getvalue().strip()
    return text if table else text[1:-1]


def _flow(value: Any) -> Any:
    """Mappings and lists in one line, text in quotes unless it is a plain word."""
    if isinstance(value, Mapping):
        table = CommentedMap((_quoted(key), _flow(inner)) for key, inner in value.items())
        table.fa.set_flow_style()
        return table
    if isinstance(value, list | tuple):
        listing = CommentedSeq(_flow(inner) for inner in value)
        listing.fa.set_flow_style()
        return listing
    return _quoted(value) if isinstance(value, str) else _number(value)


def _number(value: Any) -> Any:
    """Whole numbers without a point: a bound of 100 reads better than one of 100.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _quoted(text: str) -> str:
    plain = _PLAIN.fullmatch(text) and scalar(text) == text
    return text if plain else DoubleQuotedScalarString(text)
