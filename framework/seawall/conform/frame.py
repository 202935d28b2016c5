"""What a frame of typed columns looks like."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.types as pt

from seawall.config.contract import ColumnContract

__all__ = ["bare", "may_be_null", "to_frame"]


def to_frame(
    table: pa.Table, first_row: int, contracts: Mapping[str, ColumnContract]
) -> pd.DataFrame:
    """The table as a frame whose index is each row's number in the batch, from `first_row`.

    Text is pandas' str, dictionaries are categories, timestamps keep unit and zone. Integers and
    bools that are declared nullable, or hold a null, become Int64 and the like: as floats, large
    ones would change.
    """
    frame: pd.DataFrame = table.to_pandas(
        ignore_metadata=True, split_blocks=True, date_as_object=False
    )
    frame.index = pd.RangeIndex(first_row, first_row + len(frame))
    for name in table.column_names:
        contract, values = contracts.get(name), table.column(name)
        masked = _masked(values.type)
        if masked is not None and (may_be_null(contract) or values.null_count):
            frame[name] = pd.Series(masked.__from_arrow__(values), index=frame.index)
        elif contract is not None and contract.one_of and contract.dtype == "category":
            known = dict.fromkeys([*contract.one_of, *frame[name].cat.categories])
            frame[name] = frame[name].cat.set_categories(list(known))
    return frame


def may_be_null(contract: ColumnContract | None) -> bool:
    """Whether nulls of the column may be published: declared, or violations that only warn."""
    return contract is not None and (contract.nullable or contract.on_violation == "warn")


def bare(values: pd.Series[Any]) -> pd.Series[Any]:
    """Integers and bools without a null as numpy has them; other values as they are."""
    plain = getattr(values.dtype, "numpy_dtype", None)  # masked and Arrow-backed types have one
    if not isinstance(plain, np.dtype) or plain.kind not in "iub" or values.hasnans:
        return values
    return values.astype(plain)


def _masked(type_: pa.DataType) -> Any:
    """Pandas' type with a mask for integers and bools; None for its usual one."""
    if pt.is_boolean(type_):
        return pd.BooleanDtype()
    if not pt.is_integer(type_):
        return None
    letter = "Int" if pt.is_signed_integer(type_) else "UInt"
    return pd.api.types.pandas_dtype(f"{letter}{type_.bit_width}")
