"""Fallback chains, and what bounds them: F50 to F57."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.end_to_end.conftest import BATCH, Command
from tests.faults.conftest import Saw
from tests.faults.sound import ends, files
from tests.faults.weather import (
    CONSTANTS,
    FRESH,
    LOUD,
    MARK,
    SQLITE,
    TOKEN,
    Done,
    declare,
    http,
    limits,
    marks,
    nothing_left,  # noqa: F401 - a fixture for every test here
    replace,
)
from tests.http_server import HttpServer, failure, rows

GONE = ("type: sql", "url: 'sqlite:///data/gone.db'", "query: SELECT 1")
CREW = """\
    crew:
      type: jsonl
      path: data/crew.jsonl
      join: [city]
      columns: [crew]
      fallback: [{constants: {crew: 3.0}}]
"""
KNOWN = "last_known_good: {max_age: 12h}"
REPLICA = """\
    replica:
      type: python
      use: factory.feed:weather
      join: [city]
      columns: [temp]
"""
RAISES = """\
def weather():
    raise ValueError("no such gauge")
"""


def test_f50_all_upstreams_are_down(published: Path, score: Command, saw: Saw, out: Path) -> None:
    """More lookups on their chains than allowed hold the run; one without an answer ends it."""
    before = files(out)
    declare(published, *GONE, CONSTANTS, then=CREW)
    (published / "data" / "plants.csv").unlink()
    plants = "columns: {size: plant_size}"
    replace(published, plants, f"{plants}\n      fallback: [{{constants: {{plant_size: 10.0}}}}]")
    limits(published, "degraded_lookups: 2")
    held = score(published)
    replace(published, "      fallback: [{constants: {crew: 3.0}}]\n", "")
    down = score(published)

    happened = "all chains answer: held by `limits.degraded_lookups`; one is exhausted: unavailable"
    words = ("3: weather, crew, plants", "at most 2", "lookup crew")
    saw([held, down], [4, 69], happened, *words, folder=out)
    assert (ends(out, BATCH)[-1], files(out)) == ("held", before)


def test_f51_comes_and_goes(
    published: Path, score: Command, saw: Saw, out: Path, http_server: HttpServer
) -> None:
    """However many chunks there are, the upstream is read once: all rows are served alike."""
    url = http_server.route("/weather", *[failure(503), rows(FRESH)] * 2)
    declare(published, *http(url))
    patient = score(published, *LOUD, TOKEN=TOKEN)
    calls, clean = len(http_server.asked("/weather")), marks(published)
    declare(published, *http(url, CONSTANTS, attempts=1))
    once = score(published, *LOUD, TOKEN=TOKEN)

    happened = "read once for all chunks: rows of one run are all live, or all from the chain"
    saw([patient, once], [0, 0], happened, folder=out)
    assert (calls, clean, marks(published)) == (2, {"": 52}, {MARK: 52})


@pytest.fixture
def known(published: Path, score: Command) -> Path:
    """A project whose weather was read and published once, and is down since."""
    declare(published, *SQLITE, f"fallback: [{{{KNOWN}}}]")
    done = score(published)
    assert done.returncode == 0, done.stderr
    (published / "data" / "weather.db").unlink()
    return published


def behind(known: Path, score: Command, *args: str) -> list[Done]:
    """A run with the last known good as the only link, and one with constants behind it."""
    alone = score(known, *LOUD, "--force", *args)
    replace(known, f"{{{KNOWN}}}]", f"{{{KNOWN}}}, {{constants: {{temp: 10.0}}}}]")
    return [alone, score(known, *LOUD, "--force", *args)]


def test_f52_too_old_a_snapshot(known: Path, score: Command, saw: Saw, out: Path) -> None:
    """The last known good answers as long as it is young enough; then the next link does."""
    young = score(known, *LOUD, "--force", "--set", "as_of=2024-03-01T11:00:00Z")
    served = marks(known)
    done = behind(known, score, "--set", "as_of=2024-03-01T13:00:00Z")

    happened = "not used once it is older than `max_age`: the next link, or 69"
    words = "the snapshot is too old", "13 h old, allowed at most 12 h"
    saw([young, *done], [0, 69, 0], happened, *words, folder=out)
    assert (served, marks(known)) == (
        {"weather=last_known_good": 34, "weather=null": 18},
        {MARK: 52},
    )


def test_f53_a_corrupt_snapshot(known: Path, score: Command, saw: Saw, out: Path) -> None:
    """A snapshot with a flipped byte is never used, and whoever is alerted hears of it."""
    (snapshot,) = (known / "out/breakdowns.seawall/snapshots/weather").glob("*.arrow")
    content = bytearray(snapshot.read_bytes())
    content[len(content) // 2] ^= 1
    snapshot.chmod(0o644)
    snapshot.write_bytes(content)
    replace(known, "limits:\n", "alerts: [{command: [tee, told], on: [degraded]}]\nlimits:\n")
    done = behind(known, score)
    told = json.loads((known / "told").read_text())

    happened = "skipped: the next link, or 69; the alert says that it is corrupt"
    saw(done, [69, 0], happened, "the snapshot is corrupt", folder=out)
    assert marks(known) == {MARK: 52}
    assert ["the snapshot is corrupt" in one["message"] for one in told["findings"]].count(
        True
    ) == 1


def test_f53_another_schema(known: Path, score: Command, saw: Saw, out: Path) -> None:
    """A snapshot from before a column was wanted is skipped."""
    replace(known, "columns: [temp]", "columns: [temp, wind]")
    replace(known, f"{{{KNOWN}}}]", f"{{{KNOWN}}}, {{constants: {{temp: 10.0, wind: 1.0}}}}]")
    done = score(known, *LOUD)

    saw(done, 0, "so is one of another schema", "the snapshot has no column 'wind'", folder=out)
    assert marks(known) == {MARK: 52}


def test_f54_the_fallback_fails(
    published: Path, score: Command, saw: Saw, out: Path, http_server: HttpServer
) -> None:
    """A fallback that raises is passed over, and never stands in the first failure's place."""
    (published / "factory" / "feed.py").write_text(RAISES)
    keys = http(http_server.route("/weather", failure(503)), attempts=1)
    declare(published, *keys, "fallback: [{lookup: replica}]", then=REPLICA)
    before = files(out)
    alone = score(published, *LOUD, TOKEN=TOKEN)
    kept = files(out) == before
    chain = "fallback: [{lookup: replica}, {constants: {temp: 10.0}}]"
    declare(published, *keys, chain, then=REPLICA)
    done = [alone, score(published, *LOUD, TOKEN=TOKEN)]

    happened = "the next link; without one the first failure ends the run, the other is in its text"
    words = "lookup weather: the upstream is down", "replica: ValueError: no such gauge"
    saw(done, [69, 0], happened, *words, folder=out)
    assert (kept, marks(published)) == (True, {MARK: 52})


