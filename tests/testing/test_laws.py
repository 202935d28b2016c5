"""Each law of a source is broken by a source that breaks it, and by nothing else of it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from seawall.contracts import Request
from seawall.testing import FakeSource, check_source

REQUEST = Request("b", datetime(2024, 3, 1, tzinfo=UTC), Path())
TABLES = [pa.table({"k": [n, n + 1], "v": [0.5, None]}) for n in (0, 2, 4)]


class Sound:
    """A source that keeps every law; each test breaks one."""

    as_of: Any = None

    def tables(self, request: Request) -> Iterator[Any]:
        """Three tables of two rows, of them the wanted columns."""
        for table in TABLES:
            yield table if request.columns is None else table.select(list(request.columns))


def refused(make: Callable[[], Any], request: Request = REQUEST, **given: Any) -> str:
    """What the kit says of the source."""
    with pytest.raises(AssertionError) as broken:
        check_source(make, request, **given)
    return str(broken.value)


def only(make: Callable[[], Any], **given: Any) -> str:
    """The one sentence that the kit says of the source."""
    (sentence,) = refused(make, **given).splitlines()[1:]
    return sentence


def answering(*tables: Any) -> Callable[[], FakeSource]:
    """A source of these pieces."""
    return lambda: FakeSource(tables)


@pytest.mark.parametrize(
    "tables", [TABLES, [table.to_pandas() for table in TABLES], [TABLES[0].slice(0, 0)]]
)
def test_a_source_that_keeps_them_all(tables: list[Any]) -> None:
    """Tables, frames, and a batch without rows break no law."""
    rows = sum(len(table) for table in tables)

    check_source(answering(*tables), REQUEST, expected_rows=rows, key="k")


def test_nulls_and_nan_are_values(tmp_path: Path) -> None:
    """What is null or NaN in one reading is that in another."""
    frame = pd.DataFrame({"k": ["a", "b"], "x": [float("nan"), 1.0], "y": [None, "y"]})

    check_source(answering(frame, frame.assign(k=["c", "d"])), REQUEST, key="k")


def test_wider_types_may_follow() -> None:
    """A column of integers may go on with floats: one type can hold both."""
    later = pa.table({"k": [6], "v": [None]})

    check_source(answering(*TABLES, later), REQUEST)


def test_columns_in_another_order() -> None:
    """Pieces may have their columns in any order: a run puts them in the first one's."""
    check_source(answering(TABLES[0], TABLES[1].select(["v", "k"])), REQUEST, key="k")


