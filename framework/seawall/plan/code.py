"""The project's own modules behind a pipeline, found by following imports in their source text."""

from __future__ import annotations

import ast
import tokenize
from collections.abc import Iterable, Iterator
from pathlib import Path

from seawall.config.models import PipelineConfig
from seawall.config.predicting import PythonModel
from seawall.config.sources import PythonSource

__all__ = ["modules_behind", "uses"]


def uses(config: PipelineConfig) -> list[str]:
    """Every `package.module:name` that a run of the pipeline calls."""
    steps = (*config.validate_.filters, *config.validate_.rules, *config.featurize)
    sources = (config.ingest.primary, *config.ingest.lookups.values())
    models = (config.predict.model, config.predict.fallback)
    named = [step.target for step in steps]
    named += [source.use for source in sources if isinstance(source, PythonSource)]
    named += [config.validate_.pandera] if config.validate_.pandera else []
    return [*named, *(model.use for model in models if isinstance(model, PythonModel))]


def modules_behind(named: Iterable[str], root: Path) -> dict[str, Path]:
    """The files of these modules and of all that they import, at whatever depth, below the root.

    What else the process has imported makes no difference, so that a second run, a notebook and the
    command line agree. An import by a name that is only known at run time is not seen.
    """
    found: dict[str, Path] = {}
    pending = [use.partition(":")[0] for use in named]
    while pending:
        module = pending.pop()
        for name in _with_parents(module):
            file = _file(name, root)
            if file is not None and name not in found:
                found[name] = file
                pending += _imported(name, file)
    return found


def _with_parents(module: str) -> list[str]:
    steps = module.split(".")
    return [".".join(steps[:depth]) for depth in range(1, len(steps) + 1)]


def _file(module: str, root: Path) -> Path | None:
    path = root.joinpath(*module.split("."))
    candidates = (path.with_name(f"{path.name}.py"), path / "__init__.py")
    return next((file for file in candidates if file.is_file()), None)


def _imported(module: str, file: Path) -> Iterator[str]:
    try:
        with tokenize.open(file) as source:
            tree = ast.parse(source.read())
    except (SyntaxError, ValueError):  # it is part of the fingerprint, and imports nothing
        return
    package = module if file.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _base(node, package)
            yield from (f"{base}.{alias.name}".lstrip(".") for alias in node.names)


def _base(node: ast.ImportFrom, package: str) -> str:
    """The module that names are imported from; dots lead up from the package."""
    above = package.split(".")[: max(0, len(package.split(".")) - node.level + 1)]
    return ".".join([*(above if node.level else []), *([node.module] if node.module else [])])
