"""Alerts reach people, and whatever happens to them changes nothing."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from seawall.config.models import Alert
from seawall.config.references import resolve
from seawall.events import AlertFailed
from seawall.observe import AlertSink
from seawall.observe.alerts import message_of

TIMEOUT_S = 0.5


def alert(**values: Any) -> Alert:
    """An alert as a pipeline file says it, with a short timeout."""
    return Alert.model_validate({"timeout": f"{TIMEOUT_S}s"} | values)


def failures(*alerts: Alert, event: Any, env: dict[str, str] | None = None) -> list[AlertFailed]:
    """The alerts that failed at the event."""
    failed: list[AlertFailed] = []
    AlertSink(alerts, lambda text: resolve(text, env or {}), failed=failed.append).emit(event)
    return failed


def test_a_webhook_is_told_what_happened(server: Any, end: Any) -> None:
    """The JSON holds the run, its account and findings, and a sentence for chat tools."""
    assert failures(alert(url=server.url("ok")), event=end()) == []

    (body,) = server.bodies
    assert (body["state"], body["exit"], body["account"]["quarantined"]) == ("held", 4, 1)
    assert (body["findings"][0]["column"], body["findings"][0]["figures"]) == ("p_late", {"D": 0.5})
    assert body["text"] == "seawall: delays 2013-07-01 held (exit 4): the mean is too high"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("broken", "HTTP 500"),
        ("elsewhere", "HTTP 302"),
        ("close", "RemoteDisconnected, is the address right?"),
        ("hang", "no answer in time"),
        ("drip", "no answer"),
    ],
)
def test_a_webhook_that_misbehaves_is_reported(
    server: Any, end: Any, path: str, message: str
) -> None:
    """Each kind of failure is said in words, within the timeout, and no redirect is followed."""
    began = time.monotonic()

    (failed,) = failures(alert(url=server.url(path)), event=end())

    assert time.monotonic() - began < TIMEOUT_S + 10
    assert failed.address == "webhook 1"
    assert failed.message.startswith(message) or failed.message == "Connection reset by peer"
    assert len(server.bodies) == 1


_LEAVING = """
import sys
from datetime import UTC, datetime
from seawall.config.models import Alert
from seawall.contracts import Account
from seawall.events import RunEnded
from seawall.observe import AlertSink
from seawall.observe.alerts import message_of
alert = Alert.model_validate({"url": sys.argv[1], "timeout": "200ms"})
end = RunEnded(run_id="r", at=datetime.now(UTC), pipeline="p", batch="b", state="held", exit=4, version=0,
               path="", account=Account(), findings=(), message="", seconds=1.0)
AlertSink([alert], str, failed=lambda failed: print(failed.message)).emit(end)
"""


def test_a_dripping_server_does_not_keep_the_process(server: Any) -> None:
    """The command ends although the server is still sending."""
    done = subprocess.run(
        [sys.executable, "-c", _LEAVING, server.url("drip")],
        capture_output=True,
        text=True,
        timeout=20,
        check=True,
    )

    assert done.stdout.startswith("no answer")


def test_an_endless_answer_is_not_read(server: Any, end: Any) -> None:
    """A server that said 200 has taken the alert, whatever it goes on to send."""
    assert failures(alert(url=server.url("endless")), event=end()) == []


def test_nobody_listening_is_reported(end: Any) -> None:
    """A refused connection is said as such."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/"
    (failed,) = failures(alert(url=url), event=end())

    assert failed.message == "Connection refused"


@pytest.mark.parametrize(
    "url",
    ["file:///etc/secret", "ftp://secret@host/", "secret", "http://[secret", "http://h/se cret"],
)
def test_no_failure_shows_the_address(end: Any, url: str) -> None:
    """What stands in the environment is not in the failure; only its reference is."""
    (failed,) = failures(alert(url="${env:HOOK}"), event=end(), env={"HOOK": url})

    assert failed.address == "webhook 1 ${env:HOOK}"
    assert "secret" not in failed.message
    assert "se cret" not in failed.message


def test_an_unset_reference_is_reported(end: Any) -> None:
    """A variable that vanished since the start is a failed alert, no failed run."""
    (failed,) = failures(alert(url="${env:HOOK}"), event=end(), env={})

    assert "could not be resolved" in failed.message


def test_alerts_wait_side_by_side(server: Any, end: Any) -> None:
    """Five that hang take as long as one."""
    began = time.monotonic()

    failed = failures(*[alert(url=server.url("hang"), timeout="3s")] * 5, event=end())

    assert len(failed) == 5
    assert time.monotonic() - began < 12


