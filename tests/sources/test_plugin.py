"""Plug-ins of other distributions: used by name, and named in whatever they do wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from seawall.config.plugged import kind_of, label, offers
from seawall.config.sources import PluginSource
from seawall.contracts import Request
from seawall.isolation import Isolation
from seawall.reads import Reader, Terms
from seawall.reads.failing import words
from seawall.sources.plugin import misfits, misfits_of
from tests.distributions import install
from tests.http_server import HttpServer, failure

Read = Callable[..., Any]
WRECK = "the plug-in 'wreck' (seawall-wreck 0.9.1)"


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is searched for distributions, with three of ours in it."""
    folder = install("wreck", install("lighthouse", tmp_path / "site"))
    install("turnstile", folder)
    monkeypatch.syspath_prepend(str(folder))
    return folder


@pytest.fixture
def read(target: Path, tmp_path: Path) -> Iterator[Read]:
    """Reads a plug-in's rows in a process of its own, as a run does."""
    with Isolation(grace_s=0.2) as isolation:

        def reading(type_: str, *, seconds: float = 30.0, **given: Any) -> Any:
            section = PluginSource.model_validate({"type": type_, "with": given})
            request = Request("b", datetime(2024, 3, 1, tzinfo=UTC), tmp_path, ("code", "size"))
            terms = Terms(attempt_timeout_s=seconds, deadline_s=seconds, max_attempts=1)
            reader = Reader({"TOKEN": "hunter2!"}, lambda *_, **__: None, calls=isolation)
            into = tmp_path / "rows.parquet"
            return reader.read(section, request, name="plants", into=into, terms=terms)

        yield reading


def test_an_installed_plug_in_is_read_by_its_name(read: Read, tmp_path: Path) -> None:
    """Its rows come back in order, and the time that it says they are from."""
    (tmp_path / "log.csv").write_text(
        "code,size,more\n" + "".join(f"P{n},{n},x\n" for n in range(50))
    )

    answer = read("lighthouse", log="log.csv")

    assert answer.as_of is not None
    assert pd.read_parquet(answer.path).to_dict("list") == {
        "code": [f"P{n}" for n in range(50)],
        "size": list(range(50)),
    }


def test_a_plug_in_says_itself_that_its_upstream_is_down(read: Read) -> None:
    """UnavailableError counts as an outage, and may be tried again."""
    last = read("lighthouse", log="none.csv").last

    assert (last.availability, last.transient) == (True, True)
    assert words(last).startswith("the plug-in 'lighthouse' (seawall-lighthouse 1.2.0): the keeper")


def test_new_credentials_are_got_once(read: Read, http_server: HttpServer) -> None:
    """A plug-in that is denied access again with its new token is not asked a third time."""
    url = http_server.route("/gate", failure(403))

    last = read("turnstile", url=url, token="old").last

    shown = [asked.headers["authorization"] for asked in http_server.asked("/gate")]
    assert shown == ["old", "new old"]
    assert (last.transient, "denies access" in last.what) == (False, True)


MISDEEDS = [
    ("answers_dicts", f"no table ({WRECK}): a dict"),
    ("answers_nothing", f"no table ({WRECK}): a NoneType"),
    ("raises", "KeyError"),
    ("loses_a_column", "a column is missing: 'size'"),
    ("exits", "ended with exit code 3"),
    ("leaves", "SystemExit"),
]


@pytest.mark.parametrize(("how", "what"), MISDEEDS)
def test_misdeeds_are_told_with_the_plug_ins_name(read: Read, how: str, what: str) -> None:
    """Whatever it does, one failure names the plug-in, its distribution, and what it did."""
    last = read("wreck", how=how).last

    assert WRECK in words(last)
    assert what in words(last)


def test_a_bug_is_told_with_its_line(read: Read) -> None:
    """The words name the file and line of the plug-in's own code."""
    last = read("wreck", how="raises").last

    assert "wreck_source.py:" in words(last)
    assert (last.kind, last.transient) == ("software", False)


