"""The rows to score, from each upstream, broken in each way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.upstreams.breaking import FAULTS, broken_primary
from tests.upstreams.watched import run, seen_secrets
from tests.upstreams.world import BATCH, BEFORE, DEADLINE_S, Upstreams, write_config

pytestmark = pytest.mark.upstreams

DOWN = {"stop", "hang", "drip"}
# what only looks like an answer may be taken for a server that is down, or for a broken file
EITHER = {"corrupt": (65, 69), "redirect": (69, 77)}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("upstream", ["postgres", "http", "s3"])
def test_without_its_rows_nothing_is_published(
    upstreams: Upstreams, flights: Path, record_property: Any, upstream: str, fault: str
) -> None:
    """The run ends in time with the code that says whose fault it is, and readers see nothing new."""
    write_config(flights, upstreams.s3.bucket, primary=upstream)
    upstreams.put_flights(upstreams.flights(BATCH))
    with broken_primary(upstreams, upstream, fault, flights) as thief:
        done = run(flights, upstreams.env)

    read_s = done.longest_read_s()
    row = (f"primary: {upstream}", fault, done.result["state"], done.code, 0)
    record_property("upstream", [*map(str, row), f"{done.seconds:.1f}", f"{read_s:.1f}"])
    allowed = (69,) if fault in DOWN else EITHER.get(fault, (65,))
    assert done.code in allowed, done.stderr
    assert read_s <= DEADLINE_S + 2, "no hang outlives its deadline by more than 2 s"
    assert thief.visitors == []
    assert done.left == ()
    assert seen_secrets(upstreams.secrets, flights, done) == []
    assert not (flights / f"predictions/flight_delays/batch={BATCH}").exists()
    assert (flights / f"predictions/flight_delays/batch={BEFORE}/predictions.parquet").exists()


@pytest.mark.parametrize("upstream", ["postgres", "http", "s3"])
def test_the_rows_come_from_anywhere(upstreams: Upstreams, flights: Path, upstream: str) -> None:
    """The same predictions, byte for byte, whether the rows come from files or from an upstream."""
    upstreams.put_flights(upstreams.flights(BATCH))
    published = flights / f"predictions/flight_delays/batch={BATCH}/predictions.parquet"
    assert run(flights, upstreams.env).code == 0
    from_files = published.read_bytes()
    write_config(flights, upstreams.s3.bucket, primary=upstream)

    done = run(flights, upstreams.env)

    assert done.code == 0, done.stderr
    assert published.read_bytes() == from_files
    assert seen_secrets(upstreams.secrets, flights, done) == []
