"""A primary that is fetched: read once, pinned, the same rows for whoever goes on after a crash."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.postgres import Postgres

pytestmark = pytest.mark.upstreams

BATCH = "2024-03-01"
FILES = "    type: parquet\n    path: data/{batch}.parquet\n"
SQLITE = (
    "    type: sql\n    url: sqlite:///data/rows.db\n"
    "    query: SELECT * FROM rows WHERE day = :batch ORDER BY id;\n"
)
POSTGRES = (
    "    type: sql\n    url: ${env:ROWS}\n    retry: {max_attempts: 1}\n"
    "    query: SELECT * FROM rows ORDER BY id\n"
)
PYTHON = "    type: python\n    use: factory.feed:rows\n"
FEED = """\
import pandas as pd

def rows(batch, root, columns):
    frame = pd.read_parquet(root / "data" / f"{batch}.parquet", columns=list(columns))
    yield frame.iloc[:33]
    yield frame.iloc[33:]
"""
Command = Callable[..., "subprocess.CompletedProcess[str]"]


def declared(project: Path, primary: str) -> Path:
    """The project with another primary."""
    file = project / "pipeline.yaml"
    text = file.read_text()
    assert text.count(FILES) == 1
    file.write_text(text.replace(FILES, primary))
    return project


def into_sqlite(project: Path, frame: pd.DataFrame) -> None:
    """The rows stand in a table, in no order, from one moment to the next."""
    new = project / "data" / "new.db"
    database = sqlite3.connect(new)
    frame.iloc[::-1].assign(day=BATCH).to_sql("rows", database, index=False)
    database.close()
    new.replace(project / "data" / "rows.db")


@pytest.fixture
def sqlite(project: Path, frame: pd.DataFrame) -> Path:
    """A project whose primary is a query."""
    into_sqlite(project, frame)
    return declared(project, SQLITE)


@pytest.fixture
def database(postgres: Postgres, frame: pd.DataFrame) -> Postgres:
    """A database with the rows."""
    made = postgres.database("primary")
    made.run(
        "CREATE TABLE rows (id int8, city text, plant text, state text, load float8, speed float8)"
    )
    values = ", ".join(
        "({}, '{}', '{}', '{}', {}, {})".format(*row).replace("nan", "NULL")
        for row in frame.itertuples(index=False)
    )
    made.run(f"INSERT INTO rows VALUES {values}")
    return made


def view(project: Path) -> bytes:
    """The published file."""
    return (project / f"out/breakdowns/batch={BATCH}/predictions.parquet").read_bytes()


def left(project: Path) -> list[str]:
    """The fetched files that are there."""
    return [
        path.name for path in (project / "out/breakdowns.seawall/plans").rglob("*primary.parquet")
    ]


def logged(done: subprocess.CompletedProcess[str], event: str) -> dict[str, Any]:
    """The one event of that name in the run's log."""
    lines = (json.loads(line) for line in done.stderr.splitlines() if line.startswith("{"))
    (found,) = [line for line in lines if line["event"] == event]
    return dict(found)


def test_a_query(sqlite: Path, score: Command, published: Path) -> None:
    """The rows of a query are scored to the same bytes as those of a file; the fetched file goes."""
    done = score(sqlite, "--log-format", "json")

    assert done.returncode == 0, done.stderr
    assert view(sqlite) == view(published)
    assert left(sqlite) == []
    assert logged(done, "primary read")["source"] == "sql primary"


def test_a_callable(project: Path, score: Command, published: Path) -> None:
    """The rows that a callable yields are scored to the same bytes as those of a file."""
    (project / "factory" / "feed.py").write_text(FEED)
    done = score(declared(project, PYTHON))

    assert done.returncode == 0, done.stderr
    assert view(project) == view(published)


def test_postgresql(project: Path, database: Postgres, score: Command, published: Path) -> None:
    """Rows from PostgreSQL are scored to the same bytes, and its password is written down nowhere."""
    done = score(declared(project, POSTGRES), ROWS=database.url)
    files = [path.read_bytes() for path in project.rglob("*") if path.is_file()]

    assert done.returncode == 0, done.stderr
    assert view(project) == view(published)
    assert database.password not in done.stdout + done.stderr
    assert not any(database.password.encode() in content for content in files)


@pytest.fixture
def killed(sqlite: Path, score: Command, frame: pd.DataFrame) -> Path:
    """A run was killed after two chunks; since then half of the rows are gone from the database."""
    done = score(sqlite, SEAWALL_FAILPOINT="4f:2")
    assert done.returncode == -signal.SIGKILL, done.stderr
    into_sqlite(sqlite, frame.head(30))
    return sqlite


def test_the_same_rows_after_a_crash(killed: Path, score: Command, published: Path) -> None:
    """A run that goes on sees the rows of the run that was killed, whatever the upstream has now."""
    done = score(killed, "--json", "--log-format", "json")

    assert json.loads(done.stdout)["reused_chunks"] >= 1, done.stderr
    assert logged(done, "primary read")["reused"] is True
    assert view(killed) == view(published)


def test_a_damaged_file_is_fetched_again(killed: Path, score: Command) -> None:
    """A fetched file with one other byte is not gone on from: the rows are read anew."""
    (file,) = (killed / "out/breakdowns.seawall/plans").rglob("primary.parquet")
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    done = score(killed, "--json", "--log-format", "json")

    assert json.loads(done.stdout)["account"]["read"] == 30, done.stderr
    assert logged(done, "primary read")["reused"] is False


