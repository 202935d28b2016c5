"""A service that answers as a test says, and the rows that come of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.http_server import HttpServer
from tests.sources.http.asking import read, request, source


@pytest.fixture
def ask(tmp_path: Path, http_server: HttpServer) -> Callable[..., list[dict[str, Any]]]:
    """The rows that come of answers under the path /rows."""

    def asked(*script: Any, columns: tuple[str, ...] | None = None, **keys: Any) -> Any:
        caps = keys.pop("caps", {})
        url = http_server.route("/rows", *script)
        return read(source(url, **keys), request(tmp_path, columns, **caps))

    return asked
