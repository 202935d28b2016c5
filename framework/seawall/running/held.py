"""What the gate refused, as a person may release it: the files that were judged, and what is said of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from seawall.contracts import Account, Finding, StoredFile
from seawall.errors import StorageError
from seawall.part import published_columns
from seawall.plan import Plan
from seawall.sinks.files.layout import Format
from seawall.staging import PROFILE, Workspace

if TYPE_CHECKING:
    from seawall.running.fold import Fold
    from seawall.sinks.files.sink import Claim

__all__ = ["Chunk", "Held", "Origin", "held", "keep", "kept", "require_as_judged"]


@dataclass(frozen=True, slots=True)
class Chunk:
    """A chunk that was judged: its receipt, its rows, and those of it in quarantine, if there are any."""

    name: str
    receipt: StoredFile
    part: StoredFile
    quarantine: StoredFile | None


@dataclass(frozen=True, slots=True)
class Held:
    """A complete result that the gate refused.

    `base` is the version that was live then; `chunks` are in the batch's order. `key` and `columns` say
    what of the parts is published, `format` and `escape_formulas` how. The rest is what the commit
    would have said.
    """

    run_id: str
    batch: str
    base: int
    chunks: tuple[Chunk, ...]
    profile: StoredFile
    key: str
    columns: tuple[str, ...]
    format: Format
    escape_formulas: bool
    account: Account
    fingerprint: Mapping[str, str]
    findings: tuple[Finding, ...]
    degraded_rows: int
    degradations: Mapping[str, int]
    lookups: Mapping[str, str]
    input_schema: Mapping[str, str]
    added_to: int | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """What a version is made from, as its commit says it; a replay's is added to an earlier one."""

    fingerprint: Mapping[str, str]
    lookups: Mapping[str, str]
    input_schema: Mapping[str, str]
    added_to: int | None = None

    @classmethod
    def of_plan(cls, plan: Plan) -> Origin:
        """The plan's own inputs."""
        contents = {pinned.name: pinned.content for pinned in plan.lookups}
        return cls(plan.fingerprint, contents, plan.input_schema)


def held(fold: Fold, claim: Claim, origin: Origin, findings: tuple[Finding, ...]) -> Held:
    """The result of the claim's run, as it stands in the plan's folder."""
    sink, totals = claim.sink, fold.totals
    return Held(
        run_id=claim.holder.run_id,
        batch=claim.batch,
        base=0 if claim.base is None else claim.base.version,
        chunks=tuple(_chunks(fold)),
        profile=fold.workspace.stored(PROFILE),
        key=fold.plan.primary.key,
        columns=published_columns(fold.plan),
        format=sink.format,
        escape_formulas=sink.escape_formulas,
        account=totals.account,
        fingerprint=origin.fingerprint,
        findings=findings,
        degraded_rows=totals.degraded_rows,
        degradations=dict(totals.degraded),
        lookups=origin.lookups,
        input_schema=origin.input_schema,
        added_to=origin.added_to,
    )


def keep(result: Held, workspace: Workspace) -> None:
    """The result stands in the plan's folder, durably."""
    workspace.put_held(_adapter().dump_json(result, indent=1))


def kept(workspace: Workspace, run_id: str) -> Held | None:
    """What the gate refused of the run; None where nothing whole is kept of it."""
    for payload in workspace.held():
        try:
            found = _adapter().validate_json(payload)
        except ValidationError:  # of another version of seawall
            continue
        if found.run_id == run_id:
            return found
    return None


def require_as_judged(result: Held, workspace: Workspace) -> None:
    """Every file of the result is what it was when it was judged, or StorageError that names the chunk."""
    for chunk in result.chunks:
        for file in (chunk.receipt, chunk.part, chunk.quarantine):
            if file is not None and not workspace.verify(file):
                raise _other(workspace, file, f"chunk {chunk.name}")
    if not workspace.verify(result.profile):
        raise _other(workspace, result.profile, "the whole batch")


def _chunks(fold: Fold) -> Iterator[Chunk]:
    for ref in fold.plan.chunks:
        receipt = fold.workspace.stored(f"receipts/{ref.name}.json")
        yield Chunk(ref.name, receipt, *fold.kept[ref.name])


def _other(workspace: Workspace, file: StoredFile, whose: str) -> StorageError:
    return StorageError(
        f"what was judged is not there any more: {whose}",
        str(workspace.path(file)),
        "missing, or other bytes than were judged",
        f"{file.bytes:,} bytes with sha256 {file.sha256}",
        "run the batch again; nothing was published",
    )


@cache
def _adapter() -> TypeAdapter[Held]:
    return TypeAdapter(Held)
