"""Columns in another type, where every value survives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from seawall.config.contract import ColumnContract
from seawall.conform import ConversionError, arrow_type, conform, to_frame
from seawall.contracts import StageDeclaration

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Cast"]

_WITHOUT_NULLS = ("int", "uint", "bool")


class Cast:
    """The columns have the declared types, converted as the contract converts: 1.7 is no int64.

    A null among integers and truth values is an error, or with `nulls: keep` stays; the column's
    type is then pandas' nullable one (Int64) in every chunk. Other types have nulls of their own. A
    ValueError names the first values that would change, and sends their rows to quarantine.
    """

    def __init__(
        self,
        *,
        columns: dict[
            str,
            Literal[
                "string",
                "int8",
                "int16",
                "int32",
                "int64",
                "uint8",
                "uint16",
                "uint32",
                "uint64",
                "float32",
                "float64",
                "bool",
                "timestamp",
            ],
        ],
        nulls: Literal["error", "keep"] = "error",
        timezone: str | None = None,
    ) -> None:
        self._contracts = {
            name: ColumnContract(
                dtype=dtype,
                nullable=nulls == "keep",
                timezone=timezone if dtype == "timestamp" else None,
            )
            for name, dtype in columns.items()
        }
        self.__seawall__ = StageDeclaration(needs=tuple(columns), changes=tuple(columns))

    def __call__(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The frame with its columns in their declared types."""
        return frame.assign(
            **{name: _cast(frame[name], contract) for name, contract in self._contracts.items()}
        )


def _cast(values: pd.Series[Any], contract: ColumnContract) -> pd.Series[Any]:
    import pyarrow as pa

    name, wanted = str(values.name), arrow_type(contract)
    try:
        array = pa.Array.from_pandas(values)
        converted = conform(pa.chunked_array([array]), wanted)
    except ConversionError as error:
        raise ValueError(f"{name} is no {contract.dtype}: {error.seen}") from None
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise ValueError(f"{name} holds values of several types: {error}") from None
    without = contract.dtype.startswith(_WITHOUT_NULLS) and not contract.nullable
    if without and converted.null_count:
        raise ValueError(
            f"{name} holds {converted.null_count} null(s), and no {contract.dtype} is null"
        )
    cast = to_frame(pa.table({name: converted}), 0, {name: contract})[name]
    return cast.set_axis(values.index)
