"""A reference that was kept in a file, and what may have become of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import seawall
from seawall.disk import Disk
from seawall.errors import DataError
from seawall.references import Reference, write_reference
from seawall.references.packing import seal
from tests.notebook.frames import by_column, shop

KEY = {"sale": "key"}


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A reference of a day of the shop, in a file."""
    profile = seawall.profile(shop(), kinds=KEY)
    made = datetime(2024, 3, 1, tzinfo=UTC)
    path = tmp_path / "shop.json"
    write_reference(Disk(), path, Reference("shop", "a table", made, profile))
    return path


def test_a_path_is_read(kept: Path) -> None:
    """What stands there is compared with, and named."""
    findings = seawall.compare(kept, shop(seed=2), kinds=KEY)

    assert {finding.severity for finding in findings} == {"ok"}
    assert all(str(kept) in finding.message for finding in findings)


def test_a_profile_may_be_like_a_kept_reference(kept: Path) -> None:
    """So that days can be added up on its grids."""
    profile = seawall.profile(shop(seed=2), kinds=KEY, like=str(kept))

    assert {f.severity for f in seawall.compare(kept, profile)} == {"ok"}


def test_a_reference_from_other_columns_names_every_one(kept: Path) -> None:
    """Nothing is compared, and it is not silent."""
    other = shop(seed=2).rename(columns=lambda name: f"x_{name}" if name != "town" else name)
    found = by_column(seawall.compare(kept, other))

    assert {name for name, one in found.items() if one.severity == "fail"} == {
        "amount",
        "fee",
        "card",
        "at",
    }
    assert found["town"].severity == "ok"


def edited(change: Callable[[dict[str, Any]], None], *, sealed: bool) -> Callable[[bytes], bytes]:
    """The document after a change by hand; `sealed`: with a digest that fits it."""

    def damage(content: bytes) -> bytes:
        document = json.loads(content)
        del document["sha256"]
        change(document)
        if sealed:
            return json.dumps(document | {"sha256": seal(document)}).encode()
        return json.dumps(document | {"sha256": "0" * 64}).encode()

    return damage


def grid(change: Callable[[list[float]], Any]) -> Callable[[dict[str, Any]], None]:
    """A change of the grid of `fee`."""

    def edit(document: dict[str, Any]) -> None:
        points = document["columns"]["fee"]["grid"]
        document["columns"]["fee"]["grid"] = change(points)

    return edit


DAMAGE: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "another version": (
        edited(lambda d: d.update({"seawall reference": 2}), sealed=True),
        "another version",
    ),
    "edited by hand": (edited(lambda d: d.update(rows=7), sealed=False), "changed since"),
    "truncated": (lambda content: content[: len(content) // 2], "cut off"),
    "empty": (lambda content: b"", "not a JSON file"),
    "NaN in its grid": (
        lambda content: content.replace(b'"grid":[', b'"grid":[NaN,', 1),
        "NaN where a number belongs",
    ),
    "a grid that falls": (edited(grid(lambda points: points[::-1]), sealed=True), "ascending"),
    "a grid of texts": (edited(grid(lambda points: ["a", "b"]), sealed=True), "fee"),
    "a grid cut short": (edited(grid(lambda points: points[:-1]), sealed=True), "fee"),
    "an unknown key": (edited(lambda d: d.update(more=1), sealed=True), "more"),
    "another document": (lambda content: b'{"a": 1}', "not a reference"),
    "a list": (lambda content: b"[]", "not a reference"),
    "bytes": (lambda content: b"\xff\xfe\x00", "not UTF-8"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_reference_is_one_error(kept: Path, name: str) -> None:
    """That names the file, and says what is wrong with it."""
    damage, word = DAMAGE[name]
    before = kept.read_bytes()
    kept.write_bytes(damage(before))
    assert kept.read_bytes() != before
    with pytest.raises(DataError) as raised:
        seawall.compare(kept, shop(seed=2))

    assert word in str(raised.value)
    assert raised.value.where == str(kept)


def test_a_reference_that_is_not_there_is_one_error(tmp_path: Path) -> None:
    """Whose way out is named."""
    with pytest.raises(DataError, match="there is no such reference"):
        seawall.compare(tmp_path / "none.json", shop())
