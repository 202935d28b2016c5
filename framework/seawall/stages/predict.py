"""Predict: the model's outputs beside the rows, the same bits for any chunking."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seawall.calling import placed, said
from seawall.contracts import Predictor
from seawall.errors import SeawallError, SoftwareError
from seawall.shown import shown
from seawall.stages.infinite import set_infinite_aside
from seawall.stages.memory import in_halves, out_of_memory
from seawall.stages.poison import Work, survived
from seawall.stages.sifting import Sieve

__all__ = ["BLOCK_ROWS", "FREE_ROWS", "add_outputs", "predict"]

FREE_ROWS = 65_536
"""How many rows a model of independent rows is given at once."""
BLOCK_ROWS = 16_384
"""The rows of a block for other models; blocks begin at multiples of it, counted over the batch."""
_NAME = "predict.model"
_NONE_TAKEN: Mapping[str, str] = MappingProxyType({})


def predict(frame: pd.DataFrame, model: Predictor, *, batch_rows: int) -> dict[str, NDArray[Any]]:
    """One array an output, in the frame's order. `batch_rows` is how many rows the batch has.

    A matrix product's last bit depends on the shape of the block it is computed in. So a model that
    is not known to treat rows one by one always sees the same blocks: rows stand at their place in
    the batch, and the places of rows that left, or that another chunk holds, are filled with a row
    of this one.
    """
    chosen = model.features(frame)
    if not len(frame):
        return {name: np.empty(0) for name in model.outputs}
    try:
        return _computed(chosen, model, batch_rows)
    except SeawallError:
        raise
    except MemoryError as error:
        raise out_of_memory(_NAME, error, len(frame)) from error
    except (Exception, SystemExit) as error:
        raise SoftwareError(
            f"the model raised {type(error).__name__}: {said(error)}",
            placed(_NAME, error),
            f"{len(frame):,} rows; {_dtypes(chosen)}",
            todo="check the features' types and nulls against what the model was trained on",
        ) from error


def add_outputs(
    sieve: Sieve,
    model: Predictor,
    *,
    batch_rows: int,
    infinite: Collection[str] = (),
    taken: Mapping[str, str] = _NONE_TAKEN,
) -> None:
    """The sieve's rows have the model's outputs; those on which it raises have left.

    So have those with an infinite feature, but for the columns that may be `infinite`. `taken` says
    which stage took a column away. Raises DataError for a row that may not leave or a feature that
    is not there, SoftwareError when the model raises and no row is to blame.
    """
    names = sieve.frame.columns if model.feature_names is None else model.feature_names
    lost = next((name for name in names if name in taken), None)
    if lost is not None:
        raise SoftwareError(
            f"the model needs a column {shown(lost)} that is not there",
            taken[lost],
            "this stage took it away",
            todo="keep the column in the stage",
        )
    set_infinite_aside(sieve, names, declared=infinite)

    def attempt(frame: pd.DataFrame) -> None:
        # Without blocks: which rows it raises on does not hang on the last bit, and one block costs
        # as much as thousands of rows. A law that a stretch of rows breaks is no row's fault.
        with suppress(SeawallError):
            _in_pieces(model.features(frame), model)

    def make(frame: pd.DataFrame) -> dict[str, NDArray[Any]]:
        return predict(frame, model, batch_rows=batch_rows)

    outputs = survived(Work("predict", _NAME, "model", make, attempt), sieve)
    sieve.frame = sieve.frame.assign(**{name: _typed(outputs[name]) for name in outputs})


def _typed(values: NDArray[Any]) -> Any:
    """Labels as texts, also where a chunk has none but nulls: its type is that of the other chunks."""
    return pd.array(values, dtype="str") if values.dtype.kind == "O" else values


def _computed(features: pd.DataFrame, model: Predictor, batch_rows: int) -> dict[str, NDArray[Any]]:
    if model.rows_independent:
        return _in_pieces(features, model)
    return _in_blocks(features, model, batch_rows)


def _in_pieces(features: pd.DataFrame, model: Predictor) -> dict[str, NDArray[Any]]:
    def predicted(rows: pd.DataFrame) -> dict[str, NDArray[Any]]:
        return _predicted(rows, model)

    return _joined([in_halves(predicted, piece, _joined) for piece in _pieces(features)])


def _pieces(frame: pd.DataFrame) -> Iterator[pd.DataFrame]:
    for start in range(0, len(frame), FREE_ROWS):
        yield frame.iloc[start : start + FREE_ROWS]


def _predicted(frame: pd.DataFrame, model: Predictor) -> dict[str, NDArray[Any]]:
    result = {name: np.asarray(values) for name, values in model.predict(frame).items()}
    for name, values in result.items():
        if values.shape != (len(frame),):
            raise SoftwareError(
                "the model must return one value a row",
                f"predict.outputs.{name}",
                f"shape {values.shape}",
                f"shape ({len(frame)},)",
                "mend the model's method",
            )
    return result


def _in_blocks(frame: pd.DataFrame, model: Predictor, batch_rows: int) -> dict[str, NDArray[Any]]:
    rows = frame.index.to_numpy()
    blocks = rows // BLOCK_ROWS
    borders = np.flatnonzero(np.diff(blocks, prepend=-1))
    parts = []
    for start, stop in zip(borders, [*borders[1:], len(rows)], strict=True):
        first = int(blocks[start]) * BLOCK_ROWS
        places = rows[start:stop] - first
        filled = np.full(min(BLOCK_ROWS, batch_rows - first), start)
        filled[places] = np.arange(start, stop)
        # Every place has its own label: sorting by the index brings a result back into its order.
        labels = pd.RangeIndex(first, first + len(filled))
        result = _predicted(frame.take(filled).set_axis(labels), model)
        parts.append({name: values[places] for name, values in result.items()})
    return _joined(parts)


def _joined(parts: list[dict[str, NDArray[Any]]]) -> dict[str, NDArray[Any]]:
    if len(parts) == 1:
        return parts[0]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _dtypes(frame: pd.DataFrame) -> str:
    return ", ".join(f"{name} {dtype}" for name, dtype in frame.dtypes.items())
