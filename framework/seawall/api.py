"""The verbs of the command line, in Python."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from seawall.config.load import (
    LoadedConfig,
    batch_key,
    load,
    load_unfinished,
    project_root,
    resolve,
)
from seawall.contracts import EventSink
from seawall.errors import ConfigError, SeawallError, UsageError

if TYPE_CHECKING:
    from seawall.drills.drilled import Drill
    from seawall.drills.result import Drilled
    from seawall.events import Event
    from seawall.infer import Inferred
    from seawall.ledger import Ledger
    from seawall.plan.modelled import Asked
    from seawall.running import Order, RunResult

__all__ = [
    "check",
    "everybody",
    "infer",
    "ledger_location",
    "observed",
    "replay",
    "replay_order",
    "run",
    "runnable",
    "to_stderr",
]

_NEAR = 200


def run(  # noqa: PLR0913 - each is a choice that a caller makes by name
    config: str | os.PathLike[str],
    *,
    batch: str,
    sets: Sequence[str] = (),
    executor: Literal["threads", "processes"] | None = None,
    workers: int | None = None,
    force: bool = False,
    events: EventSink | None = None,
) -> RunResult:
    """What came of a run of the batch; nothing is raised for a run that was refused or failed.

    `sets` are `path=value` texts as `--set` takes them; `executor` and `workers` stand above the
    file's; `force` publishes again what is published; `events` is told what happens. The project's
    own modules must be importable. Raises ConfigError for a file with faults, UsageError for a
    batch key that is none.
    """
    loaded = load(Path(config), sets=sets, env=os.environ)
    from seawall.running import Order
    from seawall.running.order import new_run_id

    now = datetime.now(UTC)
    order = Order(
        loaded, batch_key(batch), new_run_id(now), executor=executor, workers=workers, force=force
    )
    return observed(order, [] if events is None else [events], warn=to_stderr)


def replay(
    run: str,
    *,
    folder: str | os.PathLike[str] = ".",
    reason: str | None = None,
    sets: Sequence[str] = (),
    events: EventSink | None = None,
) -> RunResult:
    """What came of running again the rows that a published run left in quarantine.

    `run` is its id, the beginning of one, or `last` for the newest that published, as the ledger of the project has it in which
    `folder` stands; `reason` means only the rows that left for it. Raises UsageError when the ledger
    knows no such run, ConfigError for a pipeline file with faults.
    """
    order = replay_order(run, project_root(Path(folder) / "any"), reason=reason, sets=sets)
    return observed(order, [] if events is None else [events], warn=to_stderr)


def replay_order(
    run: str, root: Path, *, reason: str | None = None, sets: Sequence[str] = ()
) -> Order:
    """The order to run again what the run left in quarantine; the ledger of the project knows the run."""
    from seawall.ledger import existing_ledger
    from seawall.ledger import run as found
    from seawall.running import Order
    from seawall.running.order import Replay, new_run_id

    location = ledger_location(root, os.environ)
    ledger = existing_ledger(location)
    if ledger is None:
        raise UsageError("no run is recorded: there is no ledger", location)
    with closing(ledger):
        row = found(ledger, _last_published(ledger) if run == "last" else run).run
    loaded = load(root / row.config_path, sets=sets, env=os.environ)
    if loaded.config.pipeline != row.pipeline:
        raise UsageError(
            "the pipeline file is another pipeline's now",
            row.config_path,
            loaded.config.pipeline,
            row.pipeline,
        )
    seen = row.version if row.state == "already published" else 0
    now = datetime.now(UTC)
    return Order(loaded, row.batch, new_run_id(now), replay=Replay(row.run_id, seen, reason))


def _last_published(ledger: Ledger) -> str:
    """The newest run that published, or found its batch published; `last` if there is none near."""
    from seawall.ledger import runs

    ended = {"published", "already published"}
    return next((row.run_id for row in runs(ledger, limit=_NEAR) if row.state in ended), "last")


def check(config: str | os.PathLike[str], *, sets: Sequence[str] = ()) -> LoadedConfig:
    """The pipeline file, without a fault; ConfigError holds every fault that was found.

    The steps are imported and run once on a frame without rows, the model is loaded; no data is
    read. Raises ForbiddenError for a model that is not the pinned one.
    """
    return _without_fault(config, sets, "each")


def runnable(config: str | os.PathLike[str], *, sets: Sequence[str] = ()) -> LoadedConfig:
    """The pipeline file, without a fault that would keep a run from predicting.

    As `check`, but of a model and its fallback only the one is asked that a run would ask.
    """
    return _without_fault(config, sets, "that predicts")


def _without_fault(
    config: str | os.PathLike[str], sets: Sequence[str], models: Asked
) -> LoadedConfig:
    loaded = load(Path(config), sets=sets, env=os.environ)
    from seawall.plan.learn import faults_of
    from seawall.plan.make import context_of
    from seawall.plan.referenced import reference_faults
    from seawall.plan.upstreams import upstream_faults

    now = datetime.now(UTC)
    context = context_of(loaded.config, now.date().isoformat(), now=lambda: now)
    faults = [
        *upstream_faults(loaded, os.environ),
        *reference_faults(loaded),
        *faults_of(loaded, context, models),
    ]
    if faults:
        raise ConfigError(faults)
    return loaded


def infer(
    config: str | os.PathLike[str], *, batches: Sequence[str] = (), sets: Sequence[str] = ()
) -> Inferred:
    """A contract that the rows of these batches keep; nothing is written, and no step is run.

    The file may lack `predict` and `publish`. Raises ConfigError for a file with faults, UsageError
    without a batch that the primary needs, and what a run raises that cannot read its primary.
    """
    loaded = load_unfinished(Path(config), sets=sets, env=os.environ)
    from seawall.infer import infer as inferred
    from seawall.running import Order
    from seawall.running.order import new_run_id

    now = datetime.now(UTC)
    if not batches and "{batch}" in getattr(loaded.config.ingest.primary, "path", "{batch}"):
        todo = "name a batch with --batch"
        raise UsageError("which batch?", "--infer", "a primary that differs by batch", todo=todo)
    keys = [batch_key(batch) for batch in batches or (now.date().isoformat(),)]
    return inferred([Order(loaded, key, new_run_id(now)) for key in keys])


def drill(  # noqa: PLR0913 - each is a choice that a caller makes by name
    config: str | os.PathLike[str],
    *,
    batch: str | None = None,
    only: Sequence[str] = (),
    faults: Sequence[str] = (),
    rows: int | None = None,
    sets: Sequence[str] = (),
) -> Drilled:
    """What becomes of a batch when each part of its pipeline breaks; production is not touched.

    `only` names parts (`lookup=weather`), `faults` faults, `rows` how many rows of the batch are
    tried at most; without a `batch` it is the file's. Raises ConfigError for a file with faults,
    UsageError for a name of none, and what the upstreams or a run without any fault fail of.
    """
    from seawall.drills.drilled import Watched, drilled

    order = drill_order(config, batch, only=only, faults=faults, rows=rows, sets=sets)
    quiet = Watched(step=lambda _: None, began=lambda _: None, ended=lambda _: None)
    return drilled(order, env=os.environ, now=lambda: datetime.now(UTC), watched=quiet)


def drill_order(  # noqa: PLR0913 - as `drill`
    config: str | os.PathLike[str],
    batch: str | None,
    *,
    only: Sequence[str],
    faults: Sequence[str],
    rows: int | None,
    sets: Sequence[str],
) -> Drill:
    """What is to be drilled, checked as far as it can be without asking an upstream."""
    from seawall.drills.catalogue import chosen
    from seawall.drills.drilled import Drill

    loaded = runnable(config, sets=sets)
    wanted = batch or loaded.config.drill.batch
    if wanted is None:
        todo = "name a batch with --batch, or as drill.batch in the file"
        raise UsageError("which batch?", "--batch", todo=todo)
    what = chosen(loaded.config, only, faults)
    return Drill(loaded, batch_key(wanted), what, rows or loaded.config.drill.rows)


def observed(order: Order, sinks: Sequence[EventSink], *, warn: Callable[[str], None]) -> RunResult:
    """The run's result, with the ledger, the pipeline's alerts and these sinks told of everything."""
    from seawall.ledger.breakers import breakers_in
    from seawall.running import execute

    location = ledger_location(order.loaded.root, order.env)
    with everybody(order, sinks, warn=warn) as told, ExitStack() as stack:
        if any(way.circuit_breaker for way in order.loaded.config.ingest.lookups.values()):
            breakers = stack.enter_context(breakers_in(location, order.run_id, told, warn))
            order = replace(order, breakers=breakers)
        return execute(replace(order, usual_s=_usual_s(order, location)), told)


def _usual_s(order: Order, location: str) -> Sequence[float]:
    """How long the pipeline's last runs took; nothing where the ledger cannot tell."""
    from seawall.ledger import durations, existing_ledger

    with suppress(SeawallError):  # the recorder has said what is wrong with it
        ledger = existing_ledger(location)
        if ledger is not None:
            with closing(ledger):
                return durations(ledger, order.loaded.config.pipeline)
    return ()


