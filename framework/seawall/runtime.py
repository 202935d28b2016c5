"""What a worker holds while it reads or scores chunks of a plan: the model, the steps, the lookups' indexes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

import pyarrow as pa

from seawall.config.judging import Step
from seawall.conform import may_be_null
from seawall.contracts import Context
from seawall.errors import SeawallError, SoftwareError
from seawall.lookups.table import LookupTable
from seawall.models import Model, load
from seawall.plan import Plan
from seawall.stages.check_output import OutputTest, output_tests
from seawall.stages.column_tests import ColumnTest
from seawall.stages.contract import compiled
from seawall.stages.pandera_schema import schema_of
from seawall.stages.repeats import repeat_tests, unique_columns
from seawall.stages.steps import Bound, bind
from seawall.stages.validate import Tests
from seawall.staging import NO_SHAPES, Shapes, Workspace

__all__ = ["Intake", "Runtime", "intake_of", "runtime_of", "tests_of"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Intake:
    """What decides which rows belong to the job: the lookups that are joined, and the filters."""

    tables: Mapping[str, LookupTable]
    filters: Sequence[Bound]


@dataclass(frozen=True, slots=True)
class Runtime:
    """Everything dear, made once a worker and shared by its threads."""

    tables: Mapping[str, LookupTable]
    tests: Tests
    steps: tuple[Bound, ...]
    model: Model
    output_tests: tuple[OutputTest, ...]
    shapes: Shapes


class _Latest(Generic[T]):
    """Keeps what was made last, between the chunks of a plan, for the threads of a worker process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: tuple[Hashable, T] | None = None

    def of(self, key: Hashable, make: Callable[[], T]) -> T:
        """What belongs to the key, made by the first thread that asks."""
        with self._lock:
            if self._made is None or self._made[0] != key:
                self._made = (key, make())
            return self._made[1]


_runtimes: _Latest[Runtime] = _Latest()
_intakes: _Latest[Intake] = _Latest()


def runtime_of(
    plan: Plan, workspace: Workspace, *, threads: int = 1, model: Model | None = None
) -> Runtime:
    """The runtime of the plan that stands in this workspace, made by the first thread that asks.

    Its model is the given one, else it is loaded, to compute with so many threads a call.
    """

    def make() -> Runtime:
        loaded = model or load(plan.config.predict, plan.model, threads=threads)
        return _made(plan, workspace, loaded)

    return _runtimes.of((workspace.folder, plan.repeats, plan.shapes), make)


def intake_of(plan: Plan, workspace: Workspace) -> Intake:
    """What stands before the contract, without the model; made by the first thread that asks."""
    return _intakes.of(
        workspace.folder, lambda: Intake(_tables(plan, workspace), tests_of(plan).filters)
    )


def tests_of(plan: Plan) -> Tests:
    """What validate holds a chunk to."""
    declared = plan.config.validate_
    return Tests(
        filters=[_ready(step, plan.context) for step in declared.filters],
        columns=compiled(declared.columns),
        rules=[(_ready(rule, plan.context), rule.on_violation) for rule in declared.rules],
        counted=[n for n, column in declared.columns.items() if column.max_null_share is not None],
        nullable=[name for name, column in declared.columns.items() if may_be_null(column)],
        schema=schema_of(declared.pandera, declared.columns) if declared.pandera else None,
    )


def _tables(plan: Plan, workspace: Workspace) -> dict[str, LookupTable]:
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
    return tables


def _repeats(plan: Plan, workspace: Workspace) -> Sequence[ColumnTest]:
    """The tests that find the rows which were pinned because they repeat an earlier one."""
    if plan.repeats is None:
        return ()
    with pa.memory_map(str(workspace.path(plan.repeats))) as file:
        table = pa.ipc.open_file(file).read_all()
    rows = {name: table.column(name).chunk(0).values.to_numpy() for name in table.column_names}
    return repeat_tests(unique_columns(plan.config), rows)


def _shapes(plan: Plan, workspace: Workspace) -> Shapes:
    """How columns are counted; a plan that is not told so describes none."""
    return NO_SHAPES if plan.shapes is None else workspace.shapes()[1]


def _made(plan: Plan, workspace: Workspace, model: Model) -> Runtime:
    tests = tests_of(plan)
    return Runtime(
        tables=_tables(plan, workspace),
        tests=replace(tests, columns=[*_repeats(plan, workspace), *tests.columns]),
        steps=tuple(_ready(step, plan.context) for step in plan.config.featurize),
        model=model,
        output_tests=output_tests(plan.config.check_output),
        shapes=_shapes(plan, workspace),
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
