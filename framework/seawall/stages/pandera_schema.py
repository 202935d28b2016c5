"""A pandera schema beside the contract: its checks are tests of rows, and it changes nothing."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from seawall.calling import found, placed, said
from seawall.config.contract import ColumnContract
from seawall.config.judging import OnViolation
from seawall.errors import DataError, SoftwareError
from seawall.shown import line, shown
from seawall.stages.contract import violated
from seawall.stages.extremes import Mask
from seawall.stages.sifting import Sieve

__all__ = ["PanderaSchema", "schema_of"]

_ALTERS = {
    "unique": "it would be unique in a chunk alone: declare unique under validate.columns",
    "parsers": "it would change values: make them in a stage",
    "default": "it would fill values: use the stage `fill`",
    "add_missing_columns": "it would add columns: make them in a stage",
    "drop_invalid_rows": "it would drop rows without a word: declare on_violation: quarantine",
}
"""What a schema of ours may not ask for, each with what to do instead."""


@dataclass(frozen=True, slots=True)
class PanderaSchema:
    """A schema, ready to be held against chunks; `use` is its dotted path.

    Rows that break a check of a column leave, stay with a warning or fail the run as the column's
    own contract in `policies` says; without one, and for checks of several columns, they fail it.
    """

    use: str
    schema: Any
    policies: Mapping[str, ColumnContract] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...] | None:
        """The columns that it names, for which the source has to be read.

        None where it does not name them all: by patterns, or some that need not be there.
        """
        entries = self.schema.columns.items()
        if any(column.regex or not column.required for _, column in entries):
            return None
        return tuple(str(name) for name, _ in entries)

    @property
    def types(self) -> dict[str, Any]:
        """The types of its columns as pandas names them, as far as it has any."""
        entries = self.schema.columns.items()
        return {str(n): column.dtype.type for n, column in entries if column.dtype is not None}

    def hold(self, sieve: Sieve) -> dict[str, int]:
        """Its checks hold for the rows that stay; how many of them only a warning was given for.

        Raises DataError for a column that is missing or of another type, for a value that the schema
        would change and for rows that may not leave; SoftwareError for a check that raises.
        """
        warned: dict[str, int] = {}
        for broken in self._broken(sieve.frame):
            bad = sieve.frame.index.isin(broken.rows)
            if not bad.any():  # they left for another check
                continue
            policy = self._policy(broken.column)
            if policy == "fail":
                allowed = f"the checks of {self.use}"
                raise violated(sieve, bad, broken.name, allowed, column=broken.column)
            if policy == "quarantine":
                sieve.set_aside(bad, "validate", broken.name, broken.column)
                continue
            warned[broken.name] = warned.get(broken.name, 0) + int(np.count_nonzero(bad))
            sieve.show(bad, "validate", broken.name, broken.column)
        return warned

    def _policy(self, column: str) -> OnViolation:
        contract = self.policies.get(column)
        return "fail" if contract is None else contract.on_violation

    def _broken(self, frame: pd.DataFrame) -> list[_Broken]:
        """The rows that break a check, by check."""
        from pandera.config import config_context  # the environment may switch all checks off
        from pandera.errors import SchemaErrors

        with config_context(validation_enabled=True, validation_depth="SCHEMA_AND_DATA"):
            try:
                result = self.schema.validate(frame.copy(deep=False), lazy=True)
            except SchemaErrors as errors:
                self._refuse_changes(frame, errors.data)
                return [self._read(error, frame) for error in errors.schema_errors]
            except Exception as error:
                raise self._raised(error, f"{len(frame):,} rows") from error
        self._refuse_changes(frame, result)
        return []

    def _read(self, error: Any, frame: pd.DataFrame) -> _Broken:
        """The rows of one of pandera's errors; what is no matter of rows is raised."""
        column, check = str(getattr(error.schema, "name", None) or ""), _name_of(error.check)
        cases, reason = error.failure_cases, getattr(error.reason_code, "name", "")
        if reason == "CHECK_ERROR":
            seen = f"{column}: {line(str(cases))}" if column else line(str(cases))
            raise SoftwareError(f"the check {check} raised", self.use, seen, todo="mend the check")
        if reason == "WRONG_DATATYPE":
            todo = "declare its dtype under validate.columns: a schema converts nothing here"
            have = str(frame[column].dtype)
            raise self._misfit(f"column {shown(column)} has another type", have, check, todo)
        if isinstance(cases, pd.DataFrame) and cases.get("index") is not None:
            rows = cases["index"].dropna()
            if len(rows) == len(cases):
                return _Broken(column, f"{column}: {check}" if column else check, pd.Index(rows))
        raise self._misfit(f"the schema is not kept: {check}", _seen(cases), "", "")

    def _refuse_changes(self, frame: pd.DataFrame, result: pd.DataFrame) -> None:
        """Pandera looked at the values that are published on, also where it coerces types."""
        for name in frame.columns:
            before, after = frame[name], result.get(name)
            if after is before or (after is not None and _equal(before, after)):
                continue
            seen = (
                "no such column any more" if after is None else f"{before.dtype} as {after.dtype}"
            )
            todo = "declare the dtype under validate.columns, or leave coerce out"
            what = f"the schema would change values of {shown(name)}"
            raise self._misfit(what, seen, "the same values", todo)

    def _misfit(self, what: str, seen: str, allowed: str, todo: str) -> DataError:
        todo = todo or "mend the source, or the schema"
        return DataError(what, self.use, seen, allowed, todo)

    def _raised(self, error: Exception, seen: str) -> SoftwareError:
        what = f"the schema raised {type(error).__name__}: {said(error)}"
        return SoftwareError(what, placed(self.use, error), seen, todo="mend the schema")