@contextmanager
def everybody(
    order: Order, sinks: Sequence[EventSink], *, warn: Callable[[str], None]
) -> Iterator[EventSink]:
    """Within, a sink that tells these sinks, the project's ledger and the pipeline's alerts."""
    from seawall.ledger import recorder
    from seawall.observe import AlertSink, fan_out

    loaded, location = order.loaded, ledger_location(order.loaded.root, order.env)
    with closing(recorder(location, warn=warn, past=lambda: _past(loaded))) as ledger:
        told = fan_out(*sinks, ledger)
        alerts = AlertSink(
            loaded.config.alerts,
            lambda text: resolve(text, order.env),
            failed=told.emit,
            folder=loaded.root,
        )
        yield fan_out(told, alerts)


def _past(loaded: LoadedConfig) -> Iterable[Sequence[Event]]:
    """What the pipeline's log still tells of its runs, for a ledger that is begun anew."""
    from seawall.fsck import Origin, past
    from seawall.running.execute import sink_of

    config_path = str(loaded.path.resolve().relative_to(loaded.root.resolve()))
    sink = sink_of(loaded.config, loaded.root)
    return past(sink, Origin(loaded.config.pipeline, config_path))


def ledger_location(root: Path, env: Mapping[str, str]) -> str:
    """SEAWALL_LEDGER, else the ledger below the project root; a relative path starts at the root."""
    location = env.get("SEAWALL_LEDGER") or ".seawall/ledger.db"
    return location if "://" in location else str(root / location)


def to_stderr(text: str) -> None:
    """The text is a line on standard error."""
    sys.stderr.write(f"{text}\n")
