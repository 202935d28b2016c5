"""The upstreams of a run, as the chains of its lookups ask them."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa

from seawall.config.lookups import Lookup
from seawall.conform import to_frame
from seawall.contracts import Caps, Context, Request
from seawall.errors import InterruptedRunError, TemporaryError
from seawall.lookups.answers import Wanted
from seawall.lookups.asked import Asked, asked_keys
from seawall.lookups.chain import may_ask
from seawall.lookups.expect import Clock
from seawall.lookups.links import Handed, UnreadError, Upstreams
from seawall.plan import Plan
from seawall.reads import LOOKUP, Terms, Unread, error_of, terms_of
from seawall.running.admitted import Admissions
from seawall.running.world import World
from seawall.sinks.files.sink import Claim
from seawall.stages.contract import compiled, passing
from seawall.stages.ingest import readable

__all__ = ["Asking", "request_of"]


@dataclass(slots=True)
class Asking:
    """Reads upstreams into `scratch`, and knows which keys the batch asks for. Threads may share it."""

    plan: Plan
    claim: Claim
    world: World
    scratch: Path
    wanted: Mapping[str, Wanted]
    admissions: Admissions
    terms: Callable[[Lookup], Terms] = lambda lookup: terms_of(lookup, LOOKUP)
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _asked: Mapping[str, Asked] | None = None

    def upstreams(self) -> Upstreams:
        """How the links of the plan's chains are reached."""
        config, now = self.plan.config, self.world.order.now()
        zone = ZoneInfo(config.timezone) if config.timezone else UTC
        return Upstreams(
            lookups=config.ingest.lookups,
            read=self._read,
            answered=lambda name, lookup: self.admissions.saw(name, lookup, available=True),
            snapshots=self.claim.sink.layout.snapshots,
            earlier=self._earlier,
            clock=Clock(self.plan.context.as_of, now, zone),
            disk=self.claim.sink.disk,
        )

    def keys(self, name: str) -> Asked:
        """The keys that the batch asks the lookup for: one pass over the primary for all lookups."""
        with self._lock:
            if self._asked is None:
                types = {n: w.keys for n, w in self.wanted.items() if may_ask(w)}
                self._asked = asked_keys(self._key_columns(types), types, stop=self._stop)
            return self._asked[name]

    def _key_columns(self, types: Mapping[str, Mapping[str, pa.DataType]]) -> Iterator[pa.Table]:
        """The primary's join columns, typed as ingest types them, chunk by chunk.

        Rows that the contract of these columns will refuse ask for nothing: a misspelt key is the
        primary's fault, and no sign that the lookup is down.
        """
        plan, columns = self.plan, sorted({column for keys in types.values() for column in keys})
        declared = plan.config.validate_.columns
        contracts = {name: declared[name] for name in columns if name in declared}
        reading = replace(plan.reading, columns=columns, contracts=contracts)
        tests = compiled(contracts)
        for ref in plan.chunks:
            table = readable(reading, ref).table
            yield table.filter(pa.array(passing(to_frame(table, 0, contracts), tests)))

    def _stop(self) -> None:
        stop = self.world.order.stop
        if stop():
            raise InterruptedRunError("stopped while lookups were read", stop.signal_number)

    def _read(self, name: str, lookup: Lookup) -> Handed:
        """What the upstream has now, mapped from a file that is gone with the last use of the table."""
        refusal = self.admissions.refusal(name, lookup)
        if refusal:
            todo = f"wait, or close it by hand: seawall breaker reset {name}"
            raise UnreadError(TemporaryError(refusal, f"lookup {name}", todo=todo), 0)
        into = self.scratch / f"{next(self._numbers)}.{name}.arrow"
        request = request_of(lookup, self.plan.context, self.plan.root)
        read = self.world.reader.read(
            lookup, request, name=name, into=into, terms=self.terms(lookup)
        )
        if isinstance(read, Unread):
            # A refusal or a faulty answer is an answer: somebody is there.
            self.admissions.saw(name, lookup, available=not read.last.availability)
            raise UnreadError(error_of(f"lookup {name}", read), read.attempts, read.seconds)
        with pa.memory_map(str(read.path)) as mapped:
            table = pa.ipc.open_file(mapped).read_all()
        read.path.unlink()
        return Handed(table, read.as_of, read.attempts, read.seconds)

    def _earlier(self, name: str, most: int) -> Sequence[str]:
        """What the lookup held in the other batches that were published last, newest first."""
        contents: dict[str, str] = {}
        for entry in self.claim.sink.newest_first():
            content = entry.lookups.get(name, "")
            if entry.batch != self.claim.batch and content:
                contents.setdefault(entry.batch, content)
            if len(contents) == most:
                break
        return list(contents.values())


def request_of(lookup: Lookup, context: Context, root: Path) -> Request:
    """What the lookup's upstream is asked for: the columns that are joined by, added or dated by."""
    expect = lookup.expect
    dated = [expect.as_of_column] if expect.as_of_column is not None else []
    columns = [*lookup.join_columns.values(), *lookup.added_columns, *dated]
    request = Request(
        batch=context.batch,
        as_of=context.as_of,
        root=root,
        columns=tuple(dict.fromkeys(columns)),
        caps=lookup.caps.caps(Caps()),
        pipeline=context.pipeline,
    )
    if expect.as_of_header is None:
        return request
    return replace(request, as_of_header=expect.as_of_header)
