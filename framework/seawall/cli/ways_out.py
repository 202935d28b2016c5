"""What a person does about a run that is held."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seawall.ledger import RunDetail

__all__ = ["release_command", "way_out"]


def way_out(detail: RunDetail, stale: str) -> str:
    """What ends the hold; '' of a run that is not held. `stale` says why it cannot be released any more."""
    run = detail.run
    if run.state != "held":
        return ""
    as_it_is = f"Is the result right as it is? `{release_command(run.run_id)}` publishes it."
    if stale:
        as_it_is = f"It cannot be released any more: {stale}."
    if run.replays:
        again = f"`seawall replay {run.replays}`"
        mend = f"Mend the upstream, the code or the limit, and run {again} once more."
    elif _drifted(detail):
        mend = _drift(detail)
    else:
        mend = "Mend the input, the upstream, the model or the limit, and run the batch again."
    return f"Read the findings. {mend} {as_it_is}"


def release_command(run_id: str) -> str:
    """What publishes the held run on a person's word."""
    return f'seawall release {run_id} --reason "…"'


def _drifted(detail: RunDetail) -> bool:
    """Whether drift is all that holds the run."""
    failed = [one.check for one in detail.findings if one.severity == "fail"]
    return bool(failed) and all(check.startswith("drift") for check in failed)


def _drift(detail: RunDetail) -> str:
    run = detail.run
    again = f"seawall run {shlex.quote(run.config_path)} --batch {shlex.quote(run.batch)}"
    return (
        "Is it a fault upstream, in a unit, a default, a lookup? Mend it, and run the batch again: "
        f"`{again}`. Has the world changed? `{again} --set drift.on_fail=warn` publishes the batch anew "
        "(a column with an on_fail of its own takes --set drift.columns.COLUMN.on_fail=warn), and "
        f'`seawall reference accept {run.run_id} --reason "…"` lets this run count as usual without publishing it.'
    )
