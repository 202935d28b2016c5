"""Handing a message to a webhook or a command, and saying in safe words why it failed."""

from __future__ import annotations

import http.client
import os
import signal
import ssl
import subprocess
import urllib.error
import urllib.request
from collections.abc import Sequence
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path

__all__ = ["DeliveryError", "post", "run_command"]


class DeliveryError(Exception):
    """An alert was not delivered; the text holds no address, since an address may be a secret."""


def post(url: str, body: bytes, *, timeout_s: float) -> None:
    """The body was posted as JSON and the server said 2xx; no redirect is followed.

    `timeout_s` bounds each wait for the socket, not their sum: the caller bounds that.
    """
    try:
        request = urllib.request.Request(url, body, {"Content-Type": "application/json"})  # noqa: S310 the opener knows http and https only
        with _opener().open(request, timeout=timeout_s) as answer:
            # The answer's body is not read: it may be endless.
            status = answer.status
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise DeliveryError(_cause(error)) from None
    if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        raise DeliveryError(f"HTTP {status}")


def run_command(
    command: Sequence[str], body: bytes, *, timeout_s: float, folder: Path | None
) -> None:
    """The command was given the body and ended with 0; it is killed, with its group, at the timeout."""
    try:
        process = subprocess.Popen(  # noqa: S603 the pipeline's own file names the command
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        raise DeliveryError(f"it did not start: {_cause(error)}") from None
    _finish(process, body, timeout_s)


def _finish(process: subprocess.Popen[bytes], body: bytes, timeout_s: float) -> None:
    try:
        process.communicate(body, timeout=timeout_s)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise DeliveryError(f"no end within {timeout_s:g} s, killed") from None
    if process.returncode:
        raise DeliveryError(f"it ended with {process.returncode}")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Turns a redirect into an error: the address that was agreed on is the address."""

    def redirect_request(self, *_: object, **__: object) -> None:
        """No request follows."""


def _opener() -> urllib.request.OpenerDirector:
    # Built by hand: the usual opener also reads file:, ftp: and data: addresses.
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.UnknownHandler(),
        _NoRedirect(),
    ):
        opener.add_handler(handler)
    return opener


def _cause(error: BaseException) -> str:
    """Why, without the error's own text: that often quotes the address."""
    if isinstance(error, urllib.error.HTTPError):
        error.close()
        return f"HTTP {error.code}"
    if isinstance(error, urllib.error.URLError) and isinstance(error.reason, BaseException):
        return _cause(error.reason)
    if isinstance(error, ssl.SSLError):
        return f"TLS: {error.reason}"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, OSError) and error.errno is not None:
        return os.strerror(error.errno) if error.errno > 0 else "the name is not known"
    return f"{type(error).__name__}, is the address right?"
