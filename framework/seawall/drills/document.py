"""What came of a drill, for machines and as a page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from seawall.drills.result import Drilled
from seawall.drills.told import (
    LEGEND,
    counted,
    degraded,
    differing,
    grids,
    named,
    not_tried,
    rerun,
    warned,
    weak,
)
from seawall.drills.values import Ended
from seawall.ledger.plain import plain

__all__ = ["document", "page"]

_WIDE = 160
"""Characters beside each other on a page."""


def document(told: Drilled) -> dict[str, Any]:
    """The drill as one JSON object."""
    return {
        **{name: getattr(told, name) for name in ("config", "pipeline", "batch", "rows")},
        "exit": told.exit,
        "seconds": round(told.seconds, 3),
        "healthy": _case(told, told.healthy),
        "cases": [_case(told, end) for end in told.ended],
        "weaknesses": plain(told.weaknesses),
        "expectations": plain(told.differences),
        "untried": plain(told.untried),
        "left_out": plain(told.left_out),
        "scaled": list(told.scaled),
    }


def page(told: Drilled) -> str:
    """The drill as one HTML page without scripts, which asks nothing of any network."""
    from importlib.resources import files

    from jinja2 import Environment, StrictUndefined

    text = files("seawall.drills").joinpath("page.html.j2").read_text("utf-8")
    template = Environment(autoescape=True, undefined=StrictUndefined).from_string(text)
    return template.render(
        told=told,
        grids=list(grids(told, width=_WIDE)),
        counted=counted(told),
        legend=LEGEND,
        warned=list(warned(told)),
        left_out=list(not_tried(told)),
        degraded=list(degraded(told)),
        reruns=list(rerun(told)),
        weaknesses=[list(weak(weakness)) for weakness in told.weaknesses],
        differences=[differing(difference) for difference in told.differences],
        cases=[(named([end.case]), end) for end in told.ended],
        untried=named(told.untried),
    )


def _case(told: Drilled, end: Ended) -> dict[str, Any]:
    without_ok = tuple(finding for finding in end.findings if finding.severity != "ok")
    told_of: dict[str, Any] = plain(replace(end, findings=without_ok))
    case = told_of.pop("case")
    return {**case, **told_of, "silently_wrong": told.is_silent(end), "warned": told.is_warned(end)}
