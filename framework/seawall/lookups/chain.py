"""The fallback chain of a lookup: live, then link after link, until every key asked for is served."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa

from seawall.config.lookups import Link
from seawall.errors import InterruptedRunError, SeawallError, StorageError, UnavailableError
from seawall.lookups.answers import Answer, Wanted, coverage
from seawall.lookups.asked import Asked
from seawall.lookups.blend import Blend
from seawall.lookups.expect import same_in_a_row, unchanged
from seawall.lookups.links import UnreadError, Upstreams, link_answer, link_name, upstream_answer
from seawall.lookups.measures import exact, percent
from seawall.lookups.pin import content_of
from seawall.lookups.serving import LAST_KNOWN_GOOD, LIVE, Serving, Tried

__all__ = ["Exhausted", "Resolved", "may_ask", "resolve", "words"]

CLEAN = Serving()


@dataclass(frozen=True, slots=True)
class Resolved:
    """A lookup whose chain was walked as far as it had to be.

    `live` is the live read's own table, None where that failed; `dated` when its rows say that they
    are from; `good` whether it met every expectation; `held` why a person has to look first;
    `unchanged` counts the batches published last that had the same content, where that is limited.
    """

    table: pa.Table
    serving: Serving = CLEAN
    tried: tuple[Tried, ...] = ()
    live: pa.Table | None = None
    dated: datetime | None = None
    good: bool = False
    held: str = ""
    unchanged: int = 0


@dataclass(frozen=True, slots=True)
class Exhausted:
    """The chain ended before the lookup was what it has to be.

    `error` is the first failure, with what came of the other links in its text.
    """

    error: SeawallError
    tried: tuple[Tried, ...]


def may_ask(wanted: Wanted) -> bool:
    """Whether it may come to matter which keys the batch asks this lookup for."""
    way = wanted.lookup
    return bool(way.fallback) or way.expect.min_key_coverage is not None


def resolve(wanted: Wanted, upstreams: Upstreams, ask: Callable[[], Asked]) -> Resolved | Exhausted:
    """The lookup's rows, each key from the first link that has it; a healthy live read is all there is.

    `ask` is called at most once, when it matters which keys the batch asks for; what it raises is
    raised, and so are InterruptedRunError and StorageError of any link.
    """
    walk = _Walk(wanted, upstreams, ask)
    live = walk.read()
    if live is not None:
        walk.judge(live)
        if walk.first is None and not walk.rows:
            tried = tuple(walk.tried)
            return replace(_live(live, tried, walk.unchanged), good=True)
    return walk.on(live)


@dataclass(slots=True)
class _Walk:
    """What is known so far: `first` is what is wrong with the live read, `rows` whether keys are open."""

    wanted: Wanted
    upstreams: Upstreams
    ask: Callable[[], Asked]
    tried: list[Tried] = field(default_factory=list)
    first: SeawallError | None = None
    rows: bool = False
    same: bool = False
    unchanged: int = 0
    _asked: Asked | None = None

    @property
    def asked(self) -> Asked:
        """The keys that the batch asks for."""
        if self._asked is None:
            self._asked = self.ask()
        return self._asked

    def read(self) -> Answer | None:
        """The live answer; None where there is none that could be used at all."""
        try:
            answer = upstream_answer(self.wanted, self.upstreams)
        except Exception as error:  # noqa: BLE001 - the border of a link
            self.first = self._failed(LIVE, error)
            self.rows = True
            return None
        self._note(LIVE, answer)
        return answer

    def judge(self, live: Answer) -> None:
        """It is known what the live answer lacks, and whether other links are to give rows beside it."""
        if live.holes:
            self.first = UnavailableError("too many nulls", seen="; ".join(live.holes.values()))
        self._judge_keys(live)
        expect = self.wanted.lookup.expect
        if self.first is None and expect.max_unchanged is not None:
            earlier = self.upstreams.earlier(self.wanted.name, expect.max_unchanged)
            self.unchanged = same_in_a_row(content_of(live.table), earlier)
            self.first = unchanged(expect.max_unchanged, self.unchanged)
            self.same = self.first is not None
            self.rows = self.rows or self.same
        if self.first is not None:
            self._amend(problem=words(self.first))

    def _judge_keys(self, live: Answer) -> None:
        way = self.wanted.lookup
        least, fills = way.expect.min_key_coverage, way.on_missing_key == "fallback"
        if least is None and not fills:
            return
        found = live.has(self.asked.keys)
        covered = coverage(found)
        self._amend(coverage=float(covered), keys=self.asked.number(int(np.count_nonzero(found))))
        self.rows = fills and bool(way.fallback) and covered < 1
        if least is not None and covered < exact(least):
            self.rows, seen = True, f"{percent(float(covered))} of {self._keys()}"
            error = UnavailableError(
                "too few of the keys asked for", seen=seen, allowed=f"at least {percent(least)}"
            )
            self.first = self.first or error

    def on(self, live: Answer | None) -> Resolved | Exhausted:
        """What the links come to together with the live answer, as far as that can be used."""
        way, used = self.wanted.lookup, None if self.same else live
        if not way.fallback:
            return self._end(live)
        blend = Blend(self.wanted, self.asked, used)
        for link in way.fallback:
            if blend.whole and (not self.rows or blend.served.all()):
                break
            self._take(link, blend)
        if self._falls_short(blend, used):
            return self._end(live)
        return Resolved(
            blend.table(),
            blend.serving(outage=self.first is not None and self.rows),
            tuple(self.tried),
            live=None if used is None else used.table,
            dated=None if used is None else used.dated,
            # A read that needed the snapshot must not take its place: the next run would miss it.
            good=self.first is None and LAST_KNOWN_GOOD not in blend.links,
            unchanged=self.unchanged,
        )

    def _take(self, link: Link, blend: Blend) -> None:
        name = link_name(link)
        try:
            answer = link_answer(self.wanted, link, self.upstreams, self.asked)
            patched = blend.patch(name, answer)
            served = blend.take(name, answer) if self.rows else 0
        except Exception as error:  # noqa: BLE001 - the border of a link
            self._failed(name, error)
            return
        self._note(name, answer)
        covered = float(coverage(answer.has(self.asked.keys)))
        useless = "" if patched or served else "it has nothing of what is missing"
        keys = self.asked.number(served) if self.rows else None
        self._amend(problem=useless, coverage=covered, keys=keys)

    def _falls_short(self, blend: Blend, live: Answer | None) -> bool:
        """Whether the lookup has failed, and the links have not made it what it has to be."""
        if self.first is None:
            return False
        expect = self.wanted.lookup.expect
        if self.rows:
            least = expect.min_key_coverage
            if least is not None and coverage(blend.served) < exact(least):
                return True
            if live is None and len(blend.links) == 1 and not blend.served.all():
                return True
        return any(
            blend.open_cells(column) > exact(expect.max_null_share[column]) * blend.rows
            for column in (live.holes if live is not None else ())
        )

    def _end(self, live: Answer | None) -> Resolved | Exhausted:
        """Unchanged content is used, and held; any other failure is the lookup's."""
        tried = tuple(self.tried)
        if self.first is None:
            raise AssertionError("a chain that ends without a failure")
        if self.same and live is not None:
            held = f"lookup {self.wanted.name}: {words(self.first)}"
            return replace(_live(live, tried, self.unchanged), held=held)
        return Exhausted(_with_links(self.wanted.name, self.first, tried), tried)

    def _keys(self) -> str:
        number = self.asked.number(self.asked.keys.num_rows)
        return f"{number:,} keys" if self.asked.whole else f"about {number:,} keys"

    def _note(self, link: str, answer: Answer) -> None:
        read = answer.attempts, answer.seconds
        self.tried.append(Tried(link, "", *read, rows=answer.table.num_rows, as_of=answer.as_of))

    def _amend(self, **known: Any) -> None:
        self.tried[-1] = replace(self.tried[-1], **known)

    def _failed(self, link: str, error: Exception) -> SeawallError:
        """The link's failure, noted; what has nothing to do with the link is raised."""
        cause, attempts, seconds = error, 0, 0.0
        if isinstance(error, UnreadError):
            cause, attempts, seconds = error.error, error.attempts, error.seconds
        if isinstance(cause, InterruptedRunError | StorageError):
            raise cause
        if not isinstance(cause, SeawallError):
            cause = _bug(cause)
        self.tried.append(Tried(link, words(cause), attempts, seconds))
        return cause


