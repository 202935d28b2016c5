"""The laws of stages and rules, each as a function that yields a sentence for whatever breaks it."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pandas as pd

from seawall.testing.again import elsewhere
from seawall.testing.breaches import words
from seawall.testing.trial import (
    Step,
    Trial,
    difference,
    difference_of_types,
    difference_of_values,
)

__all__ = ["COMMON", "DEAR", "Law"]

Law = Callable[[Trial], Iterator[str]]
_ALONE = 50
"""How many rows are tried each as a chunk of its own."""
_THREADS = 2


def _tried(trial: Trial, frame: pd.DataFrame, step: Step | None = None) -> pd.DataFrame | str:
    try:
        return trial.result(frame, step)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the border of foreign code
        return f"it raises {words(error)}"


def _told(made: pd.DataFrame | str, expected: pd.DataFrame) -> str:
    return made if isinstance(made, str) else difference(made, expected)


def _told_of_types(made: pd.DataFrame | str, expected: pd.DataFrame) -> str:
    return made if isinstance(made, str) else difference_of_types(made, expected)


def _untouched(trial: Trial) -> Iterator[str]:
    """The frame that comes in is as it was: columns, types, values and index."""
    given = trial.frame.copy()
    trial.make()(given)
    told = difference(given, trial.frame)
    if not told and not given.index.equals(trial.frame.index):
        told = "the index is another"
    if told:
        yield f"it changes the frame that it is given ({told}): return another one, by .assign."


def _chunks(trial: Trial) -> Iterator[str]:
    """A row's values don't depend on the rows beside it."""
    rows = len(trial.frame)
    for size in sorted({1, 3, max(1, rows // 2)}):
        stop = min(rows, _ALONE) if size == 1 else rows
        told = _in_chunks(trial, [slice(at, at + size) for at in range(0, stop, size)])
        if told:
            yield f"in chunks of {size} it is not as in one of {rows} rows: {told}."


def _in_chunks(trial: Trial, cuts: Sequence[slice]) -> str:
    parts = []
    for cut in cuts:
        made = _tried(trial, trial.frame.iloc[cut])
        told = _told_of_types(made, trial.made)
        if told or isinstance(made, str):
            return told
        parts.append(made)
    last = cuts[-1].stop if cuts else 0
    return difference_of_values(parts, trial.made.iloc[:last]) if parts else ""


def _order(trial: Trial) -> Iterator[str]:
    """It keeps nothing in mind from one chunk to the next."""
    half, step = max(1, len(trial.frame) // 2), trial.make()
    for part in (slice(half, None), slice(0, half)):
        told = _told(_tried(trial, trial.frame.iloc[part], step), trial.made.iloc[part])
        if told:
            yield f"with its chunks in another order: {told}."
            return


def _repeatable(trial: Trial) -> Iterator[str]:
    step = trial.make()
    _tried(trial, trial.frame, step)
    told = _told(_tried(trial, trial.frame, step), trial.made)
    if told:
        yield f"called twice, it is not as the first time: {told}."
    told = _told(_tried(trial, trial.frame), trial.made)
    if told:
        yield f"made anew from its parameters: {told}."


def _no_rows(trial: Trial) -> Iterator[str]:
    told = _told_of_types(_tried(trial, trial.frame.iloc[:0]), trial.made)
    if told:
        yield f"without rows: {told}."


def _all_null(trial: Trial) -> Iterator[str]:
    """Each column that may be null is all null in turn, and no column has another type for that."""
    for name in trial.nullable:
        nulls = pd.Series(
            [None] * len(trial.frame), index=trial.frame.index, dtype=trial.frame[name].dtype
        )
        made = _tried(trial, trial.frame.assign(**{name: nulls}))
        told = _told_of_types(made, trial.made)
        if told:
            yield f"where {name!r} is all null: {told}."


def _index(trial: Trial) -> Iterator[str]:
    """Rows are numbered through the batch, with gaps where some have left."""
    other = trial.frame.set_axis(pd.RangeIndex(len(trial.frame)) * 7 + 1_000_003)
    told = _told(_tried(trial, other), trial.made)
    if told:
        yield f"with other numbers in the index: {told}."


def _threads(trial: Trial) -> Iterator[str]:
    """A worker's threads share it."""
    step, barrier = trial.make(), Barrier(_THREADS)

    def called(_: int) -> pd.DataFrame | str:
        barrier.wait()
        return _tried(trial, trial.frame, step)

    with ThreadPoolExecutor(_THREADS) as pool:
        answers = list(pool.map(called, range(_THREADS)))
    told = next(filter(None, (_told(answer, trial.made) for answer in answers)), "")
    if told:
        yield f"called by two threads at once: {told}."


def _picklable(trial: Trial) -> Iterator[str]:
    try:
        copied: Any = pickle.loads(pickle.dumps(trial.make()))  # noqa: S301 - bytes of a moment ago
    except Exception as error:  # noqa: BLE001 - a foreign class may raise anything
        yield f"it cannot be pickled: {words(error)}. Define it at the top of a module."
        return
    told = _told(_tried(trial, trial.frame, copied), trial.made)
    if told:
        yield f"pickled and back: {told}."


def _elsewhere(trial: Trial) -> Iterator[str]:
    """What is dear to try comes last."""
    answer = elsewhere(trial.make(), trial.frame, trial.group)
    told = "" if answer is None else _told(answer, trial.made)
    if told:
        yield f"in another process, where texts hash otherwise: {told}."


COMMON: tuple[Law, ...] = (
    _untouched,
    _chunks,
    _order,
    _repeatable,
    _no_rows,
    _all_null,
    _index,
    _threads,
    _picklable,
)
DEAR: tuple[Law, ...] = (_elsewhere,)
"""Tried when all others hold."""