class Single(Sound):
    """Answers with something at once."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def tables(self, request: Request) -> Any:
        """The table itself, or of a frame the wanted columns."""
        wanted = list(request.columns or ())
        if isinstance(self.answer, pa.Table):
            return self.answer.select(wanted) if wanted else self.answer
        return self.answer[wanted] if wanted else self.answer


@pytest.mark.parametrize("answer", [TABLES[0], TABLES[0].to_pandas()])
def test_a_single_table_is_one_piece(answer: Any) -> None:
    """What is no iterator but a frame is taken as a run takes it."""
    check_source(lambda: Single(answer), REQUEST, expected_rows=2, key="k")


@pytest.mark.parametrize("answer", [None, {"k": [1]}, "k"])
def test_what_is_neither_a_table_nor_an_iterator(answer: Any) -> None:
    """Any other answer is told by its type."""
    assert f"its tables are a {type(answer).__name__}" in refused(lambda: Single(answer))


class SilentError(Exception):
    """Cannot say what it is."""

    def __str__(self) -> str:
        """Nothing but another error."""
        raise RuntimeError("no words")


class Failing(Sound):
    """Raises something, always or for some columns only."""

    def __init__(self, error: BaseException, *, always: bool) -> None:
        self.error, self.always = error, always

    def tables(self, request: Request) -> Iterator[Any]:
        """The tables, unless it raises."""
        if self.always or request.columns is not None:
            raise self.error
        return super().tables(request)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (SilentError(), "SilentError: its words cannot be told: RuntimeError"),
        (SystemExit("bye"), "SystemExit: bye"),
    ],
)
@pytest.mark.parametrize(("always", "when"), [(True, "cannot be read: "), (False, "it raised ")])
def test_whatever_is_raised_is_told(error: Any, words: str, always: Any, when: str) -> None:
    """Errors without words, and an exit, at the first reading and at a later one."""
    assert f"{when}{words}" in refused(lambda: Failing(error, always=always))


def test_a_source_that_cannot_be_read() -> None:
    """What it raises is shown, before anything else."""
    make = lambda: FakeSource(TABLES, error=OSError("no route"))  # noqa: E731 - made anew each time

    assert refused(make) == "The source cannot be read: OSError: no route"


PIECES = [
    ([[{"k": 1}]], "piece 0 is a list, and only Arrow tables and DataFrames may come."),
    ([TABLES[0], TABLES[1].select(["k"])], "piece 1 has the columns k, and piece 0 has k, v."),
    ([pa.table([[1], [2]], names=["k", "k"])], "piece 0 has several columns named k."),
    ([pd.DataFrame([[1, 2]], columns=["k", "k"])], "piece 0 has several columns named k."),
    ([pd.DataFrame({"k": [1, "a"]})], "piece 0 has values in 'k' that no Arrow type holds: "),
    ([pd.DataFrame({"k": [1 + 2j]})], "piece 0 has values in 'k' that no Arrow type holds: "),
    ([pd.DataFrame({"k": [object()]})], "piece 0 has values in 'k' that no Arrow type holds: "),
    ([pd.DataFrame({"k": [2**70]})], "piece 0 has values in 'k' that no Arrow type holds: "),
    ([TABLES[0], pa.table({"k": ["x"], "v": [0.5]})], "piece 1 has other types than piece 0"),
]


@pytest.mark.parametrize(("pieces", "sentence"), PIECES)
def test_pieces_are_tables_of_one_kind(pieces: list[Any], sentence: str) -> None:
    """Whatever a piece is, it has the same columns and types as the first."""
    assert only(answering(*pieces)).startswith(f"- {sentence}")


def test_pieces_are_bounded() -> None:
    """A piece of more rows than allowed is an upstream read into memory at once."""
    large = pa.table({"k": range(100)})

    assert "a piece has 100 rows, and none may have more than 99" in only(
        answering(large), piece_rows=99
    )


def test_rows_are_all_there() -> None:
    """Lost rows are counted."""
    assert "6 rows came, and 7 are there" in only(answering(*TABLES), expected_rows=7)


def test_a_batch_without_rows_keeps_its_columns() -> None:
    """Nothing at all is no answer to a request for columns."""
    asked = replace(REQUEST, columns=("k",))

    assert "came as nothing" in refused(answering(), asked)


KEYS = [
    ([TABLES[0], TABLES[0]], "k", "is not unique"),
    (TABLES, "v", "is null in 3 rows"),
    (TABLES, "id", "is not among the columns"),
]


@pytest.mark.parametrize(("tables", "key", "what"), KEYS)
def test_keys_are_there_once(tables: list[pa.Table], key: str, what: str) -> None:
    """A key that is missing, null or repeated is found."""
    assert what in refused(answering(*tables), key=key)


class Forgetful(Sound):
    """Loses the last column when it is asked for less than all."""

    def tables(self, request: Request) -> Iterator[Any]:
        """The first column."""
        for table in super().tables(replace(request, columns=None)):
            yield table if request.columns is None else table.select(["k"])


class Inventive(Sound):
    """Fills a column that isn't there with nulls."""

    def tables(self, request: Request) -> Iterator[Any]:
        """The wanted columns, whatever they are."""
        for table in TABLES:
            frame = table.to_pandas()
            yield frame if request.columns is None else frame.reindex(columns=request.columns)


class Vague(Sound):
    """Says nothing about a column that isn't there."""

    def tables(self, request: Request) -> Iterator[Any]:
        """The wanted columns, or any error."""
        if set(request.columns or ()) - {"k", "v"}:
            raise ValueError("bad request")
        return super().tables(request)


class Fleeting(Sound):
    """Can be read once only."""

    def __init__(self) -> None:
        self.left = iter(TABLES)

    def tables(self, request: Request) -> Iterator[Any]:
        """What is left."""
        for table in self.left:
            yield table if request.columns is None else table.select(list(request.columns))


class Shuffled(Sound):
    """Another order for each instance."""

    made = 0

    def __init__(self) -> None:
        Shuffled.made += 1
        self.start = Shuffled.made % 3

    def tables(self, request: Request) -> Iterator[Any]:
        """The tables, turned."""
        tables = list(super().tables(request))
        yield from tables[self.start :] + tables[: self.start]


