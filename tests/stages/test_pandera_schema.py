"""A pandera schema: its checks are tests of rows, and it changes nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pandas as pd
import pytest

from seawall.config.contract import ColumnContract
from seawall.errors import DataError, SoftwareError
from seawall.stages.pandera_schema import PanderaSchema, schema_of

pa = pytest.importorskip("pandera.pandas", reason="pandera is an extra")
Use = Callable[..., PanderaSchema]


@pytest.fixture
def use() -> Iterator[Use]:
    """The schema as it is found in a user's module, with policies for some columns."""
    module = ModuleType("unitschemas")
    sys.modules["unitschemas"] = module

    def found(schema: Any, **policies: str) -> PanderaSchema:
        module.schema = schema  # type: ignore[attr-defined]
        contracts = {
            name: ColumnContract(dtype="float64", on_violation=policy)
            for name, policy in policies.items()
        }
        return schema_of("unitschemas:schema", contracts)

    yield found
    del sys.modules["unitschemas"]


POSITIVE = pa.DataFrameSchema({"x": pa.Column(float, pa.Check.ge(0), nullable=False)})


def test_a_row_that_may_not_leave_fails(use: Use, sieve_of: Any) -> None:
    """Without a contract of the column its rows fail the run, with the check, the value and the key."""
    with pytest.raises(DataError) as caught:
        use(POSITIVE).hold(sieve_of(x=[1.0, -2.0, -3.0]))

    assert caught.value.what == "the contract is broken: x: greater_than_or_equal_to(0)"
    assert caught.value.seen.startswith("2 rows of the chunk: -2.0")


def test_rows_leave_where_the_columns_contract_says_so(use: Use, sieve_of: Any) -> None:
    """Each row leaves once, for the first check that it breaks; the others are as they were."""
    sieve = sieve_of(x=[1.0, -2.0, None, 4.0])
    use(POSITIVE, x="quarantine").hold(sieve)

    assert sieve.frame["x"].tolist() == [1.0, 4.0]
    assert sieve.quarantined == {"x: greater_than_or_equal_to(0)": 1, "x: not_nullable": 1}


def test_rows_stay_with_a_warning(use: Use, sieve_of: Any) -> None:
    """A warning counts the rows and lets them pass."""
    sieve = sieve_of(x=[1.0, -2.0])

    assert use(POSITIVE, x="warn").hold(sieve) == {"x: greater_than_or_equal_to(0)": 1}
    assert len(sieve.frame) == 2


def test_a_check_of_several_columns(use: Use, sieve_of: Any) -> None:
    """Its rows are found too; no column's contract speaks for them, so that they fail the run."""
    check = pa.Check(lambda frame: frame["x"] < frame["y"], name="in order")
    with pytest.raises(DataError, match="the contract is broken: in order") as caught:
        use(pa.DataFrameSchema({}, checks=[check])).hold(sieve_of(x=[1, 5], y=[2, 2]))

    assert caught.value.seen.startswith("1 rows of the chunk")


@pytest.mark.parametrize(
    ("schema", "what"),
    [
        (
            pa.DataFrameSchema({"z": pa.Column(float)}),
            "the schema is not kept: column_in_dataframe",
        ),
        (pa.DataFrameSchema({"x": pa.Column(int)}), "column 'x' has another type"),
        (
            pa.DataFrameSchema({"k": pa.Column(int)}, strict=True),
            "the schema is not kept: column_in_",
        ),
        (
            pa.DataFrameSchema({"x": pa.Column(int, coerce=True)}),
            "the schema would change values of 'x'",
        ),
        (
            pa.DataFrameSchema({}, checks=[pa.Check(lambda f: False)]),
            "the schema is not kept: <lambda>",
        ),
    ],
)
def test_what_is_no_matter_of_rows(use: Use, sieve_of: Any, schema: Any, what: str) -> None:
    """A missing or undeclared column, another type, a value that would change, a verdict on the whole."""
    with pytest.raises(DataError) as caught:
        use(schema, x="quarantine").hold(sieve_of(x=[1.5, 2.0]))

    assert caught.value.what.startswith(what)


def test_coercion_that_changes_no_value_is_fine(use: Use, sieve_of: Any) -> None:
    """The column keeps the type that the contract gave it."""
    sieve = sieve_of(x=[1.0, 2.0])
    use(pa.DataFrameSchema({"x": pa.Column(int, coerce=True)})).hold(sieve)

    assert sieve.frame["x"].dtype == "float64"


def test_coercion_is_found_out_beside_a_broken_check(use: Use, sieve_of: Any) -> None:
    """A check that was made of changed values says nothing about those that came."""
    schema = pa.DataFrameSchema({"x": pa.Column(int, pa.Check.ge(0), coerce=True)})
    with pytest.raises(DataError, match="would change values"):
        use(schema, x="quarantine").hold(sieve_of(x=[1.5, -2.0]))


def test_a_check_that_raises(use: Use, sieve_of: Any) -> None:
    """It is the user's bug, and no row's."""

    def broken(values: Any) -> Any:
        raise RuntimeError(f"no way with {len(values)}")

    schema = pa.DataFrameSchema({"x": pa.Column(float, pa.Check(broken))})
    with pytest.raises(SoftwareError) as caught:
        use(schema).hold(sieve_of(x=[1.0]))

    assert "no way with 1" in caught.value.seen


def test_a_switch_in_the_environment_does_not_turn_checks_off(use: Use, sieve_of: Any) -> None:
    """PANDERA_VALIDATION_ENABLED=False would make every check pass."""
    from pandera.config import config_context

    schema = use(POSITIVE)
    with config_context(validation_enabled=False), pytest.raises(DataError):
        schema.hold(sieve_of(x=[-1.0]))


@pytest.mark.parametrize(
    ("schema", "what"),
    [
        (pa.DataFrameSchema({"x": pa.Column(float, unique=True)}), "column 'x' has `unique`"),
        (pa.DataFrameSchema({}, unique=["x"]), "the schema has `unique`"),
        (pa.DataFrameSchema({"x": pa.Column(float, default=0.0)}), "column 'x' has `default`"),
        (pa.DataFrameSchema({}, drop_invalid_rows=True), "the schema has `drop_invalid_rows`"),
        (pa.DataFrameSchema({}, strict="filter"), "the schema has `strict='filter'`"),
        (pa.DataFrameSchema({}, parsers=pa.Parser(lambda f: f)), "the schema has `parsers`"),
        (print, "not a schema"),
        (POSITIVE.columns["x"], "not a schema"),
    ],
)
def test_what_a_schema_may_not_ask_for(use: Use, schema: Any, what: str) -> None:
    """Whatever changes rows or values, or holds for a chunk alone, is refused before a row is read."""
    with pytest.raises(SoftwareError) as caught:
        use(schema)

    assert caught.value.what == what


def test_a_model_is_a_schema(use: Use, sieve_of: Any) -> None:
    """A DataFrameModel is as good, and names its columns and their types."""

    class Model(pa.DataFrameModel):
        x: float = pa.Field(ge=0)

    schema = use(Model)
    schema.hold(sieve_of(x=[1.0]))

    assert schema.columns == ("x",)
    assert pd.Series([], dtype=schema.types["x"]).dtype == "float64"


@pytest.mark.parametrize("column", [pa.Column(float, required=False), pa.Column(float, regex=True)])
def test_columns_that_it_does_not_name(use: Use, column: Any) -> None:
    """Where some need not be there, or are named by a pattern, all of the source's are read."""
    assert use(pa.DataFrameSchema({"x.*": column})).columns is None
