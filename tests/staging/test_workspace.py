"""What a plan's folder keeps, and what it throws away."""

from __future__ import annotations

import hashlib
import pickle
from pathlib import Path

import pyarrow as pa
import pytest

from seawall.errors import StorageError, UsageError
from seawall.profiles import Shape
from seawall.staging import NO_SHAPES, Shapes, Workspace


@pytest.fixture
def space(tmp_path: Path) -> Workspace:
    """A prepared workspace of plan p of batch b."""
    space = Workspace(tmp_path / "plans" / "b" / "00000001.p.1", "t0")
    space.prepare()
    return space


def names(space: Workspace, folder: str) -> list[str]:
    """What stands in a folder of the workspace."""
    return sorted(p.name for p in (space.folder / folder).iterdir())


def test_name_and_batch(space: Workspace) -> None:
    """The folder's place says which batch and plan it is for, dots included."""
    assert (space.batch, space.plan_id) == ("b", "p.1")


def test_workspace_pickles(space: Workspace) -> None:
    """A worker process gets the same workspace."""
    assert pickle.loads(pickle.dumps(space)) == space


@pytest.mark.parametrize("payload", [b"abc", memoryview(b"abc"), pa.py_buffer(b"abc")])
def test_part_is_described_by_its_bytes(space: Workspace, payload: object) -> None:
    """A part's description has the bytes' size and sha256, whatever kind of buffer they came in."""
    stored = space.put_part("000001", payload, rows=3)

    assert (stored.bytes, stored.rows) == (3, 3)
    assert stored.sha256 == hashlib.sha256(b"abc").hexdigest()
    assert space.path(stored).read_bytes() == b"abc"


def test_part_names_are_never_reused(space: Workspace) -> None:
    """The same chunk stored twice has two names, both with the attempt's token."""
    one, two = (space.put_part("000001", b"abc", rows=1) for _ in range(2))

    assert one.path != two.path
    assert {path.rpartition("-")[0] for path in (one.path, two.path)} == {"parts/000001.t0"}


def test_lookup_has_the_name_of_its_content(space: Workspace) -> None:
    """The same lookup pinned twice is one file."""
    one, two = (space.put_lookup("weather", b"abc", rows=1) for _ in range(2))

    assert one == two
    assert one.path == f"lookups/weather.{one.sha256}.arrow"


@pytest.mark.parametrize("damage", [b"abd", b"ab", None])
def test_verify_finds_damage(space: Workspace, damage: bytes | None) -> None:
    """A part with another byte, another size, or gone, is not verified."""
    stored = space.put_part("000001", b"abc", rows=1)
    assert space.verify(stored)
    space.path(stored).unlink()
    if damage is not None:
        space.path(stored).write_bytes(damage)

    assert not space.verify(stored)


def test_receipts_come_back_in_order(space: Workspace) -> None:
    """Receipts are read back as they were written, in the chunks' order."""
    space.put_receipt("000002", {"rows": 2})
    space.put_receipt("000001", {"rows": 1})

    assert list(space.receipts().items()) == [("000001", {"rows": 1}), ("000002", {"rows": 2})]


@pytest.mark.parametrize("torn", [b"", b'{"rows": 1', b"[1]", b"\xff"])
def test_torn_receipt_is_no_receipt(space: Workspace, torn: bytes) -> None:
    """A receipt that is no JSON object is left out, so that its chunk is computed again."""
    space.put_receipt("000001", {"rows": 1})
    (space.folder / "receipts" / "000002.json").write_bytes(torn)

    assert list(space.receipts()) == ["000001"]


def test_started_markers(space: Workspace) -> None:
    """A chunk is suspected from its mark to its unmark, however often it is marked."""
    for chunk in ("a", "b", "b"):
        space.mark_started(chunk)
    space.unmark("a")
    space.unmark("a")

    assert space.started() == {"b"}


def test_plan_round_trip(space: Workspace) -> None:
    """A plan is read back as it was written."""
    assert not space.has_plan()
    space.put_plan({"chunks": [1, 2]})

    assert space.plan() == {"chunks": [1, 2]}


@pytest.mark.parametrize("torn", [None, b"{"])
def test_plan_that_is_missing_or_torn(space: Workspace, torn: bytes | None) -> None:
    """A plan that cannot be read is an error that names its file."""
    if torn is not None:
        (space.folder / "plan.json").write_bytes(torn)

    with pytest.raises(StorageError, match=r"plan\.json"):
        space.plan()


def test_interrupted_plan_has_no_outcome(space: Workspace) -> None:
    """A plan has no outcome until one is put, and then that one."""
    assert space.outcome() is None
    space.put_outcome("held")

    assert space.outcome() == "held"


def test_unknown_outcome(space: Workspace) -> None:
    """An outcome outside the list is refused, with the list."""
    with pytest.raises(UsageError, match="committed, held"):
        space.put_outcome("fine")


def test_sweep_keeps_what_a_receipt_names(space: Workspace) -> None:
    """A sweep takes temporaries, markers and unnamed parts; named parts and lookups stay."""
    part = space.put_part("000001", b"abc", rows=1)
    refused = space.put_quarantine("000001", b"abc", rows=1)
    space.put_part("000002", b"abc", rows=1)
    space.put_quarantine("000002", b"abc", rows=1)
    lookup = space.put_lookup("weather", b"abc", rows=1)
    space.put_receipt("000001", {"part": {"path": part.path}, "quarantine": {"path": refused.path}})
    space.mark_started("000002")
    for folder in ("parts", "receipts", "lookups", "."):
        (space.folder / folder / ".x.tmp").write_bytes(b"")
    space.sweep()

    assert names(space, "parts") == [Path(part.path).name]
    assert names(space, "quarantine") == [Path(refused.path).name]
    assert names(space, "lookups") == [Path(lookup.path).name]
    assert names(space, "receipts") == ["000001.json"]
    assert names(space, "started") == []
    assert not (space.folder / ".x.tmp").exists()


def test_shapes_come_back(space: Workspace) -> None:
    """Grids to the last bit, segments and features; the file is known by its content."""
    shapes = Shapes(
        {"x": Shape("ordered", (0.1, 1 / 3, 1e300)), "c": Shape("categorical", (), ("é", ""))},
        {"c": ("é",)},
        ("x",),
    )
    stored = space.put_shapes(shapes)

    assert space.shapes() == (stored, shapes)
    assert space.verify(stored)


@pytest.mark.parametrize(
    "payload",
    [None, b"", b"[]", b"{}", b'{"columns": {"x": {"kind": "ordered", "grid": [2, 1]}}}'],
)
def test_without_shapes_none_are_pinned(space: Workspace, payload: bytes | None) -> None:
    """Without a file, or with one that cannot be read, nothing is said to be fixed."""
    if payload is not None:
        (space.folder / "shapes.json").write_bytes(payload)

    assert space.shapes() == (None, NO_SHAPES)
