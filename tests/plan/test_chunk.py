"""A chunk of a plan through the five stages: a report whose rows add up, or a failure as a value."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from seawall.chunk import score
from seawall.contracts import Request
from seawall.errors import DataError, SoftwareError, StoppedError
from seawall.lookups.pin import pin, typed
from seawall.outcome import ChunkFailure, ChunkReport, from_receipt
from seawall.plan import PinnedLookup, Plan
from seawall.profiles import Profile, Shape
from seawall.sources import open_upstream
from seawall.staging import Shapes, Workspace

SHAPES = Shapes({"p": Shape("ordered", (0.5, 1.0, 2.5)), "y": Shape("ordered", (2.0, 6.0))})
Scored = Callable[..., list[ChunkReport | ChunkFailure]]


@pytest.fixture
def space(tmp_path: Path) -> Workspace:
    """The plan's folder."""
    space = Workspace(tmp_path / "plans" / "b" / "1.p", "t")
    space.prepare()
    return space


@pytest.fixture
def scored(project: Any, space: Workspace) -> Scored:
    """What comes of each chunk of the project's batch."""

    def of() -> list[ChunkReport | ChunkFailure]:
        plan = with_lookups(project.plan(), space).with_shapes(space.put_shapes(SHAPES))
        return [score(plan, space, ref) for ref in plan.chunks]

    return of


def with_lookups(plan: Plan, space: Workspace) -> Plan:
    """The plan with its lookups pinned."""
    pinned = []
    for name, lookup in plan.config.ingest.lookups.items():
        request = Request("b", plan.context.as_of, plan.root, ("c", "v"))
        table = pa.concat_tables(open_upstream(lookup, {}, plan.root).tables(request))
        contracts = plan.config.validate_.columns
        table = typed(name, lookup, table, keys={"c": pa.string()}, contracts=contracts)
        pinned.append(PinnedLookup(name, pin(name, table, space)))
    return plan.with_lookups(tuple(pinned))


def part(report: Any, space: Workspace) -> pd.DataFrame:
    """The published rows of a chunk."""
    return pa.ipc.open_file(space.path(report.part)).read_all().to_pandas()


def aside(report: Any, space: Workspace) -> pd.DataFrame:
    """The refused rows of a chunk."""
    return pa.ipc.open_file(space.path(report.quarantine)).read_all().to_pandas()


def test_rows_add_up(scored: Scored, space: Workspace) -> None:
    """Every row is published, filtered or refused, and the reports say where it is."""
    reports = scored()
    published = pd.concat([part(report, space) for report in reports])

    assert [str(report.account) for report in reports] == [
        "read 2 = published 2 + quarantined 0 + filtered 0",
        "read 1 = published 1 + quarantined 0 + filtered 0",
        "read 2 = published 0 + quarantined 1 + filtered 1",
    ]
    assert published["k"].tolist() == [1, 2, 3]
    assert list(published.columns) == ["k", "p", "_degraded"]
    assert (reports[2].filtered, reports[2].quarantined) == ({"known": 1}, {"small": 1})


def test_refused_rows_say_why(scored: Scored, space: Workspace) -> None:
    """A refused row is kept as the source gave it, with reason, stage, its number in the batch and its file."""
    refused = aside(scored()[2], space).iloc[0]

    assert (refused["k"], refused["x"], "v" in refused) == ("5", "95", False)
    assert (refused["_row"], refused["_stage"], refused["_reason"]) == (4, "validate", "small")
    assert refused["_source"].endswith("data/b/2.csv")


def test_a_value_that_cannot_be_typed(project: Any, scored: Scored, space: Workspace) -> None:
    """The row of a value without a type leaves alone, as the source gave it; the rest is published."""
    project.write("data/b/1.csv", "k,c,x\n1,a,1\n2,b,none\n3,,3\n")
    project.change("x: {dtype: float64}", "x: {dtype: float64, on_violation: quarantine}")
    reports = scored()

    assert reports[0].quarantined == {"x: not a float64": 1}
    assert aside(reports[0], space)[["k", "x", "_reason"]].iloc[0].tolist() == [
        "2",
        "none",
        "x: not a float64",
    ]
    assert part(reports[0], space)["k"].tolist() == [1]
    assert reports[0].conversions["x: float64 from text"] == 1


def test_filters_are_asked_before_matches(project: Any, scored: Scored) -> None:
    """A row that no filter lets stay is not quarantined for a key without a match."""
    project.write("data/b/1.csv", "k,c,x\n1,zz,-1\n2,zz,2\n")
    project.change("columns: [v]\n", "columns: [v]\n      on_missing_key: quarantine\n")
    report = scored()[0]

    assert report.filtered == {"known": 1}
    assert report.quarantined == {"no match in w": 1}


def test_a_row_without_a_match_shows_what_was_looked_for(project: Any, scored: Scored) -> None:
    """Its example has the values of the columns that the lookup is joined by."""
    project.write("data/b/1.csv", "k,c,x\n1,a,1\n2,zz,2\n")
    project.change("columns: [v]\n", "columns: [v]\n      on_missing_key: quarantine\n")
    (example,) = scored()[0].examples

    assert (example.reason, example.value) == ("no match in w", "c 'zz'")


def test_receipts(scored: Scored, space: Workspace) -> None:
    """Each chunk leaves its report as a receipt, and no start marker."""
    reports = scored()
    stored = space.receipts().items()
    receipts = {name: from_receipt(receipt, SHAPES.columns) for name, receipt in stored}

    assert receipts == {report.chunk: report for report in reports}
    assert space.started() == set()