def test_a_hang_ends_in_time(read: Read) -> None:
    """The attempt's time is the plug-in's, too, and the failure says so."""
    last = read("wreck", how="hangs", seconds=1.0).last

    assert words(last).startswith(f"{WRECK}: no answer within")


def test_no_daemon_of_a_plug_in_is_left(read: Read, tmp_path: Path) -> None:
    """A process that it started is gone when the read is done, even with a session of its own."""
    read("wreck", how="forks")
    daemon = int((tmp_path / "daemon.pid").read_text())

    assert not Path(f"/proc/{daemon}").exists() or _is_dead(daemon)


def _is_dead(process: int) -> bool:
    return "State:\tZ" in Path(f"/proc/{process}/status").read_text()


def test_a_secret_reaches_the_plug_in_and_nothing_else(read: Read) -> None:
    """A reference in `with` is its value for the plug-in; what the plug-in says of it is masked."""
    last = read("wreck", how="raises", token="${env:TOKEN}").last

    assert "KeyError: '***'" in words(last)
    assert "hunter2!" not in f"{last}"


MISFITS = [
    ("nobody", {}, ("type",), "is not installed"),
    ("wreck-function", {}, ("type",), "is no class"),
    ("wreck-mute", {}, ("type",), "has no method `tables`"),
    ("wreck-deaf", {}, ("type",), "takes no request"),
    ("wreck-gone", {}, ("type",), "cannot be imported"),
    ("wreck-raising", {}, ("type",), "cannot be imported"),
    ("wreck", {}, ("with",), "missing parameter `how`"),
    ("wreck", {"how": 5}, ("with", "how"), "`how` doesn't fit"),
    ("wreck", {"how": "exits", "howw": 5}, ("with", "howw"), "no parameter `howw`"),
    ("wreck", {"how": "exits", "howw": "${env:TOKEN}"}, ("with", "howw"), "no parameter `howw`"),
]


@pytest.mark.parametrize(("type_", "given", "key", "what"), MISFITS)
def test_what_keeps_a_plug_in_from_being_used(
    target: Path, type_: str, given: dict[str, Any], key: tuple[str, ...], what: str
) -> None:
    """Each cause is told at its key of the section."""
    (misfit,) = misfits_of(misfits({"section": {"type": type_, "with": given}}, target))

    assert misfit.key == key
    assert what in misfit.what


def test_a_plug_in_that_fits(target: Path) -> None:
    """Nothing is wrong with parameters of the signature's types; references are looked at later."""
    section = {"type": "lighthouse", "with": {"log": "a.csv", "rows": 3, "token": "${env:TOKEN}"}}

    assert misfits_of(misfits({"section": section}, target)) == []


def test_a_plug_in_may_take_any_parameter(target: Path) -> None:
    """A class with `**options` is given every name of the file, references too."""
    section = {"type": "wreck-willing", "with": {"depth": 3, "token": "${env:TOKEN}"}}

    assert misfits_of(misfits({"section": section}, target)) == []


def test_two_distributions_of_one_name_are_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that two distributions offer is refused, with both of them."""
    site = install("lighthouse", tmp_path)
    monkeypatch.syspath_prepend(str(install("lighthouse", site, name="beacon", version="3.0")))
    section = {"type": "lighthouse", "with": {"log": "a.csv"}}

    (misfit,) = misfits_of(misfits({"section": section}, tmp_path))

    assert misfit.what.startswith("several distributions offer the plug-in 'lighthouse'")
    assert {"seawall-lighthouse 1.2.0", "beacon 3.0"} == set(
        misfit.what.partition("(")[2].rstrip(")").split(", ")
    )


def test_built_in_names_stay_built_in(target: Path) -> None:
    """A distribution cannot take the place of a built-in source."""
    assert (kind_of("csv"), kind_of("sql"), kind_of("lighthouse")) == (
        "parquet",
        "sql",
        "a plug-in's name",
    )


def test_a_plug_in_is_called_by_its_distribution(target: Path) -> None:
    """A message says whose it is, in which version."""
    assert [point.value for point in offers("lighthouse")] == ["lighthouse_source:Lighthouse"]
    assert label("lighthouse") == "the plug-in 'lighthouse' (seawall-lighthouse 1.2.0)"
