"""A receipt counts only for the chunk as this run would compute it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.end_to_end.conftest import BATCH, command

RUN = ("run", "pipeline.yaml", "--batch", BATCH, "--force")


@pytest.mark.kill
def test_receipt_with_another_key(published: Path) -> None:
    """A chunk whose receipt was written for other code, model or input is computed again."""
    command(published, *RUN, SEAWALL_FAILPOINT="5")
    found = (published / "out/breakdowns.seawall/plans" / BATCH).glob("*/receipts/*.json")
    plans = [path for path in found if not (path.parents[1] / "outcome.json").exists()]
    receipt = json.loads(plans[0].read_bytes())
    plans[0].write_text(json.dumps({**receipt, "key": "0" * len(receipt["key"])}))
    again = command(published, *RUN)

    assert f"{len(plans)}, {len(plans) - 1} of them from an earlier run" in again.stdout
