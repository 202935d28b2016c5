"""`seawall explain`: what happened in a run, and what to do next."""

from __future__ import annotations

from typing import Any

import click

from seawall.cli.explanation import Section, sections, step_of, todo_of
from seawall.cli.live import Live, live
from seawall.cli.project import ledger_here, no_ledger
from seawall.cli.terminal import say, say_json, say_table

__all__ = ["explain"]


@click.command()
@click.argument("run_id", metavar="RUN", default="last")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def explain(*, run_id: str, as_json: bool) -> None:
    """Say what happened in a run and what to do next.

    RUN is a run's id, the beginning of one, or `last`, which is meant when it is left out.
    """
    from seawall.ledger import run as found

    ledger = ledger_here()
    if ledger is None:
        raise no_ledger()
    detail = found(ledger, run_id)
    now = live(detail.run)
    if as_json:
        say_json(_document(detail, now))
    else:
        for section in sections(detail, now):
            _say_section(section)


def _say_section(section: Section) -> None:
    say(section.title)
    for line in section.lines:
        say(f"  {line}")
    if section.rows:
        say_table(section.headers, section.rows)
    say()


def _document(detail: Any, now: Live) -> dict[str, Any]:
    from seawall.ledger.plain import plain

    step = step_of(detail.run)
    added_up = {"filtered_by": detail.filtered_by, "quarantined_by": detail.quarantined_by}
    told = {"meaning": step.meaning, "todo": todo_of(detail, now), "live": plain(now)}
    return {**plain(detail), **added_up, **told}
