"""A reader whose processes are real, and what it told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pydantic import TypeAdapter

from seawall.config.sources import SourceSection
from seawall.contracts import Caps, Request
from seawall.isolation import Isolation
from seawall.reads import Read, Reader, Terms, Unread
from seawall.running.order import StopRequest

AS_OF = datetime(2026, 1, 2, tzinfo=UTC)
SECTION: TypeAdapter[Any] = TypeAdapter(SourceSection)
QUICK = Terms(attempt_timeout_s=30, deadline_s=60, max_attempts=3, initial_s=0.001)


@dataclass
class Reading:
    """A project's folder, and reads of sources in it."""

    root: Path
    calls: Isolation
    told: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    stop: StopRequest = field(default_factory=StopRequest)

    def read(
        self,
        section: Mapping[str, Any],
        *,
        columns: tuple[str, ...] | None = None,
        into: str = "rows.arrow",
        env: Mapping[str, str] | None = None,
        caps: Caps | None = None,
        **terms: Any,
    ) -> Read | Unread:
        """What came of reading the section."""
        request = Request("2026-01-01", AS_OF, self.root, columns, caps or Caps())
        return self.reader(env or {}).read(
            SECTION.validate_python(section),
            request,
            name="lookup w",
            into=self.folder / into,
            terms=replace(QUICK, **terms),
        )

    def reader(self, env: Mapping[str, str]) -> Reader:
        """The reader of one read."""

        def tell(kind: type, **values: Any) -> None:
            self.told.append((kind.__name__, values))

        return Reader(env, tell, calls=self.calls, stop=self.stop)

    @property
    def folder(self) -> Path:
        """Where the rows go."""
        folder = self.root / "plan"
        folder.mkdir(exist_ok=True)
        return folder

    def rows(self, read: Read | Unread) -> pa.Table:
        """The rows that were read."""
        assert isinstance(read, Read), read
        if read.path.suffix == ".parquet":
            return pq.read_table(read.path)
        with pa.memory_map(str(read.path)) as source:
            return pa.ipc.open_file(source).read_all()


@pytest.fixture(scope="session")
def isolation() -> Iterator[Isolation]:
    """Processes that have imported what reading needs."""
    modules = ["pandas", "seawall.sources.delivery", "seawall.sources.landing"]
    modules += ["seawall.sources.python", "seawall.sources.sql", "seawall.sources.exchange"]
    modules += ["sqlalchemy.dialects.postgresql.psycopg", "seawall.sources.remote", "s3fs"]
    with Isolation(preload=modules, grace_s=0.3) as isolation:
        isolation.begin()
        yield isolation


@pytest.fixture
def reading(tmp_path: Path, isolation: Isolation) -> Reading:
    """Reads in an empty project."""
    return Reading(tmp_path, isolation)


def python(name: str, **parameters: Any) -> dict[str, Any]:
    """The section of a callable in tests/reads/upstreams.py."""
    return {"type": "python", "use": f"tests.reads.upstreams:{name}", "with": parameters}
