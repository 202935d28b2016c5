"""The pipeline as one case runs it: its upstreams and its sink in the sandbox, one thing broken."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from seawall.config.drilled import stage_names
from seawall.config.judging import Stage
from seawall.config.load import LoadedConfig
from seawall.config.models import FilesPublish, PipelineConfig, Publish
from seawall.config.predicting import PythonModel
from seawall.drills.ground import Ground, Recorded, Spot
from seawall.drills.stages import FAULTY
from seawall.drills.twisted import TWISTS
from seawall.drills.unchecked import unchecked
from seawall.drills.upstreams import Part, Section, stand_in
from seawall.drills.values import Case

__all__ = ["HALF_WAY", "changed"]

HALF_WAY = ("kill", "sigterm")
"""Faults that come between two chunks: the batch has to have several."""
_ENDLESS = ("hang", "drip")
_NOWHERE = "models/taken-away-by-the-drill"


def changed(ground: Ground, case: Case, spot: Spot, *, row: int) -> LoadedConfig:
    """The pipeline of the case; what its upstreams hand over stands in the case's folder.

    `row` is the number of the row that is poison, where the fault is one. The process may have one
    thread only so far.
    """
    config = ground.loaded.config
    ingest = config.ingest
    # What is broken comes first: a file is stalled by a fork, and writing tables starts threads.
    names = sorted(["", *ingest.lookups], key=lambda name: not _fault_of(name, case))
    made = {name: _upstream(ground, name, case, spot) for name in names}
    lookups = {name: made[name] for name in ingest.lookups}
    if case.fault in HALF_WAY:
        made[""] = made[""].model_copy(update={"chunk_rows": ground.quarter})
    ingest = ingest.model_copy(update={"primary": made[""], "lookups": lookups})
    update: dict[str, Any] = {"ingest": ingest, "publish": _published(config.publish, spot)}
    if case.part.startswith("stage="):
        update["featurize"] = _with_faulty(config, case, row)
    if case.fault not in _ENDLESS:  # a few seconds would end what a busy machine is slow with
        update["limits"] = config.limits.model_copy(update={"run_deadline": None})
    if case.part == "model":
        update["predict"] = config.predict.model_copy(update=_broken(config, case, spot, row))
    return replace(ground.loaded, config=config.model_copy(update=update))


def _upstream(ground: Ground, name: str, case: Case, spot: Spot) -> Section:
    ingest = ground.loaded.config.ingest
    section: Section = ingest.lookups[name] if name else ingest.primary
    keys = tuple(ingest.lookups[name].join_columns.values()) if name else (ingest.primary.key,)
    recorded = ground.recorded.get(name)
    if recorded is None:  # a replica that was down when the drill began
        return stand_in(Part(name, section, Recorded(), keys), "down", "", spot)
    part = Part(name, section, recorded, keys)
    return stand_in(part, _fault_of(name, case), case.column, spot)


def _fault_of(name: str, case: Case) -> str:
    """What the case does to the upstream; '' for nothing."""
    if case.part == "run" and case.fault == "all_lookups_down":
        return "down" if name else ""
    return case.fault if case.part == (f"lookup={name}" if name else "primary") else ""


def _published(publish: Publish, spot: Spot) -> FilesPublish:
    """The sandbox's sink; its rows say whether a fallback served them, also where production's do not."""
    changes = {"path": str(spot.published), "columns": None}
    if isinstance(publish, FilesPublish):
        return publish.model_copy(update=changes)
    return unchecked(FilesPublish, {"type": "files", **changes})


def _with_faulty(config: PipelineConfig, case: Case, row: int) -> tuple[Stage, ...]:
    """The stages, of which the case's one raises."""
    names = stage_names(config)
    wanted = case.part.partition("=")[2]
    number = row if case.fault == "poison_row" else -1
    return tuple(
        _faulty(stage, number) if name == wanted else stage
        for name, stage in zip(names, config.featurize, strict=True)
    )


def _faulty(stage: Stage, row: int) -> Stage:
    given = {"use": stage.use, "given": dict(stage.with_), "row": row}
    return unchecked(Stage, {"use": FAULTY, "with": given})


def _broken(config: PipelineConfig, case: Case, spot: Spot, row: int) -> dict[str, Any]:
    """What the case declares of the model instead."""
    if case.fault in TWISTS:
        given = {"folder": str(spot.sandbox), "fault": case.fault, "row": row}
        # Else a row that is set aside would be filled up with itself: its block keeps its length.
        return {"model": _python("twisted", given), "rows_independent": True}
    model = config.predict.model
    if getattr(model, "path", None) is not None:
        return {"model": model.model_copy(update={"path": _NOWHERE})}
    return {"model": _python("absent", {})}


def _python(factory: str, given: dict[str, Any]) -> PythonModel:
    use = f"seawall.drills.twisted:{factory}"
    return unchecked(PythonModel, {"type": "python", "use": use, "with": given})
