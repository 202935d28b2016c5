"""Secrets, taken out of everything that is said.

A secret is what a `${env:…}` reference of the pipeline file stands for, and what is written out in
the file where secrets stand: the password and the tokens of a URL, an Authorization header.
"""

from __future__ import annotations

import base64
import binascii
import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar
from urllib.parse import parse_qsl, quote, quote_plus, unquote, urlsplit

from pydantic import BaseModel

from seawall.config.scalars import EnvRef
from seawall.shown import part

__all__ = ["Redaction"]

E = TypeVar("E", bound=BaseException)

_SHORTEST = 4
_LONG = 16
"""A query value of so many characters is taken for a token, whatever its name."""
_HIDDEN = "***"
_CUT = "…"
_USERINFO = re.compile(r"(?<=://)[^/?#\s]*@")
_NAMES = re.compile(
    r"secret|token|passw|pwd|auth|cookie|api.?key|signature|credential", re.IGNORECASE
)
_MAPPINGS = {"headers", "params", "storage", "with_"}
_QUOTED = re.compile(r"%[0-9A-F]{2}")


class Redaction:
    """Text without the secrets: as they are, quoted, escaped or in base64; of any URL no userinfo."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms = {form for secret in secrets for form in _forms(secret)}
        longest_first = sorted((form for form in forms if len(form) >= _SHORTEST), key=len)[::-1]
        self._forms = longest_first
        self._pattern = (
            re.compile("|".join(map(_pattern, longest_first))) if longest_first else None
        )

    @classmethod
    def of(cls, section: BaseModel, env: Mapping[str, str]) -> Redaction:
        """Of all secrets that the section refers to or contains."""
        return cls(_secrets(section, env))

    def __repr__(self) -> str:
        """Nothing of what is hidden."""
        return "Redaction(***)"

    def text(self, text: str) -> str:
        """The text, with *** for each secret."""
        if self._pattern is not None:
            text = self._uncut(self._pattern.sub(_HIDDEN, text))
        return _USERINFO.sub(f"{_HIDDEN}@", text) if "://" in text else text

    def _uncut(self, text: str) -> str:
        """The text without what is left of a secret where it was cut: before or after a `…`."""
        head, *rest = text.split(_CUT)
        for following in rest:
            began = max((_overlap(head, form) for form in self._forms), default=0)
            ended = max((_overlap(form, following) for form in self._forms), default=0)
            head = f"{head[: len(head) - began]}{_HIDDEN if began else ''}{_CUT}"
            head += f"{_HIDDEN if ended else ''}{following[ended:]}"
        return head

    def value(self, value: Any) -> Any:
        """The value with every text in it redacted, in mappings, tuples and dataclasses too."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {self.value(key): self.value(entry) for key, entry in value.items()}
        if isinstance(value, list | tuple):
            return type(value)(self.value(entry) for entry in value)
        if is_dataclass(value) and not isinstance(value, type):
            return replace(
                value, **{f.name: self.value(getattr(value, f.name)) for f in fields(value)}
            )
        return value

    def error(self, error: E) -> E:
        """The very error, its texts redacted; a cause that would show a secret is let go."""
        error.args = tuple(self.value(entry) for entry in error.args)
        for name, entry in list(vars(error).items()):
            if isinstance(entry, str):
                setattr(error, name, self.text(entry))
        for cause in (error.__cause__, error.__context__):
            if cause is not None and self._shows(cause):
                error.__cause__, error.__context__ = None, None
        return error

    def _shows(self, error: BaseException | None) -> bool:
        """Whether the error's text, or that of one behind it, has a secret."""
        while error is not None:
            if self.text(str(error)) != str(error):
                return True
            error = error.__cause__ or error.__context__
        return False


def _secrets(section: BaseModel, env: Mapping[str, str]) -> Iterator[str]:
    for field in type(section).model_fields:
        yield from _within(getattr(section, field), env, named=field in _MAPPINGS)


def _within(value: Any, env: Mapping[str, str], *, named: bool) -> Iterator[str]:
    """The secrets in a value; `named` says that a mapping's keys tell which of its texts are some."""
    if isinstance(value, EnvRef):
        secret = env.get(value.env, "")
        yield from (secret, *_parts(secret))
    elif isinstance(value, BaseModel):
        yield from _secrets(value, env)
    elif isinstance(value, Mapping):
        for key, entry in value.items():
            if named and isinstance(entry, str) and (_NAMES.search(key) or key == "key"):
                yield from (entry, *_parts(entry))
            yield from _within(entry, env, named=named)
    elif isinstance(value, list | tuple):
        for entry in value:
            yield from _within(entry, env, named=named)
    elif isinstance(value, str) and "://" in value:
        yield from _parts(value)


def _parts(secret: str) -> Iterator[str]:
    """What within a secret is one by itself: of a URL its password and tokens, of a header its token."""
    if "://" in secret:
        yield from _of_url(secret)
        return
    scheme, _, token = secret.partition(" ")
    if token and scheme.isalpha():
        yield token
        with_password = _decoded(token) if scheme.lower() == "basic" else ""
        yield with_password.partition(":")[2]


def _of_url(url: str) -> Iterator[str]:
    try:
        parts = urlsplit(url)
        password, query = parts.password or "", parse_qsl(parts.query, keep_blank_values=True)
    except ValueError:  # no URL; as a whole it is hidden in any case
        return
    userinfo = parts.netloc.rpartition("@")[0]
    user = unquote(parts.username or "")
    yield from (userinfo.partition(":")[2], password, unquote(password))
    if password:
        yield base64.b64encode(f"{user}:{unquote(password)}".encode()).decode()
    for name, value in query:
        if _NAMES.search(name) or len(value) >= _LONG:
            yield value


def _decoded(token: str) -> str:
    try:
        return base64.b64decode(token, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _overlap(first: str, second: str) -> int:
    """With how many characters the first text ends and the second begins; 0 for too few to matter."""
    for length in range(min(len(first), len(second)), _SHORTEST - 1, -1):
        if first.endswith(second[:length]):
            return length
    return 0


def _pattern(form: str) -> str:
    """The form itself, the digits of what is percent-encoded in either case."""
    return _QUOTED.sub(lambda match: f"(?i:{match[0]})", re.escape(form))


def _forms(secret: str) -> set[str]:
    """The ways in which libraries write a text down."""
    raw = secret.encode(errors="surrogateescape")
    quoted = {quote(raw, safe=""), quote(raw), quote_plus(raw)}
    encoded = {base64.b64encode(raw).decode(), base64.urlsafe_b64encode(raw).decode()}
    escaped = {
        repr(secret)[1:-1],
        part(secret),
        repr(raw)[2:-1],
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        html.escape(secret),
        secret.replace("\\", "\\\\").replace("'", "\\'"),
    }
    if len(secret) < _SHORTEST:
        return set()
    return {secret, *quoted, *escaped, *encoded, *(form.rstrip("=") for form in encoded)}