def test_f55_constants_out_of_bounds(
    published: Path, score: Command, seawall: Command, saw: Saw, out: Path
) -> None:
    """A constant that the contract would refuse is refused when the file is loaded."""
    config = published / "pipeline.yaml"
    config.write_text(config.read_text().replace("temp:       {", "temp:       {max: 50, "))
    replace(
        published, "columns: [temp]", "columns: [temp]\n      fallback: [{constants: {temp: 99}}]"
    )
    done = [seawall(published, "check", "pipeline.yaml"), score(published)]

    happened = "refused before anything is read, at its line"
    saw(done, [78, 78], happened, "pipeline.yaml:17:37", "above max 50", folder=out)


def test_f56_the_breaker_is_open(
    published: Path, score: Command, seawall: Command, saw: Saw, http_server: HttpServer
) -> None:
    """Nobody is asked: the chain answers, or the run ends at once, to be tried again later."""
    breaker = "circuit_breaker: {failure_threshold: 1, open_for: 1h}"
    keys = http(http_server.route("/weather", failure(503)), breaker, attempts=1)
    declare(published, *keys)
    done = [score(published, TOKEN=TOKEN) for _ in range(2)]
    declare(published, *keys, CONSTANTS)
    done.append(score(published, TOKEN=TOKEN))
    listed = json.loads(seawall(published, "breaker", "list", "--json").stdout)["breakers"]

    happened = "after a run that ended with 69: no call at all; 75 without a chain"
    words, out = "circuit breaker open until", published / "out" / "breakdowns"
    saw(done, [69, 75, 0], happened, words, folder=out)
    assert [(each["label"], each["name"]) for each in listed] == [("weather", "open")]
    assert (len(http_server.asked("/weather")), marks(published)) == (1, {MARK: 52})


def test_f57_degraded_run_after_run(published: Path, score: Command, saw: Saw, out: Path) -> None:
    """As many degraded runs in a row as declared are published; the next is held, a clean one not."""
    database = published / "data" / "weather.db"
    replace(published, "columns: [temp]", f"columns: [temp]\n      {CONSTANTS}")
    limits(published, "consecutive_degraded_runs: 1")
    database.rename(database.with_name("gone.db"))
    done = [score(published, "--force") for _ in range(2)]
    ended = ends(out, BATCH)[-1]
    database.with_name("gone.db").rename(database)
    done.append(score(published, "--force"))

    happened = "held by `limits.consecutive_degraded_runs`; a run that is not degraded is published"
    saw(done, [0, 4, 0], happened, "2 in a row with this one", "at most 1", folder=out)
    assert (ended, set(marks(published))) == ("held", {""})
