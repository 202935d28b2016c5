"""How the cases ended, against what `drill.expect` says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from seawall.config.drilling import ANY
from seawall.config.faults import dotted
from seawall.config.load import LoadedConfig
from seawall.config.overrides import SET
from seawall.drills.catalogue import Chosen
from seawall.drills.left_out import LeftOut
from seawall.drills.values import Case, Ended

__all__ = ["Difference", "differences"]


@dataclass(frozen=True, slots=True)
class Difference:
    """An expectation that does not hold: its line in the file, and what was seen.

    `case` is None where no case was tried of which it speaks.
    """

    where: str
    part: str
    fault: str
    expected: tuple[str, ...]
    seen: str
    case: Case | None = None


def differences(
    loaded: LoadedConfig, ended: Sequence[Ended], what: Chosen, left: Sequence[LeftOut] = ()
) -> tuple[Difference, ...]:
    """Every case that ended otherwise, and every expectation of what was chosen and never tried."""
    found = [_difference(loaded, end) for end in ended]
    told = [difference for difference in found if difference is not None]
    return (*told, *_never_tried(loaded, (end.case for end in ended), what, left))


def _difference(loaded: LoadedConfig, end: Ended) -> Difference | None:
    said = loaded.config.drill.expected(end.case.part, end.case.fault)
    if said is None or end.outcome in said[2]:
        return None
    part, fault, outcomes = said
    where = _where(loaded, part, fault)
    return Difference(where, end.case.part, end.case.fault, outcomes, end.outcome, end.case)


def _never_tried(
    loaded: LoadedConfig, tried: Iterable[Case], what: Chosen, left: Sequence[LeftOut]
) -> Iterator[Difference]:
    """Expectations without a case, though part and fault were chosen: they prove nothing."""
    reasons = {(one.part, one.fault): f"not tried: {one.why}" for one in left}
    met = {(case.part, case.fault) for case in tried}
    expect = loaded.config.drill.expect
    for part, faults in expect.items():
        for fault in faults:
            if ANY in {part, fault} or not what.has(part, fault) or (part, fault) in met:
                continue
            outcomes = loaded.config.drill.expected(part, fault)
            expected = outcomes[2] if outcomes else ()
            seen = reasons.get((part, fault), "not tried")
            yield Difference(_where(loaded, part, fault), part, fault, expected, seen)


def _where(loaded: LoadedConfig, part: str, fault: str) -> str:
    path = ("drill", "expect", part, fault)
    place = loaded.places.key(path)
    return f"{place.file} {dotted(path)}" if place.file == SET else f"{place.file}:{place.line}"
