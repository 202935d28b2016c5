"""`seawall breaker`: which upstreams are left alone, and how one is asked again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from seawall.cli.project import ledger_here, no_ledger
from seawall.cli.terminal import say, say_json, say_table
from seawall.cli.words import moment, number
from seawall.errors import UsageError
from seawall.names import did_you_mean

if TYPE_CHECKING:
    from seawall.ledger import Ledger
    from seawall.ledger.breakers import BreakerRow

__all__ = ["breaker"]

_HEADERS = ("source", "state", "failed runs", "until", "identity")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def breaker() -> None:
    """List and reset the circuit breakers of upstreams."""


@breaker.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def list_(*, as_json: bool) -> None:
    """List the breakers that count failures, by source."""
    now = datetime.now(UTC)
    found = [(row, row.state.name(now)) for row in _known(_ledger())]
    if as_json:
        from seawall.ledger.plain import plain

        say_json({"breakers": [{**plain(row), "name": name} for row, name in found]})
    elif found:
        say_table(_HEADERS, [_cells(row, name) for row, name in found])
    else:
        say("no breaker counts a failure")


@breaker.command()
@click.argument("source", required=False)
@click.option("--all", "every", is_flag=True, help="All of them.")
def reset(*, source: str | None, every: bool) -> None:
    """Close a breaker, so that the next run asks the upstream again."""
    from seawall.ledger.breakers import reset_breaker

    ledger = _ledger()
    for row in _wanted(_known(ledger), source, every=every):
        reset_breaker(ledger, row.identity)
        say(f"{row.label or row.identity}: closed")


def _wanted(rows: list[BreakerRow], source: str | None, *, every: bool) -> list[BreakerRow]:
    if every == (source is not None):
        raise UsageError("say which breaker", "seawall breaker reset", allowed="SOURCE or --all")
    found = [row for row in rows if every or source in {row.label, row.identity}]
    if not found and not every:
        names = [row.label or row.identity for row in rows]
        raise UsageError(
            "no such breaker",
            "seawall breaker reset",
            repr(source),
            ", ".join(names) or "none counts a failure",
            did_you_mean(source or "", names),
        )
    return found


def _cells(row: BreakerRow, name: str) -> list[str]:
    until = "" if row.state.until is None else moment(row.state.until)
    return [row.label, name, number(row.state.failures), until, row.identity]


def _known(ledger: Ledger) -> list[BreakerRow]:
    from seawall.ledger.breakers import known_breakers

    return [row for row in known_breakers(ledger) if row.state.failures]


def _ledger() -> Ledger:
    """The project's ledger, which may be written."""
    from seawall.ledger import open_ledger

    found = ledger_here()
    if found is None:
        raise no_ledger()
    location = str(found.file) if found.file else found.engine.url.render_as_string(False)
    found.close()
    return open_ledger(location, warn=say)
