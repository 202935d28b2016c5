"""Planted secrets in runs of the command: sources that shout them, and nobody who passes them on."""

from __future__ import annotations

import base64
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.end_to_end.conftest import Command

pytestmark = pytest.mark.upstreams

PASSWORD, TOKEN = "pass/word-of-the+keeper", "token&of=the watch"
SOURCE = """
import base64
import os
import sys
from urllib.parse import quote

import pandas as pd


def shouts(*, how: str):
    secrets = [os.environ["WEATHER_DB"], os.environ["WEATHER_TOKEN"]]
    password = secrets[0].partition("keeper:")[2].partition("@")[0]
    forms = [*secrets, password, quote(secrets[1]), repr(secrets)]
    forms.append(base64.b64encode(secrets[1].encode()).decode())
    said = " | ".join(forms)
    print(said)
    print(said, file=sys.stderr)
    if how == "bug":
        raise ValueError(said)
    if how == "chained":
        try:
            raise KeyError(said)
        except KeyError as error:
            raise ConnectionRefusedError(111, said) from error
    return pd.DataFrame({"city": [said], said: [1.0]})
"""
LOOKUPS = """\
    weather:
      type: python
      use: factory.shouting:shouts
      with: {{how: {how}}}
      join: [city]
      columns: [temp]
      retry: {{max_attempts: 2, backoff: {{initial: 1ms, max: 1ms}}}}
      fallback: [{temp}]
    forecast:
      type: sql
      url: ${{env:WEATHER_DB}}
      query: SELECT city, wind FROM forecast
      join: [city]
      columns: [wind]
      retry: {{max_attempts: 1}}
      fallback: [{wind}]
    tides:
      type: http
      url: http://127.0.0.1:1/tides
      params: {{key: "${{env:WEATHER_TOKEN}}"}}
      headers: {{Authorization: "${{env:WEATHER_TOKEN}}"}}
      private_networks: [127.0.0.0/8]
      join: [city]
      columns: [tide]
      retry: {{max_attempts: 1}}
      fallback: [{tide}]
"""


def shouting(project: Path, how: str, *, constants: bool) -> None:
    """The project's lookups are ones that shout, and constants stand in for them or nothing does."""
    (project / "factory" / "shouting.py").write_text(SOURCE)
    path = project / "pipeline.yaml"
    head, _, rest = path.read_text().partition("    weather:\n")
    chains = {
        name: f"{{constants: {{{name}: 1.0}}}}" if constants else ""
        for name in ("temp", "wind", "tide")
    }
    path.write_text(head + LOOKUPS.format(how=how, **chains) + rest[rest.index("    plants:\n") :])


@pytest.mark.parametrize(
    ("how", "code"), [("bug", 70), ("chained", 69), ("columns", 65), ("columns", 0)]
)
def test_no_secret_is_passed_on(project: Path, score: Command, how: str, code: int) -> None:
    """Whatever sources say, no output, log, ledger or file has a secret in any form."""
    shouting(project, how, constants=code == 0)
    url = f"postgresql://keeper:{quote(PASSWORD, safe='')}@127.0.0.1:1/db"
    env = {"WEATHER_DB": url, "WEATHER_TOKEN": TOKEN}
    done = score(project, "--json", "--log-format", "json", **env)
    places = {"stdout": done.stdout.encode(), "stderr": done.stderr.encode()}
    places |= {str(path): path.read_bytes() for path in project.rglob("*") if path.is_file()}
    forms = [PASSWORD, quote(PASSWORD, safe=""), TOKEN, quote(TOKEN)]
    forms.append(base64.b64encode(TOKEN.encode()).decode())

    assert done.returncode == code, done.stderr
    assert "attempt failed" in done.stderr
    assert [name for name, text in places.items() if any(f.encode() in text for f in forms)] == []
