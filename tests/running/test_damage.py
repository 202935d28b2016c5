"""Whatever stands in the files that a run keeps, what comes of it has a name: never a bug of ours."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import seawall
from seawall.config.load import load
from seawall.config.templates import batch_key
from seawall.contracts import StoredFile
from seawall.disk import Disk
from seawall.errors import DataError, StorageError, TemporaryError, UsageError
from seawall.lookups.last_known_good import Snapshot, current
from seawall.plan import Plan
from seawall.plan.make import make_plan
from seawall.running.claimed import finished_chunks, resumed
from seawall.sinks.files import FilesSink, Holder
from seawall.sinks.files.log import newest
from seawall.staging import Workspace

SETTINGS = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
NOW = datetime(2024, 1, 1, tzinfo=UTC)
PIPELINE = """\
pipeline: kept
as_of: "2024-01-01T00:00:00Z"
ingest:
  primary: {type: csv, path: "rows/{batch}.csv", key: id, chunk_rows: 2}
  lookups:
    sizes: {type: csv, path: sizes.csv, join: [id], columns: [size]}
validate:
  columns:
    id: {dtype: int64}
    x: {dtype: float64, unique: true, on_violation: quarantine}
    size: {dtype: float64, nullable: true}
predict:
  model: {type: python, use: damaged_model:Twice}
  outputs: [y]
publish: {type: files, path: out}
limits: {quarantined_rows: {rows: 5}}
"""
MODEL = """\
class Twice:
    feature_names_in_ = ("x",)

    def predict(self, features):
        return features["x"].to_numpy() * 2
"""
DEEP = "[" * 100_000 + "]" * 100_000
JUNK = st.one_of(
    st.builds(list),
    st.builds(dict),
    st.none(), st.booleans(), st.integers(), st.just(10**4_000), st.floats(), st.text(max_size=5),
    st.sampled_from(["../../etc/passwd", "/etc/passwd", "a\0b", "x" * 5_000, "2024-01-01T00:00:00", -1]),
)  # fmt: skip


def spots(document: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value of the document."""
    inner: Any = ()
    if isinstance(document, dict):
        inner = document.items()
    elif isinstance(document, list):
        inner = enumerate(document)
    for key, value in inner:
        yield (*path, key)
        yield from spots(value, (*path, key))


@st.composite
def damaged(draw: st.DrawFn, document: Any) -> Any:
    """The document with one or two of its values replaced or gone."""
    made = copy.deepcopy(document)
    for _ in range(draw(st.integers(1, 2))):
        *way, last = draw(st.sampled_from(list(spots(made))))
        holder = made
        for key in way:
            holder = holder[key]
        if draw(st.booleans()):
            holder[last] = draw(JUNK)
        else:
            del holder[last]
        if not made:
            break
    return made


class Kept:
    """What a run left behind: its plan's folder, and the plan made anew."""

    def __init__(self, root: Path) -> None:
        (root / "rows").mkdir()
        (root / "pyproject.toml").touch()
        (root / "rows" / "b.csv").write_text("id,x\n1,1\n2,2\n3,1\n4,4\n5,5\n")
        (root / "sizes.csv").write_text("id,size\n1,1\n2,2\n")
        (root / "damaged_model.py").write_text(MODEL)
        (root / "kept.yaml").write_text(PIPELINE)
        self.result = seawall.run(root / "kept.yaml", batch="b")
        self.folder = next(root.glob("out.seawall/plans/b/*"))
        self.workspace = Workspace(self.folder, "t")
        self.fresh = make_plan(load(root / "kept.yaml", env={}), "b", now=lambda: NOW)
        self.receipts = self.workspace.receipts()
        self.document = self.workspace.plan()

    @property
    def plan(self) -> Plan:
        """The plan with what is pinned in its folder."""
        plan, difference = resumed(self.fresh, self.workspace)
        assert plan is not None, difference
        return plan


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    """A published run, and all that it kept."""
    root = tmp_path_factory.mktemp("kept")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(root)
        yield Kept(root)


def test_undamaged_files_are_taken(kept: Kept) -> None:
    """As they were written, the plan and all its receipts hold."""
    assert set(finished_chunks(kept.plan, kept.workspace)) == {"000000", "000001", "000002"}


@SETTINGS
@given(data=st.data())
def test_damaged_plan(kept: Kept, data: st.DataObject) -> None:
    """A plan.json with other values is this plan, or is given up with words for why."""
    kept.workspace.put_plan(data.draw(damaged(kept.document)))
    try:
        plan, difference = resumed(kept.fresh, kept.workspace)
    finally:
        kept.workspace.put_plan(kept.document)

    assert (plan is None) == bool(difference)
    if plan is not None:
        assert plan.rows == kept.fresh.rows


@SETTINGS
@given(data=st.data())
def test_damaged_receipt(kept: Kept, data: st.DataObject) -> None:
    """A receipt with other values holds, or its chunk is scored anew."""
    made = data.draw(damaged(kept.receipts["000001"]))
    kept.workspace.put_receipt("000001", made)
    try:
        found = finished_chunks(kept.plan, kept.workspace)
    finally:
        kept.workspace.put_receipt("000001", kept.receipts["000001"])

    assert all(report.chunk == name for name, report in found.items())


