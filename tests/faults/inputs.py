"""Ways to spoil the rows to score, and what is left in quarantine of them."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from tests.end_to_end.conftest import BATCH, GROUP

__all__ = [
    "PARTS",
    "Begin",
    "halted",
    "let_go",
    "lines_as",
    "primary",
    "put",
    "quarantined",
    "source",
    "without_budget",
]

PARTS = ("seen: ", "allowed: ", "to do: ")
Begin = Callable[..., "subprocess.Popen[str]"]
Lines = Callable[[list[bytes]], list[bytes]]


def source(project: Path) -> Path:
    """The batch's file."""
    return project / "data" / f"{BATCH}.parquet"


def put(project: Path, frame: pd.DataFrame) -> None:
    """The rows are the batch's input."""
    frame.to_parquet(source(project), row_group_size=GROUP)


def primary(**values: object) -> list[str]:
    """Words that set keys of the primary."""
    return [
        word for key, value in values.items() for word in ("--set", f"ingest.primary.{key}={value}")
    ]


def lines_as(project: Path, kind: str, change: Lines = lambda lines: lines) -> list[str]:
    """The batch's rows stand in a file of text, its lines changed; the words that make it the primary."""
    frame = pd.read_parquet(source(project))
    text = (
        frame.to_csv(index=False) if kind == "csv" else frame.to_json(orient="records", lines=True)
    )
    lines = change(text.encode().splitlines(keepends=True))
    source(project).with_suffix(f".{kind}").write_bytes(b"".join(lines))
    return primary(type=kind, path=f"data/{{batch}}.{kind}")


def without_budget(project: Path) -> None:
    """The pipeline sets nothing aside and may not."""
    config = project / "pipeline.yaml"
    text = config.read_text().replace(", on_violation: quarantine", ", on_violation: warn")
    text = text.replace("  rules:\n    - use: factory.steps:plausible\n", "")
    config.write_text(text.partition("limits:")[0])


def quarantined(project: Path) -> list[dict[str, Any]]:
    """The rows that the last plan has set aside."""
    plans = sorted((project / "out/breakdowns.seawall/plans" / BATCH).iterdir())
    files = sorted((plans[-1] / "quarantine").iterdir())
    return [
        row
        for file in files
        for row in pa.ipc.open_file(pa.OSFile(str(file))).read_all().to_pylist()
    ]


def halted(project: Path, begin: Begin, *args: str) -> subprocess.Popen[str]:
    """A run that stopped itself when its plan stood, before it read a row."""
    process = begin(project, "--force", *args, SEAWALL_FAILPOINT_STOP="3e")
    os.waitpid(process.pid, os.WUNTRACED)
    return process


def let_go(process: subprocess.Popen[str]) -> subprocess.CompletedProcess[str]:
    """What the process said, once it went on and has ended."""
    process.send_signal(signal.SIGCONT)
    out, message = process.communicate(timeout=60)
    return subprocess.CompletedProcess([], process.returncode, out, message)
