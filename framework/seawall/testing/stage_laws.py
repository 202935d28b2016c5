"""The laws that only stages have: what may become of the columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from seawall.contracts import StageDeclaration
from seawall.shown import listed
from seawall.stages.laws import changed_types
from seawall.testing.breaches import words
from seawall.testing.step_laws import Law
from seawall.testing.trial import Trial, difference

__all__ = ["COLUMNS", "breaches_of_shape"]

_NOTHING = StageDeclaration()


def breaches_of_shape(made: Any, frame: pd.DataFrame) -> Iterator[str]:
    """What keeps the result from being a frame of the same rows."""
    if not isinstance(made, pd.DataFrame):
        yield f"it returns a {type(made).__name__}, not a DataFrame."
        return
    if not made.columns.is_unique:
        doubled = made.columns[made.columns.duplicated()].unique()
        yield f"it makes several columns of one name: {listed(doubled)}."
    if len(made) != len(frame):
        yield f"it makes {len(made):,} rows of {len(frame):,}."
    elif not made.index.equals(frame.index):
        yield "it makes another index, or another order of rows."


def _key(trial: Trial) -> Iterator[str]:
    key = trial.key
    if key is None:
        return
    if key not in trial.made.columns:
        yield f"it drops the key {key!r}."
    elif difference(trial.made[[key]], trial.frame[[key]]):
        yield f"it changes the key {key!r}."


def _types(trial: Trial) -> Iterator[str]:
    declared = trial.declared or _NOTHING
    for name, was, is_ in changed_types(trial.made, trial.frame):
        if name not in declared.changes:
            yield (
                f"it changes the type of {name!r} from {was} to {is_}: make another column, or "
                "declare it with seawall.stage(changes=[…])."
            )


def _adds(trial: Trial) -> Iterator[str]:
    """A declaration is the whole truth."""
    if trial.declared is None:
        return
    added = [str(name) for name in trial.made.columns if name not in trial.frame.columns]
    missing = [name for name in trial.declared.adds if name not in trial.made.columns]
    if missing:
        yield f"it declares to add {listed(missing)}, and does not."
    beyond = [name for name in added if name not in trial.declared.adds]
    if beyond:
        yield f"it adds {listed(beyond)}, which its declaration leaves out."


def _needs(trial: Trial) -> Iterator[str]:
    """With the declared columns alone it makes the same."""
    if trial.declared is None:
        return
    own = [name for name in (trial.key, *trial.declared.needs) if name in trial.frame.columns]
    few = trial.frame[list(dict.fromkeys(own))]
    try:
        made = trial.result(few)
    except Exception as error:  # noqa: BLE001 - the border of foreign code
        yield f"with the columns alone that it declares to need it raises {words(error)}."
        return
    adds = [name for name in trial.declared.adds if name in made.columns]
    if difference(made[adds], trial.made[[n for n in adds if n in trial.made.columns]]):
        yield "with the columns alone that it declares to need it adds something else."


COLUMNS: tuple[Law, ...] = (_key, _types, _adds, _needs)