@pytest.mark.parametrize("text", [DEEP, "{" * 10, "", "null", "[]", '{"plan": 1}', "\0", "\ud800"])
def test_torn_documents(kept: Kept, text: str) -> None:
    """A receipt that is no receipt at all, of brackets without end say, is passed over."""
    path = kept.folder / "receipts" / "000001.json"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        found = finished_chunks(kept.plan, kept.workspace)
    finally:
        kept.workspace.put_receipt("000001", kept.receipts["000001"])

    assert set(found) == {"000000", "000002"}


@pytest.mark.parametrize(
    "path", ["../../../../rows/b.csv", "/etc/hostname", "a\0b", "x" * 9_999, ".", ""]
)
def test_parts_are_within_the_plan(kept: Kept, path: str) -> None:
    """A file that a receipt names outside of the plan's folder is none of its parts."""
    assert not kept.workspace.verify(StoredFile(path, "0" * 64, 0, 0))


@SETTINGS
@given(key=st.text(max_size=80))
@example(key="..")
@example(key="a/../b")
@example(key="a\0b")
@example(key="2024-01-01\n")
@example(key="x" * 65)
def test_batch_keys_never_lead_anywhere_else(tmp_path: Path, key: str) -> None:
    """A text is a batch key whose folders stand in the sink's own, or it is refused."""
    layout = FilesSink(tmp_path / "out").layout
    try:
        folder = layout.data(batch_key(key))
    except UsageError:
        return

    assert folder.resolve().parent == (layout.state / "data").resolve()
    assert len(folder.name.encode()) <= 64


ENTRY: dict[str, Any] = {
    "version": 1, "batch": "b", "kind": "publish", "commit_id": "c", "run_id": "r", "base": 0,
    "file": {"path": "data/b/00000001.csv-0", "sha256": "0" * 64, "bytes": 1, "rows": 1},
    "account": {"read": 1, "published": 1, "quarantined": 0, "filtered": 0}, "fingerprint": {"config": "x"},
    "committed_at": "2024-01-01T00:00:00Z", "degradations": {"a": 1},
}  # fmt: skip


@SETTINGS
@given(entry=damaged(ENTRY))
@example(entry=ENTRY | {"committed_at": "2024-01-01T00:00:00"})
@example(entry=ENTRY | {"file": ENTRY["file"] | {"path": "data/../../../x"}})
def test_damaged_log_entry(tmp_path: Path, entry: Any) -> None:
    """An entry of the log with other values is read, or is said to be torn; its file stays within."""
    layout = FilesSink(tmp_path / "out").layout
    layout.log("b").mkdir(parents=True, exist_ok=True)
    (layout.log("b") / "00000001.json").write_text(json.dumps(entry))
    try:
        found = newest(Disk(), layout, "b")
    except StorageError:
        return

    assert found is not None
    assert layout.published(found).resolve().is_relative_to(layout.state.resolve())
    assert found.committed_at <= NOW or found.committed_at > NOW


SNAPSHOT: dict[str, Any] = {
    "lookup": "w", "sha256": "0" * 64, "bytes": 1, "rows": 1, "as_of": "2024-01-01T00:00:00Z",
    "kept_at": "2024-01-01T00:00:00Z", "run_id": "r", "batch": "b", "schema": {"a": "int64"},
}  # fmt: skip


@SETTINGS
@given(record=damaged(SNAPSHOT))
@example(record=SNAPSHOT | {"as_of": "2024-01-01T00:00:00"})
@example(record=SNAPSHOT | {"sha256": "../x"})
def test_damaged_snapshot(tmp_path: Path, record: Any) -> None:
    """The record of a snapshot with other values is read, or is damaged; its file stays within."""
    (tmp_path / "current.json").write_text(json.dumps(record))
    try:
        found = current(Disk(), tmp_path)
    except DataError:
        return

    assert isinstance(found, Snapshot)
    assert (tmp_path / found.file).resolve().parent == tmp_path.resolve()
    assert found.as_of <= NOW or found.as_of > NOW


@SETTINGS
@given(
    holder=st.just(DEEP)
    | st.text(max_size=20)
    | damaged({"run_id": "r", "pid": 1, "host": "h", "started_at": "2024-01-01T00:00:00Z"}).map(
        json.dumps
    )
)
def test_damaged_lock(tmp_path: Path, holder: str) -> None:
    """Whatever stands in a lock that is held, who asks for it is told that it is."""
    sink = FilesSink(tmp_path / "out")
    with sink.claim("b", Holder.here("first")):
        sink.layout.lock("b").write_bytes(holder.encode("utf-8", "surrogatepass"))
        with (
            pytest.raises(TemporaryError, match="the lock is held"),
            sink.claim("b", Holder.here("x")),
        ):
            pass
