"""pydantic's errors as faults: one a spot, at its place, with what was seen, allowed and meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from seawall.config.faults import Fault, KeyPath, dotted
from seawall.config.near import did_you_mean, near
from seawall.config.outputs import QUANTILE_PATTERN
from seawall.config.places import Leaf, Listing, Node, Places, Table, masked
from seawall.config.scalars import NAME_PATTERN
from seawall.config.shapes import (
    Shape,
    choices,
    chosen,
    described,
    keys,
    located,
    shape,
    tags,
    takes_reference,
)
from seawall.shown import listed, shown

__all__ = ["quoted", "translated"]

_LONGEST = 60
_TEXTS: dict[str, tuple[str, str]] = {
    "greater_than_equal": ("too small", "at least {ge}"),
    "less_than_equal": ("too large", "at most {le}"),
    "greater_than": ("too small", "more than {gt:g}"),
    "less_than": ("too large", "less than {lt:g}"),
    "string_too_short": ("an empty text", "at least {min_length} character"),
    "string_too_long": ("too long a text", "at most {max_length} character"),
    "too_short": ("too few items", "at least {min_length}"),
    "too_long": ("too many items", "{max_length}"),
    "string_pattern_mismatch": ("text of the wrong form", "{pattern}"),
    "finite_number": ("not a finite number", "a number"),
}


_FORMS = {
    NAME_PATTERN: "up to 64 letters, digits, `.`, `_` and `-`, the first a letter or a digit",
    r"^[0-9a-f]{64}$": "64 hexadecimal digits",
    r"^\d+ in \d+ runs$": "`1 in 100 runs`",
    QUANTILE_PATTERN: "p0 to p100: p50 is the median, p97.5 and the like will do",
}


def _in_words(form: str) -> str:
    return _FORMS.get(form, form)


@dataclass(frozen=True, slots=True)
class _Wrong:
    """One of pydantic's errors and the spot where it is."""

    kind: str
    context: dict[str, Any]
    message: str
    spot: Shape
    last: str

    @property
    def section(self) -> KeyPath:
        return self.spot.path[:-1]


def quoted(node: Node | None) -> str:
    """The value as a message shows it; lists and mappings by their size only."""
    if isinstance(node, Table):
        return f"a mapping with {_counted(len(node.entries), 'key')}"
    if isinstance(node, Listing):
        return f"a list with {_counted(len(node.items), 'item')}"
    if node is None:
        return "nothing"
    if node.value is None:
        return "null"
    value = node.value
    text = str(value).lower() if isinstance(value, bool) else masked(shown(value))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def translated(error: ValidationError, root: Node) -> list[Fault]:
    """A fault for each spot that pydantic complains about."""
    wrongs = list(_wrongs(error, root))
    places = Places(root)
    unknown = [_unknown_key(w, places) for w in wrongs if w.kind == "extra_forbidden"]
    rest = [w for w in wrongs if w.kind not in {"extra_forbidden", "missing"}]
    values = {w.spot.path: _value_fault(w, places) for w in _preferred(rest)}
    return [*unknown, *_missing(wrongs, places), *values.values()]


def _wrongs(error: ValidationError, root: Node) -> Iterator[_Wrong]:
    for item in error.errors(include_url=False, include_input=False):
        spot = located(item["loc"], root)
        if spot is not None:
            last = str(item["loc"][-1]) if item["loc"] else ""
            yield _Wrong(item["type"], item.get("ctx", {}), item["msg"], spot, last)


def _preferred(wrongs: list[_Wrong]) -> list[_Wrong]:
    """Of the branches of a union, which share a spot, the one that says most comes last."""
    return sorted(wrongs, key=lambda wrong: not wrong.kind.endswith("_type"))


def _unknown_key(wrong: _Wrong, places: Places) -> Fault:
    path, section = wrong.spot.path, chosen(wrong.section, places.root)
    name, known = str(path[-1]), keys(section)
    fault = Fault(places.key(path), dotted(path), "unknown key", shown(path[-1]), listed(known))
    if name in known:  # that of another link, whose section was chosen as well
        return replace(
            fault,
            what="a second link in one item",
            allowed="one link an item",
            todo="put a dash before it",
        )
    if name in keys(shape(wrong.section, places.root)):
        return replace(fault, todo="it belongs to another `type`; leave it out, or change the type")
    meant = _meant(wrong, places)
    return replace(fault, todo=f"did you mean `{meant}`?" if meant else "")


