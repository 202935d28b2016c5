"""An upstream that was down run after run is left alone, and asked again later by one run."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.http_server import HttpServer, failure, rows

pytestmark = pytest.mark.upstreams

Command = Callable[..., "subprocess.CompletedProcess[str]"]
WEATHER = """\
    weather:
      type: http
      url: URL
      private_networks: [127.0.0.0/8]
      join: [city]
      columns: [temp]
      attempt_timeout: 5s
      retry: {max_attempts: 1}
      circuit_breaker: {failure_threshold: 2, open_for: OPEN}
      fallback: [{constants: {temp: 10.0}}]
"""


@pytest.fixture
def guarded(project: Path, http_server: HttpServer) -> Callable[..., Path]:
    """The project with its weather behind HTTP and a breaker; constants stand in for it."""

    def make(open_for: str = "1h") -> Path:
        url = http_server.route("/weather", failure(503))
        config = project / "pipeline.yaml"
        text = config.read_text()
        start, end = text.index("    weather:"), text.index("    plants:")
        declared = WEATHER.replace("URL", url).replace("OPEN", open_for)
        config.write_text(text[:start] + declared + text[end:])
        return project

    return make


def test_a_probe_that_succeeds_closes_it(
    guarded: Callable[..., Path], score: Command, seawall: Command, http_server: HttpServer
) -> None:
    """Once the time is over one run asks; the upstream is well, and nothing is degraded any more."""
    project = guarded(open_for="1ms")
    for _ in range(2):
        score(project, "--force")
    http_server.route("/weather", rows([{"city": "Rome", "temp": 20.0}]))
    done = score(project, "--force", "--json")

    assert json.loads(done.stdout)["degraded_rows"] == 0
    assert "no breaker" in seawall(project, "breaker", "list").stdout
    assert re.search(r"breaker changed.*closed", done.stderr), done.stderr


def test_a_reset_breaker_lets_the_next_run_ask(
    guarded: Callable[..., Path], score: Command, seawall: Command, http_server: HttpServer
) -> None:
    """`breaker reset` takes the lookup's name; a name that is none is answered with the nearest."""
    project = guarded()
    for _ in range(2):
        score(project, "--force")
    misspelt = seawall(project, "breaker", "reset", "wether")
    reset = seawall(project, "breaker", "reset", "weather")
    score(project, "--force")

    assert (misspelt.returncode, reset.returncode) == (2, 0)
    assert "did you mean 'weather'" in misspelt.stderr
    assert len(http_server.asked("/weather")) == 3


def test_a_probe_that_is_refused_was_answered(
    guarded: Callable[..., Path], score: Command, seawall: Command, http_server: HttpServer
) -> None:
    """A 401 says that somebody is there: the breaker closes, and the next run may ask again."""
    project = guarded(open_for="1ms")
    for _ in range(2):
        score(project, "--force")
    http_server.route("/weather", failure(401))
    score(project, "--force")

    assert "no breaker" in seawall(project, "breaker", "list").stdout
