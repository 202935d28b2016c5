"""What a `use` without a colon names: a stage or rule that is built in, else one of a plug-in."""

from __future__ import annotations

from collections.abc import Mapping

from seawall.config.names import NameNotFoundError
from seawall.config.near import did_you_mean
from seawall.config.plugged import installed, label, offers

__all__ = ["BUILT_INS", "RULES", "STAGES", "target_of"]

STAGES, RULES = "seawall.stages", "seawall.rules"
"""The groups of entry points; filters are rules, too."""
BUILT_INS: Mapping[str, Mapping[str, str]] = {
    STAGES: {
        "cast": "seawall.builtin.cast:Cast",
        "clip": "seawall.builtin.clip:Clip",
        "date_parts": "seawall.builtin.date_parts:DateParts",
        "fill": "seawall.builtin.fill:Fill",
        "one_hot": "seawall.builtin.encode:OneHot",
        "ordinal": "seawall.builtin.encode:Ordinal",
        "rename": "seawall.builtin.columns:Rename",
        "select": "seawall.builtin.columns:Select",
    },
    RULES: {
        "any_present": "seawall.builtin.rules:AnyPresent",
        "compare": "seawall.builtin.rules:Compare",
        "present_together": "seawall.builtin.rules:PresentTogether",
        "required_if": "seawall.builtin.rules:RequiredIf",
        "value_in": "seawall.builtin.rules:ValueIn",
    },
}
_PATH = "package.module:name, such as pipelines.flights.rules:departed"
_NOUNS = {STAGES: "stage", RULES: "rule"}


def target_of(use: str, group: str) -> str:
    """The `package.module:name` behind a `use`; NameNotFoundError for a name that has none or several.

    Nothing is imported. A built-in goes before a plug-in of its name.
    """
    if ":" in use:
        return use
    built_in = BUILT_INS[group].get(use)
    if built_in is not None:
        return built_in
    points = offers(use, group)
    if len(points) != 1:
        raise _several(use, group) if points else _unknown(use, group)
    return _simple(use, group, points[0].value)


def _several(use: str, group: str) -> NameNotFoundError:
    what = f"several distributions offer {label(use, group)}"
    return NameNotFoundError(what, todo="uninstall all but one of them")


def _unknown(use: str, group: str) -> NameNotFoundError:
    if "." in use or "/" in use:
        module, _, name = use.removesuffix(".py").replace("/", ".").rpartition(".")
        todo = f"did you mean `{module}:{name}`?" if module else ""
        return NameNotFoundError("not a dotted path", _PATH, todo)
    (other,) = set(BUILT_INS) - {group}
    known = sorted({*BUILT_INS[group], *installed(group)})
    todo = did_you_mean(use, known)
    if use in BUILT_INS[other] or offers(use, other):
        todo = f"it is a {_NOUNS[other]}"
    what = f"no {_NOUNS[group]} of this name is built in or installed"
    return NameNotFoundError(what, f"{', '.join(known)}, or {_PATH}", todo)


def _simple(use: str, group: str, value: str) -> str:
    """The entry point's value, without what may stand behind it in brackets."""
    path = value.partition("[")[0].replace(" ", "")
    module, colon, name = path.partition(":")
    if not colon or "." in name or not module:
        allowed = "an entry point that names a function or class: module:name"
        raise NameNotFoundError(f"{label(use, group)} leads to {value!r}", allowed)
    return path
