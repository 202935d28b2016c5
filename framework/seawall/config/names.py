"""`use: package.module:name`, found in the module's source text; nothing of the user's is imported."""

from __future__ import annotations

import ast
import re
import tokenize
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from seawall.config.near import did_you_mean

__all__ = ["Callable_", "Definition", "NameNotFoundError", "find", "find_installed"]

_DOTTED = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*:[^\W\d]\w*")

Callable_ = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
Bound = Callable_ | ast.expr | None
"""What a name stands for: code, a mere value, or what cannot be told without an import."""
_VALUES = (ast.Constant, ast.JoinedStr, ast.List, ast.Tuple, ast.Set, ast.Dict, ast.ListComp)
_MAKERS = frozenset({"Path", "pathlib.Path", "pd.DataFrame", "str", "dict", "list", "set", "tuple"})
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Definition:
    """A name at the top of a module, and the file; `node` is None where it is not defined right there."""

    file: Path
    node: Callable_ | None


class NameNotFoundError(Exception):
    """The dotted path leads nowhere."""

    def __init__(self, what: str, allowed: str = "", todo: str = "") -> None:
        super().__init__(what, allowed, todo)
        self.what, self.allowed, self.todo = what, allowed, todo


def find(use: str, project: Path, allow: Sequence[str]) -> Definition | None:
    """Where the name is defined; None when there is no source text to look at.

    Only modules below the project root and those of `plugins.allow` are looked at.
    """
    if not _DOTTED.fullmatch(use):
        raise NameNotFoundError(
            "not a dotted path", "package.module:name, such as pipelines.flights.rules:departed"
        )
    module, _, name = use.partition(":")
    file = _file_of(module, project, allow)
    return None if file is None else _defined(file, module, name)


def find_installed(target: str) -> Definition | None:
    """Where the name of an installed package is defined; None when there is no source text to look at."""
    module, _, name = target.partition(":")
    file = _installed(module)
    return None if file is None else _defined(file, module, name)


def _defined(file: Path, module: str, name: str) -> Definition:
    bound = list(_top_level(_parsed(file, module).body))
    names = dict(bound)
    if name in names:
        _refuse_values([node for known, node in bound if known == name])
        node = names[name]
        return Definition(file, node if isinstance(node, Callable_) else None)
    if "*" in names or "__getattr__" in names:
        return Definition(file, None)
    public = sorted(word for word in names if not word.startswith("_"))
    raise NameNotFoundError(
        f"the module {module} has no `{name}`", ", ".join(public), did_you_mean(name, public)
    )


def _file_of(module: str, project: Path, allow: Sequence[str]) -> Path | None:
    steps = module.split(".")
    if _module_file(project, steps[:1]) or (project / steps[0]).is_dir():
        return _below(project, module)
    if not any(module == name or module.startswith(f"{name}.") for name in allow):
        raise NameNotFoundError(
            f"the module {module} is neither below the project root nor allowed",
            f"modules below {project}, and those of plugins.allow",
            f"add `{steps[0]}` to plugins.allow, if it may run here",
        )
    return _installed(module)


def _below(folder: Path, module: str) -> Path:
    """The file of a module below the project's root."""
    steps = module.split(".")
    found = _module_file(folder, steps)
    if found is not None and found.resolve().is_relative_to(folder.resolve()):
        return found
    for depth in range(1, len(steps) + 1):
        here = folder.joinpath(*steps[: depth - 1])
        last = depth == len(steps)
        if _module_file(folder, steps[:depth]) or (not last and (here / steps[depth - 1]).is_dir()):
            continue
        near = _modules(here)
        what = f"no module {'.'.join(steps[:depth])}"
        raise NameNotFoundError(what, ", ".join(near), did_you_mean(steps[depth - 1], near))
    raise NameNotFoundError(f"the module {module} leads out of the project root")


