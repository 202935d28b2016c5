"""Rows from services, object stores and compressed files: the command line publishes the same file."""

from __future__ import annotations

import bz2
import gzip
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.http_server import (
    Answer,
    HttpServer,
    bomb,
    pages,
    redirect,
    text,
)
from tests.s3 import S3

pytestmark = pytest.mark.upstreams

FILES = "    type: parquet\n    path: data/{batch}.parquet\n"
PLANTS = "      type: csv\n      path: data/plants.csv\n"
ENDPOINT = "    storage: {endpoint_url: '%s', key: '${env:KEY}', secret: '${env:SECRET}'}\n"
ONCE = "retry: {max_attempts: 1}"
Score = Callable[..., "subprocess.CompletedProcess[str]"]


def declared(project: Path, before: str, after: str) -> None:
    """The project with another section."""
    file = project / "pipeline.yaml"
    written = file.read_text()
    assert written.count(before) == 1
    file.write_text(written.replace(before, after))


def view(project: Path) -> bytes:
    """The published file."""
    return (project / "out/breakdowns/batch=2024-03-01/predictions.parquet").read_bytes()


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows as JSON has them."""
    found: list[dict[str, Any]] = json.loads(frame.to_json(orient="records", double_precision=15))
    return found


def lines(frame: pd.DataFrame) -> bytes:
    """The rows as JSON lines."""
    return "".join(json.dumps(row) + "\n" for row in records(frame)).encode()


def csv(frame: pd.DataFrame) -> bytes:
    """The rows as CSV."""
    return frame.to_csv(index=False).encode()


PACKED = {
    "csv.gz": lambda frame: gzip.compress(csv(frame)),
    "jsonl.bz2": lambda frame: bz2.compress(lines(frame)),
}


@pytest.mark.parametrize("end", PACKED)
def test_compressed_primary_is_scored_alike(
    project: Path, published_template: Path, frame: pd.DataFrame, score: Score, end: str
) -> None:
    """A compressed primary gives the very file that the same rows in Parquet give."""
    (project / "data" / f"2024-03-01.{end}").write_bytes(PACKED[end](frame))
    kind = end.partition(".")[0]
    declared(project, FILES, f"    type: {kind}\n    path: data/{{batch}}.{end}\n")
    done = score(project)

    assert done.returncode == 0, done.stderr
    assert view(project) == view(published_template)


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_primary_on_s3_is_scored_alike(
    project: Path, published_template: Path, s3: S3, score: Score, kind: str
) -> None:
    """A primary in an object store gives the very file that local files give, and shows no secret."""
    stored = project / "data" / "2024-03-01.parquet"
    payload = stored.read_bytes() if kind == "parquet" else csv(pd.read_parquet(stored))
    s3.put(f"day=2024-03-01/part-0.{kind}", payload)
    section = f"    type: {kind}\n    path: {s3.url}/day={{batch}}/*.{kind}\n"
    declared(project, FILES, section + ENDPOINT % s3.endpoint)
    done = score(project, "-v", KEY=s3.key, SECRET=s3.secret)

    assert done.returncode == 0, done.stderr
    assert view(project) == view(published_template)
    assert s3.secret not in done.stdout + done.stderr


def test_primary_over_http_is_scored_alike(
    project: Path,
    published_template: Path,
    frame: pd.DataFrame,
    http_server: HttpServer,
    score: Score,
) -> None:
    """A primary of several pages gives the very file that local files give."""
    script = pages(records(frame), 25, lambda asked: int(asked.query["from"]))
    url = http_server.route("/rows/2024-03-01", script)
    paging = "{by: offset, parameter: from, size: 25}"
    section = f"    type: http\n    url: {url.replace('2024-03-01', '{batch}')}\n"
    declared(project, FILES, f"{section}    private_networks: [127.0.0.0/8]\n    pages: {paging}\n")
    done = score(project)

    assert done.returncode == 0, done.stderr
    assert view(project) == view(published_template)


def plants_over_http(project: Path, url: str, *more: str) -> None:
    """The plants are asked of a service on loopback, which takes a token."""
    keys = [
        "type: http",
        f"url: {url}",
        "format: csv",
        "headers: {Authorization: '${env:TOKEN}'}",
        ONCE,
        *more,
    ]
    declared(project, PLANTS, "".join(f"      {key}\n" for key in keys))


LOOPBACK = "private_networks: [127.0.0.0/8]"


def test_lookups_from_far_give_the_same_file(
    project: Path, published_template: Path, http_server: HttpServer, score: Score
) -> None:
    """A lookup over HTTP joins what the same file at home joins."""
    table = (project / "data" / "plants.csv").read_bytes()
    plants_over_http(project, http_server.route("/plants", text(table)), LOOPBACK)
    done = score(project, TOKEN="Bearer geheim")

    assert done.returncode == 0, done.stderr
    assert view(project) == view(published_template)
    assert http_server.requests[0].headers["authorization"] == "Bearer geheim"


WRONG = {
    "a redirect": (redirect("http://127.0.0.1/login"), 77, "a redirect"),
    "a bomb": (
        Answer(bomb(70).body, headers={"Content-Encoding": "gzip"}),
        65,
        "caps.record_bytes",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_lookup_without_a_chain_fails_the_run(
    project: Path, http_server: HttpServer, score: Score, what: str
) -> None:
    """What a service sends instead of rows ends the run with its code, its words, and no secret."""
    answer, code, words = WRONG[what]
    plants_over_http(project, http_server.route("/plants", answer), LOOPBACK)
    done = score(project, TOKEN="Bearer geheim")

    assert (done.returncode, "Traceback" in done.stderr) == (code, False), done.stderr
    assert words in done.stderr
    assert "geheim" not in done.stdout + done.stderr


def test_private_address_is_refused(project: Path, http_server: HttpServer, score: Score) -> None:
    """A service on a private address is not asked at all unless its network is listed."""
    plants_over_http(project, http_server.route("/plants", text("code,size\n")))
    done = score(project, TOKEN="Bearer geheim")

    assert done.returncode == 77, done.stderr
    assert http_server.requests == []


MISTAKES = {
    "no URL": ("type: sql\n      url: postgres//app:geheim@far/x\n      query: SELECT 1\n", "url"),
    "no option": (
        "type: csv\n      path: s3://b/plants.csv\n      storage: {endpoint: 'http://far'}\n",
        "storage.endpoint",
    ),
}


@pytest.mark.parametrize("command", ["check", "run"])
@pytest.mark.parametrize("what", MISTAKES)
def test_a_fallback_does_not_answer_for_a_mistake(
    project: Path, seawall: Score, score: Score, what: str, command: str
) -> None:
    """What is wrong in the file ends check and run with 78 at its line, though there is a chain."""
    section, key = MISTAKES[what]
    chain = "      fallback: [{constants: {plant_size: 1}}]\n"
    declared(project, PLANTS, f"      {section}{chain}")
    done = score(project) if command == "run" else seawall(project, "check", "pipeline.yaml")

    assert done.returncode == 78, done.stderr
    assert f"ingest.lookups.plants.{key}" in done.stderr
    assert "geheim" not in done.stdout + done.stderr
    assert not (project / "out/breakdowns/batch=2024-03-01").exists()