@dataclass(frozen=True, slots=True)
class _Broken:
    """The rows that break a check, by their numbers in the batch."""

    column: str
    name: str
    rows: pd.Index[Any]


def schema_of(use: str, policies: Mapping[str, ColumnContract] | None = None) -> PanderaSchema:
    """The schema behind a dotted path; SoftwareError where it is none, or asks for more than checks."""
    try:
        import pandera.pandas as pandera
    except ImportError:
        todo = "install it: pip install 'seawall[pandera]'"
        raise SoftwareError("pandera is not installed", use, todo=todo) from None
    try:
        target = found(use)
        if inspect.isclass(target) and issubclass(target, pandera.DataFrameModel):
            target = target.to_schema()
    except Exception as error:
        what = f"cannot be imported or made: {type(error).__name__}: {said(error)}"
        raise SoftwareError(what, placed(use, error)) from error
    if not isinstance(target, pandera.DataFrameSchema):
        allowed = "a pandera DataFrameSchema or DataFrameModel"
        raise SoftwareError("not a schema", use, type(target).__name__, allowed)
    for what, todo in _alterations(target):
        raise SoftwareError(what, use, todo=todo)
    return PanderaSchema(use, target, policies or {})


def _alterations(schema: Any) -> Iterator[tuple[str, str]]:
    """What the schema asks for besides checks of rows, with what to do instead."""
    parts = [
        ("the schema", schema),
        *((f"column {shown(n)}", c) for n, c in schema.columns.items()),
    ]
    for name, part in parts:
        for key, todo in _ALTERS.items():
            asked = getattr(part, key, None)
            if not (asked is None or asked is False or asked == []):  # a default of 0 is one
                yield f"{name} has `{key}`", todo
    if schema.strict == "filter":
        yield "the schema has `strict='filter'`", "it would drop columns: use the stage `select`"


def _name_of(check: Any) -> str:
    """What a check is called: its name, or pandera's words for one that it brings along."""
    return line(str(check if isinstance(check, str) else check.error or check.name or "a check"))


def _seen(cases: Any) -> str:
    if isinstance(cases, pd.DataFrame):
        return f"{len(cases):,} cases, the first {shown(cases.iloc[0].get('failure_case'))}"
    return shown(cases)


def _equal(before: pd.Series[Any], after: pd.Series[Any]) -> bool:
    """Whether every value is the same, whatever the type."""
    if before.dtype == after.dtype and before.equals(after):
        return True
    nulls: Mask = before.isna().to_numpy()
    if not np.array_equal(nulls, after.isna().to_numpy()):
        return False
    try:
        same = before[~nulls].astype(object) == after[~nulls].astype(object)
    except (TypeError, ValueError):
        return False
    return bool(same.all())
