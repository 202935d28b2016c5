"""What a person does about a run that is held because its batch does not look as it did."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seawall.ledger import RunDetail

__all__ = ["way_out_of_drift"]


def way_out_of_drift(detail: RunDetail) -> str:
    """The commands that end the hold; '' of a run that something else holds, too, or of a replay."""
    run = detail.run
    failed = [one.check for one in detail.findings if one.severity == "fail"]
    if run.state != "held" or run.replays or not failed:
        return ""
    if not all(check.startswith("drift") for check in failed):
        return ""
    again = f"seawall run {shlex.quote(run.config_path)} --batch {shlex.quote(run.batch)}"
    return (
        "Is it a fault upstream, in a unit, a default, a lookup? Mend it, and run the batch again: "
        f"`{again}`. Has the world changed? `{again} --set drift.on_fail=warn` publishes the batch as it is "
        "(a column with an on_fail of its own takes --set drift.columns.COLUMN.on_fail=warn), and "
        f'`seawall reference accept {run.run_id} --reason "…"` lets this run count as usual without publishing it.'
    )
