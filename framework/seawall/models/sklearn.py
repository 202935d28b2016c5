"""scikit-learn models from their bytes: skops by default, joblib where its hash is pinned."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from seawall.config.predicting import Predict, SklearnModel
from seawall.errors import DataError, ForbiddenError
from seawall.models.estimator import loaded_estimator
from seawall.models.loaded import Loaded

if TYPE_CHECKING:
    from seawall.models.load import ModelPin

__all__ = ["from_bytes"]


def from_bytes(declared: Predict, pinned: ModelPin, payload: bytes, threads: int) -> Loaded:
    """The estimator of a skops or joblib file."""
    del threads  # BLAS and OpenMP are limited from outside
    model = declared.model
    if not isinstance(model, SklearnModel):
        raise TypeError(model.type)
    if model.format == "joblib":
        estimator = _from_joblib(payload, pinned.path)
    else:
        estimator = _from_skops(payload, pinned.path, model.trusted)
    return loaded_estimator(estimator, declared, pinned.path)


def _from_skops(payload: bytes, path: str, trusted: Sequence[str]) -> Any:
    """The estimator; ForbiddenError names the types that are neither skops' own nor declared."""
    import skops.io

    try:
        unknown = skops.io.get_untrusted_types(data=payload)
    except Exception as error:
        raise _no_model(path, error) from error
    foreign = sorted(set(unknown) - set(trusted))
    if foreign:
        raise ForbiddenError(
            "the model holds types that nobody declared as trusted",
            path,
            ", ".join(foreign),
            ", ".join(trusted) or "the types that skops trusts itself",
            "review them and list them under predict.model.trusted",
        )
    return _loaded(lambda: skops.io.loads(payload, trusted=list(trusted)), path)


def _from_joblib(payload: bytes, path: str) -> Any:
    """The estimator of a joblib file whose hash was checked before: reading it runs code."""
    import joblib

    return _loaded(lambda: joblib.load(io.BytesIO(payload)), path)


def _loaded(read: Any, path: str) -> Any:
    from sklearn.exceptions import InconsistentVersionWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what a library says of its own files is no news to a user
        warnings.simplefilter("error", InconsistentVersionWarning)
        try:
            return read()
        except InconsistentVersionWarning as skew:
            raise DataError(
                "the model was saved by another version of scikit-learn",
                path,
                skew.original_sklearn_version,
                skew.current_sklearn_version,
                "save the model with the installed version, or install the model's",
            ) from skew
        except Exception as error:
            raise _no_model(path, error) from error


def _no_model(path: str, error: Exception) -> DataError:
    return DataError(
        "the file is not a model of the declared format",
        path,
        f"{type(error).__name__}: {' '.join(str(error).split())[:200]}",
        "a file of predict.model.format",
        "save the model anew, or declare its format",
    )
