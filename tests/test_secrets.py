"""Planted secrets: in whatever form a library writes them, none is left in a text."""

from __future__ import annotations

import base64
import html
import json
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from seawall.config.lookups import HttpLookup, SqlLookup
from seawall.config.models import Alert
from seawall.contracts import Failure
from seawall.errors import InterruptedRunError, SeawallError, UnavailableError
from seawall.secrets import Redaction

SECRET = "p@ss/w ord's+\"\\é%"
JOINED: dict[str, Any] = {"join": ["k"], "columns": ["v"]}


def of_sql(url: str, **env: str) -> Redaction:
    """The secrets of a lookup in a database with this url."""
    lookup = SqlLookup.model_validate({"type": "sql", "url": url, "query": "SELECT 1", **JOINED})
    return Redaction.of(lookup, env)


def of_http(env: dict[str, str] | None = None, **keys: Any) -> Redaction:
    """The secrets of a lookup over HTTP with these keys."""
    section = {"type": "http", "url": "https://h.example/rows", **JOINED, **keys}
    return Redaction.of(HttpLookup.model_validate(section), env or {})


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        quote(SECRET),
        quote(SECRET, safe=""),
        quote_plus(SECRET),
        repr(SECRET)[1:-1],
        json.dumps(SECRET)[1:-1],
        json.dumps(SECRET, ensure_ascii=False)[1:-1],
        html.escape(SECRET),
        repr(SECRET.encode())[2:-1],
        base64.b64encode(SECRET.encode()).decode(),
        base64.urlsafe_b64encode(SECRET.encode()).decode(),
        quote(SECRET).replace("%5C", "%5c"),
    ],
)
def test_each_form_of_a_secret_is_hidden(form: str) -> None:
    """Plain, quoted, escaped or encoded: the text around it stays, the secret goes."""
    redaction = of_http({"T": SECRET}, headers={"X-Thing": "${env:T}"})

    assert redaction.text(f"before {form} after") == "before *** after"


@pytest.mark.parametrize("url", ["postgresql://u:hunter%2F22@h/db", "${env:U}"])
def test_password_of_a_url(url: str) -> None:
    """The password of a URL is hidden as it is written, as it is meant, and as Basic sends it."""
    redaction = of_sql(url, U="postgresql://u:hunter%2F22@h/db")
    basic = base64.b64encode(b"u:hunter/22").decode()

    assert redaction.text(f"hunter%2F22 hunter/22 {basic}") == "*** *** ***"


@pytest.mark.parametrize(
    ("keys", "secret"),
    [
        ({"url": "https://h.example/rows?token=hunter22"}, "hunter22"),
        ({"url": "https://h.example/rows?k=0123456789abcdef"}, "0123456789abcdef"),
        ({"headers": {"Authorization": "Bearer hunter22"}}, "hunter22"),
        ({"headers": {"Authorization": "${env:A}"}}, "hunter22"),
        ({"headers": {"Authorization": "Basic dTpodW50ZXIyMg=="}}, "hunter22"),
        ({"params": {"api_key": "hunter22"}}, "hunter22"),
    ],
)
def test_tokens_of_a_request(keys: dict[str, Any], secret: str) -> None:
    """Tokens in a URL's query, in headers and in parameters are secrets, written out or not."""
    assert of_http({"A": "Bearer hunter22"}, **keys).text(f"saw {secret}") == "saw ***"


def test_what_is_no_secret_stays() -> None:
    """Short values, batch keys and ordinary parameters are left as they are."""
    redaction = of_http(
        {"S": "abc"}, url="https://h.example/rows?day=2013-07-01", params={"x": "${env:S}"}
    )

    assert redaction.text("abc on 2013-07-01") == "abc on 2013-07-01"


@pytest.mark.parametrize("url", ["https://u:p@h/x", "s3://key:a/b@c@h/x", "postgresql+x://u@h/x"])
def test_userinfo_of_any_url_is_hidden(url: str) -> None:
    """Whoever the URL belongs to, nothing before its host is shown."""
    text = Redaction().text(f"cannot reach {url} now")

    assert "u@" not in text
    assert ":p" not in text
    assert text.endswith("@h/x now")


def test_secrets_of_alerts() -> None:
    """The address of an alert is a secret where it is a reference."""
    alert = Alert.model_validate({"url": "${env:OPS}", "on": ["failed"]})

    assert Redaction.of(alert, {"OPS": "https://h/T0/B0"}).text("to https://h/T0/B0") == "to ***"


def test_values_within_values() -> None:
    """Texts in mappings, tuples and dataclasses are redacted, and other values stay."""
    failure = Failure("what", "hunter22", retry_after_s=2.0)
    value = {"a": ("hunter22", 1), "b": failure}

    assert Redaction(["hunter22"]).value(value) == {
        "a": ("***", 1),
        "b": Failure("what", "***", retry_after_s=2.0),
    }


def test_error() -> None:
    """An error keeps its class and place; its text, its cause and what shows them are without it."""
    error = UnavailableError("no hunter22", "here", "saw hunter22")
    error.__cause__ = SeawallError("hunter22")
    redacted = Redaction(["hunter22"]).error(error)

    assert redacted is error
    assert "hunter22" not in f"{error} {error!r} {error.args}"
    assert error.__cause__ is None


def test_harmless_cause_stays() -> None:
    """A cause without a secret is kept, and so is what an error holds beside texts."""
    error = InterruptedRunError("hunter22", 15)
    error.__cause__ = SeawallError("fine")
    Redaction(["hunter22"]).error(error)

    assert (error.signal_number, error.what, str(error.__cause__)) == (15, "***", "fine")


def test_redaction_shows_nothing_of_itself() -> None:
    """A redaction that is printed is as silent as its texts."""
    assert "hunter22" not in repr(Redaction(["hunter22"]))


@pytest.mark.parametrize("cut", [4, 10, 30])
def test_cut_secret_is_hidden(cut: int) -> None:
    """What is left of a secret that a long text was cut within is hidden, too."""
    secret = "correct-horse-battery-staple-0123456789"
    redaction = Redaction([secret])

    assert redaction.text(f"seen {secret[:cut]}… (999 characters)") == "seen ***… (999 characters)"
    assert redaction.text(f"…{secret[-cut:]} tail") == "…*** tail"


def test_cut_words_are_kept() -> None:
    """Words that were cut and begin like no secret stay as they are."""
    assert Redaction(["correct-horse"]).text("a word … and wor…") == "a word … and wor…"