def _live(live: Answer, tried: tuple[Tried, ...], unchanged_: int) -> Resolved:
    """The live answer alone."""
    return Resolved(live.table, CLEAN, tried, live.table, live.dated, unchanged=unchanged_)


def _bug(cause: Exception) -> SeawallError:
    """The failure of a link that is none of an upstream's, with the line where it was raised."""
    place = traceback.extract_tb(cause.__traceback__)[-1:]
    at = "".join(f" ({frame.filename}:{frame.lineno})" for frame in place)
    error = SeawallError(f"{type(cause).__name__} inside seawall", seen=f"{cause}{at}")
    error.__cause__ = cause
    return error


def words(error: SeawallError) -> str:
    """What happened, what was seen and what is allowed, in one line."""
    seen = f": {error.seen}" if error.seen else ""
    allowed = f", allowed {error.allowed}" if error.allowed else ""
    return " ".join(f"{error.what}{seen}{allowed}".split())


def _with_links(name: str, first: SeawallError, tried: Sequence[Tried]) -> SeawallError:
    """The first failure, with what came of each link after it."""
    after = [
        f"{one.link}: {one.problem or f'answered for {one.keys or 0:,} keys'}" for one in tried[1:]
    ]
    seen = "; ".join([part for part in (first.seen, *after) if part])
    where = first.where or f"lookup {name}"
    error = type(first)(first.what, where, seen, first.allowed, first.todo)
    error.__cause__ = first.__cause__
    return error
