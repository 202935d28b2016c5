"""Sources of other distributions: found by their entry point's name, held to their signature."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from seawall.calling import checked_parameters, more_parameters, named_parameters, parameter_faults
from seawall.config.plugged import installed, label, offers
from seawall.config.references import resolve
from seawall.config.scalars import EnvRef
from seawall.config.sources import PluginSource
from seawall.errors import SoftwareError
from seawall.names import did_you_mean
from seawall.sources.foreign import called, pieces

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd
    import pyarrow as pa

    from seawall.contracts import Request

__all__ = ["Misfit", "PluginUpstream", "misfits", "misfits_of"]

Target = Callable[..., Any]
_TABLES = "tables(self, request) -> Iterator[pyarrow.Table | pandas.DataFrame]"


@dataclass(frozen=True, slots=True)
class Misfit:
    """What keeps a plug-in from being used, and the key of its section that says so."""

    key: tuple[str, ...]
    what: str
    seen: str = ""
    allowed: str = ""
    todo: str = ""


class PluginUpstream:
    """The rows of a plug-in, made with the parameters of its section.

    Raises SoftwareError for a plug-in that cannot be imported, made, or used as a source.
    """

    def __init__(self, section: PluginSource, env: Mapping[str, str]) -> None:
        self.name = label(section.type)
        for misfit in _misfits(section):
            raise SoftwareError(
                misfit.what, ".".join(misfit.key), misfit.seen, misfit.allowed, misfit.todo
            )
        target = offers(section.type)[0].load()
        given = _parameters(target, _resolved(section.with_, env), self.name)
        self._source = called(self.name, lambda: target(**given))

    @property
    def as_of(self) -> datetime | None:
        """When the rows are from, where the plug-in says so."""
        return getattr(self._source, "as_of", None)

    @property
    def refresh(self) -> Callable[[], None] | None:
        """What gets the plug-in new credentials, where it offers that."""
        refresh = getattr(self._source, "refresh", None)
        return None if refresh is None else lambda: called(self.name, refresh)

    def tables(self, request: Request) -> Iterator[pa.Table | pd.DataFrame]:
        """The plug-in's tables; SoftwareError with its name and distribution for anything else."""
        return pieces(self.name, lambda: self._source.tables(request))


def misfits(document: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """What is wrong with the plug-in of a section, as JSON, for a process of its own to find out."""
    del folder
    section = PluginSource.model_validate(document["section"])
    return {"misfits": [asdict(misfit) for misfit in _misfits(section)]}


def misfits_of(answer: Mapping[str, Any]) -> list[Misfit]:
    """What the answer of `misfits` says."""
    return [Misfit(**{**found, "key": tuple(found["key"])}) for found in answer["misfits"]]


def _misfits(section: PluginSource) -> Iterator[Misfit]:
    name = label(section.type)
    points = offers(section.type)
    if len(points) != 1:
        yield _not_one(section.type, name)
        return
    try:
        target = points[0].load()
    except (Exception, SystemExit) as error:  # noqa: BLE001 - an import runs foreign code
        words = f"{type(error).__name__}: {error}".strip(": ")
        todo = "mend or reinstall its distribution"
        yield Misfit(("type",), f"{name} cannot be imported", words[:300], todo=todo)
        return
    if not inspect.isclass(target):
        seen, allowed = f"{points[0].value}, of type {type(target).__name__}", "a class"
        yield Misfit(("type",), f"{name} is no class", seen, allowed)
    elif not callable(getattr(target, "tables", None)):
        yield Misfit(("type",), f"{name} has no method `tables`", points[0].value, _TABLES)
    elif not _takes_request(target):
        what = f"{name} has a method `tables` that takes no request"
        yield Misfit(("type",), what, points[0].value, _TABLES)
    else:
        yield from _wrong_parameters(target, section, name)


def _not_one(written: str, name: str) -> Misfit:
    """The entry point is missing, or there are several of its name."""
    if offers(written):
        todo = "uninstall all but one of them"
        return Misfit(("type",), f"several distributions offer {name}", todo=todo)
    there = installed()
    todo = did_you_mean(written, there) or "install its distribution"
    allowed = ", ".join(there) or "none is installed"
    return Misfit(("type",), f"the plug-in {written!r} is not installed", "", allowed, todo)


def _wrong_parameters(target: Target, section: PluginSource, name: str) -> Iterator[Misfit]:
    """What the signature says of `with`; values from the environment are not looked at yet."""
    given = section.with_
    known = _settable(target)
    late = {key for key, value in given.items() if _has_reference(value)}
    for key in sorted(late - set(known)) if not _is_open(target) else ():
        yield _unknown(key, known, name)
    now = {key: value for key, value in given.items() if key not in late}
    try:
        checked_parameters(target, now, settable=[key for key in known if key not in late])
    except ValidationError as error:
        for at, words in parameter_faults(error):
            key = at.partition(".")[0]
            if key in given and key not in known:
                yield _unknown(key, known, name)
            elif key in given:
                yield Misfit(("with", key), f"{name}: the parameter `{at}` doesn't fit", words)
            else:
                what, todo = f"{name}: missing parameter `{key}`", "add it below `with:`"
                yield Misfit(("with",), what, todo=todo)


def _unknown(key: str, known: list[str], name: str) -> Misfit:
    allowed, todo = ", ".join(known) or "no parameters", did_you_mean(key, known)
    return Misfit(("with", key), f"{name} has no parameter `{key}`", "", allowed, todo)


def _settable(target: Target) -> list[str]:
    try:
        return list(named_parameters(target))
    except ValueError:  # a class of an extension module may have no signature
        return []


def _is_open(target: Target) -> bool:
    try:
        return more_parameters(target) is not None
    except ValueError:
        return False


def _takes_request(target: Any) -> bool:
    """Whether the method can be called with a request; true where that can't be seen."""
    own = inspect.isfunction(inspect.getattr_static(target, "tables"))
    try:
        signature = inspect.signature(target.tables)
    except (TypeError, ValueError):
        return True
    try:
        signature.bind(*[None] * (1 + own))
    except TypeError:
        return False
    return True


def _parameters(target: Target, given: Mapping[str, Any], name: str) -> dict[str, Any]:
    try:
        return checked_parameters(target, given, settable=_settable(target))
    except ValidationError as error:
        at, words = parameter_faults(error)[0]
        what = f"{name}: the parameter `{at}` doesn't fit"
        raise SoftwareError(what, "with", words) from None  # its cause quotes the value


def _has_reference(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_has_reference(entry) for entry in value.values())
    if isinstance(value, list):
        return any(_has_reference(entry) for entry in value)
    return isinstance(value, EnvRef)


def _resolved(value: Any, env: Mapping[str, str]) -> Any:
    """The value, with what the environment has in place of each reference."""
    if isinstance(value, EnvRef):
        return resolve(value, env)
    if isinstance(value, dict):
        return {key: _resolved(entry, env) for key, entry in value.items()}
    if isinstance(value, list):
        return [_resolved(entry, env) for entry in value]
    return value