def test_an_alert_is_given_once_a_run(server: Any, end: Any) -> None:
    """The same end told twice is one alert; another run's is another."""
    sink = AlertSink([alert(url=server.url("ok"))], str, failed=print)
    for event in (end(), end(), end(run_id="r2")):
        sink.emit(event)

    assert [body["run_id"] for body in server.bodies] == ["r1", "r2"]


@pytest.mark.parametrize(
    ("state", "occasions"),
    [
        ("held", {"held"}),
        ("stopped", {"failed"}),
        ("failed", {"failed"}),
        ("published", {"published"}),
        ("already published", set()),
        ("interrupted", set()),
    ],
)
def test_an_alert_is_given_on_its_occasions_only(
    server: Any, end: Any, state: str, occasions: set[str]
) -> None:
    """Of one alert an occasion, only the one that the end is an occasion for is given."""
    every = ("held", "failed", "degraded", "published")
    sink = AlertSink([alert(url=server.url("ok"), on=[o]) for o in every], str, failed=print)
    sink.emit(end(state))

    assert {body["occasion"] for body in server.bodies} == occasions


def _writing(target: Path, then: str = "") -> list[str]:
    code = (
        f"import pathlib, sys; pathlib.Path({str(target)!r}).write_bytes(sys.stdin.buffer.read())"
    )
    return [sys.executable, "-c", f"{code}; {then}"]


def test_a_command_gets_the_json(tmp_path: Path, end: Any) -> None:
    """It stands on the command's standard input, whole."""
    message = "x" * 1_000_000
    target = tmp_path / "alert.json"
    quick = alert(command=_writing(target), timeout="20s")

    assert failures(quick, event=end(message=message)) == []
    assert json.loads(target.read_text())["message"] == message


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (["sh", "-c", "exit 3"], "it ended with 3"),
        (["/no/such/command"], "it did not start: No such file or directory"),
    ],
)
def test_a_command_that_fails_is_reported(end: Any, command: list[str], message: str) -> None:
    """The exit code, or why it did not start."""
    (failed,) = failures(alert(command=command), event=end())

    assert (failed.address, failed.message) == ("command 1", message)


def test_a_command_that_hangs_is_killed_with_its_children(tmp_path: Path, end: Any) -> None:
    """At the timeout neither the command nor what it started is left."""
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    # Both keep the pipe open for writing; its end is read when nobody does any more.
    command = ["sh", "-c", f"exec 3>{fifo}; sleep 1000 & wait"]
    ends: list[bytes] = []
    reader = threading.Thread(target=lambda: ends.append(fifo.read_bytes()), daemon=True)
    reader.start()

    (failed,) = failures(alert(command=command), event=end())
    reader.join(5)

    assert failed.message == "no end within 0.5 s, killed"
    assert ends == [b""]


def test_a_command_runs_in_the_projects_folder(tmp_path: Path, end: Any) -> None:
    """A relative path in the file means the project's."""
    failed: list[AlertFailed] = []
    touching = alert(command=["touch", "here"], timeout="20s")
    AlertSink([touching], str, failed=failed.append, folder=tmp_path).emit(end())

    assert failed == []
    assert (tmp_path / "here").exists()


def test_five_seconds_are_the_default(server: Any, end: Any) -> None:
    """An alert without a timeout is bounded as well."""
    patient: Callable[..., None] = AlertSink(
        [Alert.model_validate({"url": server.url("hang")})], str, failed=lambda _: None
    ).emit
    began = time.monotonic()
    with contextlib.suppress(TimeoutError):
        patient(end())

    assert (
        timedelta(seconds=4) < timedelta(seconds=time.monotonic() - began) < timedelta(seconds=20)
    )


@pytest.mark.parametrize(
    ("on", "told"), [("degraded", 1), ("published", 1), ("held", 0), ("failed", 0)]
)
def test_a_degraded_batch_is_published_and_degraded(
    server: Any, end: Any, on: str, told: int
) -> None:
    """Who asks for degraded batches hears of one, and who waits for the data as well."""
    ended = end("published", degraded_rows=2, degradations={"weather=constants": 2}, message="")

    assert failures(alert(url=server.url("ok"), on=[on]), event=ended) == []
    assert [body["occasion"] for body in server.bodies] == ["degraded"] * told


def test_the_sentence_names_what_is_degraded(end: Any) -> None:
    """The alert's text says how many rows which fallback served."""
    ended = end("published", degraded_rows=2, degradations={"weather=constants": 2}, message="")

    assert message_of(ended)["text"] == (
        "seawall: delays 2013-07-01 published (exit 0), degraded 2 of 8 rows: weather=constants 2"
    )