def _meant(wrong: _Wrong, places: Places) -> str | None:
    """The known key that an unknown one stands for, of those that the section does not have yet."""
    section = chosen(wrong.section, places.root)
    taken = section.node.entries if isinstance(section.node, Table) else {}
    return near(wrong.spot.path[-1], [key for key in keys(section) if key not in taken])


def _missing(wrongs: list[_Wrong], places: Places) -> Iterator[Fault]:
    sections: dict[KeyPath, list[str]] = {}
    for wrong in wrongs:
        if wrong.kind == "missing" and not _misspelt(wrong, wrongs, places):
            sections.setdefault(wrong.section, []).append(str(wrong.spot.path[-1]))
    for path, names in sections.items():
        listed = ", ".join(f"`{name}`" for name in names)
        what = f"missing key{'s' if len(names) > 1 else ''} {listed}"
        yield Fault(places.key(path), dotted(path), what)


def _misspelt(missing: _Wrong, wrongs: list[_Wrong], places: Places) -> bool:
    """Whether an unknown key of the section is already said to mean the missing one."""
    return any(
        _meant(wrong, places) == missing.spot.path[-1]
        for wrong in wrongs
        if wrong.kind == "extra_forbidden" and wrong.section == missing.section
    )


def _value_fault(wrong: _Wrong, places: Places) -> Fault:
    fault = _worded(wrong, places)
    if takes_reference(
        wrong.spot
    ):  # what stands where an address or a header belongs is never shown
        return replace(fault, seen="")
    return fault


def _worded(wrong: _Wrong, places: Places) -> Fault:
    if wrong.last == "[key]":
        return _bad_name(wrong, places)
    special = _SPECIAL.get(wrong.kind)
    if special is not None:
        return special(wrong, places)
    path, node, listed = wrong.spot.path, wrong.spot.node, choices(wrong.spot)
    fault = Fault(places.value(path), dotted(path), "", quoted(node), described(wrong.spot.kinds))
    if listed and isinstance(node, Leaf):
        todo = did_you_mean(node.value, listed)
        return replace(fault, what="not one of the choices", todo=todo)
    if wrong.kind in _TEXTS:
        what, allowed = _TEXTS[wrong.kind]
        return replace(fault, what=what, allowed=_in_words(allowed.format_map(wrong.context)))
    return replace(fault, what="a value of the wrong type")


def _bad_name(wrong: _Wrong, places: Places) -> Fault:
    path = wrong.spot.path
    allowed = _in_words(wrong.context.get("pattern", "at least 1 character"))
    return Fault(places.key(path), dotted(path), "not a name", shown(path[-1]), allowed)


def _own(wrong: _Wrong, places: Places) -> Fault:
    path, node = wrong.spot.path, wrong.spot.node
    what, _, allowed = wrong.message.partition("|")
    misspelt = _misspelt_tag(wrong.spot, tags(wrong.spot), places)
    if misspelt is not None:
        return misspelt
    if isinstance(node, Table):
        return Fault(places.key(path), dotted(path), what, allowed=allowed)
    return Fault(places.value(path), dotted(path), what, quoted(node), allowed)


def _misspelt_tag(spot: Shape, known: Sequence[str], places: Places) -> Fault | None:
    """The key that was meant to say which section this is."""
    written = spot.node.entries if isinstance(spot.node, Table) and len(tags(spot)) > 1 else {}
    for key in written:
        meant = near(key, known)
        if meant is not None:
            path = (*spot.path, key)
            what, todo = "unknown key", f"did you mean `{meant}`?"
            return Fault(places.key(path), dotted(path), what, shown(key), listed(known), todo)
    return None


def _untyped(wrong: _Wrong, places: Places) -> Fault:
    path = wrong.spot.path
    misspelt = _misspelt_tag(wrong.spot, ("type",), places)
    if misspelt is not None:
        return misspelt
    allowed = ", ".join(tags(wrong.spot))
    return Fault(places.key(path), dotted(path), "missing key `type`", allowed=allowed)


def _unknown_type(wrong: _Wrong, places: Places) -> Fault:
    path, listed = (*wrong.spot.path, "type"), tags(wrong.spot)
    node = places.node(path)
    todo = did_you_mean(node.value if isinstance(node, Leaf) else "", listed)
    place, allowed = places.value(path), ", ".join(listed)
    return Fault(place, dotted(path), "unknown type", quoted(node), allowed, todo)


_SPECIAL = {"seawall": _own, "union_tag_not_found": _untyped, "union_tag_invalid": _unknown_type}