def test_a_receipt_holds_for_one_way_of_counting(project: Any, space: Workspace) -> None:
    """Counts by other shapes would not add up: a chunk's key tells them apart."""
    plan = project.plan()
    counted = [plan.with_shapes(space.put_shapes(shapes)) for shapes in (SHAPES, Shapes())]
    keys = {one.chunk_key(one.chunks[0]) for one in (plan, *counted)}

    assert len(keys) == 3


@pytest.mark.parametrize("rows", [1, 2, 3, 100])
def test_any_chunking(project: Any, scored: Scored, space: Workspace, rows: int) -> None:
    """The published rows and the figures are the same for any size of chunks."""
    project.change("chunk_rows: 2", f"chunk_rows: {rows}")
    reports = scored()
    published = pd.concat([part(report, space) for report in reports if report.account.published])
    profile = sum((report.profile for report in reports), Profile(0, {}))

    assert published[["k", "p"]].to_dict("list") == {"k": [1, 2, 3], "p": [0.5, 2.5, 2.5]}
    assert profile.columns["p"].rows == 3
    assert profile.columns["y"].max == 6.0


def test_rows_without_a_match_are_refused_where_the_file_says_so(
    project: Any, scored: Scored, space: Workspace
) -> None:
    """A row whose key has no match is set aside by ingest, and counted once."""
    project.change("columns: [v]", "columns: [v]\n      on_missing_key: quarantine")
    report = scored()[1]

    assert report.quarantined == {"no match in w": 1}
    assert aside(report, space)["_stage"].tolist() == ["ingest"]
    assert report.account.balanced


def test_nulls_are_counted_before_a_stage_fills_them(project: Any, scored: Scored) -> None:
    """The share of nulls is of what came in, whatever stages make of it."""
    project.change(
        "v: {dtype: float64, nullable: true}",
        "v: {dtype: float64, nullable: true, max_null_share: 50%}",
    )
    project.write(
        "unitproj/features.py",
        "def add(frame, *, column: str):\n    return frame.assign(y=frame[column], v=frame['v'].fillna(0))\n",
    )

    assert [report.nulls for report in scored()] == [{"v": 0}, {"v": 1}, {"v": 0}]


@pytest.mark.parametrize(
    ("change", "kind", "said"),
    [
        (lambda p: p.write("data/b/1.csv", "k,c,x\n1,a,1\n1,a,1\n"), DataError, "the key 'k' is not unique"),
        (lambda p: p.write("data/b/1.csv", "k,c,x\n1,a,1\n,a,1\n"), DataError, "a null in the key 'k'"),
        (lambda p: p.write("data/b/1.csv", "k,c,x\n1,a,1\n2,a,1.2.3\n"), DataError, "row 1 of the batch"),
        (lambda p: p.change("max: 1000", "max: 1"), StoppedError, "out of bounds: p"),
        (lambda p: p.write("unitproj/features.py", "def add(frame, *, column: str):\n    return frame.iloc[1:]\n"), SoftwareError, "rows"),
        (lambda p: p.write("unitproj/features.py", "def add(frame, *, column: str):\n    1 / 0\n"), SoftwareError, "features.py:2"),
        (lambda p: p.change("path: out}", "path: out, columns: [k, nope]}"), DataError, "nope"),
        (lambda p: (p.write("unitproj/features.py", "def add(frame, *, column: str):\n    return frame.assign(y=1.0, m=[1, 'a'][:len(frame)])\n"), p.change("path: out}", "path: out, columns: [k, m]}")), SoftwareError, "several types"),
    ],
)  # fmt: skip
def test_failures_are_values(
    project: Any,
    scored: Scored,
    change: Callable[[Any], object],
    kind: type,
    said: str,
) -> None:
    """Whatever is wrong with a chunk comes back as a failure that has a name, without a traceback."""
    change(project)
    failure = scored()[0]

    assert isinstance(failure, ChunkFailure)
    assert type(failure.error) is kind
    assert said in str(failure.error)
    assert failure.trace == ""


def test_integers_beside_nulls_are_published_as_they_are(
    project: Any, scored: Scored, space: Workspace
) -> None:
    """A large integer in a chunk with nulls is published unchanged, in the type of every other chunk."""
    big = 2**53 + 1
    project.write("data/b/1.csv", f"k,c,x,i\n1,a,1,{big}\n2,b,2,{big}\n3,,3,\n")
    project.write("data/b/2.csv", f"k,c,x,i\n4,a,-4,\n5,b,5,{big}\n")
    project.change(
        "x: {dtype: float64}",
        "x: {dtype: float64}\n    i: {dtype: int64, on_violation: quarantine}",
    )
    project.change("path: out}", "path: out, columns: [k, i]}")
    tables = [pa.ipc.open_file(space.path(report.part)).read_all() for report in scored()]

    assert {table.schema.field("i").type for table in tables} == {pa.int64()}
    assert [i for table in tables for i in table["i"].to_pylist()] == [big, big, big]


def test_a_run_warns_of_nothing(project: Any) -> None:
    """A run in a process where warnings are errors publishes, and writes none to its terminal."""
    project.load()
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "seawall", "run", f"{project.root}/unit.yaml", "--batch", "b", "--json"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert "Warning" not in done.stderr
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["account"]["published"] == 3
