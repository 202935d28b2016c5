"""`seawall fsck`: whether everything that was published is there, and what to do if not."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from seawall.cli.publication import Publication, publication
from seawall.cli.terminal import say, say_json
from seawall.errors import Exit

if TYPE_CHECKING:
    from seawall.fsck import Origin, Problem
    from seawall.ledger.rebuild import Rebuilt

__all__ = ["fsck"]


@dataclass(frozen=True, slots=True)
class _Found:
    """What an examination came to; `rebuilt` is None where nobody asked for it."""

    problems: list[Problem]
    batches: int
    rebuilt: Rebuilt | None

    @property
    def faults(self) -> int:
        """How many of the problems are faults."""
        return sum(one.severity == "fault" for one in self.problems)


@click.command()
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--batch", metavar="KEY", help="Only this batch.")
@click.option(
    "--rebuild", is_flag=True, help="First build the ledger anew from the log, and redo the views."
)
@click.option(
    "--set", "sets", multiple=True, metavar="PATH=VALUE", help="Change a value of the file."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def fsck(
    *, config: Path, batch: str | None, rebuild: bool, sets: tuple[str, ...], as_json: bool
) -> int:
    """Check log, published files, views, plans, snapshots and ledger, byte by byte.

    Runs go on meanwhile. Nothing is removed; a view that a crash left behind is put right.
    """
    where = publication(config, sets=sets, batch=batch)
    _require_known(where, batch)
    rebuilt = _rebuilt(where) if rebuild else None
    found = _Found(_problems(where, batch), _number(where), rebuilt)
    if as_json:
        _say_document(found)
    else:
        _say_lines(found, batch)
    return Exit.IOERR if found.faults else Exit.OK


def _require_known(where: Publication, batch: str | None) -> None:
    """Something stands of the batch, else UsageError: nothing that is looked at has no faults."""
    from seawall.errors import UsageError
    from seawall.fsck import batches
    from seawall.shown import listed

    known = batches(where.sink)
    if batch is not None and batch not in known:
        raise UsageError(
            "nothing stands of this batch",
            str(where.sink.folder),
            batch,
            listed(known) or "none, since nothing was run yet",
            "name one batch, or leave --batch away for all of them",
        )


def _rebuilt(where: Publication) -> Rebuilt:
    from seawall.fsck import past
    from seawall.ledger.rebuild import rebuild

    return rebuild(where.ledger, past(where.sink, _origin(where)))


def _problems(where: Publication, batch: str | None) -> list[Problem]:
    from seawall.fsck import examine, examine_ledger, redo_views

    found = redo_views(where.sink, examine(where.sink, batch=batch))
    if batch is None:
        found += examine_ledger(where.ledger, where.sink, where.loaded.config.pipeline)
    return found


def _number(where: Publication) -> int:
    """How many batches there are."""
    from seawall.fsck import batches

    return len(batches(where.sink))


def _origin(where: Publication) -> Origin:
    from seawall.fsck import Origin

    return Origin(where.loaded.config.pipeline, where.config_path)


def _say_document(found: _Found) -> None:
    rebuilt = None if found.rebuilt is None else asdict(found.rebuilt)
    notes = len(found.problems) - found.faults
    problems = [asdict(one) for one in found.problems]
    say_json({"faults": found.faults, "notes": notes, "problems": problems, "rebuilt": rebuilt})


def _say_lines(found: _Found, batch: str | None) -> None:
    if found.rebuilt is not None:
        _say_rebuilt(found.rebuilt)
    for problem in found.problems:
        say(str(problem))
    what = f"batch {batch}" if batch is not None else _counted(found.batches, "batch", "batches")
    notes = len(found.problems) - found.faults
    say(f"{what}: {_counted(found.faults, 'fault')}, {_counted(notes, 'note')}")


def _say_rebuilt(rebuilt: Rebuilt) -> None:
    from seawall.ledger.rebuild import LOST

    for text in rebuilt.told:
        say(f"{text}. {LOST}")
    say(
        f"the ledger {rebuilt.location} is rebuilt from the log: {_counted(rebuilt.added, 'run')} "
        f"added, {rebuilt.corrected:,} corrected"
    )


def _counted(number: int, one: str, many: str = "") -> str:
    said = f"{number:,}" if number else "no"
    return f"{said} {one if number == 1 else many or f'{one}s'}"
