"""scikit-learn models from their bytes: skops by default, joblib where its hash is pinned."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seawall.config.predicting import Predict, SklearnModel
from seawall.errors import DataError, ForbiddenError
from seawall.models.estimator import loaded_estimator
from seawall.models.loaded import Loaded
from seawall.models.looks import look
from seawall.shown import listed

if TYPE_CHECKING:
    from seawall.models.load import ModelPin

__all__ = ["from_bytes"]


def from_bytes(declared: Predict, pinned: ModelPin, payload: bytes, threads: int) -> Loaded:
    """The estimator of a skops or joblib file; DataError for one of another version, unless allowed."""
    del threads  # BLAS and OpenMP are limited from outside
    model = declared.model
    if not isinstance(model, SklearnModel):
        raise TypeError(model.type)
    file, read = _File(pinned.path, payload, model.format), _from_joblib(payload)
    if model.format == "skops":
        read = _from_skops(file, model.trusted)
    estimator, skew = _loaded(read, file, allow_skew=model.allow_version_skew)
    return loaded_estimator(estimator, declared, pinned.path, skew=skew)


@dataclass(frozen=True, slots=True)
class _File:
    path: str
    payload: bytes
    format: str


def _from_skops(file: _File, trusted: Sequence[str]) -> Callable[[], Any]:
    """What reads the file; ForbiddenError names the types that are neither skops' own nor declared."""
    import skops.io

    try:
        unknown = skops.io.get_untrusted_types(data=file.payload)
    except Exception as error:
        raise _no_model(file, error, "") from error
    foreign = sorted(set(unknown) - set(trusted))
    if foreign:
        whole = ", ".join(sorted({*unknown, *trusted}))
        raise ForbiddenError(
            "the model holds types that nobody declared as trusted",
            file.path,
            listed(foreign),
            f"the types that skops trusts itself, and those declared: {listed(trusted) or 'none'}",
            f"review them, then write trusted: [{whole}] beside the model's path",
        )
    return lambda: skops.io.loads(file.payload, trusted=list(trusted))


def _from_joblib(payload: bytes) -> Callable[[], Any]:
    """What reads a joblib file whose hash was checked before: reading it runs code."""
    import joblib

    return lambda: joblib.load(io.BytesIO(payload))


def _loaded(read: Callable[[], Any], file: _File, *, allow_skew: bool) -> tuple[Any, str]:
    """The estimator, and which other version saved it in words, '' where it was this one."""
    from sklearn.exceptions import InconsistentVersionWarning

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("ignore")  # what a library says of its own files is no news to a user
        warnings.simplefilter("always", InconsistentVersionWarning)
        if not allow_skew:
            warnings.simplefilter("error", InconsistentVersionWarning)
        try:
            estimator = read()
        except InconsistentVersionWarning as skew:
            raise _skewed(skew, file.path) from skew
        except Exception as error:
            raise _no_model(file, error, _skew(caught)) from error
    return estimator, _skew(caught)


def _skew(caught: Sequence[warnings.WarningMessage]) -> str:
    """The first part of the model that another version saved, in words; '' without one."""
    messages = [entry.message for entry in caught]
    skews = [m for m in messages if hasattr(m, "original_sklearn_version")]
    return "" if not skews else _versions(skews[0])


def _versions(skew: Any) -> str:
    return (
        f"the model was saved with scikit-learn {skew.original_sklearn_version}, "
        f"{skew.current_sklearn_version} is installed"
    )


def _skewed(skew: Any, path: str) -> DataError:
    return DataError(
        "the model was saved by another version of scikit-learn",
        path,
        f"scikit-learn {skew.original_sklearn_version}",
        f"scikit-learn {skew.current_sklearn_version}, which is installed",
        "save the model with the installed version, install the model's, or declare "
        "allow_version_skew: true, with golden predictions to hold it to",
    )


def _no_model(file: _File, error: Exception, skew: str) -> DataError:
    """The error for a file that cannot be read, with the format that it looks like."""
    alike, usual = look(file.payload), " (the default)" if file.format == "skops" else ""
    other = alike is not None and alike.keys.partition(",")[0] != f"format: {file.format}"
    seen = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
    words = f"it looks like {alike.words}" if alike and other else ""
    return DataError(
        "the file is not a model of the declared format",
        file.path,
        "; ".join(filter(None, [seen, words, skew])),
        f"a file of predict.model.format, which is {file.format}{usual}",
        f"declare {alike.keys}; or save the model with {file.format}"
        if alike and other
        else "save the model anew, or declare its format",
    )
