"""The pipeline's steps, imported and given their parameters, or what is wrong with them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from pydantic import ValidationError

from seawall.calling import checked_parameters, found, parameter_faults
from seawall.config.faults import Fault, KeyPath, dotted
from seawall.config.judging import Step
from seawall.config.load import LoadedConfig
from seawall.config.names import NameNotFoundError
from seawall.contracts import Context
from seawall.errors import SoftwareError
from seawall.plan.packaged import package_faults
from seawall.plan.plugged import steps_of
from seawall.stages.pandera_schema import schema_of
from seawall.stages.steps import Bound, bind, settable

__all__ = ["bound_steps", "schema_faults", "step_faults"]

T = TypeVar("T")


def bound_steps(loaded: LoadedConfig, context: Context) -> Iterator[tuple[KeyPath, Bound | Fault]]:
    """Filters, rules and stages in the order in which they run, each with its place in the file."""
    for path, step in steps_of(loaded.config):
        yield path, _tried(loaded, path, functools.partial(bind, step, context))


def step_faults(loaded: LoadedConfig) -> list[Fault]:
    """What is wrong with imports and parameters; no class is made, for its state may be dear."""
    tried = (
        _tried(loaded, path, functools.partial(_parameters, step))
        for path, step in steps_of(loaded.config)
    )
    faults = [*schema_faults(loaded), *package_faults(loaded)]
    return [*faults, *(result for result in tried if isinstance(result, Fault))]


def schema_faults(loaded: LoadedConfig) -> Iterator[Fault]:
    """Why the pandera schema cannot be used."""
    use, path = loaded.config.validate_.pandera, ("validate", "pandera")
    if use is None:
        return
    try:
        schema_of(use)
    except SoftwareError as error:
        place, words = loaded.places.value(path), error.what
        yield Fault(
            place, dotted(path), words, error.seen or error.where, error.allowed, error.todo
        )


def _parameters(step: Step) -> dict[str, Any]:
    target = found(step.target)
    return checked_parameters(target, step.with_, settable=settable(target))


def _tried(loaded: LoadedConfig, path: KeyPath, attempt: Callable[[], T]) -> T | Fault:
    def fault(at: KeyPath, what: str, *more: str) -> Fault:
        return Fault(loaded.places.value(at), dotted(at), what, *more)

    try:
        return attempt()
    except ValidationError as error:
        name, words = parameter_faults(error)[0]
        return fault((*path, "with", name), f"a parameter that doesn't fit: {words}")
    except NameNotFoundError as error:  # a plug-in that was there when the file was loaded
        return fault((*path, "use"), error.what, "", error.allowed, error.todo)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the user's module may raise anything
        words = f"{type(error).__name__}: {error}"
        return fault((*path, "use"), f"cannot be imported or made: {words}")
