"""Run by Evidently's own environment: writes its default answers for each pair of frames in a folder.

    python evidently_answers.py FOLDER

The folder has `000.reference.parquet`, `000.batch.parquet` and so on; `answers.json` is written beside
them: for each pair whether each column is said to have drifted. Only pandas and evidently are imported.
"""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path
from typing import Any

import pandas as pd


def answers(reference: pd.DataFrame, batch: pd.DataFrame) -> dict[str, bool]:
    """Evidently's answer, a column each; both frames have the same columns."""
    from evidently import Dataset, Report
    from evidently.presets import DataDriftPreset

    run = Report([DataDriftPreset()]).run(
        Dataset.from_pandas(batch), Dataset.from_pandas(reference)
    )
    found = [metric for metric in run.dict()["metrics"] if "column" in metric["config"]]
    return {metric["config"]["column"]: _drifted(metric) for metric in found}


def _drifted(metric: dict[str, Any]) -> bool:
    """A p-value alarms below its level, a distance at its limit or above; D's p-value at its level, too."""
    method, limit = str(metric["config"]["method"]), float(metric["config"]["threshold"])
    value = float(metric["value"])
    if not method.endswith("p_value"):
        return value >= limit
    return value <= limit if method.startswith("K-S") else value < limit


def main() -> None:
    """All pairs of the folder."""
    warnings.simplefilter("ignore")
    folder = Path(sys.argv[1])
    found = {}
    for path in sorted(folder.glob("*.reference.parquet")):
        number = path.name.partition(".")[0]
        batch = pd.read_parquet(folder / f"{number}.batch.parquet")
        found[number] = answers(pd.read_parquet(path), batch)
    (folder / "answers.json").write_text(json.dumps(found))


if __name__ == "__main__":
    main()
