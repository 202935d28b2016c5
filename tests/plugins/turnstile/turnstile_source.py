"""A source behind a token that expires, as somebody else would write it."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pandas as pd

from seawall.contracts import Request


class Turnstile:
    """The rows that a service has for who shows the right token."""

    def __init__(self, *, url: str, token: str) -> None:
        self.url, self.token = url, token

    def tables(self, request: Request) -> Iterator[pd.DataFrame]:
        """All rows at once; httpx's own error where the service refuses."""
        del request
        answer = httpx.get(self.url, headers={"Authorization": self.token}, trust_env=False)
        yield pd.DataFrame(answer.raise_for_status().json())

    def refresh(self) -> None:
        """The token is a new one."""
        self.token = f"new {self.token}"