def _module_file(folder: Path, steps: Sequence[str]) -> Path | None:
    path = folder.joinpath(*steps)
    for candidate in (path.with_name(f"{path.name}.py"), path / "__init__.py"):
        if candidate.is_file():
            return candidate
    return None


def _modules(folder: Path) -> list[str]:
    files = (path.stem for path in folder.glob("*.py") if path.stem != "__init__")
    packages = (path.parent.name for path in folder.glob("*/__init__.py"))
    return sorted({*files, *packages})


def _installed(module: str) -> Path | None:
    """The source of a module outside the project; its top package is located, never imported."""
    top, *rest = module.split(".")
    try:
        spec = find_spec(top)
    except (ImportError, ValueError):
        spec = None
    if spec is None:
        raise NameNotFoundError(f"the package {top} is not installed")
    if not rest:
        return Path(spec.origin) if spec.origin and spec.origin.endswith(".py") else None
    for folder in spec.submodule_search_locations or ():
        found = _module_file(Path(folder), rest)
        if found is not None:
            return found
    if any(_has_extension(Path(folder), rest) for folder in spec.submodule_search_locations or ()):
        return None
    raise NameNotFoundError(f"the package {top} has no module {module}")


def _has_extension(folder: Path, steps: Sequence[str]) -> bool:
    return any(folder.joinpath(*steps[:-1]).glob(f"{steps[-1]}.*.so"))


def _parsed(file: Path, module: str) -> ast.Module:
    try:
        with warnings.catch_warnings(), tokenize.open(file) as source:
            warnings.simplefilter("ignore")  # a stray backslash in somebody's docstring
            return ast.parse(source.read(), str(file))
    except SyntaxError as error:
        what = f"the module {module} is not Python: {error.msg}"
        where = f" in line {error.lineno}" if error.lineno else ""
        raise NameNotFoundError(f"{what}{where}") from None
    except (OSError, ValueError, RecursionError, MemoryError) as error:
        raise NameNotFoundError(f"the module {module} cannot be read: {error}") from None


def _refuse_values(bound: Sequence[Bound]) -> None:
    """Nothing that the name may be bound to is a mere value; what cannot be told passes."""
    written = [ast.unparse(node) for node in bound if isinstance(node, ast.expr)]
    if len(written) == len(bound):
        raise NameNotFoundError(
            f"not callable: it is {written[-1][:_LONGEST]}", "a function or a class"
        )


def _top_level(body: Sequence[ast.stmt]) -> Iterator[tuple[str, Bound]]:
    """The names that a module's own statements bind, also below `if`, `try` and `with`."""
    for statement in body:
        if isinstance(statement, Callable_):
            yield statement.name, statement
        elif isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
            continue
        elif isinstance(statement, ast.Import | ast.ImportFrom):
            for alias in statement.names:
                yield alias.asname or alias.name.partition(".")[0], None
        elif isinstance(statement, ast.Assign | ast.AnnAssign):
            yield from ((name, _value(name, statement)) for name in _targets(statement))
        else:
            for inner in ("body", "orelse", "handlers", "finalbody"):
                yield from _top_level(_statements(getattr(statement, inner, [])))


def _statements(parts: Sequence[ast.AST]) -> list[ast.stmt]:
    lists = [part.body if isinstance(part, ast.ExceptHandler) else [part] for part in parts]
    return [statement for part in lists for statement in part if isinstance(statement, ast.stmt)]


def _targets(statement: ast.Assign | ast.AnnAssign) -> Iterator[str]:
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    for target in targets:
        yield from (node.id for node in ast.walk(target) if isinstance(node, ast.Name))


def _value(name: str, statement: ast.Assign | ast.AnnAssign) -> ast.expr | None:
    """What the name is assigned, where that can be nothing to call."""
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    alone = any(isinstance(target, ast.Name) and target.id == name for target in targets)
    value = statement.value
    made = isinstance(value, ast.Call) and ast.unparse(value.func) in _MAKERS
    return value if alone and value is not None and (made or isinstance(value, _VALUES)) else None
