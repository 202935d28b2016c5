"""How a comparison is judged, in plain words and numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, TypedDict, cast, get_args

from pydantic import TypeAdapter, ValidationError

from seawall.config.drift import Alarms
from seawall.config.near import did_you_mean
from seawall.drift.settings import Floors, Rule, Settings, Terms
from seawall.errors import UsageError
from seawall.shown import listed, shown

__all__ = ["Options", "settings_of"]


class Options(TypedDict, total=False):
    """What `drift` says in a pipeline file: `outputs` are predictions, told first; shares are of 1."""

    alarms: str
    floors: Mapping[str, tuple[float, float]]
    outputs: Sequence[str]
    rule: Rule
    p_value: float


def settings_of(settings: Settings | None, options: Mapping[str, Any]) -> Settings:
    """The settings as given, or as the options say; UsageError for an option that cannot be."""
    if settings is not None:
        if not isinstance(settings, Settings):
            allowed = "a Settings, or plain options: compare(…, alarms='1 in 30 runs')"
            raise UsageError("no settings", "settings", shown(settings), allowed)
        if options:
            seen, todo = listed(options), "say everything in one of them"
            raise UsageError("settings and options at once", "compare", seen, todo=todo)
        return settings
    for name in options:
        _known(name, list(Options.__annotations__), "option")
    _hold_effect(options)
    usual = Settings()
    return Settings(
        alarms=_alarms(options["alarms"]) if "alarms" in options else usual.alarms,
        outputs=_outputs(options.get("outputs", ())),
        terms=Terms(floors=_floors(options.get("floors", {}))),
        rule=_rule(options.get("rule", usual.rule)),
        p_value=_p_value(options.get("p_value", usual.p_value)),
    )


def _alarms(value: object) -> float:
    try:
        share: float = TypeAdapter(Alarms).validate_python(value)
    except ValidationError:
        allowed = "how many false alarms may be borne: 1 in 30 runs"
        raise UsageError("not a rate", "alarms", shown(value), allowed) from None
    return share


def _floors(value: object) -> Floors:
    if not isinstance(value, Mapping):
        raise UsageError("no floors", "floors", shown(value), "floors={'distance': (0.05, 0.20)}")
    names = [field.name for field in fields(Floors)]
    for name, pair in value.items():
        _known(name, names, "floor")
        _pair(f"floors[{name!r}]", pair)
    return Floors(**{name: (float(warn), float(fail)) for name, (warn, fail) in value.items()})


def _pair(where: str, pair: object) -> None:
    """UsageError unless it is two numbers from 0 to 1 that do not fall."""
    found = list(pair) if isinstance(pair, Sequence) and not isinstance(pair, str) else []
    numbers = [n for n in found if isinstance(n, int | float) and 0 <= n <= 1]
    if len(numbers) != len(found) or len(numbers) != len((0, 1)) or numbers[0] > numbers[1]:
        allowed = "(warn, fail): two numbers from 0 to 1, not falling"
        raise UsageError("no floor", where, shown(pair), allowed)


def _outputs(value: object) -> tuple[str, ...]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise UsageError("no list of columns", "outputs", shown(value), "outputs=['p_late']")
    return tuple(value)


def _rule(value: object) -> Rule:
    for rule in get_args(Rule):
        if value == rule:
            return cast(Rule, rule)
    raise UsageError("an unknown rule", "rule", shown(value), listed(get_args(Rule)))


def _p_value(value: object) -> float:
    if not isinstance(value, int | float) or not 0 < value < 1:
        raise UsageError("no p-value", "p_value", shown(value), "a number between 0 and 1")
    return value


def _hold_effect(options: Mapping[str, Any]) -> None:
    """UsageError for an option that the rule never looks at."""
    rule = options.get("rule", "seawall")
    idle = ("p_value",) if rule == "seawall" else ("alarms", "floors")
    for name in idle:
        if name in options:
            allowed = "rule='ks-p-value'" if name == "p_value" else "rule='seawall'"
            seen = f"{name}, and rule={rule!r}"
            raise UsageError("an option without effect", "compare", seen, allowed, "leave one out")


def _known(name: object, names: Sequence[str], what: str) -> None:
    if name not in names:
        todo = did_you_mean(name, names)
        raise UsageError(f"an unknown {what}", "compare", shown(name), listed(names), todo)
