"""`seawall run --limit N`: a few rows are tried, and what they came to is shown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from seawall.cli.folded import folded
from seawall.cli.terminal import mention, plain_table, warn
from seawall.cli.watched import document_of, shown
from seawall.cli.words import number
from seawall.errors import Exit

if TYPE_CHECKING:
    from seawall.running import Order
    from seawall.running.trying import Trial

__all__ = ["tried"]


def tried(order: Order, rows: int, how: dict[str, Any]) -> Exit:
    """The code of a run that would have come to this; it was said what was seen."""
    from seawall.observe import fan_out
    from seawall.running.trying import try_out

    with shown(order.stop, how["log_format"], verbose=how["verbose"]) as sinks:
        trial = try_out(order, rows, fan_out(*sinks))
    if how["as_json"]:
        mention(json.dumps(_document(trial)))
    else:
        for line in _lines(trial):
            mention(line)
        if trial.result.error is not None:
            warn(str(trial.result.error))
    return trial.result.exit


def _document(trial: Trial) -> dict[str, Any]:
    from seawall.ledger.plain import plain

    rows = [] if trial.rows is None else trial.rows.to_pylist()
    return document_of(trial.result) | {"rows": plain(rows)}


def _lines(trial: Trial) -> Iterator[str]:
    result, account = trial.result, trial.result.account
    state = "tried" if result.error is None else f"tried, and would be {result.state}"
    yield f"{result.pipeline} {result.batch}: {state}; nothing is published or kept"
    yield (
        f"  rows         read {account.read:,}: {account.published:,} would be published, "
        f"{account.quarantined:,} quarantined, {account.filtered:,} filtered"
    )
    few = sum(one.severity == "insufficient" for one in result.findings)
    if few:
        yield f"  {'insufficient':<12} {few:,} of the checks: too few rows to tell"
    for severity, words in folded(result.findings):
        yield f"  {severity:<12} {words}"
    if trial.rows is not None and trial.rows.num_rows:
        cells = [[_cell(value) for value in row.values()] for row in trial.rows.to_pylist()]
        yield plain_table(trial.rows.column_names, cells)


def _cell(value: Any) -> str:
    """A whole number may be a key: it is shown as it is."""
    return str(value) if isinstance(value, int) else number(value)
