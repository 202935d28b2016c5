"""Laws tried one after the other, and all that were broken told at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from seawall.calling import said

__all__ = ["hold", "refuse", "words"]

Case = TypeVar("Case")


def hold(case: Case, laws: Iterable[Callable[[Case], Iterator[str]]], subject: str) -> None:
    """Every law holds for the case; AssertionError names all that the subject breaks."""
    refuse([sentence for law in laws for sentence in _tried(law, case)], subject)


def refuse(sentences: Iterable[str], subject: str) -> None:
    """There are no sentences; AssertionError says each of them once."""
    listed = "\n".join(f"- {sentence}" for sentence in dict.fromkeys(sentences))
    if listed:
        raise AssertionError(f"The {subject} breaks its contract:\n{listed}")


def words(error: BaseException) -> str:
    """The error's type and what it says."""
    return f"{type(error).__name__}: {said(error)}"


def _tried(law: Callable[[Case], Iterator[str]], case: Case) -> list[str]:
    try:
        return list(law(case))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever foreign code raises when it is asked again
        return [f"asked again, it raised {words(error)}"]
