"""What keeps a model from being read at all, known before any file of it is opened."""

from __future__ import annotations

from collections.abc import Iterator

from seawall.config.faults import Fault, KeyPath, dotted
from seawall.config.load import LoadedConfig
from seawall.models.packages import missing

__all__ = ["package_faults"]


def package_faults(loaded: LoadedConfig) -> Iterator[Fault]:
    """Each model whose type needs a package that isn't installed.

    A fault of the file, rather than of a model that is down: no fallback answers for it.
    """
    predict = loaded.config.predict
    for key, model in (("model", predict.model), ("fallback", predict.fallback)):
        absent = None if model is None else missing(model.type)
        if model is None or absent is None:
            continue
        path: KeyPath = ("predict", key, "type")
        what, todo = (
            "the package for these models is missing",
            f"pip install 'seawall[{model.type}]'",
        )
        yield Fault(loaded.places.value(path), dotted(path), what, f"no module {absent}", todo=todo)
