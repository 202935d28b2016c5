"""What a stage says of the columns that it needs, adds and changes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

__all__ = ["StageDeclaration", "declaration_of", "stage"]

Target = TypeVar("Target", bound=Callable[..., Any])
_PARAMETER = re.compile(r"\{(\w+)\}")
_ATTRIBUTE = "__seawall__"


@dataclass(frozen=True, slots=True)
class StageDeclaration:
    """Which columns a stage looks at, which it makes, and whose type it changes.

    `adds` has every column that the frame has after the stage and not before it; `changes` has the
    columns that come out in another dtype than they came in. A column that is replaced in its own
    dtype stands in neither.
    """

    needs: tuple[str, ...] = ()
    adds: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()

    def filled(self, parameters: Mapping[str, Any]) -> StageDeclaration:
        """With the values of parameters in place of `{column}`: a list's items, a mapping's keys.

        A text that only looks like a parameter is a column's name.
        """
        return StageDeclaration(
            *(
                tuple(dict.fromkeys(name for text in names for name in _filled(text, parameters)))
                for names in (self.needs, self.adds, self.changes)
            )
        )


def stage(
    *, needs: Iterable[str] = (), adds: Iterable[str] = (), changes: Iterable[str] = ()
) -> Callable[[Target], Target]:
    """A decorator after which the function or class declares its columns; it is otherwise as it was.

    `{column}` stands for what the parameter `column` is given. A class whose columns cannot be
    written so sets `self.__seawall__` to a StageDeclaration when it is made.
    """
    declared = StageDeclaration(
        _names("needs", needs), _names("adds", adds), _names("changes", changes)
    )

    def declaring(target: Target) -> Target:
        setattr(target, _ATTRIBUTE, declared)
        return target

    return declaring


def declaration_of(target: Any, parameters: Mapping[str, Any]) -> StageDeclaration | None:
    """What the function, class or object declares, with its parameters filled in; None for nothing."""
    declared = getattr(target, _ATTRIBUTE, None)
    return declared.filled(parameters) if isinstance(declared, StageDeclaration) else None


def _names(what: str, names: Iterable[str]) -> tuple[str, ...]:
    """The names; TypeError for a single text, whose letters would be taken for columns."""
    listed = tuple(names)
    if isinstance(names, str) or not all(isinstance(name, str) for name in listed):
        raise TypeError(f"{what} is {names!r}, and a list of columns' names is due")
    return listed


def _filled(text: str, parameters: Mapping[str, Any]) -> Sequence[str]:
    whole = _PARAMETER.fullmatch(text)
    if whole is not None and whole[1] in parameters:
        value = parameters[whole[1]]
        listed = value if isinstance(value, Iterable) and not isinstance(value, str) else [value]
        return [str(name) for name in listed if name is not None]
    return [_PARAMETER.sub(lambda found: str(parameters.get(found[1], found[0])), text)]