class Shared(Sound):
    """Every instance reads from one cursor."""

    place = 0

    def tables(self, request: Request) -> Iterator[Any]:
        """Table by table, from the place where anybody was last."""
        Shared.place = 0
        tables = list(super().tables(request))
        while Shared.place < len(tables):
            Shared.place += 1
            yield tables[Shared.place - 1]


class Stubborn(Sound):
    """Will not be left early."""

    def tables(self, request: Request) -> Iterator[Any]:
        """The tables; an end before the last is an error."""
        for number, table in enumerate(super().tables(request)):
            try:
                yield table
            except GeneratorExit:
                raise RuntimeError(f"left at {number}") from None


class Naive(Sound):
    """A time without a zone."""

    as_of = datetime(2024, 3, 1)  # noqa: DTZ001 - that is the fault


class Prophetic(Sound):
    """A time to come."""

    as_of = datetime.now(UTC) + timedelta(days=1)


class Talkative(Sound):
    """Prints what it does."""

    def tables(self, request: Request) -> Iterator[Any]:
        """The tables, with a word to everybody."""
        sys.stdout.write("reading …\n")
        return super().tables(request)


class Threaded(Sound):
    """Leaves a thread at work."""

    def tables(self, request: Request) -> Iterator[Any]:
        """The tables; a thread goes on where nobody could end it."""
        if _in_fork():
            threading.Thread(target=time.sleep, args=(60,), name="prefetch").start()
        return super().tables(request)


class Parental(Sound):
    """Leaves a process at work."""

    def tables(self, request: Request) -> Iterator[Any]:
        """The tables; the process ends when nobody reads what it writes."""
        if _in_fork():
            line = [sys.executable, "-c", "import sys; sys.stdin.read()"]
            self.left = subprocess.Popen(line, stdin=subprocess.PIPE)
        return super().tables(request)


class Bound(Sound):
    """Works only in the process in which its module was imported."""

    def tables(self, request: Request) -> Iterator[Any]:
        """The tables, unless in a fork."""
        if _in_fork():
            raise OSError("the connection is not of this process")
        return super().tables(request)


HERE = os.getpid()


def _in_fork() -> bool:
    return os.getpid() != HERE


BROKEN = [
    (Forgetful, "asked for 'v' alone, it answered without that column"),
    (Inventive, "it made one up"),
    (Vague, "its error does not name it: bad request"),
    (Fleeting, "read twice, it answered with other rows the second time"),
    (Shuffled, "made anew from its parameters, it answered with other rows"),
    (Shared, "two sources that are read at the same time disturb each other"),
    (Stubborn, "left behind its first piece, it raised RuntimeError: left at 0"),
    (Naive, "a time with a time zone is due"),
    (Prophetic, "which is still to come"),
    (Talkative, "it writes to standard output: 'reading"),
    (Threaded, "it leaves threads behind: prefetch"),
    (Parental, "it leaves 1 processes behind"),
    (Bound, "in a forked process it raised OSError: the connection"),
]


@pytest.mark.parametrize(
    ("source", "sentence"), BROKEN, ids=lambda value: getattr(value, "__name__", "")
)
def test_each_law_is_broken_by_its_source(source: type, sentence: str) -> None:
    """The kit says in a sentence what the source does."""
    assert sentence in refused(source)


def test_the_sound_source_breaks_none() -> None:
    """What the broken ones are made of is sound."""
    check_source(Sound, REQUEST, expected_rows=6, key="k")


def test_every_broken_law_is_told_at_once() -> None:
    """A source that breaks two laws is told of both."""

    class Both(Naive, Vague):
        """Breaks two laws."""

    said = refused(Both)

    assert "does not name it" in said
    assert "a time zone is due" in said


def test_fakes_remember_what_they_were_asked() -> None:
    """A test can see which columns were pushed down, and when the rows are from."""
    then = datetime(2024, 3, 1, tzinfo=UTC)
    fake = FakeSource(TABLES, as_of=then)
    asked = replace(REQUEST, columns=("v",))

    tables = list(fake.tables(asked))

    assert [table.column_names for table in tables] == [["v"]] * 3
    assert (fake.requests, fake.as_of) == ([asked], then)
