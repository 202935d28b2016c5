"""What the tests of the catalogue share: the small project, and the row that each adds to the page."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.conftest import (  # noqa: F401 - fixtures
    BATCH,
    begin,
    frame,
    project,
    published,
    published_template,
    put,
    score,
    seawall,
    template,
)
from tests.faults.catalogue import NEEDS
from tests.faults.sound import sound

_NAMED = re.compile(r"test_f(\d{2,3})_")
Saw = Callable[..., None]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test here has the marker `faults`; one that needs what does not exist yet is skipped."""
    for item in items:
        if Path(__file__).parent not in item.path.parents:
            continue
        name = entry(item)
        if name is not None:
            item.add_marker(pytest.mark.faults)
        if name in NEEDS:
            item.add_marker(pytest.mark.skip(reason=f"needs {NEEDS[name]}"))


def entry(item: Any) -> str | None:
    """The id of the entry that the test is about."""
    match = _NAMED.match(item.name)
    return None if match is None else f"F{int(match[1]):02}"


@pytest.fixture
def out(project: Path) -> Path:  # noqa: F811 - pytest's way to name a fixture
    """The folder that readers of the project are given."""
    return project / "out" / "breakdowns"


@pytest.fixture
def saw(request: pytest.FixtureRequest, record_property: Any) -> Saw:
    """`saw(done, 65, "refused: …", "words", folder=out)` asserts how a command ended, and adds the row.

    `done` may be a list, for an entry with two ends. `words` have to be in what the command said;
    no traceback may be there, but for a bug of the user's own (70). With `folder` its sink has to be
    sound. The text says in a line what happened and what is left.
    """

    def check(
        done: subprocess.CompletedProcess[str] | list[subprocess.CompletedProcess[str]],
        code: int | list[int],
        happened: str,
        *words: str,
        folder: Path | None = None,
    ) -> None:
        all_done = done if isinstance(done, list) else [done]
        codes = code if isinstance(code, list) else [code]
        said = "".join((one.stdout or "") + (one.stderr or "") for one in all_done)
        assert [one.returncode for one in all_done] == codes, said
        assert "Traceback" not in said or 70 in codes, said
        assert [word for word in words if word not in said] == [], said
        if folder is not None:
            sound(folder)
        shown = " + ".join(str(abs(one)) if one >= 0 else f"killed ({-one})" for one in codes)
        record_property("fault", (entry(request.node), shown, happened))

    return check
