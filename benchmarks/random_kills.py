"""Kills a real run at random moments, reruns it, and compares what is published byte for byte.

python -m benchmarks.random_kills PROJECT CONFIG --batch K: PROJECT is a prepared project, the
folder that `python -m benchmarks.score --work DIR` leaves below DIR, say. Each time the published
folder is emptied, `seawall run` is started and killed with SIGKILL after a random share of the time
that an undisturbed run takes, and run again to its end.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Job:
    """The command that is killed, and where its file appears."""

    project: Path
    config: str
    batch: str
    published: Path

    def start(self) -> subprocess.Popen[str]:
        """The run goes on in a process of its own."""
        command = [sys.executable, "-m", "seawall", "run", self.config, "--batch", self.batch]
        return subprocess.Popen(
            [*command, "--json"],
            cwd=self.project,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def finished(self) -> dict[str, object]:
        """The result of a run that nobody disturbs; CalledProcessError when it fails."""
        process = self.start()
        output, _ = process.communicate()
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, "seawall run", output)
        result: dict[str, object] = json.loads(output)
        return result

    def clear(self) -> None:
        """Nothing was ever published."""
        for folder in (self.published, self.published.with_name(f"{self.published.name}.seawall")):
            shutil.rmtree(folder, ignore_errors=True)

    def digest(self) -> str | None:
        """The sha256 of the file that readers see; None when there is none."""
        files = sorted(self.published.rglob("*.parquet"))
        return hashlib.sha256(files[0].read_bytes()).hexdigest() if files else None


def main(args: Sequence[str] | None = None) -> int:
    """0 when every rerun gave the undisturbed run's bytes, else 1."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m benchmarks.random_kills")
    parser.add_argument("project", type=Path)
    parser.add_argument("config")
    parser.add_argument("--batch", required=True)
    parser.add_argument("--published", default="predictions/flight_delays")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args(args)
    job = Job(asked.project, asked.config, asked.batch, asked.project / asked.published)
    job.clear()
    begun = time.monotonic()
    job.finished()
    seconds, expected = time.monotonic() - begun, job.digest()
    print(f"undisturbed: {seconds:.1f} s, sha256 {expected}")
    chance = random.Random(asked.seed)
    wrong = sum(
        not _killed_once(job, chance.random() * seconds, expected) for _ in range(asked.kills)
    )
    print(
        f"{asked.kills} kills, {asked.kills - wrong} with the same bytes afterwards, {wrong} without"
    )
    return 1 if wrong else 0


def _killed_once(job: Job, after_s: float, expected: str | None) -> bool:
    job.clear()
    process = job.start()
    try:
        process.wait(after_s)
    except subprocess.TimeoutExpired:
        process.kill()
    process.communicate()
    seen = job.digest()
    result = job.finished()
    same = job.digest() == expected and seen in {None, expected}
    reused = f"{result['reused_chunks']} of {result['chunks']} chunks reused"
    state = result["state"] if result["state"] != "published" else reused
    print(
        f"killed after {after_s:5.1f} s: {state}, {'same bytes' if same else 'OTHER BYTES'}",
        flush=True,
    )
    return same


if __name__ == "__main__":
    sys.exit(main())