def test_another_config_fetches_again(killed: Path, score: Command) -> None:
    """With another config nothing of the killed run is used, and what it had fetched is gone."""
    done = score(killed, "--json", "--set", "featurize.0.with.scale=3.0")

    assert json.loads(done.stdout)["account"]["read"] == 30, done.stderr
    assert left(killed) == []


def test_killed_before_the_plan(sqlite: Path, score: Command, frame: pd.DataFrame) -> None:
    """What was fetched and not yet planned is fetched anew, and does not stay."""
    assert score(sqlite, SEAWALL_FAILPOINT="3a").returncode == -signal.SIGKILL
    assert left(sqlite) == ["primary.parquet"]
    into_sqlite(sqlite, frame.head(30))
    done = score(sqlite, "--json")

    assert json.loads(done.stdout)["account"]["read"] == 30, done.stderr
    assert left(sqlite) == []


def test_the_same_rows_are_not_published_twice(
    sqlite: Path, score: Command, frame: pd.DataFrame
) -> None:
    """A second run reads the source again: the same rows are published already, other ones are not."""
    results = [score(sqlite, "--json")]
    into_sqlite(sqlite, frame)
    results.append(score(sqlite, "--json"))
    into_sqlite(sqlite, frame.head(30))
    results.append(score(sqlite, "--json"))

    states = [json.loads(done.stdout)["state"] for done in results]
    assert states == ["published", "already published", "published"]
    assert left(sqlite) == []


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ((":batch", "'never'"), 65, ("the input has no rows", "sql primary")),
        (
            ("SELECT *", "SELECT id, city AS citi, plant, state, load, speed, day"),
            65,
            ("'city'", "'citi'"),
        ),
        (("key: id", "key: id\n    caps: {rows: 10}"), 65, ("more than 10 rows", "sql primary")),
        (("FROM rows", "FROM nosuch"), 69, ("sql primary", "no such table")),
        (("factory.steps:running", "factory.steps:runing"), 78, ("runing",)),
    ],
    ids=["empty", "renamed", "too many", "dropped", "config"],
)
def test_primaries_that_give_no_rows(
    sqlite: Path, score: Command, change: tuple[str, str], code: int, words: tuple[str, ...]
) -> None:
    """No rows, a renamed column, a dropped table: one clear message, and nothing is left of the fetch."""
    file = sqlite / "pipeline.yaml"
    file.write_text(file.read_text().replace(*change, 1))
    done = score(sqlite)

    assert (done.returncode, "Traceback" in done.stderr) == (code, False), done.stderr
    assert [word for word in words if word not in done.stderr] == []
    assert left(sqlite) == []


def test_a_late_table_is_waited_for(
    sqlite: Path, frame: pd.DataFrame, begin: Callable[..., subprocess.Popen[str]]
) -> None:
    """With wait_for, an upstream that cannot answer yet is asked again until it can."""
    (sqlite / "data" / "rows.db").unlink()
    file = sqlite / "pipeline.yaml"
    file.write_text(file.read_text().replace("key: id", "key: id\n    wait_for: 60s", 1))
    run = begin(sqlite)
    assert run.stderr is not None
    for line in run.stderr:
        if "attempt failed" in line:
            break
    into_sqlite(sqlite, frame)
    _, words = run.communicate(timeout=60)

    assert run.returncode == 0, words
    assert "input waited" in words


def test_rows_that_are_not_there_yet_are_waited_for(sqlite: Path, score: Command) -> None:
    """With wait_for, a query without rows is asked again, and is an empty input at the end."""
    file = sqlite / "pipeline.yaml"
    late = file.read_text().replace("key: id", "key: id\n    wait_for: 1s", 1)
    file.write_text(late.replace(":batch", "'never'", 1))
    done = score(sqlite)

    assert done.returncode == 65, done.stderr
    assert [words for words in ("input waited", "no rows") if words not in done.stderr] == []
    assert left(sqlite) == []


def test_a_database_that_hangs(project: Path, database: Postgres, score: Command) -> None:
    """A server that says nothing is given up at the deadline, and the run is unavailable."""
    times = "    attempt_timeout: 1s\n    deadline: 2s\n"
    declared(project, POSTGRES + times)
    database.pause()
    try:
        begun = time.monotonic()
        done = score(project, ROWS=database.url)
        seconds = time.monotonic() - begun
    finally:
        database.resume()

    assert (done.returncode, seconds < 30) == (69, True), done.stderr
    assert database.password not in done.stderr


def test_quarantined_rows_name_their_source(sqlite: Path, score: Command) -> None:
    """A row in quarantine says from which upstream it is, not in which file it was put down."""
    assert score(sqlite).returncode == 0
    files = (sqlite / "out/breakdowns.seawall/plans").glob("*/*/quarantine/*")
    sources = {str(source) for file in files for source in pd.read_feather(file)["_source"]}

    assert {source.partition(",")[0].partition(":")[0] for source in sources} == {"sql primary"}


def test_what_a_run_would_do(sqlite: Path, seawall: Command) -> None:
    """`seawall plan` says that the primary is fetched when a run begins, and fetches nothing."""
    done = seawall(sqlite, "plan", "pipeline.yaml", "--batch", BATCH, "--json")
    told = json.loads(done.stdout)

    assert "sql primary: fetched" in told["files"][0], done.stderr
    assert told["live"] == "nothing; a run computes the batch"
    assert not (sqlite / "out").exists()
