"""LightGBM boosters with categories in MLflow's folders, whose texts MLflow does not make categories of."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seawall.models.lightgbm import categories_of, matrix_of, takes_of
from seawall.models.lightgbm_text import text_of
from seawall.models.loaded import Loaded

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["with_categories"]

_BOOSTER = "lightgbm.basic.Booster"


def with_categories(described: Loaded, loaded: Any, folder: Path, path: str) -> Loaded:
    """The model with its texts given as the categories of its training; others as they are.

    MLflow's signature allows no category where it says string, and LightGBM takes no text where it
    knows categories: so the booster itself is asked, with the numbers that it knows them by.
    """
    own = loaded.metadata.flavors.get("lightgbm", {})
    if loaded.loader_module != "mlflow.lightgbm" or own.get("model_class") != _BOOSTER:
        return described
    text = text_of((folder / own["data"]).read_bytes(), path)
    if not text.categories:
        return described
    categories, booster = categories_of(text, path), loaded.get_raw_model()

    def call(frame: pd.DataFrame) -> Any:
        return booster.predict(matrix_of(frame, categories))

    return replace(
        described,
        call=call,
        features=described.features or text.features,
        takes=takes_of(text, categories),
    )
