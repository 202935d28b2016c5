"""The release of a held run, in Python."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from seawall.api import everybody, ledger_location, to_stderr
from seawall.config.load import LoadedConfig, load, project_root
from seawall.contracts import EventSink
from seawall.errors import UsageError

if TYPE_CHECKING:
    from seawall.ledger import Ledger
    from seawall.running import Order, RunResult
    from seawall.running.order import Release

__all__ = ["named", "person", "release", "released"]

_NEAR = 200


def release(  # noqa: PLR0913 - each is a choice that a caller makes by name
    run: str,
    *,
    reason: str,
    by: str | None = None,
    folder: str | os.PathLike[str] = ".",
    config: str | os.PathLike[str] | None = None,
    events: EventSink | None = None,
) -> RunResult:
    """What came of publishing what the gate refused of a run, on the word of `by`; of yours without one.

    `run` is its id, the beginning of one, or `last` for the newest that is held, as the ledger of the
    project has it in which `folder` stands; with `config`, as the folder has it into which that
    pipeline file publishes. Nothing is raised for a run that cannot be released. Raises UsageError for
    a run that nobody knows and for a reason without words, ConfigError for a file with faults.
    """
    from seawall.running.order import Release

    if not reason.strip():
        raise UsageError("a release without a reason", "reason", repr(reason), "a few words")
    root = project_root(Path(folder) / "any")
    found = named(run, root, None if config is None else Path(config))
    word = Release(reason.strip(), by or person())
    return released(found, word, [] if events is None else [events], warn=to_stderr)


@dataclass(frozen=True, slots=True)
class Named:
    """A run that is asked for, and its state in the ledger; '' of one that the ledger does not have."""

    order: Order
    known: str


def named(run: str, root: Path, config: Path | None = None, *, sets: Sequence[str] = ()) -> Named:
    """The run that begins so, as the project's ledger has it, or the sink of the pipeline file."""
    from seawall.ledger import existing_ledger

    if not run.strip():
        raise UsageError("an empty name of a run", "RUN", repr(run), "an id, or `last`")
    location = ledger_location(root, os.environ)
    ledger = existing_ledger(location)
    if ledger is None and config is None:
        todo = "name the pipeline file: --config CONFIG"
        raise UsageError("no run is recorded: there is no ledger", location, todo=todo)
    if ledger is None:
        return _in_the_sink(run, config or Path(), None, sets)
    with closing(ledger):
        if config is not None:
            return _in_the_sink(run, config, ledger, sets)
        return _in_the_ledger(run, root, ledger, sets)


def released(
    found: Named, word: Release, sinks: Sequence[EventSink], *, warn: Callable[[str], None]
) -> RunResult:
    """The release's result, with the ledger, the pipeline's alerts and these sinks told of it."""
    from seawall.running.releasing import begin, begun_at, release

    with everybody(found.order, sinks, warn=warn) as told:
        if not found.known:
            begin(found.order, begun_at(found.order), told)
        return release(found.order, word, told, known=found.known)


def person() -> str:
    """The name of who is at work here."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # A container's user may have a number and no name.
        return "unknown"


def _in_the_ledger(run: str, root: Path, ledger: Ledger, sets: Sequence[str]) -> Named:
    from seawall.ledger import run as found

    row = found(ledger, _last_held(ledger) if run == "last" else run).run
    loaded = load(root / row.config_path, sets=sets, env=os.environ)
    if loaded.config.pipeline != row.pipeline:
        raise UsageError(
            "the pipeline file is another pipeline's now",
            row.config_path,
            loaded.config.pipeline,
            row.pipeline,
        )
    return Named(_order(loaded, row.batch, row.run_id), row.state)


def _in_the_sink(run: str, config: Path, ledger: Ledger | None, sets: Sequence[str]) -> Named:
    from seawall.running.execute import sink_of

    loaded = load(config, sets=sets, env=os.environ)
    plans = sink_of(loaded.config, loaded.root).last_runs()
    held = [run_id for run_id, (_, outcome) in plans.items() if outcome == "held"]
    if run == "last" and not held:
        raise UsageError("no run is held", str(config), f"{len(plans):,} plans are kept there")
    wanted = max(held) if run == "last" else run
    matches = [run_id for run_id in plans if run_id.startswith(wanted)]
    if len(matches) != 1:
        what = f"{len(matches)} runs begin with {run}" if matches else f"no run begins with {run}"
        raise UsageError(what, str(config), ", ".join(matches), "one run", "write its id whole")
    run_id = matches[0]
    order = _order(loaded, plans[run_id][0], run_id)
    return Named(order, "" if ledger is None else _state(ledger, run_id))


def _order(loaded: LoadedConfig, batch: str, run_id: str) -> Order:
    from seawall.running import Order

    return Order(loaded, batch, run_id)


def _state(ledger: Ledger, run_id: str) -> str:
    """The state of the run; '' where the ledger has no such run."""
    from seawall.ledger import run as found

    try:
        row = found(ledger, run_id).run
    except UsageError:
        return ""
    return row.state if row.run_id == run_id else ""


def _last_held(ledger: Ledger) -> str:
    from seawall.ledger import runs

    held = (row.run_id for row in runs(ledger, limit=_NEAR) if row.state == "held")
    found = next(held, None)
    if found is None:
        raise UsageError(f"no run is held among the newest {_NEAR}", todo="seawall runs lists them")
    return found
