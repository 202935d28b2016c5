"""`with:` held against the parameters of the function that `use` names, by its source text."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Optional, Union

from pydantic import ConfigDict, TypeAdapter, ValidationError

from seawall.config.faults import Fault, KeyPath, dotted
from seawall.config.ingest import PythonPrimary
from seawall.config.lookups import PythonLookup
from seawall.config.named import RULES, STAGES, target_of
from seawall.config.names import Callable_, Definition, NameNotFoundError, find, find_installed
from seawall.config.near import did_you_mean, near
from seawall.config.places import Entry, Leaf, Node, Places, Table, matching, plain
from seawall.config.translate import quoted
from seawall.shown import listed, shown

__all__ = ["Parameters", "parameters", "use_faults"]


@dataclass(frozen=True, slots=True)
class _Use:
    """A place that names code: whether a frame comes first, what the run gives, which keys stand beside.

    With any other key beside `use`, that key is the fault: it may be a misspelt `with`. `type` is
    the only type of section that has a `use`, where there are several. `group` is that of the
    built-ins and plug-ins that `use` may name, '' where it takes none.
    """

    framed: bool = True
    given: frozenset[str] = frozenset({"context"})
    beside: frozenset[str] = frozenset({"use", "with", "type", "on_violation"})
    type: str | None = None
    group: str = ""


_SOURCE = _Use(
    framed=False,
    given=frozenset({"batch", "columns", "as_of", "root", "context"}),
    beside=frozenset({*PythonPrimary.model_fields, *PythonLookup.model_fields, "with"}),
    type="python",
)
_MODEL = _Use(framed=False, given=frozenset({"threads"}))
_USES = {
    "validate.filters.*": _Use(group=RULES),
    "validate.rules.*": _Use(group=RULES),
    "featurize.*": _Use(group=STAGES),
    "predict.model": _MODEL,
    "predict.fallback": _MODEL,
    "ingest.primary": _SOURCE,
    "ingest.lookups.*": _SOURCE,
}
_SIMPLE: dict[str, Any] = {
    "str": str,
    "int": int,
    "float": float,
    "bool": bool,
    "None": None,
    "list": list,
    "dict": dict,
    "Sequence": list,
    "Mapping": dict,
    "Optional": Optional,
    "Union": Union,
    "Literal": Literal,
}


@dataclass(frozen=True, slots=True)
class Parameters:
    """What may stand in `with:`: annotations by name, which are required, whether others pass too.

    `given` are the names that the run sets, so that `with` may not; `taken` are the parameters that
    `with` may not set although the function has them; of those the `unset` ones have no default.
    """

    annotations: Mapping[str, ast.expr | None]
    required: frozenset[str]
    taken: frozenset[str]
    given: frozenset[str]
    open: bool
    unset: tuple[str, ...] = ()


def use_faults(root: Node, project: Path, allow: Sequence[str]) -> Iterator[Fault]:
    """What is wrong with each `use` of the file and with the parameters beside it."""
    for pattern, how in _USES.items():
        for path, entry in matching(root, pattern):
            use = _named(entry.node, how)
            if use is None:
                continue
            try:
                found = _found(str(use.value), how, project, allow)
            except NameNotFoundError as error:
                name, seen = dotted((*path, "use")), shown(use.value)
                yield Fault(use.place, name, error.what, seen, error.allowed, error.todo)
                continue
            if found is not None and found.node is not None:
                yield from _signature_faults(found.node, how, path, places=Places(root))


def _found(use: str, how: _Use, project: Path, allow: Sequence[str]) -> Definition | None:
    if not how.group or ":" in use:
        return find(use, project, allow)
    return find_installed(target_of(use, how.group))


def _signature_faults(
    node: Callable_, how: _Use, path: KeyPath, *, places: Places
) -> Iterator[Fault]:
    if how is _SOURCE and isinstance(node, ast.ClassDef):
        at, allowed = (*path, "use"), "a function that returns a frame or yields frames"
        yield Fault(places.value(at), dotted(at), f"{node.name} is a class", "", allowed)
        return
    known = parameters(node, how)
    if known is not None:
        yield from _with_faults(known, how, path, places=places)


def _named(node: Node, how: _Use) -> Leaf | None:
    """The name of the code, as it stands in the section; None where there is none."""
    entries = _entries(node)
    leaves = {name: entries[name].node if name in entries else None for name in ("use", "type")}
    use, kind = leaves["use"], leaves["type"]
    if not isinstance(use, Leaf) or not isinstance(use.value, str):
        return None
    other = how.type is not None and isinstance(kind, Leaf) and kind.value != how.type
    return None if other else use


def parameters(node: Callable_, how: _Use) -> Parameters | None:
    """The function's parameters, or those of the class's `__init__`; None where they can't be seen.

    Where a frame comes first, it is a function's first parameter and only keyword-only ones are set.
    """
    if isinstance(node, ast.ClassDef):
        return _of_class(node, how.given)
    return _of(node.args, [] if how.framed else node.args.args, how.given)


def _of_class(node: ast.ClassDef, given: frozenset[str]) -> Parameters | None:
    for statement in node.body:
        if isinstance(statement, ast.FunctionDef) and statement.name == "__init__":
            own = 0 if statement.args.posonlyargs else 1
            return _of(statement.args, statement.args.args[own:], given)
    if node.bases or node.keywords or node.decorator_list:
        return None  # __init__ is inherited, or written by a decorator
    return Parameters({}, frozenset(), frozenset(), given, open=False)


def _of(arguments: ast.arguments, named: list[ast.arg], given: frozenset[str]) -> Parameters:
    """`named` are the parameters before the `*` that may be set."""
    bare = len(named) - len(arguments.defaults)
    pairs = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    required = {argument.arg for argument in named[: max(0, bare)]}
    required |= {argument.arg for argument, default in pairs if default is None}
    settable = [*named, *arguments.kwonlyargs]
    annotations = {a.arg: a.annotation for a in settable if a.arg not in given}
    taken = {a.arg for a in [*arguments.args, *arguments.kwonlyargs]} - set(annotations)
    return Parameters(
        annotations,
        frozenset(required - given),
        frozenset(taken),
        given,
        open=arguments.kwarg is not None,
        unset=() if named else tuple(_unset(arguments, given)),
    )


def _unset(arguments: ast.arguments, given: frozenset[str]) -> Iterator[str]:
    """The parameters behind the first that are not keyword-only and have no default."""
    before = [*arguments.posonlyargs, *arguments.args]
    bare = len(before) - len(arguments.defaults)
    yield from (argument.arg for argument in before[1:bare] if argument.arg not in given)


def _with_faults(known: Parameters, how: _Use, path: KeyPath, *, places: Places) -> Iterator[Fault]:
    given = _entries(places.node((*path, "with")))
    others = [name for name in given if name not in known.annotations]
    unknown = [name for name in others if name in known.taken] if known.open else others
    for name in unknown:
        yield _unknown(name, known, (*path, "with", name), places)
    for name in known.unset:
        if name not in given:
            yield _out_of_reach(name, path, places)
    meant = {near(name, set(known.annotations) - set(given)) for name in unknown}
    absent = sorted(known.required - set(given) - meant)
    if absent and set(_entries(places.node(path))) <= how.beside:
        yield _absent(absent, path, places)
    for name, entry in given.items():
        annotation = known.annotations.get(name)
        if annotation is not None and not _accepts(annotation, plain(entry.node)):
            seen, allowed = quoted(entry.node), ast.unparse(annotation)
            what = "a value of the wrong type"
            yield Fault(entry.node.place, dotted((*path, "with", name)), what, seen, allowed)


def _entries(node: Node | None) -> dict[str, Entry]:
    return node.entries if isinstance(node, Table) else {}


def _absent(names: Sequence[str], path: KeyPath, places: Places) -> Fault:
    at = (*path, "use") if places.node((*path, "with")) is None else (*path, "with")
    listed = ", ".join(f"`{name}`" for name in names)
    what = f"missing parameter{'' if len(names) == 1 else 's'} {listed}"
    return Fault(places.key(at), dotted(at), what, todo="add it below `with:`")


def _out_of_reach(name: str, path: KeyPath, places: Places) -> Fault:
    at, what = (*path, "use"), f"its parameter `{name}` is not keyword-only and has no default"
    todo = f"put `*` before it in the function, and add `{name}` below `with:`"
    return Fault(places.value(at), dotted(at), what, todo=todo)


def _unknown(name: str, known: Parameters, path: KeyPath, places: Places) -> Fault:
    given = _entries(places.node(path[:-1]))
    what = "unknown parameter"
    todo = did_you_mean(name, set(known.annotations) - set(given))
    if name in known.given:
        what, todo = f"`{name}` is given by the run", "leave it out"
    elif name in known.taken:
        what, todo = f"`{name}` is no keyword-only parameter", "put `*` before it in the function"
    allowed = listed(known.annotations) or "no parameters"
    return Fault(places.key(path), dotted(path), what, shown(name), allowed, todo)


def _accepts(annotation: ast.expr, value: object) -> bool:
    """Whether the value is of the annotated type, to the letter; true where that can't be seen here."""
    try:
        adapter = TypeAdapter(_evaluated(annotation), config=ConfigDict(strict=True))
    except Exception:  # noqa: BLE001 - an annotation that isn't simple is checked after the import
        return True
    try:
        adapter.validate_python(value)
    except ValidationError:
        return False
    return True


def _evaluated(node: ast.expr) -> Any:
    """The simple type that an annotation spells out; LookupError for any other."""
    if isinstance(node, ast.Constant):
        return _constant(node.value)
    if isinstance(node, ast.Name):
        return _SIMPLE[node.id]
    if isinstance(node, ast.Attribute):
        return _SIMPLE[node.attr]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return Union[_evaluated(node.left), _evaluated(node.right)]  # noqa: UP007 - values, not text
    if isinstance(node, ast.Subscript):
        return _subscribed(node)
    raise LookupError(ast.unparse(node))


def _constant(value: object) -> Any:
    if value is None:
        return None
    if isinstance(value, str):  # an annotation in quotes
        return _evaluated(ast.parse(value, mode="eval").body)
    raise LookupError(value)


def _subscribed(node: ast.Subscript) -> Any:
    outer = _evaluated(node.value)
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if outer is Literal:
        return Literal[tuple(ast.literal_eval(part) for part in parts)]
    inner = tuple(_evaluated(part) for part in parts)
    return outer[inner if len(inner) > 1 else inner[0]]
