"""The place where a drill's runs happen: a folder of its own, one recording, a past, a healthy run."""

from __future__ import annotations

import pickle
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from seawall.config.load import LoadedConfig
from seawall.drills.carry import HEALTHY, carried
from seawall.drills.ground import Ground, Spot
from seawall.drills.past import copy_past
from seawall.drills.scaled import Scaled, scaled
from seawall.drills.shelter import shelter
from seawall.drills.values import Ended
from seawall.drills.whereabouts import within
from seawall.errors import SeawallError, TemporaryError
from seawall.isolation import Isolation
from seawall.secrets import Redaction

if TYPE_CHECKING:
    import pyarrow as pa

    from seawall.drills.recorded import Recording
    from seawall.running.order import StopRequest

__all__ = ["Sandbox", "sandbox"]

_GRACE_S = 0.3
_PRELOADED = (
    *(
        "narwhals._pandas_like.namespace",
        "pandas",
        "pyarrow.csv",
        "pyarrow.json",
        "pyarrow.parquet",
    ),
    *("pydantic.dataclasses", "sqlalchemy.dialects.sqlite", "seawall.drills.compared"),
    *("seawall.drills.process", "seawall.drills.replayed", "seawall.drills.stages"),
    *("seawall.drills.twisted", "seawall.sources.csv", "seawall.sources.delivery"),
    *("seawall.sources.jsonl", "seawall.sources.landing", "seawall.sources.local"),
    *("seawall.sources.parquet", "seawall.sources.python", "seawall.sources.sql"),
    "seawall.workers.threads",
)
_OF_MODELS = {
    "lightgbm": ("lightgbm", "seawall.models.lightgbm"),
    "onnx": ("onnxruntime", "seawall.models.onnx"),
    "sklearn": ("skops.io", "seawall.models.by_code", "seawall.models.sklearn"),
    "xgboost": ("xgboost", "seawall.models.xgboost"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """What the cases of a drill share. `primary` and `lookups` are as their upstreams handed them over.

    `scaled` says in words what is smaller or shorter than in production. `stop` is set by SIGTERM and
    Ctrl-C while the sandbox is open; `until`, by the monotonic clock, is when drill.deadline is over;
    `share` is how much of the batch the rows of the primary are, and `poison` the number of one that
    the healthy run published.
    """

    loaded: LoadedConfig
    batch: str
    folder: Path
    primary: pa.Table
    lookups: Mapping[str, pa.Table]
    healthy: Ended
    scaled: tuple[str, ...]
    calls: Isolation
    stop: StopRequest
    redaction: Redaction
    until: float
    share: float = 1.0
    poison: int = -1


@contextmanager
def sandbox(  # noqa: PLR0913 - each is a choice that a caller makes by name
    loaded: LoadedConfig,
    batch: str,
    *,
    rows: int = 5_000,
    env: Mapping[str, str],
    now: Callable[[], datetime],
    tell: Callable[[str], None],
) -> Iterator[Sandbox]:
    """A sandbox in which a healthy run was published; afterwards nothing of it is left.

    Each upstream is asked once, with production's terms; of the primary at most so many rows are
    kept. Raises what the live read or the healthy run failed of, without a secret in it,
    TemporaryError when the healthy run takes longer than drill.deadline, and InterruptedRunError when
    a signal came meanwhile.
    """
    from seawall.drills.recorded import Recorder
    from seawall.running.order import StopRequest

    stop, redaction = StopRequest(), Redaction.of(loaded.config, env)
    until = time.monotonic() + loaded.config.drill.deadline.total_seconds()
    with shelter() as folder, _stopped_by_signals(stop), _calls(loaded) as calls:
        try:
            calls.begin()
            recording = Recorder(
                loaded=loaded, batch=batch, folder=folder, calls=calls, env=env, now=now, stop=stop
            ).record(rows, lambda step: tell(redaction.text(step)))
            terms = scaled(loaded.config, recording.share)
            _lay_out(_ground(loaded, batch, recording, terms), folder)
            opened = Sandbox(
                loaded=loaded,
                batch=batch,
                folder=folder,
                primary=recording.primary,
                lookups=recording.tables,
                healthy=Ended(case=HEALTHY, outcome="published", exit=0, seconds=0.0),
                scaled=terms.words,
                share=recording.share,
                calls=calls,
                stop=stop,
                redaction=redaction,
                until=until,
            )
            tell("the healthy run")
            opened = replace(opened, healthy=_healthy(opened))
        except Exception as error:
            redaction.error(error)
            raise
        yield replace(opened, poison=_poison(opened))


def _ground(loaded: LoadedConfig, batch: str, recording: Recording, terms: Scaled) -> Ground:
    """What the cases find; they work elsewhere, so that the pipeline file's path is a whole one."""
    there = replace(loaded, config=terms.config, path=loaded.path.absolute())
    return Ground(there, batch, recording.recorded, len(recording.primary))


def _lay_out(ground: Ground, folder: Path) -> None:
    """The folder has what every case reads, and production's past."""
    (folder / "ground.pickle").write_bytes(pickle.dumps(ground))
    copy_past(ground.loaded, ground.batch, folder / "past")


def _healthy(opened: Sandbox) -> Ended:
    """How the healthy run ended; what it failed of is raised."""
    answer = carried(opened, HEALTHY, 0, stop=opened.stop)
    if answer.ended.outcome == "hung":
        raise _endless(opened.loaded, answer.ended)
    if answer.error is not None:
        raise _hinted(answer.error)
    return answer.ended


def _endless(loaded: LoadedConfig, ended: Ended) -> TemporaryError:
    place = loaded.places.key(("drill", "deadline"))
    return TemporaryError(
        "the run without any fault did not end in the drill's time",
        f"{place.file}:{place.line}",
        f"after {ended.seconds:.0f} s it was {within(ended.message, loaded.root)}",
        f"drill.deadline: {loaded.config.drill.deadline.total_seconds():g}s",
        "see whether a stage or the model never ends, take fewer --rows, or raise drill.deadline",
    )


def _hinted(error: SeawallError) -> SeawallError:
    """The error; with a hint where code may have looked for a file from the working directory on."""
    if "FileNotFoundError" not in str(error):
        return error
    todo = f"{error.todo}; " if error.todo else ""
    todo += (
        "a drill works in an empty folder: let stages and models name their files by whole paths, "
        "such as Path(__file__).parent"
    )
    return type(error)(error.what, error.where, error.seen, error.allowed, todo)


def _poison(opened: Sandbox) -> int:
    """The number of a row that the healthy run published, from the middle of them; -1 without any."""
    from seawall.drills.compared import published_rows

    keys = published_rows(Spot(opened.folder, 0)).index
    if not len(keys):
        return -1
    key = opened.loaded.config.ingest.primary.key
    numbers = opened.primary.column(key).to_pandas()
    return int((numbers == keys[len(keys) // 2]).to_numpy().argmax())


def _calls(loaded: LoadedConfig) -> Isolation:
    """Who begins a process for each case, with what every run imports."""
    models = _OF_MODELS.get(loaded.config.predict.model.type, ())
    return Isolation(preload=(*_PRELOADED, *models), path=[str(loaded.root)], grace_s=_GRACE_S)


@contextmanager
def _stopped_by_signals(stop: StopRequest) -> Iterator[None]:
    """SIGTERM and Ctrl-C stop the drill, which then cleans up; nothing changes outside the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ask(number: int, _frame: object) -> None:
        stop.set(number)

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
