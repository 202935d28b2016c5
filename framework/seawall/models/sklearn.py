"""scikit-learn models from their bytes: skops by default, joblib where its hash is pinned."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from typing import Any

from seawall.errors import DataError, ForbiddenError

__all__ = ["from_joblib", "from_skops"]


def from_skops(payload: bytes, path: str, trusted: Sequence[str]) -> Any:
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


def from_joblib(payload: bytes, path: str) -> Any:
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
