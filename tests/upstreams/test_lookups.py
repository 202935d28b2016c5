"""Each upstream of the flight pipeline broken in each way, one after the other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.upstreams.breaking import FAULTS, broken
from tests.upstreams.watched import run, seen_secrets
from tests.upstreams.world import BATCH, DEADLINE_S, Upstreams

pytestmark = pytest.mark.upstreams

# what serves the rows that the upstream does not; the airports have no fallback
SERVED = {"weather": "constants", "planes": "last_known_good"}
AIRPORTS = {"corrupt": 65, "rename": 65, "redirect": (69, 77)}


def expected(upstream: str, fault: str) -> Any:
    """The exit codes that are right."""
    return 0 if upstream in SERVED else AIRPORTS.get(fault, 69)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("upstream", ["weather", "planes", "airports"])
def test_a_broken_upstream_takes_its_chain(
    upstreams: Upstreams, flights: Path, record_property: Any, upstream: str, fault: str
) -> None:
    """A fallback serves every row that needs it and says so; without one the run says who is down."""
    with broken(upstreams, upstream, fault) as thief:
        done = run(flights, upstreams.env)

    result = done.result
    read_s = done.longest_read_s()
    row = (upstream, fault, result["state"], done.code, result["degraded_rows"])
    record_property("upstream", [*map(str, row), f"{done.seconds:.1f}", f"{read_s:.1f}"])
    allowed = expected(upstream, fault)
    assert done.code in (allowed if isinstance(allowed, tuple) else (allowed,)), done.stderr
    assert (
        "Traceback (most recent call last)"
        not in done.stderr.replace("\\n", "\n").partition('"trace"')[0]
    )
    assert read_s <= DEADLINE_S + 2, "no hang outlives its deadline by more than 2 s"
    assert thief.visitors == []
    assert done.left == ()
    assert seen_secrets(upstreams.secrets, flights, done) == []
    if done.code == 0:
        assert_marked(flights, upstream, fault, result["degraded_rows"])
    else:
        assert upstream in result["error"]["where"] + result["error"]["what"]
        assert not (flights / f"predictions/flight_delays/batch={BATCH}").exists()


def assert_marked(root: Path, upstream: str, fault: str, degraded: int) -> None:
    """Every row that a fallback served says which, and no other row does."""
    table = pd.read_parquet(root / f"predictions/flight_delays/batch={BATCH}")
    marks = table["_degraded"].dropna().astype(str)
    columns = {f"{upstream}.temp=constants"} if (upstream, fault) == ("weather", "null") else set()
    known = {f"{upstream}={SERVED[upstream]}", f"{upstream}=null"}
    by_column = {mark for mark in marks if mark.startswith(f"{upstream}.")}

    assert len(marks) == degraded > 0
    assert set(marks) - by_column <= known
    assert columns <= by_column
    assert table["p_late"].between(0, 1).all()


def test_a_healthy_night_is_clean(upstreams: Upstreams, flights: Path) -> None:
    """With all upstreams well no row is degraded, and the chains are rehearsed."""
    done = run(flights, upstreams.env)

    assert done.code == 0, done.stderr
    assert done.result["degraded_rows"] == 0
    rehearsed = {(e["lookup"], e["link"]) for e in done.events if e["event"] == "lookup rehearsed"}
    assert rehearsed == {("weather", "constants"), ("planes", "last_known_good")}
    assert done.left == ()
    assert seen_secrets(upstreams.secrets, flights, done) == []
