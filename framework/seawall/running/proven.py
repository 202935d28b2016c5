"""The model, before anything is asked or computed: it is what it was declared to be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from seawall.calling import said
from seawall.contracts import Finding
from seawall.errors import SeawallError
from seawall.models import Model, hold_golden, load, pin_fallback
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
    broken = tuple(_unusable_fallback(plan))
    asked = declared.fallback if plan.model.fallback else declared.model
    skewed = getattr(asked, "allow_version_skew", False)
    if crew.kind == "processes" and not plan.model.golden and not skewed:
        return Proven(None, (*broken, *_findings(plan, "")))
    model = load(declared, plan.model, threads=crew.inner_threads)
    hold_golden(model, declared, plan.model, root=plan.root, batch=plan.context.batch)
    kept = model if crew.kind == "threads" else None
    return Proven(kept, (*broken, *_findings(plan, model.skew)))


def _unusable_fallback(plan: Plan) -> Iterator[Finding]:
    """What would keep the fallback from predicting, found out while it is not needed.

    It never hurts the run: the declared model predicts.
    """
    declared = plan.config.predict
    if declared.fallback is None or plan.model.fallback:
        return
    try:
        load(declared, pin_fallback(declared, root=plan.root, batch=plan.context.batch))
    except SeawallError as error:
        yield _unusable(": ".join(filter(None, [error.where, error.what])))
    except Exception as error:  # noqa: BLE001 - a fallback that is not asked fails no run
        yield _unusable(f"{type(error).__name__}: {said(error)}")


def _unusable(why: str) -> Finding:
    message = f"the fallback model could not predict if it were needed: {why}"
    return Finding("fallback model", "warn", None, why, "a model that can be loaded", message)


def _findings(plan: Plan, skew: str) -> Iterator[Finding]:
    if plan.model.fallback:
        message = f"the fallback model predicts, since the declared one cannot: {plan.model.why}"
        yield Finding("fallback model", "warn", None, plan.model.why, "the declared model", message)
    if skew:
        yield Finding("version skew", "warn", None, skew, "the installed version", skew)
