"""Lookups whose upstream answers with something else than what is due: F39 to F49."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import seawall as package
from tests.distributions import install
from tests.end_to_end.conftest import BATCH, Command
from tests.faults.conftest import Saw
from tests.faults.sound import ends, files, log
from tests.faults.weather import (
    CONSTANTS,
    FRESH,
    LOUD,
    MARK,
    SQLITE,
    TOKEN,
    alter,
    declare,
    events,
    http,
    limits,
    marks,
    nothing_left,  # noqa: F401 - a fixture for every test here
    replace,
    two_ends,
)
from tests.http_server import Answer, Asked, HttpServer, failure, html, rows

BONN = "INSERT INTO weather (city, day, temp) VALUES ('Bonn', '2024-03-01', 8.0)"


def test_f39_access_is_denied(
    published: Path, score: Command, saw: Saw, out: Path, http_server: HttpServer
) -> None:
    """A 401 or a 403 is asked for once: another attempt would not help."""
    url = http_server.route("/weather", failure(401), failure(403))
    done = two_ends(published, score, *http(url, attempts=4))

    happened = "asked once; the credentials are named as what to check, and shown nowhere"
    words = ("the upstream denies access", "check the credentials")
    saw(done, [69, 0], happened, *words, folder=out)
    assert len(http_server.asked("/weather")) == 2


def test_f39_an_expired_token(
    published: Path, score: Command, saw: Saw, out: Path, http_server: HttpServer
) -> None:
    """A source that offers it gets new credentials, once, and its rows are asked for again."""
    site = install("turnstile", published.parent / "site")
    home = Path(package.__file__).parents[1]
    url = http_server.route("/weather", keeper)
    declare(published, "type: turnstile", f"with: {{url: '{url}', token: '${{env:TOKEN}}'}}")
    done = score(published, *LOUD, TOKEN=TOKEN, PYTHONPATH=f"{home}{os.pathsep}{site}")

    saw(done, 0, "a source that offers it gets a new token, once", folder=out)
    shown = [asked.headers["authorization"] for asked in http_server.asked("/weather")]
    assert (shown, marks(published)) == ([TOKEN, f"new {TOKEN}"], {"": 52})
    assert TOKEN not in done.stderr + done.stdout


def keeper(asked: Asked) -> Answer:
    """The weather, for who has a new token."""
    fresh = asked.headers["authorization"].startswith("new")
    return rows(FRESH) if fresh else failure(401)


def test_f40_not_there(
    published: Path, score: Command, saw: Saw, out: Path, http_server: HttpServer
) -> None:
    """A 404 is asked for once, and the message says that the pipeline file may be wrong."""
    url = http_server.route("/weather", failure(404))
    done = two_ends(published, score, *http(url, attempts=4))

    happened = "asked once; the message points to the names in the pipeline file"
    saw(done, [69, 0], happened, "check the names in its section", folder=out)
    assert len(http_server.asked("/weather")) == 2


def test_f40_a_dropped_table(published: Path, score: Command, saw: Saw, out: Path) -> None:
    """A table that was dropped is no reason to ask again."""
    alter(published, "DROP TABLE weather")
    done = score(published, *LOUD, "--force")

    saw(done, 69, "a dropped table is asked for once, too", "no such table: weather", folder=out)
    assert len(events(done, "attempt failed")) == 1


def test_f41_something_else_than_rows(
    published: Path, score: Command, saw: Saw, out: Path, http_server: HttpServer
) -> None:
    """A login page, or an error as JSON, is no answer although its status is 200."""
    url = http_server.route("/weather", html(), rows({"error": "out of order"}))
    done = two_ends(published, score, *http(url, attempts=4))

    words = ("an HTML page where rows are due", "where the list of rows is due")
    saw(done, [69, 0], "asked once; the message quotes what came", *words, folder=out)
    assert len(http_server.asked("/weather")) == 2


def test_f42_an_empty_list(
    published: Path, score: Command, saw: Saw, out: Path, http_server: HttpServer
) -> None:
    """No rows are an outage, although nothing was promised about their number."""
    done = two_ends(published, score, *http(http_server.route("/weather", rows([]))))

    saw(done, [69, 0], "an empty answer is an outage", "too few rows", folder=out)


def test_f43_a_column_of_nulls(published: Path, score: Command, saw: Saw, out: Path) -> None:
    """A column that is null throughout takes the chain, and the other columns stay live."""
    wind = "ALTER TABLE weather ADD COLUMN wind REAL DEFAULT 3.0"
    alter(published, wind, BONN, "UPDATE weather SET temp = NULL")
    chain = "fallback: [{constants: {temp: 10.0, wind: 1.0}}]"
    declare(published, *SQLITE, "expect: {max_null_share: {temp: 50%}}", chain)
    replace(published, "columns: [temp]", "columns: [temp, wind]")
    replace(published, "{type: files,", "{columns: [id, temp, wind, _degraded], type: files,")
    done = score(published, *LOUD)

    saw(done, 0, "that column alone takes the chain, and is named in the mark", folder=out)
    assert marks(published) == {"weather.temp=constants": 52}
    assert values(out, "temp", "wind") == {(10.0, 3.0)}


def values(out: Path, *columns: str) -> set[tuple[float, ...]]:
    """What is published in these columns."""
    import pandas as pd

    found = pd.read_parquet(out / f"batch={BATCH}" / "predictions.parquet", partitioning=None)
    return set(found[list(columns)].itertuples(index=False, name=None))


def test_f44_some_of_the_keys(published: Path, score: Command, saw: Saw, out: Path) -> None:
    """Only the rows of the keys that are lacking take the chain; over budget they hold the run."""
    declare(published, *SQLITE, "expect: {min_key_coverage: 90%}", CONSTANTS)
    chained = score(published, *LOUD)
    served, before = marks(published), files(out)
    limits(published, "degraded_rows: 10%")
    over = score(published, *LOUD, "--force", "--set", "ingest.primary.chunk_rows=60")

    happened = "the rows of the other keys take the chain; over `limits.degraded_rows` it is held"
    saw([chained, over], [0, 4], happened, "66.67% of 3 keys", folder=out)
    assert (served, files(out)) == ({MARK: 18, "": 34}, before)
    assert ends(out, BATCH)[-1] == "held"


def test_f45_pages_then_a_failure(
    published: Path, score: Command, saw: Saw, out: Path, http_server: HttpServer
) -> None:
    """Seven good pages before a failure are thrown away: no row is served from them."""
    paged = "pages: {by: page, parameter: page, size: 1}"
    url = http_server.route("/weather", pages_until(8, [failure(500)] * 99))
    done = two_ends(published, score, *http(url, paged))
    http_server.route("/weather", pages_until(8, [failure(500)]))
    declare(published, *http(url, paged))
    whole = score(published, *LOUD, TOKEN=TOKEN)

    happened = "the pages are thrown away and all are asked for again, or the chain answers for all"
    saw([*done, whole], [69, 0, 0], happened, "the upstream is down", folder=out)
    assert marks(published) == {"": 52}


def pages_until(last: int, failures: list[Answer]) -> Callable[[Asked], Answer]:
    """Pages of a row each; the last one is a failure as long as there are any."""
    towns = [*FRESH, *({"city": f"Town {n}", "temp": 1.0} for n in range(5))]

    def answer(asked: Asked) -> Answer:
        page = int(asked.query["page"])
        if page == last and failures:
            return failures.pop()
        return rows(towns[page - 1 : page])

    return answer


def test_f46_unchanged_content(project: Path, seawall: Command, saw: Saw, out: Path) -> None:
    """The same content batch after batch is a warning first, and holds the run at the limit."""
    fresh = "as_of_column: seen, max_staleness: 1d"  # which is no sign of anything here
    declare(project, *SQLITE, f"expect: {{max_unchanged: 2, {fresh}}}")
    days = [BATCH, "2024-03-02", "2024-03-03"]
    for day in days[1:]:
        shutil.copy(project / "data" / f"{BATCH}.parquet", project / "data" / f"{day}.parquet")
    done = [run_of(seawall, project, day) for day in days]
    warned = [warnings(out, day) for day in days[:2]]

    happened = "a warning below `max_unchanged`; at the limit the complete result is held"
    words = "byte for byte that of the 1 batch published last", "of the 2 batches published last"
    saw(done, [0, 0, 4], happened, *words, folder=out)
    assert (warned, log(out, days[2])) == ([[], ["unchanged lookup"]], [])
    assert ends(out, days[2]) == ["held"]


def run_of(seawall: Command, project: Path, day: str) -> subprocess.CompletedProcess[str]:
    """A run of that batch."""
    return seawall(project, "run", "pipeline.yaml", "--batch", day, *LOUD)


def warnings(out: Path, day: str) -> list[str]:
    """The warnings about lookups with which the batch was published."""
    found = log(out, day)[-1]["findings"]
    return [each["check"] for each in found if "lookup" in each["check"]]


def test_f47_stale(published: Path, score: Command, saw: Saw, out: Path) -> None:
    """Rows that are older than `max_staleness` are as good as none."""
    expect = "expect: {max_staleness: 36h, as_of_column: seen}"
    old = (key.replace(":batch AS seen", "'2024-02-20' AS seen") for key in SQLITE)
    done = two_ends(published, score, *old, expect)

    saw(done, [69, 0], "treated as down; the age is in the message", "stale rows", folder=out)


def test_f48_three_rows_for_a_key(published: Path, score: Command, saw: Saw, out: Path) -> None:
    """A key with three rows would multiply the rows to score: the lookup has failed."""
    alter(published, *[BONN] * 3)
    done = two_ends(published, score, *SQLITE)

    happened = "never joined: the message names the key; the chain answers, or 65"
    saw(done, [65, 0], happened, "several rows for one key", "city Bonn", folder=out)


def test_f49_another_schema(
    published: Path, score: Command, seawall: Command, saw: Saw, http_server: HttpServer
) -> None:
    """A renamed column is asked for once, and is no outage that a breaker would count."""
    renamed = [{"city": row["city"], "temperature": row["temp"]} for row in FRESH]
    url = http_server.route("/weather", rows(renamed))
    breaker = "circuit_breaker: {failure_threshold: 1, open_for: 1h}"
    done = two_ends(published, score, *http(url, breaker, attempts=4))
    listed = seawall(published, "breaker", "list").stdout

    happened = "asked once; the nearest name is told; the breaker stays closed"
    saw(done, [65, 0], happened, "a column is missing: 'temp'", folder=published / "out/breakdowns")
    assert (len(http_server.asked("/weather")), "no breaker" in listed) == (2, True)
