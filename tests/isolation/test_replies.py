"""What a call comes back with."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest

from seawall.isolation import Answered, Died, Isolation, Reply
from tests.isolation.asking import HERE, ask, eventually, never

SECRET = "correct-horse-battery"


def document_of(reply: Reply) -> Any:
    """The document, where there is one."""
    assert isinstance(reply, Answered), reply
    return reply.document


def death(reply: Reply) -> Died:
    """The death, where it is one."""
    assert isinstance(reply, Died), reply
    return reply


def test_the_document_goes_there_and_back(shared: Isolation, tmp_path: Path) -> None:
    """A function gets the document and the folder, and its answer comes back as it was."""
    sent = {"text": "Größe\u0000\ud800", "none": None, "deep": [{"a": 1.5}], "big": 2**70}

    reply = ask(shared, "echoes", tmp_path, **sent)

    assert document_of(reply) == {"document": sent, "folder": str(tmp_path)}


def test_a_long_request_arrives_whole(shared: Isolation, tmp_path: Path) -> None:
    """A request far longer than a socket's buffer reaches the process."""
    reply = ask(shared, "measures", tmp_path, text="x" * 3_000_000)

    assert document_of(reply) == {"characters": 3_000_000}


def test_what_is_raised_is_told(shared: Isolation, tmp_path: Path) -> None:
    """An exception comes back as its class and words, with a trace that begins in foreign code."""
    died = death(ask(shared, "raises", tmp_path))

    assert died.reason == "raised ValueError: seven is no colour"
    assert "in raises" in died.trace
    assert "seawall" not in died.trace


def test_a_function_that_is_not_there_is_told(shared: Isolation, tmp_path: Path) -> None:
    """A module without the function is an AttributeError that names both."""
    died = death(ask(shared, "there_is_none", tmp_path))

    assert "module 'foreign' has no attribute 'there_is_none'" in died.reason


@pytest.mark.parametrize(
    ("name", "why"),
    [("answers_with_a_list", "returned a list, not a dict"), ("answers_with_a_set", "set is not")],
)
def test_an_answer_that_is_no_document_is_told(
    shared: Isolation, tmp_path: Path, name: str, why: str
) -> None:
    """What JSON cannot say, or is no dict, is the foreign code's TypeError."""
    died = death(ask(shared, name, tmp_path))

    assert died.reason.startswith("raised TypeError: ")
    assert why in died.reason


@pytest.mark.parametrize("name", ["leaves", "exits"])
@pytest.mark.parametrize("code", [0, 3])
def test_an_end_without_an_answer_has_its_exit_code(
    shared: Isolation, tmp_path: Path, name: str, code: int
) -> None:
    """A process that just leaves has died, also with exit code 0."""
    died = death(ask(shared, name, tmp_path, code=code))

    assert died.reason == f"ended with exit code {code}"


def test_a_signal_is_named(shared: Isolation, tmp_path: Path) -> None:
    """A process that was killed says by what, and what it printed last."""
    died = death(ask(shared, "dies", tmp_path, signal=signal.SIGKILL))

    assert (died.reason, died.trace) == ("killed by SIGKILL", "last output:\na last word")


def test_a_crash_shows_where(shared: Isolation, tmp_path: Path) -> None:
    """A read of nowhere is a SIGSEGV, and the trace ends in the foreign function."""
    died = death(ask(shared, "reads_null", tmp_path))

    assert died.reason == "killed by SIGSEGV"
    assert died.trace.splitlines()[-1].endswith("in reads_null")


def test_a_mebibyte_is_the_longest_answer(shared: Isolation, tmp_path: Path) -> None:
    """An answer just below 1 MiB comes back, one above is a death that says so."""
    below = document_of(ask(shared, "answers", tmp_path, bytes=1_048_500))
    above = death(ask(shared, "answers", tmp_path, bytes=1_048_600))

    assert len(below["text"]) == 1_048_500
    assert above.reason.startswith("answered too much: ")


def test_a_flood_of_output_is_dropped(shared: Isolation, tmp_path: Path, capfd: Any) -> None:
    """Twenty megabytes of prints neither block the process nor reach our output."""
    reply = ask(shared, "floods", tmp_path)

    assert document_of(reply) == {"done": True}
    assert capfd.readouterr() == ("", "")


def test_a_thread_that_is_left_holds_nothing_up(shared: Isolation, tmp_path: Path) -> None:
    """A thread that would run for ever does not keep the answer or the process."""
    reply = ask(shared, "leaves_a_thread", tmp_path)

    assert document_of(reply) == {"done": True}


def test_calls_from_many_threads_do_not_mix(shared: Isolation, tmp_path: Path) -> None:
    """Forty calls from eight threads each get their own answer."""
    with ThreadPoolExecutor(8) as threads:
        replies = threads.map(lambda number: ask(shared, "echoes", tmp_path, n=number), range(40))

    assert [document_of(reply)["document"]["n"] for reply in replies] == list(range(40))


def test_a_process_is_born_clean(shared: Isolation, tmp_path: Path) -> None:
    """Own session and group, default signals, no core file, one thread, no input, own path first."""
    seen = document_of(ask(shared, "tells_surroundings", tmp_path))

    assert seen["pid"] == seen["session"] == seen["group"] != seen["parent"]
    assert (seen["default"], seen["blocked"], seen["core"]) == (True, 0, [0, 0])
    assert set(seen["threads"].values()) == {"1"}
    assert (seen["stdin"], seen["path"], seen["loaded"]) == (os.devnull, HERE, True)


def test_a_process_holds_no_others_files(shared: Isolation, tmp_path: Path) -> None:
    """However many calls are in work, a process has its streams, its wire and two pipes."""
    with ThreadPoolExecutor(6) as threads:
        replies = threads.map(lambda _: ask(shared, "tells_surroundings", tmp_path), range(12))
    streams_wire_trace_lifeline_and_the_listing = 7

    counts = {len(document_of(reply)["files"]) for reply in replies}
    assert counts == {streams_wire_trace_lifeline_and_the_listing}


def test_secrets_stand_in_no_process_list(shared: Isolation, tmp_path: Path) -> None:
    """What a document holds is in no argument and no variable of the process or the server."""
    seen = document_of(ask(shared, "tells_surroundings", tmp_path, password=SECRET))

    assert SECRET not in seen["environment"]
    assert SECRET not in "".join(seen["commands"])


def test_calls_leave_no_file_open(shared: Isolation, tmp_path: Path) -> None:
    """After twenty calls of every fate, this process and the server have as many files as before."""
    server = document_of(ask(shared, "tells_surroundings", tmp_path))["parent"]

    def files() -> int:
        return sum(psutil.Process(pid).num_fds() for pid in (os.getpid(), server))

    before = files()
    for name in ("echoes", "raises", "reads_null", "floods") * 5:
        ask(shared, name, tmp_path)

    eventually(lambda: files() <= before)  # the server closes its last ones when we have the reply


def test_a_relative_folder_is_this_process(
    shared: Isolation, tmp_path: Path, monkeypatch: Any
) -> None:
    """A relative folder is meant from where the caller stands now, not where the server began."""
    monkeypatch.chdir(tmp_path)

    reply = shared.call("foreign:echoes", {}, folder=Path("x"), timeout_s=60, stop=never)

    assert document_of(reply)["folder"] == str(tmp_path / "x")
