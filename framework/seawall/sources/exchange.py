"""One request and its answer: the headers that may go along, redirects, the status, the bytes."""

from __future__ import annotations

import io
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Self

import httpx

from seawall.config.references import resolve
from seawall.config.scalars import EnvRef
from seawall.config.sources import HttpSource
from seawall.config.templates import fill
from seawall.contracts import Request
from seawall.errors import DataError, ForbiddenError, UnavailableError
from seawall.sources.addresses import CheckedTransport, Resolve
from seawall.sources.decoded import Decoded, Room
from seawall.sources.pages import Ask

__all__ = ["Answer", "Exchange"]

_TIMEOUT_S = 30.0
_REDIRECTS = 5
_SCHEMES = ("http", "https")
_BLOCK = 1 << 16
_HTML = ("text/html", "application/xhtml+xml")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with status 200, its body not yet read; `where` names it without secrets."""

    response: httpx.Response
    body: Decoded
    where: str

    @property
    def link(self) -> str | None:
        """The URL of the Link header's rel=next, as it stands there."""
        return self.response.links.get("next", {}).get("url")

    @property
    def kind(self) -> str:
        """The content type, without its parameters."""
        written = str(self.response.headers.get("Content-Type", ""))
        return written.partition(";")[0].strip().lower()


class Exchange:
    """Asks one service, page by page, for one attempt at a read. A context manager."""

    def __init__(
        self,
        section: HttpSource,
        env: Mapping[str, str],
        request: Request,
        *,
        resolve_host: Callable[..., Any] = socket.getaddrinfo,
    ) -> None:
        self.section = section
        self._room = Room(request.caps.decoded_bytes)
        self._url = httpx.URL(fill(resolve(section.url, env), request.batch))
        self._params = _filled(section.params, env, request.batch)
        self._secret_params = {
            name for name, text in section.params.items() if isinstance(text, EnvRef)
        }
        self._headers = {name: resolve(text, env) for name, text in section.headers.items()}
        self.where = _named(self._url) if isinstance(section.url, str) else str(section.url)
        if self._url.scheme not in _SCHEMES or not self._url.host:
            raise DataError(
                "no URL of an HTTP service", self.where, allowed="http://… or https://…"
            )
        self._client = _client(section, resolve_host)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    @contextmanager
    def get(self, ask: Ask) -> Iterator[Answer]:
        """The answer, after redirects that are allowed; its connection is given back after the block.

        Raises httpx.HTTPStatusError for a status of 4xx or 5xx, ForbiddenError for a redirect or an
        address that the file does not list, UnavailableError for what cannot be rows.
        """
        response = self._followed(self._begin(ask))
        try:
            yield self._usable(response)
        finally:
            response.close()

    def _begin(self, ask: Ask) -> httpx.URL:
        """The URL of the ask, held to the rules for redirects where the service named it."""
        if ask.url is None:
            return self._url.copy_merge_params({**self._params, **ask.params})
        target = self._url.join(ask.url)
        if not _same_host(target, self._url):
            self._refuse_unlisted(target, "a next page on another host")
            return target
        # a link often lacks the token with which it may be followed
        lacking = {name for name in self._secret_params if name not in target.params}
        return target.copy_merge_params({name: self._params[name] for name in lacking})

    def _followed(self, url: httpx.URL) -> httpx.Response:
        for _ in range(_REDIRECTS + 1):
            response = self._client.send(self._request(url), stream=True)
            location = response.headers.get("Location")
            if not response.is_redirect or not location:
                return response
            response.close()
            url = response.url.join(location)
            self._refuse_unlisted(url, f"a redirect (status {response.status_code})")
        raise self._forbidden(f"more than {_REDIRECTS} redirects", _named(url))

    def _request(self, url: httpx.URL) -> httpx.Request:
        """Headers of the section go to the section's own host only: one of them is a password."""
        headers = self._headers if _same_host(url, self._url) else {}
        own = {"Accept-Encoding": "gzip", "User-Agent": "seawall"}
        if not _same_host(url, self._url):
            url = url.copy_with(userinfo=b"")
        return self._client.build_request("GET", url, headers={**own, **headers})

    def _refuse_unlisted(self, target: httpx.URL, what: str) -> None:
        listed = {host.lower() for host in self.section.redirects}
        if target.scheme not in _SCHEMES or target.host.lower() not in listed:
            raise self._forbidden(f"{what} that the file does not list", _named(target))
        if self._url.scheme == "https" and target.scheme != "https":
            raise self._forbidden(f"{what} from https to {target.scheme}", _named(target))

    def _usable(self, response: httpx.Response) -> Answer:
        """The answer, which has the status of one and may be rows."""
        self._refuse_status(response)
        coding = response.headers.get("Content-Encoding", "identity").strip().lower()
        if coding not in ("identity", "gzip", "x-gzip"):
            raise self._wrong("an encoding that was not asked for", coding[:100], "gzip, or none")
        packed = "none" if coding == "identity" else "gzip"
        raw = io.BufferedReader(_Raw(response), _BLOCK)
        answer = Answer(response, Decoded(raw, packed, self._room, self.where), self.where)
        if answer.kind in _HTML:
            page = answer.body.read(200).decode("utf-8", "replace")
            raise self._wrong("an HTML page where rows are due", " ".join(page.split()), "rows")
        return answer

    def _refuse_status(self, response: httpx.Response) -> None:
        status = response.status_code
        if status == HTTPStatus.OK:
            return
        phrase = HTTPStatus(status).phrase if status in HTTPStatus.__members__.values() else ""
        words = f"status {status} {phrase}".strip() + f" from {self.where}"
        if response.is_success:
            raise self._wrong("an answer without rows", words, "status 200")
        raise httpx.HTTPStatusError(words, request=response.request, response=response)

    def _wrong(self, what: str, seen: str, allowed: str) -> UnavailableError:
        todo = "see what the service sends; a login page comes when credentials have expired"
        return UnavailableError(what, self.where, seen, allowed, todo)

    def _forbidden(self, what: str, seen: str) -> ForbiddenError:
        allowed = ", ".join(self.section.redirects) or "no redirects"
        todo = "write the new URL into the file; or list its host under redirects"
        return ForbiddenError(what, self.where, seen, allowed, todo)


class _Raw(io.RawIOBase):
    """The body as a file, not yet unpacked; httpx itself would unpack a bomb in one step."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__()
        self._blocks = response.iter_raw(_BLOCK)
        self._rest = b""

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """At least a byte, as soon as there is one; 0 at the end."""
        while not self._rest:
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._rest = block
        count = min(len(buffer), len(self._rest))
        buffer[:count], self._rest = self._rest[:count], self._rest[count:]
        return count


def _client(section: HttpSource, resolve_host: Resolve) -> httpx.Client:
    """No redirects and no proxies but what is declared; every wait for a byte ends."""
    return httpx.Client(
        transport=CheckedTransport(section.private_networks, resolve_host),
        timeout=_TIMEOUT_S,
        follow_redirects=False,
        trust_env=False,
    )


def _filled(
    params: Mapping[str, str | EnvRef], env: Mapping[str, str], batch: str
) -> dict[str, str]:
    return {name: fill(resolve(text, env), batch) for name, text in params.items()}


def _same_host(one: httpx.URL, other: httpx.URL) -> bool:
    return (one.scheme, one.host, one.port) == (other.scheme, other.host, other.port)


def _named(url: httpx.URL) -> str:
    """The URL without what may be secret in it."""
    return str(url.copy_with(userinfo=b"", query=None, fragment=None))
