"""Unique values over a batch of many rows: CPU seconds and memory beside pandas' `duplicated` in one process.

    python benchmarks/unique.py [rows]

The values come in chunks of 131,072 rows, as a run reads them. Memory is the most that the process had
above what it had before the first chunk, the chunk itself included; of pandas it is what the values and
its table of them take. The limit for 10 million rows is 300 MiB.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
import pyarrow as pa

from seawall.disk import Disk
from seawall.running.marks import Marks, marked

CHUNK = 131_072
MIB = 1 << 20
Chunks = Callable[[], Iterator[pa.Array]]


def numbers(rows: int) -> Iterator[pa.Array]:
    """Each number below `rows` once, in an order that is far from sorted, chunk by chunk."""
    step = next(s for s in range(rows * 5 // 8, rows) if np.gcd(s, rows) == 1)
    for start in range(0, rows, CHUNK):
        yield pa.array(np.arange(start, min(start + CHUNK, rows)) * step % rows)


def texts(rows: int) -> Iterator[pa.Array]:
    """The same as texts of 21 characters."""
    for chunk in numbers(rows):
        yield pa.array([f"customer-{number:012d}" for number in chunk.to_numpy().tolist()])


def looked_through(chunks: Iterator[pa.Array]) -> int:
    """How many rows repeat an earlier one."""
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        marks, row = Marks(Path(folder) / "marks", Disk()), 0
        for chunk in chunks:
            marks.add(marked(pa.chunked_array([chunk]), np.arange(row, row + len(chunk))))
            row += len(chunk)
        return len(marks.settle().rows)


def measured(work: Callable[[], int]) -> tuple[float, float, int]:
    """CPU seconds, MiB above the beginning at most, and the work's result."""
    process, over = psutil.Process(), threading.Event()
    before = most = process.memory_info().rss

    def watch() -> None:
        nonlocal most
        while not over.wait(0.005):
            most = max(most, process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    begun = time.process_time()
    found = work()
    seconds = time.process_time() - begun
    over.set()
    watcher.join()
    return seconds, (most - before) / MIB, found


def made_s(chunks: Chunks) -> float:
    """CPU seconds that making the values takes: no part of the check."""
    begun = time.process_time()
    for _ in chunks():
        pass
    return time.process_time() - begun


def compare(name: str, chunks: Chunks, rows: int) -> None:
    """One line: seawall's seconds and memory, pandas' and the ratio."""
    making = made_s(chunks)
    seconds, memory, found = measured(lambda: looked_through(chunks()))
    seconds -= making
    values = pd.concat([chunk.to_pandas() for chunk in chunks()], ignore_index=True)
    pandas_s, pandas_mib, expected = measured(lambda: int(values.duplicated().sum()))
    assert found == expected
    print(
        f"{name}: {rows:,} rows, {seconds:.2f} CPU s and {memory:.0f} MiB; "
        f"pandas {pandas_s:.2f} s and {pandas_mib:.0f} MiB beside the values; {seconds / pandas_s:.2f} of its time"
    )


def main() -> None:
    """Numbers first: the memory that texts leave behind would count for them."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    print(f"{os.cpu_count()} cores, pandas {pd.__version__}, pyarrow {pa.__version__}")
    compare("int64", lambda: numbers(rows), rows)
    compare("texts", lambda: texts(rows), rows)


if __name__ == "__main__":
    main()
