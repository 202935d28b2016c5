"""The words of a failure: one short line, with nothing in it that is nobody's business."""

from __future__ import annotations

import httpx
import psycopg.errors
import pytest
import sqlalchemy.exc

from seawall.sources.transient import failure_of


def refused() -> httpx.HTTPStatusError:
    """What httpx raises for a service that fails."""
    request = httpx.Request("GET", "https://u:hunter22@h.example/rows?token=hunter33")
    with pytest.raises(httpx.HTTPStatusError) as raised:
        httpx.Response(500, request=request).raise_for_status()
    return raised.value


def full() -> sqlalchemy.exc.DBAPIError:
    """What SQLAlchemy raises for a server that takes no more connections."""
    orig = psycopg.errors.TooManyConnections("sorry, too many clients")
    return sqlalchemy.exc.DBAPIError("SELECT :p", {"p": "hunter22"}, orig)


def test_words_are_one_short_line() -> None:
    """A driver's long and broken text becomes one line of at most 300 characters."""
    failure = failure_of(ValueError("a\n" * 1000), "sql")

    assert "\n" not in failure.seen
    assert len(failure.seen) <= 300


@pytest.mark.parametrize(
    "error",
    [
        refused(),
        full(),
        httpx.LocalProtocolError("Illegal header value b'hunter22'"),
        ValueError("no rows at postgresql://u:hunter22@h/db and https://h/x?a=hunter33"),
        OSError("Max retries exceeded with url: /rows?token=hunter33 (Caused by …)"),
    ],
)
def test_words_hold_nothing_that_was_sent(error: Exception) -> None:
    """Parameters, headers, and of URLs userinfo and query stand in no words."""
    failure = failure_of(error, "python")

    assert "hunter" not in failure.seen


def test_secrets_are_hidden_before_words_are_cut() -> None:
    """A secret across the border where words are cut leaves no part of itself."""
    words = "x" * 280 + "hunter22-hunter33-hunter44"
    failure = failure_of(
        RuntimeError(words),
        "python",
        hide=lambda text: text.replace("hunter22-hunter33-hunter44", "***"),
    )

    assert "hunter" not in failure.seen


def test_bug_is_told_with_its_place() -> None:
    """The trace of a bug names the line that raised, and holds no values."""
    try:
        int("hunter22")
    except ValueError as error:
        failure = failure_of(error, "python")

    assert "test_bug_is_told_with_its_place" in failure.trace
    assert not failure_of(ConnectionResetError(), "python").trace
