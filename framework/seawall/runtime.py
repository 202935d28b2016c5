"""What a worker holds while it scores chunks of a plan: the model, the steps, the lookups' indexes."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from seawall.config.judging import Step
from seawall.conform import may_be_null
from seawall.contracts import Context
from seawall.errors import SeawallError, SoftwareError
from seawall.lookups.table import LookupTable
from seawall.models import Model, load
from seawall.plan import Plan
from seawall.stages.check_output import OutputTest, output_tests
from seawall.stages.steps import Bound, bind
from seawall.stages.validate import Tests, compiled
from seawall.staging import Workspace

__all__ = ["Runtime", "runtime_of", "tests_of"]


@dataclass(frozen=True, slots=True)
class Runtime:
    """Everything dear, made once a worker and shared by its threads."""

    tables: Mapping[str, LookupTable]
    tests: Tests
    steps: tuple[Bound, ...]
    model: Model
    output_tests: tuple[OutputTest, ...]
    profiled: tuple[str, ...]


_lock = threading.Lock()
_latest: tuple[Path, Runtime] | None = None


def runtime_of(plan: Plan, workspace: Workspace) -> Runtime:
    """The runtime of the plan that stands in this workspace, made by the first thread that asks."""
    global _latest  # noqa: PLW0603 - a worker process keeps one runtime between chunks
    with _lock:
        if _latest is None or _latest[0] != workspace.folder:
            _latest = (workspace.folder, _made(plan, workspace))
        return _latest[1]


def tests_of(plan: Plan) -> Tests:
    """What validate holds a chunk to."""
    declared = plan.config.validate_
    return Tests(
        filters=[_ready(step, plan.context) for step in declared.filters],
        columns=compiled(declared.columns),
        rules=[(_ready(rule, plan.context), rule.on_violation) for rule in declared.rules],
        counted=[n for n, column in declared.columns.items() if column.max_null_share is not None],
        nullable=[name for name, column in declared.columns.items() if may_be_null(column)],
    )


def _made(plan: Plan, workspace: Workspace) -> Runtime:
    model = load(plan.config.predict, plan.model)
    tables = {}
    for pinned in plan.lookups:
        lookup = plan.config.ingest.lookups[pinned.name]
        with pa.memory_map(str(workspace.path(pinned.file))) as file:
            table = pa.ipc.open_file(file).read_all()
        tables[pinned.name] = LookupTable(
            pinned.name,
            table,
            join=lookup.join_columns,
            added=lookup.added_columns,
            serving=pinned.serving,
        )
    return Runtime(
        tables=tables,
        tests=tests_of(plan),
        steps=tuple(_ready(step, plan.context) for step in plan.config.featurize),
        model=model,
        output_tests=output_tests(plan.config.check_output),
        profiled=_profiled(plan, model),
    )


def _ready(step: Step, context: Context) -> Bound:
    """The step with its parameters; SoftwareError when it cannot be imported or made."""
    try:
        return bind(step, context)
    except SeawallError:
        raise
    except Exception as error:
        what = f"{type(error).__name__}: {error}"
        todo = "seawall check CONFIG shows the place in the pipeline file"
        raise SoftwareError(what, step.use, repr(dict(step.with_)), todo=todo) from error


def _profiled(plan: Plan, model: Model) -> tuple[str, ...]:
    """The columns that are described: the wanted ones, and those that the gate judges."""
    wanted, judged = plan.config.profile.columns, plan.config.check_output.distribution
    if wanted == "none":
        return tuple(judged)
    if wanted == "model":
        wanted = (*plan.config.predict.output_columns, *(model.feature_names or ()))
    return tuple(dict.fromkeys([*wanted, *judged]))
