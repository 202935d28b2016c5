"""What the models say about a spot of the pipeline file, found without parsing the file's values."""

from __future__ import annotations

from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from seawall.config.faults import KeyPath
from seawall.config.models import PipelineConfig
from seawall.config.places import Leaf, Listing, Node, Table, child
from seawall.config.plugged import GROUPS, installed, kind_of, model_kind_of
from seawall.config.scalars import EnvRef, Section

__all__ = [
    "Shape",
    "choices",
    "chosen",
    "described",
    "keys",
    "located",
    "shape",
    "tags",
    "takes_reference",
]

_WITH_KEYS, _FEW = "a section with keys", 3
_WORDS = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    NoneType: "null",
}


@dataclass(frozen=True, slots=True)
class Shape:
    """A spot: its path in the file, the types that may stand there, and what does stand there."""

    path: KeyPath
    kinds: tuple[Any, ...]
    node: Node | None


def located(loc: KeyPath, root: Node) -> Shape | None:
    """The spot behind a location of pydantic's, which also names tags and branches of unions.

    None when the location is in a branch that the value was not meant for.
    """
    spot = Shape((), (PipelineConfig,), root)
    for step in loc:
        kinds = _without_none(spot.kinds)
        sections = _sections(kinds)
        if len(sections) == len(kinds) > 1:
            spot = Shape(spot.path, tuple(s for s in sections if step in _tags(s)), spot.node)
        elif len(kinds) > 1:
            fitting = tuple(kind for kind in kinds if _fits(kind, spot.node))
            if not fitting:
                return spot
            if not _names(fitting[0], step):
                return None
            spot = Shape(spot.path, fitting, spot.node)
        else:
            spot = _below(Shape(spot.path, kinds, spot.node), step)
    return spot


def shape(path: KeyPath, root: Node) -> Shape:
    """The spot at a path of the file; its kinds are empty where the models know nothing."""
    spot = Shape((), (PipelineConfig,), root)
    for step in path:
        kinds = tuple(kind for kind in spot.kinds if _fits(kind, spot.node))
        spot = _below(Shape(spot.path, _chosen(kinds, spot.node), spot.node), step)
    return spot


def chosen(path: KeyPath, root: Node) -> Shape:
    """The spot, of its sections only the one that the file's `type`, or first key, names."""
    spot = shape(path, root)
    return Shape(spot.path, _chosen(spot.kinds, spot.node), spot.node)


def takes_reference(spot: Shape) -> bool:
    """Whether `${env:NAME}` may stand there."""
    return EnvRef in spot.kinds


def keys(spot: Shape) -> tuple[str, ...]:
    """The keys that the section at the spot knows."""
    names = [
        field.alias or name
        for section in _sections(spot.kinds)
        for name, field in section.model_fields.items()
    ]
    return tuple(dict.fromkeys(names + (["extends"] if PipelineConfig in spot.kinds else [])))


def choices(spot: Shape) -> tuple[Any, ...]:
    """The values that may stand there, where the models list them."""
    literals = [kind for kind in spot.kinds if get_origin(kind) is Literal]
    return tuple(value for literal in literals for value in get_args(literal))


def tags(spot: Shape) -> tuple[str, ...]:
    """The `type`s, or first keys, of the sections that may stand there; plug-ins by their names."""
    found = [str(tag) for section in _sections(spot.kinds) for tag in _tags(section)]
    plugged = [name for tag in found if tag in GROUPS for name in installed(GROUPS[tag])]
    return (*(tag for tag in found if tag not in GROUPS), *plugged)


def described(kinds: tuple[Any, ...]) -> str:
    """The kinds in words: `text, a number or a list of text`."""
    sections = _sections(kinds)
    named = dict.fromkeys(sections, _WITH_KEYS) if len(sections) > 1 else {}
    *others, last = dict.fromkeys(
        named.get(kind) or _described(kind) for kind in kinds if kind is not EnvRef
    )
    return f"{', '.join(others)} or {last}" if others else last


def _described(kind: Any) -> str:
    origin = get_origin(kind)
    if origin is Literal:
        return ", ".join(str(value) for value in get_args(kind))
    if kind == tuple[float, float]:
        return "an interval, [lowest, highest]"
    if origin in {tuple, list}:
        return f"a list of {described(_kinds(get_args(kind)[0]))}"
    if origin is dict:
        return f"a mapping of names to {described(_kinds(get_args(kind)[1]))}"
    if isinstance(kind, type) and issubclass(kind, Section):
        return _section(keys(Shape((), (kind,), None)))
    return _WORDS.get(kind, getattr(kind, "__name__", str(kind)))


def _section(names: tuple[str, ...]) -> str:
    more = ", …" if len(names) > _FEW else ""
    return f"{_WITH_KEYS} such as {{{': …, '.join(names[:_FEW])}: …{more}}}"


def _below(spot: Shape, step: str | int) -> Shape:
    path = (*spot.path, step)
    if step == "[key]":
        return spot
    kinds: tuple[Any, ...] = ()
    for kind in spot.kinds:
        arguments = get_args(kind)
        if get_origin(kind) is dict:
            kinds += _kinds(arguments[1])
        elif get_origin(kind) in {tuple, list}:
            kinds += _kinds(arguments[0])
        elif isinstance(kind, type) and issubclass(kind, Section):
            fields = {field.alias or name: field for name, field in kind.model_fields.items()}
            kinds += _kinds(fields[str(step)].annotation) if step in fields else ()
    return Shape(path, kinds, child(spot.node, step))


def _kinds(annotation: Any) -> tuple[Any, ...]:
    """The types of a union, without what is annotated to them."""
    if get_origin(annotation) is Annotated:
        return _kinds(get_args(annotation)[0])
    if get_origin(annotation) in {Union, UnionType}:
        return tuple(kind for part in get_args(annotation) for kind in _kinds(part))
    return (annotation,)


def _chosen(kinds: tuple[Any, ...], node: Node | None) -> tuple[Any, ...]:
    """Of several sections the one that the file's own `type`, or first key, names."""
    if len(_sections(kinds)) < 2 or not isinstance(node, Table):  # noqa: PLR2004 - one or several
        return kinds
    written = node.entries["type"].node if "type" in node.entries else None
    named = _named(written.value) if isinstance(written, Leaf) else set(node.entries)
    return tuple(kind for kind in kinds if named & set(_tags(kind))) or kinds


def _fits(kind: Any, node: Node | None) -> bool:
    origin = get_origin(kind)
    if isinstance(node, Table):
        return origin is dict or (isinstance(kind, type) and issubclass(kind, Section))
    return isinstance(node, Listing) and origin in {tuple, list}


def _names(kind: Any, step: str | int) -> bool:
    """Whether pydantic's label of a union's branch is this branch's."""
    name = getattr(get_origin(kind) or kind, "__name__", "")
    return f"{name}[" in str(step) or name == step


def _sections(kinds: tuple[Any, ...]) -> tuple[type[Section], ...]:
    return tuple(kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Section))


def _tags(section: type[Section]) -> tuple[Any, ...]:
    fields = section.model_fields
    if "type" not in fields:
        return (next(iter(fields)),)
    return get_args(fields["type"].annotation) or (getattr(section, "plug_in", None),)


def _named(written: object) -> set[object]:
    """The tags that a `type` names: its own value, and that of plug-ins where one has the name."""
    return {written, kind_of(str(written)), model_kind_of(str(written))}


def _without_none(kinds: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(kind for kind in kinds if kind is not NoneType)
