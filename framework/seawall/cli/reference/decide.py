"""`seawall reference accept|exclude`: which runs later ones are compared with, by a person's word."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from seawall.cli.persons import person, reasoned
from seawall.cli.project import ledger_here, no_ledger, root_above
from seawall.cli.terminal import say, say_json
from seawall.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from seawall.contracts import Finding
    from seawall.ledger import RunDetail, RunRow
    from seawall.sinks.files import FilesSink
    from seawall.sinks.files.decisions import Decision

__all__ = ["accept", "exclude"]

_RUN = click.argument("run_id", metavar="RUN")
_REASON = click.option(
    "--reason", required=True, callback=reasoned, help="Why; it is kept beside the log."
)
_SETS = click.option(
    "--set", "sets", multiple=True, metavar="PATH=VALUE", help="Change a value of the file."
)
_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object.")


@click.command()
@_RUN
@_REASON
@_SETS
@_JSON
def accept(*, run_id: str, reason: str, sets: tuple[str, ...], as_json: bool) -> None:
    """Let later batches be compared with a run, although columns of it have failed or it was held.

    RUN is a run's id, the beginning of one, or `last`. What is published stays as it is.
    """
    decision, failures = _decided("accept", run_id, reason, sets)
    _say(decision, failures, as_json=as_json)


@click.command()
@_RUN
@_REASON
@_SETS
@_JSON
def exclude(*, run_id: str, reason: str, sets: tuple[str, ...], as_json: bool) -> None:
    """Let no later batch be compared with a run: it was published, and was not as it should be.

    RUN is a run's id, the beginning of one, or `last`. What is published stays as it is.
    """
    decision, _ = _decided("exclude", run_id, reason, sets)
    _say(decision, (), as_json=as_json)


def _decided(
    word: Literal["accept", "exclude"], prefix: str, reason: str, sets: tuple[str, ...]
) -> tuple[Decision, tuple[str, ...]]:
    """The decision, and what failed in the run, for a person to know what becomes usual."""
    from seawall.sinks.files.decisions import Said, decide

    detail = _run(prefix)
    row = detail.run
    sink = _sink(row, sets)
    said = Said(word, reason, person(), datetime.now(UTC))
    run_id = _made_by(sink, row)
    try:
        made = decide(sink.disk, sink.layout, batch=row.batch, run_id=run_id, said=said)
    except UsageError as error:
        raise _undecidable(row, error) from None
    published = (entry.findings for entry in sink.entries(row.batch) if entry.run_id == run_id)
    return made, tuple(_failures(next(published, detail.findings)))


def _undecidable(row: RunRow, error: UsageError) -> UsageError:
    """The same error, with what the run was."""
    why = f": {row.message.splitlines()[0]}" if row.message else ""
    seen = f"run {row.run_id}, {row.state}{why}"
    todo = f"{error.todo}; seawall runs --batch {row.batch} lists what became of each"
    return UsageError(error.what, error.where, seen, error.allowed, todo)


def _failures(findings: Iterable[Finding]) -> Iterator[str]:
    """What moved too far in the run, be it that it only warned: column by column."""
    for finding in findings:
        failed = "fail" in {finding.severity, finding.figures.get("judged")}
        if failed and finding.check.startswith("drift"):
            yield finding.message.partition(". ")[0]


def _run(prefix: str) -> RunDetail:
    from seawall.ledger import run as found

    ledger = ledger_here()
    if ledger is None:
        raise no_ledger()
    with closing(ledger):
        return found(ledger, prefix)


def _sink(row: RunRow, sets: tuple[str, ...]) -> FilesSink:
    from seawall.cli.publication import published_by

    return published_by(root_above(Path.cwd()) / row.config_path, sets=sets, batch=row.batch)


def _made_by(sink: FilesSink, row: RunRow) -> str:
    """The run itself; of one that found its batch published, the run that had published it."""
    if row.state != "already published":
        return row.run_id
    made = (e.run_id for e in sink.entries(row.batch) if e.version == row.version)
    return next(made, row.run_id)


def _say(decision: Decision, failures: Sequence[str], *, as_json: bool) -> None:
    if as_json:
        from seawall.ledger.plain import plain

        document: dict[str, Any] = plain(decision) | {"becomes_usual": list(failures)}
        say_json(document)
        return
    words = {"accept": "counts from now on", "exclude": "does not count from now on"}[decision.word]
    say(
        f"run {decision.run_id}, batch {decision.batch}: {words} ({decision.by}: {decision.reason})"
    )
    for failure in failures:
        say(f"  {failure}: this will be taken for usual")
