"""Small builders for chains: a lookup's section, tables as its upstreams, and a walk over them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
from pydantic import TypeAdapter

from seawall.config.contract import ColumnContract
from seawall.config.lookups import Lookup
from seawall.disk import Disk
from seawall.lookups.answers import Wanted
from seawall.lookups.asked import asked_keys
from seawall.lookups.chain import Exhausted, Resolved, resolve
from seawall.lookups.expect import Clock
from seawall.lookups.links import Handed, Upstreams
from seawall.lookups.table import LookupTable

NOW = datetime(2024, 3, 1, 12, tzinfo=UTC)
SECTION = {
    "type": "sql",
    "url": "sqlite:///w.db",
    "query": "SELECT * FROM w",
    "join": {"city": "k"},
    "columns": {"v": "temp", "w": "sky"},
}
REPLICA = {**SECTION, "join": {"city": "town"}, "columns": {"t": "temp", "s": "sky"}}
LOOKUP: TypeAdapter[Any] = TypeAdapter(Lookup)


def rows(keys: str, v: Sequence[Any] | None = None, w: Sequence[Any] | None = None) -> pa.Table:
    """A lookup's rows for keys of one letter: numbers and text that tell them apart."""
    numbers = [float(ord(key)) for key in keys] if v is None else v
    texts = [f"live {key}" for key in keys] if w is None else w
    types = {"k": pa.string(), "v": pa.float64(), "w": pa.string()}
    columns = {"k": list(keys), "v": list(numbers), "w": list(texts)}
    return pa.table({name: pa.array(columns[name], type_) for name, type_ in types.items()})


def replica_rows(keys: str, t: Sequence[Any] | None = None) -> pa.Table:
    """The rows of another upstream, which has its own names."""
    temps = [1000.0 + ord(key) for key in keys] if t is None else t
    table = pa.table({"s": [f"replica {key}" for key in keys], "town": list(keys)})
    return table.append_column("t", pa.array(list(temps), pa.float64()))


@dataclass
class Chain:
    """A lookup `weather` with these upstreams, in the order of the test; what is asked is noted."""

    section: Mapping[str, Any]
    upstreams: Mapping[str, pa.Table | Exception]
    replica: Mapping[str, Any] = field(default_factory=dict)
    snapshots: Path = Path("/nonexistent")
    earlier: Sequence[str] = ()
    as_of: datetime = NOW
    carried: datetime | None = None
    contracts: Mapping[str, Any] = field(default_factory=dict)
    asked_of: list[str] = field(default_factory=list)
    present: list[str] = field(default_factory=list)
    passes: int = 0

    def walk(self, keys: str) -> Resolved | Exhausted:
        """What comes of the lookup when a batch asks for these keys."""

        def ask() -> Any:
            self.passes += 1
            return asked_keys([pa.table({"city": pa.array(list(keys), pa.string())})], types)[
                "weather"
            ]

        wanted = self.wanted()
        types = {"weather": wanted.keys}
        return resolve(wanted, self.reached(), ask)

    def wanted(self) -> Wanted:
        """What is needed of the lookup."""
        contracts = {name: ColumnContract(**said) for name, said in self.contracts.items()}
        lookup = LOOKUP.validate_python({**SECTION, **self.section})
        return Wanted("weather", lookup, {"city": pa.string()}, contracts)

    def reached(self) -> Upstreams:
        """How its links are reached."""
        replica = LOOKUP.validate_python({**REPLICA, **self.replica})
        return Upstreams(
            lookups=dict.fromkeys(self.upstreams, replica),
            read=self._read,
            answered=lambda _, lookup: self.present.append(lookup.url),
            snapshots=lambda name: self.snapshots / name,
            earlier=lambda _name, most: self.earlier[:most],
            clock=Clock(self.as_of, NOW),
            disk=Disk(),
        )

    def _read(self, name: str, _lookup: Any) -> Handed:
        self.asked_of.append(name)
        answer = self.upstreams[name]
        if isinstance(answer, Exception):
            raise answer
        return Handed(answer, self.carried)


def resolved(chain: Chain, keys: str) -> Resolved:
    """What the walk came to; it was not in vain."""
    found = chain.walk(keys)
    assert isinstance(found, Resolved), found.error
    return found


def failed(chain: Chain, keys: str) -> Exhausted:
    """How the walk failed."""
    found = chain.walk(keys)
    assert isinstance(found, Exhausted)
    return found


def joined(chain: Chain, found: Resolved, keys: str) -> list[tuple[Any, ...]]:
    """For each key its temp and sky, and the link behind the row and behind temp where that is another."""
    way = chain.wanted().lookup
    index = LookupTable(
        "weather",
        found.table,
        join=way.join_columns,
        added=way.added_columns,
        serving=found.serving,
    )
    asked = pa.table({"city": pa.array(list(keys), pa.string())})
    places = index.positions(asked)
    values, served = index.take(places), index.served(asked, places)
    links = found.serving.links
    none = [0] * len(keys)
    columns = (served.get(name, none) for name in ("", "temp"))
    named = ([links[code] for code in codes] for codes in columns)
    return list(zip(values["temp"].to_pylist(), values["sky"].to_pylist(), *named, strict=True))
