"""The model, before anything is asked or computed: it is what it was declared to be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from seawall.contracts import Finding
from seawall.models import Model, hold_golden, load
from seawall.plan import Plan
from seawall.running.crew import crew_of
from seawall.running.order import Order

__all__ = ["Proven", "prove"]


@dataclass(frozen=True, slots=True)
class Proven:
    """The model, where this process has use for it, and what a person should know of it."""

    model: Model | None
    findings: tuple[Finding, ...]


def prove(plan: Plan, order: Order) -> Proven:
    """The plan's model can be loaded and predicts what its golden file expects, or the run ends here.

    Where worker processes load it, this one does only if there is something to hold it to. Raises
    what `load` and `hold_golden` raise.
    """
    crew, declared = crew_of(plan, order), plan.config.predict
    asked = declared.fallback if plan.model.fallback else declared.model
    skewed = getattr(asked, "allow_version_skew", False)
    if crew.kind == "processes" and not plan.model.golden and not skewed:
        return Proven(None, tuple(_findings(plan, "")))
    model = load(declared, plan.model, threads=crew.inner_threads)
    hold_golden(model, declared, plan.model, root=plan.root, batch=plan.context.batch)
    kept = model if crew.kind == "threads" else None
    return Proven(kept, tuple(_findings(plan, model.skew)))


def _findings(plan: Plan, skew: str) -> Iterator[Finding]:
    if plan.model.fallback:
        message = f"the fallback model predicts, since the declared one cannot: {plan.model.why}"
        yield Finding("fallback model", "warn", None, plan.model.why, "the declared model", message)
    if skew:
        yield Finding("version skew", "warn", None, skew, "the installed version", skew)
