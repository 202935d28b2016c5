"""The columns that came, beside those that are read and those that were there before."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest

from seawall.config.models import PipelineConfig
from seawall.contracts import Account, LogEntry, StoredFile
from seawall.errors import DataError
from seawall.plan.difference import likeness
from seawall.plan.schema import Arrived, hold

COLUMNS = {"k": "int64", "dep_delay": "float64", "carrier": "string"}


def reading(columns: dict[str, str], **validate: Any) -> PipelineConfig:
    """A pipeline that reads these columns."""
    contract = {name: {"dtype": dtype} for name, dtype in columns.items()}
    return PipelineConfig.model_validate(
        {
            "pipeline": "p",
            "ingest": {"primary": {"type": "parquet", "path": "d", "key": "k"}},
            "validate": {"columns": contract, **validate},
            "predict": {"model": {"type": "sklearn", "path": "m"}, "outputs": ["p"]},
            "publish": {"type": "files", "path": "out"},
        }
    )


def version(**schema: str) -> LogEntry:
    """Version 4 of yesterday's batch, made from an input with these columns."""
    file, now = StoredFile("f", "0", 1, 1), datetime(2024, 1, 1, tzinfo=UTC)
    return LogEntry(
        4, "2013-06-30", "publish", "c", "r", 3, file, Account(), {}, now, input_schema=schema
    )


def refusal(
    came: list[tuple[str, pa.DataType]],
    before: LogEntry | None = None,
    columns: dict[str, str] = COLUMNS,
    **validate: Any,
) -> DataError:
    """What is said of columns that came from f."""
    arrived = Arrived(pa.schema(came), "f", lambda: before)
    with pytest.raises(DataError) as caught:
        hold(reading(columns, **validate), arrived, tuple(columns))
    return caught.value


K, CARRIER = ("k", pa.int64()), ("carrier", pa.string())


def test_a_renamed_column() -> None:
    """It stands beside the one that came in its place, with both types, and the new name is suggested."""
    error = refusal([K, ("departure_delay", pa.float64()), CARRIER])

    assert error.what == "a column is missing: 'dep_delay'"
    assert (
        "\n    - dep_delay float64\n    + departure_delay double (did you mean dep_delay?)"
        in error.seen
    )
    assert error.seen.count("\n    + ") == 1
    assert error.todo == "did you mean 'departure_delay'?"


@pytest.mark.parametrize(
    ("came", "words"),
    [
        ("DEP_Delay", "case"),
        (" dep_delay", "white space"),
        ("dep_delay\u200b", "white space"),
        ("\uff44ep_delay", "how their characters are encoded"),
        ("Dep_Delay ", "case, white space and encoding"),
    ],
)
def test_names_that_people_take_for_one(came: str, words: str) -> None:
    """A name that differs in case, white space or encoding is named as such, whatever else is near."""
    error = refusal([K, CARRIER, ("dep_delay2", pa.float64()), (came, pa.float64())])

    assert error.todo.endswith(f"They differ in {words} only.")
    assert likeness("dep_delay", came) in error.seen


def test_a_type_that_can_never_be_the_declared_one() -> None:
    """It is in the difference; a type that converts is not."""
    error = refusal([("k", pa.int32()), ("carrier", pa.float64())])

    assert "! carrier double (declared string)" in error.seen
    assert "! k" not in error.seen


def test_what_was_there_before() -> None:
    """The version before says which columns were there as what, and which never were."""
    before = version(k="int64", dep_delay="double")
    error = refusal([K, ("other", pa.string())], before)

    assert "was there in batch 2013-06-30 (version 4): dep_delay as double" in error.seen
    assert "was not there in batch 2013-06-30 (version 4) either: carrier" in error.seen
    assert "new since batch 2013-06-30 (version 4): other" in error.seen


def test_moved_columns() -> None:
    """The fewest columns that stand elsewhere than before are told, and that this is no fault."""
    before = version(a="int64", b="int64", k="int64", carrier="string")
    came = [K, ("a", pa.int64()), ("b", pa.int64()), CARRIER]
    error = refusal(came, before)

    assert "~ not in the order as before, which alone is no fault: k" in error.seen


def test_undeclared_columns_are_refused_with_the_same_difference() -> None:
    """`extra_columns: forbid` shows the column and its type."""
    came = [K, CARRIER, ("dep_delay", pa.float64()), ("more", pa.bool_())]
    error = refusal(came, extra_columns="forbid")

    assert error.what == "columns that nobody declared: more"
    assert "\n    + more bool" in error.seen


def test_columns_of_one_name() -> None:
    """A name that stands twice is refused: nobody could say which is read."""
    error = refusal([K, CARRIER, CARRIER, ("dep_delay", pa.float64())])

    assert error.what == "several columns of one name: 'carrier'"


def test_the_difference_fits_a_screen() -> None:
    """Five thousand columns with hostile names are counted, not shown."""
    came = [(f"{n}\x1b[31m" + "x" * 10_000, pa.int64()) for n in range(5_000)]
    wanted = {"k": "int64", **{f"column {n}": "int64" for n in range(5_000)}}
    error = refusal(came, version(**wanted), wanted)

    assert len(str(error)) < 6_000
    assert len(str(error).splitlines()) <= 32
    assert "\x1b" not in str(error)
    assert "lines like these" in error.seen


def test_the_version_before_is_asked_for_only_where_something_is_wrong() -> None:
    """Sound columns cost no look at the log."""

    def never() -> LogEntry | None:
        raise AssertionError("the log was read")

    schema = pa.schema([K, CARRIER, ("dep_delay", pa.float64())])

    hold(reading(COLUMNS), Arrived(schema, "f", never), tuple(COLUMNS))
