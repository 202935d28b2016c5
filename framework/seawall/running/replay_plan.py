"""The plan of a replay: what the version has, as chunks that are finished, and the rows to run again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from seawall.config.predicting import PythonModel
from seawall.contracts import ChunkRef, Finding, Fragment, StoredFile
from seawall.errors import ConfigError, DataError
from seawall.models import pin
from seawall.part import published_columns
from seawall.plan import Plan
from seawall.plan.bound import step_faults
from seawall.plan.code import modules_behind
from seawall.plan.fingerprint import changed, content, details, groups
from seawall.plan.make import columns_read, context_of
from seawall.quarantine.source import Chosen, QuarantineSource
from seawall.running.chosen import taken_reasons
from seawall.running.order import Order
from seawall.running.standing import Standing
from seawall.shown import listed
from seawall.staging import REPLAYED, Workspace

__all__ = ["differences", "replay_plan"]


def replay_plan(order: Order, live: Standing, chosen: Chosen) -> Plan:
    """The version's chunks without the rows that are taken, then a chunk for each file of such rows.

    Rows keep their numbers, and the batch its length. Raises what `make_plan` raises, and DataError
    when the pipeline now reads or publishes other columns than the version has.
    """
    loaded, config, faults = order.loaded, order.loaded.config, step_faults(order.loaded)
    if faults:
        raise ConfigError(faults)
    source = QuarantineSource(tuple(_fragments(live.workspace, live.kept)), chosen)
    model = pin(config.predict, root=loaded.root, batch=order.batch)
    what = {
        **details(config, loaded.root, model, source.files),
        REPLAYED: str(live.entry.version),
        "replay.file": live.entry.file.sha256,
        "replay.rows": repr((chosen.reason, sorted(chosen.others))),
        **taken_reasons(live, chosen),
    }
    context = context_of(config, order.batch, now=lambda: _as_of(live.workspace.plan()))
    plan = Plan(
        config=config,
        config_path=loaded.path,
        root=loaded.root,
        context=context,
        source=source,
        columns=columns_read(config),
        fragments=source.files,
        chunks=tuple(_chunks(live, source)),
        model=model,
        fingerprint=groups(what) | {"content": content(source.files)},
        details=what,
        input_schema=live.entry.input_schema,
    )
    _hold_columns(plan, live, source)
    return plan


def differences(plan: Plan, live: Standing) -> tuple[Finding, ...]:
    """A warning that says what has changed since the version; DataError when it is the model."""
    before = live.workspace.plan()["details"]
    models = _of_the_model(plan)
    model = changed(_only(before, models, kept=True), _only(plan.details, models, kept=True))
    if model:
        raise DataError(
            "the model has changed since the version was made, and a version is of one model",
            "predict.model",
            model,
            "the model that made the rows that are published",
            "run the batch again: all of its rows are computed anew",
        )
    others = changed(_only(before, models, kept=False), _only(plan.details, models, kept=False))
    if not others:
        return ()
    message = f"the replayed rows are of another config or code than the others: {others}"
    return (Finding("replay", "warn", None, others, "what made the version", message),)


def _of_the_model(plan: Plan) -> tuple[str, ...]:
    """How the details begin that tell of the model; one in Python is all the code behind it."""
    declared = plan.config.predict.model
    named = [declared.use] if isinstance(declared, PythonModel) else []
    return ("model.", *(f"code.{module}" for module in modules_behind(named, plan.root)))


def _only(found: Mapping[str, str], models: tuple[str, ...], *, kept: bool) -> dict[str, str]:
    own = ("input.", "replay.")
    return {
        name: value
        for name, value in found.items()
        if not name.startswith(own) and (name.startswith("model.") or name in models) == kept
    }


def _chunks(live: Standing, source: QuarantineSource) -> Iterator[ChunkRef]:
    again = list(source.chunks(source.files, 0))
    taken = {source.files[ref.spans[0].fragment].path: ref.rows for ref in again}
    for ref, report in live.chunks:
        file = report.quarantine
        path = "" if file is None else str(live.workspace.path(file))
        yield replace(ref, rows=ref.rows - taken.get(path, 0), spans=())
    for ref in again:
        yield replace(ref, number=len(live.chunks) + ref.number)


def _fragments(workspace: Workspace, files: Iterator[StoredFile]) -> Iterator[Fragment]:
    for file in files:
        path = workspace.path(file)
        yield Fragment(str(path), file.bytes, file.sha256, path.stat().st_mtime_ns)


def _as_of(document: Mapping[str, Any]) -> datetime:
    """The time from which the version's ages were measured."""
    return datetime.fromisoformat(document["as_of"])


def _hold_columns(plan: Plan, live: Standing, source: QuarantineSource) -> None:
    """The quarantine has what is read now, and the version what is published now."""
    if source.files:
        _hold("reads", plan.columns or (), source.schema(source.files).names, live)
    there = live.columns()
    if there is not None:
        _hold("publishes", published_columns(plan), there, live)


def _hold(verb: str, wanted: tuple[str, ...], there: list[str], live: Standing) -> None:
    missing = [name for name in wanted if name not in there]
    if missing:
        raise DataError(
            f"the pipeline now {verb} columns that the version does not have: {listed(missing)}",
            f"version {live.entry.version} of batch {live.entry.batch}",
            f"the columns {listed(there)}",
            f"the columns {listed(wanted)}",
            "run the batch again: all of its rows are read and computed anew",
        )
