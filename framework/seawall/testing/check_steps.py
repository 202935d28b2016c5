"""A stage or a rule held to the laws of steps."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pandas as pd

from seawall.config.named import RULES, STAGES
from seawall.errors import SoftwareError
from seawall.shown import listed, shown
from seawall.testing.breaches import hold, refuse, words
from seawall.testing.stage_laws import COLUMNS, breaches_of_shape
from seawall.testing.step_laws import COMMON, DEAR
from seawall.testing.trial import Trial, made_of, makers, nullable_columns

__all__ = ["check_rule", "check_stage"]


def check_stage(
    stage: Any,
    frame: pd.DataFrame,
    /,
    *,
    key: str | None = None,
    nullable: Collection[str] | None = None,
    **parameters: Any,
) -> None:
    """The stage keeps every law of stages; AssertionError names all that it breaks.

    `stage` is a function, a class, an object that was made of one, or the name of a built-in or a
    plug-in; `parameters` are what would stand below `with:`. A frame of ten to a thousand rows with
    nulls in it shows most. `key` is the column that traces a row. `nullable` are the columns that may
    be all null: unless it is given, all whose type has a null, but for the key. The stage is called
    about a hundred times, and once in another process, if its module can be imported there.
    ValueError where nothing can be tried: of a frame without rows, one without the key, and of
    parameters that don't fit.
    """
    trial = _trial(stage, frame, STAGES, (key, nullable), parameters)
    hold(trial, (*COLUMNS, *COMMON), "stage")
    hold(trial, DEAR, "stage")


def check_rule(
    rule: Any,
    frame: pd.DataFrame,
    /,
    *,
    key: str | None = None,
    nullable: Collection[str] | None = None,
    **parameters: Any,
) -> None:
    """The rule or filter keeps every law of rules; AssertionError names all that it breaks.

    As for `check_stage`.
    """
    trial = _trial(rule, frame, RULES, (key, nullable), parameters)
    hold(trial, COMMON, "rule")
    hold(trial, DEAR, "rule")


def _trial(
    step: Any,
    frame: pd.DataFrame,
    group: str,
    told: tuple[str | None, Collection[str] | None],
    parameters: dict[str, Any],
) -> Trial:
    """The first call has been made, and what came of it has the right shape."""
    key, nullable = told
    _refuse_frame(frame, key)
    noun = "stage" if group == STAGES else "rule"
    make, declared = makers(step, group, parameters, key=key)
    try:
        returned = make()(frame.copy())
    except (Exception, SystemExit) as error:
        raise AssertionError(f"The {noun} cannot be called: {words(error)}") from error
    if group == STAGES:
        refuse(breaches_of_shape(returned, frame), noun)
    try:
        made = made_of(returned, frame, group)
    except SoftwareError as error:
        refuse([f"{error.what}: {error.seen}; allowed: {error.allowed}"], noun)
        raise
    columns = nullable_columns(frame, nullable, key)
    return Trial(make, frame, made, group, declared, key, columns)


def _refuse_frame(frame: pd.DataFrame, key: str | None) -> None:
    """On the frame every law can be tried; ValueError says why not."""
    if frame.empty:
        raise ValueError(
            f"a frame with {len(frame.columns)} columns and {len(frame)} rows shows nothing"
        )
    if key is not None and key not in frame.columns:
        columns = listed(frame.columns)
        raise ValueError(f"the frame has no column {shown(key)} to be the key; it has {columns}")
