"""Errors of seawall's own that foreign code raises, made as complete as the others."""

from __future__ import annotations

from seawall.calling import placed
from seawall.errors import SeawallError, UnavailableError

__all__ = ["completed"]


def completed(error: SeawallError, name: str) -> SeawallError:
    """The error of the same type and words that says where it was raised, and what to do.

    What the author wrote stays; `name` is what the code is called, whose line is added to it. An
    error of a class with a constructor of its own is left as it is.
    """
    if type(error).__init__ is not SeawallError.__init__:
        return error
    away = isinstance(error, UnavailableError)
    todo = "see to what it reads, then run again; or declare predict.fallback" if away else ""
    return type(error)(
        error.what,
        error.where or placed(name, error),
        error.seen,
        error.allowed or ("a model that is there" if away else ""),
        error.todo or todo or "mend it, or predict.model.with",
    ).with_traceback(error.__traceback__)
