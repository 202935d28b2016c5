"""Whether a reference is one of the pipeline that it is to be compared with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from seawall.config.contract import ColumnContract, Dtype
from seawall.config.drift import Drift
from seawall.config.models import PipelineConfig
from seawall.names import did_you_mean
from seawall.profiles import ColumnProfile, Profile
from seawall.profiles.shape import WORDED, Kind
from seawall.references.reference import Reference
from seawall.shown import listed, shown

__all__ = ["Misfit", "contract_misfits", "misfits"]

_TEXTS = frozenset({"string", "category"})


@dataclass(frozen=True, slots=True)
class Misfit:
    """Why a column cannot be compared with the reference; '' is the reference as a whole."""

    column: str
    what: str
    seen: str = ""
    allowed: str = ""
    todo: str = ""


def misfits(reference: Reference, config: PipelineConfig) -> Iterator[Misfit]:
    """Each reason for which the pipeline's columns are not those of the reference.

    It is another pipeline's, it lacks a column or a segment that `drift` names, or it has one that
    the contract, or `drift`, says is something else. Columns that stages had remade when it was
    built have a contract that speaks of what they were before.
    """
    drift, name = config.drift, reference.pipeline
    if name != config.pipeline:
        todo = "name this pipeline's own, or build one"
        yield Misfit("", "the reference of another pipeline", name, config.pipeline, todo)
    if drift is not None:
        yield from _lacking(reference, drift, config)
    for column, profile in reference.profile.columns.items():
        wanted = None if drift is None else drift.watched(column).kind
        if wanted is not None and profile.shape.kind != wanted:
            what, todo = "another kind than drift says", _build("and it gets the kind")
            yield Misfit(column, what, profile.shape.kind, wanted, todo)
    for misfit in contract_misfits(reference.profile, config):
        if misfit.column not in reference.remade:
            yield misfit


def contract_misfits(profile: Profile, config: PipelineConfig) -> Iterator[Misfit]:
    """Each column that is not what its contract says, unless `drift` states what it is."""
    for column, described in profile.columns.items():
        contract = config.validate_.columns.get(column)
        stated = None if config.drift is None else config.drift.watched(column).kind
        if contract is not None and stated is None:
            yield from _against(column, described, contract)


def _lacking(reference: Reference, drift: Drift, config: PipelineConfig) -> Iterator[Misfit]:
    there = reference.profile.columns
    for column in drift.columns or config.predict.output_columns:
        if column not in there:
            near = did_you_mean(column, there) or _build("and it has the column")
            what = "the reference does not have the column"
            yield Misfit(column, what, shown(column), listed(there), near)
    for column in drift.segments:
        if column not in reference.profile.segments:
            what = "the reference has no segments by the column"
            known = listed(reference.profile.segments) or "none"
            yield Misfit(column, what, shown(column), known, _build("and it has them"))


def _against(column: str, profile: ColumnProfile, contract: ColumnContract) -> Iterator[Misfit]:
    kind = profile.shape.kind
    allowed = _kinds(contract.dtype)
    if kind not in allowed:
        what = f"another kind than its contract's dtype {contract.dtype}"
        yield Misfit(column, what, kind, " or ".join(allowed), _build("from data of this contract"))
    elif kind in WORDED and contract.one_of is not None and contract.max_new_share is None:
        known = {_word(value) for value in contract.one_of}
        foreign = [word for word in profile.values or {} if word not in known]
        if foreign:
            what = "words that its contract does not allow"
            todo = _build("from data of this contract, or add them to one_of")
            yield Misfit(column, what, listed(foreign), listed(known), todo)


def _kinds(dtype: Dtype) -> tuple[Kind, ...]:
    """The kinds that a column of this type may be described as, the usual one first."""
    if dtype in _TEXTS:
        return ("categorical", "text")
    if dtype == "timestamp":
        return ("timestamp",)
    if dtype == "bool":
        return ("boolean", "categorical")
    return ("ordered",) if dtype.startswith("float") else ("ordered", "categorical")


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _build(how: str) -> str:
    return f"seawall reference build CONFIG --batch A..B --force writes it anew, {how}"
